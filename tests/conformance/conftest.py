"""Each case of the official test document leaves a log, in which the charge point does no wrong.

What the CSMS does wrong there it does on purpose. The log of a case is read as we keep it, and as
another program writes it: a plain run takes one program for each case, a deep one all.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from zlib import crc32

import pytest

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Party, Severity
from cp_tui.traces.reading import open_trace
from tests.charge_point.rig import Rig
from tests.explain.days import frame_of, trace_of
from tests.tiers import tier
from tests.traces.writers import WRITERS


@pytest.fixture(autouse=True)
def charge_point_does_no_wrong(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    rigs: list[Rig] = []
    switched_on = Rig.power_on

    def power_on(rig: Rig) -> None:
        if rig not in rigs:
            rigs.append(rig)
        switched_on(rig)

    monkeypatch.setattr(Rig, "power_on", power_on)
    yield
    one = [*WRITERS][crc32(request.node.name.encode()) % len(WRITERS)]
    for rig in rigs:
        frames = [frame_of(noted.record()) for noted in rig.noted]
        if not frames:
            continue
        trace = trace_of(frames)
        records = [*trace.records]
        texts = [WRITERS[format](records) for format in tier([one], deep=[*WRITERS])]
        wrong = [
            (each.format, finding.id, finding.text, [frame.number for frame in finding.frames])
            for each in (trace, *(open_trace(BytesIO(text.encode())) for text in texts))
            for finding in explain(each).findings
            if finding.severity is not Severity.NOTE and finding.at_fault is Party.CHARGE_POINT
        ]
        assert wrong == []
