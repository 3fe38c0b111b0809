"""Each case of the official test document leaves a log, in which the charge point does no wrong.

What the CSMS does wrong there it does on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Party, Severity
from tests.charge_point.rig import Rig
from tests.explain.days import frame_of, trace_of


@pytest.fixture(autouse=True)
def charge_point_does_no_wrong(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    rigs: list[Rig] = []
    switched_on = Rig.power_on

    def power_on(rig: Rig) -> None:
        if rig not in rigs:
            rigs.append(rig)
        switched_on(rig)

    monkeypatch.setattr(Rig, "power_on", power_on)
    yield
    for rig in rigs:
        frames = [frame_of(noted.record()) for noted in rig.noted]
        if frames:
            wrong = [
                (finding.id, finding.text, [frame.number for frame in finding.frames])
                for finding in explain(trace_of(frames)).findings
                if finding.severity is not Severity.NOTE and finding.at_fault is Party.CHARGE_POINT
            ]
            assert wrong == []
