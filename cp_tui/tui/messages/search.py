"""The exchanges of the log that pass a filter: the newest first found, in slices, and kept true.

Pure. A key press never waits for 100,000 messages: whoever shows them asks for one slice at a time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque

from cp_tui.tui.messages.filter import MessageFilter
from cp_tui.tui.state.message_log import MessageLog, MessagePair

SLICE = 1_500
"""Exchanges looked at in one go: some 10 ms."""


class MessageSearch:
    """Numbers of exchanges that pass, ascending."""

    def __init__(self, log: MessageLog, wanted: MessageFilter) -> None:
        self.log = log
        self.wanted = wanted
        self.numbers: deque[int] = deque()
        start = log.numbers.start if wanted.takes_all else log.numbers.stop
        self._seen = range(start, start)
        """What was looked at; it grows at both ends."""
        self._unsettled: dict[int, tuple[bool, bool]] = {}
        if wanted.takes_all:
            self._take_all()

    @property
    def is_complete(self) -> bool:
        """Whether everything in the log was looked at."""
        return self._seen.start <= self.log.numbers.start

    def count_before(self, number: int) -> int:
        """How many of them are older than an exchange."""
        return bisect_left(self.numbers, number)

    def look_further(self) -> None:
        """Look at the next older ones."""
        stop = self._seen.start
        start = max(self.log.numbers.start, stop - SLICE)
        for number in range(stop - 1, start - 1, -1):
            if self._passes(number):
                self.numbers.appendleft(number)
        self._seen = range(min(start, stop), self._seen.stop)

    def follow(self) -> None:
        """Look at what is new, and again at what was answered since; forget what is gone."""
        first, end = self.log.numbers.start, self.log.numbers.stop
        if self.wanted.takes_all:
            self._take_all()
            return
        if end - self._seen.stop > SLICE:
            # Nobody has looked for a while: as much as that is a search of its own.
            self.numbers.clear()
            self._unsettled.clear()
            self._seen = range(end, end)
            self.look_further()
            return
        while self.numbers and self.numbers[0] < first:
            self.numbers.popleft()
        for number, before in list(self._unsettled.items()):
            exchange = self.log.exchange(number)
            if exchange is None:
                del self._unsettled[number]
            elif _state(exchange) != before:
                self._look_again(number)
        for number in range(max(self._seen.stop, first), end):
            if self._passes(number):
                self.numbers.append(number)
        self._seen = range(self._seen.start, end)

    def _take_all(self) -> None:
        held = self.log.numbers
        while self.numbers and self.numbers[0] < held.start:
            self.numbers.popleft()
        self.numbers.extend(range(max(self._seen.stop, held.start), held.stop))
        self._seen = held

    def _passes(self, number: int) -> bool:
        exchange = self.log.exchange(number)
        if exchange is None:
            return False
        if not exchange.is_settled:
            self._unsettled[number] = _state(exchange)
        return self.wanted.takes(exchange)

    def _look_again(self, number: int) -> None:
        """An answer may let an exchange pass, or pass no longer."""
        del self._unsettled[number]
        place = self.count_before(number)
        is_there = place < len(self.numbers) and self.numbers[place] == number
        passes = self._passes(number)
        if passes and not is_there:
            self.numbers.insert(place, number)
        elif is_there and not passes:
            del self.numbers[place]


def _state(exchange: MessagePair) -> tuple[bool, bool]:
    """What can still change about an exchange."""
    return exchange.answer is not None, exchange.is_given_up
