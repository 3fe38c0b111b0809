"""The exchanges of a log that pass a filter, in the order of the log, found in slices.

With half a million frames a key press must not wait for them: whoever shows them asks for one slice
at a time. What is wrong is known without looking at any frame, so those are looked at alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from cp_tui.tui.messages.filter import MessageFilter

if TYPE_CHECKING:
    from cp_tui.tui.state.log_messages import LogMessages

SLICE_S = 0.008
"""So long it looks in one go."""
NOT_IN_THE_LOG = frozenset({"description", "details"})
"""Words that stand in what is shown of a CALLERROR, and need not in its frame."""
LOOKED_AT_ONCE = 20
"""Exchanges between two looks at the time."""


class LogSearch:
    """Numbers of exchanges that pass, ascending."""

    def __init__(
        self,
        log: LogMessages,
        wanted: MessageFilter,
        seconds: Callable[[], float] = perf_counter,
        shown: Sequence[int] = (),
    ) -> None:
        """`shown` passed while the log was shorter: that is shown until it is known what passes."""
        self.log = log
        self.wanted = wanted
        self.numbers = shown
        self._seconds = seconds
        self._found: list[int] = []
        self._candidates: Sequence[int] = ()
        """Exchanges, or the frames that something is found about."""
        self._number_of: Callable[[int], int | None] = lambda number: number
        """The exchange of a candidate, if it is one of this log's charge point."""
        self._next = 0
        """Of the candidates, the first that was not looked at."""
        self._known: tuple[int, int, int] | None = None
        plain = (word for word in wanted.words if word.isascii() and word.isalnum())
        self._plain = tuple(word.encode() for word in plain if word not in NOT_IN_THE_LOG)
        """Words that must stand in the log as they were typed."""
        self.follow()

    @property
    def is_complete(self) -> bool:
        """Whether everything in the log was looked at."""
        return self._next >= len(self._candidates)

    def count_before(self, number: int) -> int:
        """How many of them are older than an exchange."""
        return bisect_left(self.numbers, number)

    def follow(self) -> None:
        """Take in what was read since; where more is found, look again at what is wrong."""
        if self.wanted.takes_all:
            self.numbers = self.log.numbers
        elif not self.wanted.about and not self.wanted.differs:
            self._candidates = self.log.numbers
        elif self.is_complete and self._known != self.log.judged:
            # While it is judged more is found all the time: what was begun is looked at first.
            self._known = self.log.judged
            # What passed is shown until it is known what passes now: no row goes and comes back.
            if self.wanted.differs:
                self._candidates = [each.place for each in self.log.index.others.all]
            else:
                self._candidates = self.log.index.found.places(self.wanted.takes_finding)
            self._number_of = self.log.own_exchange
            self._next, self._found = 0, []

    def look_further(self) -> None:
        """Look at the next ones."""
        end = self._seconds() + SLICE_S
        while not self.is_complete and self._seconds() < end:
            stop = min(self._next + LOOKED_AT_ONCE, len(self._candidates))
            for candidate in self._candidates[self._next : stop]:
                self._look_at(self._number_of(candidate))
            self._next = stop
        if self.is_complete or len(self._found) > len(self.numbers):
            self.numbers = self._found

    def _look_at(self, number: int | None) -> None:
        if number is None:
            return
        found = self._found
        at = bisect_left(found, number)
        # Both frames of an exchange may show something, and an answer comes long after its CALL.
        if (at == len(found) or found[at] != number) and self._passes(number):
            found.insert(at, number)

    def _passes(self, number: int) -> bool:
        """Look no closer than it needs: most can be told by what the index has."""
        log, wanted = self.log, self.wanted
        if (wanted.tests or wanted.times) and not wanted.takes_head(log.head(number)):
            return False
        if not wanted.needs_whole and not (wanted.differs and wanted.about):
            return True
        if self._plain and not log.may_hold(number, self._plain):
            return False
        exchange = log.exchange(number)
        return exchange is not None and wanted.takes(exchange)
