"""Days of our own charge point, written as each other program writes its log: no false alarm."""

from __future__ import annotations

from bisect import bisect
from io import BytesIO

import pytest
from msgspec.structs import replace

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Severity
from cp_tui.library.virtual_charger import BEGIN
from cp_tui.traces.reading import open_trace
from tests.explain.days import Day, trace_of
from tests.tiers import tier
from tests.traces.writers import WRITERS


@pytest.mark.parametrize(("seed", "steps"), tier([(0, 4)], deep=[(n, 12) for n in range(250)]))
def test_nothing_is_wrong_in_a_day_in_whichever_format_it_is_written(seed: int, steps: int) -> None:
    """With four sessions each and more, the deep run has a thousand, in every format."""
    day = Day(seed)
    # Formats that name connections must not call two by one name.
    records = [
        replace(each, connection=f"{bisect(day.broken_at, each.at or BEGIN)}")
        for each in trace_of(day.run(steps)).records
    ]
    wrong = {
        (format, finding.id, finding.text)
        for format, write in WRITERS.items()
        for finding in explain(open_trace(BytesIO(write(records).encode()))).findings
        if finding.severity is not Severity.NOTE
    }
    assert wrong == set()
