"""Has charge points of ours live through a log that was judged, and tells what they answer.

It comes last, so that nothing that is asked of the log waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

from cp_tui.opened.needs import ANSWER_EVERY, Needs
from cp_tui.opened.words import TELL_EVERY_S, Compared, OursTold, ReadingProgress, Said
from cp_tui.shadow.answer import OtherAnswer
from cp_tui.shadow.lookahead import Lookahead
from cp_tui.shadow.shadow import Shadows
from cp_tui.traces.record import Record
from cp_tui.traces.trace import Trace

ANSWERS_MAX = 10_000
"""Of all charge points; beyond that a log has another story than ours."""
AT_ONCE_MAX = 200
"""In one line."""


class Comparing:
    """The requests of one log, asked of ours."""

    def __init__(self, trace: Trace, needs: Needs, tell: Callable[[Said], None]) -> None:
        self._trace, self._needs, self._tell = trace, needs, tell
        self._found: list[OtherAnswer] = []
        self._told_at = 0.0

    def run(self) -> None:
        """Live through all of it; wishes are answered meanwhile.

        Where it is not known which charge point a frame is of, there is nothing to compare.
        """
        if not self._trace.is_mixed:
            ahead, told = Lookahead(), 0
            for record in self._walked(0):
                ahead.add(record)
            shadows = Shadows(ahead)
            for record in self._walked(1):
                for other in shadows.take(record):
                    told += 1
                    if told <= ANSWERS_MAX:
                        self._found.append(other)
        self._tell_found()
        self._tell(Compared())

    def _walked(self, times_before: int) -> Iterator[Record]:
        """Walk through the log, once to look ahead and once to live."""
        for row, record in enumerate(self._trace.records):
            if row % ANSWER_EVERY == 0:
                self._needs.answer()
                if monotonic() - self._told_at > TELL_EVERY_S:
                    self._told_at = monotonic()
                    self._tell_found()
                    share = min(row / self._trace.counts.frames, 1.0)
                    self._tell(ReadingProgress((times_before + share) / 2))
            yield record

    def _tell_found(self) -> None:
        found, self._found = self._found, []
        for at in range(0, len(found), AT_ONCE_MAX):
            self._tell(OursTold(found[at : at + AT_ONCE_MAX]))
