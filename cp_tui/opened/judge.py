"""Judges a log that is read, and tells each finding as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic

from cp_tui.explain.explain import Judging
from cp_tui.explain.finding import Finding
from cp_tui.opened.needs import ANSWER_EVERY, Needs
from cp_tui.opened.words import TELL_EVERY_S, FindingsTold, Judged, ReadingProgress, Said
from cp_tui.traces.trace import Trace

FINDINGS_MAX = 200
MARKS_MAX = 2_000
"""In one line, which the other side takes in one go."""


class Judge:
    """The rules over one log, and what they have found."""

    def __init__(self, trace: Trace, needs: Needs, tell: Callable[[Said], None]) -> None:
        """Look through the log once; what was known at each row can be told from then on."""
        self._trace, self._needs, self._tell = trace, needs, tell
        self._changed: set[int] = set()
        """Slots of findings that are to be told."""
        self._marks: list[tuple[int, int]] = []
        self._told_at = 0.0
        self._judging = Judging(trace, records=needs.noting(trace.records))

    def run(self) -> None:
        """Judge all of it; wishes are answered meanwhile."""
        judging = self._judging
        self._take(judging.begin())
        for row, record in enumerate(self._trace.records):
            self._take(judging.take(record))
            if row % ANSWER_EVERY == 0:
                self._needs.answer()
                self._tell_now_and_then(judging, row)
        self._take(judging.end())
        self._tell_found(judging)
        order, report = judging.order(), judging.report()
        causes = {
            slot: found.cause
            for slot, found in zip(order, report.findings, strict=True)
            if found.cause
        }
        self._tell(Judged(order, causes, report.omitted))

    def _tell_now_and_then(self, judging: Judging, row: int) -> None:
        if monotonic() - self._told_at > TELL_EVERY_S:
            self._told_at = monotonic()
            self._tell_found(judging)
            self._tell(ReadingProgress(min(row / self._trace.counts.frames, 1.0)))

    def _take(self, found: Iterable[tuple[int, Finding]]) -> None:
        for slot, finding in found:
            self._changed.add(slot)
            if finding.frames:
                self._marks.append((finding.frames[0].passed, slot))

    def _tell_found(self, judging: Judging) -> None:
        changed, marks = sorted(self._changed), self._marks
        self._changed, self._marks = set(), []
        for at in range(0, len(changed), FINDINGS_MAX):
            slots = changed[at : at + FINDINGS_MAX]
            self._tell(FindingsTold([(slot, judging.findings[slot]) for slot in slots], []))
        for at in range(0, len(marks), MARKS_MAX):
            self._tell(FindingsTold([], marks[at : at + MARKS_MAX]))
