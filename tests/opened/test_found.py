"""The way from finding to finding costs what there are findings, not frames that show them."""

from __future__ import annotations

from cp_tui.explain.finding import Finding, Party, Severity
from cp_tui.opened.found import FoundSoFar

FRAMES = 3_000


def finding(severity: Severity) -> Finding:
    return Finding(f"x.{severity}", severity, Party.CSMS, "", None, (), "")


def test_each_finding_is_asked_about_once_however_many_frames_show_it() -> None:
    found = FoundSoFar(FRAMES)
    slots = [finding(severity) for severity in (Severity.NOTE, Severity.WARNING, Severity.ERROR)]
    found.take(enumerate(slots), [(place, 0) for place in range(FRAMES, 0, -1)])
    found.take([], [(2_000, 1), (1_500, 1), (1_500, 1), (1_500, 2)])
    asked: list[Finding] = []

    def is_grave(each: Finding) -> bool:
        asked.append(each)
        return each.severity is not Severity.NOTE

    assert [*found.after(1, is_grave)] == [1_500, 2_000]
    assert [*found.before(FRAMES, is_grave)] == [2_000, 1_500]
    assert len(asked) == 2 * len(slots)
    assert [*found.after(FRAMES - 2)] == [FRAMES - 1, FRAMES]
    assert found.places(is_grave) == [1_500, 2_000]
    assert [each.severity for each in found.of(1_500)] == [*Severity]
