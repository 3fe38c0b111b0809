"""One heap of deadlines for all stations: who is due, the earliest first."""

from __future__ import annotations

from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Generic, Protocol, TypeVar

STALE_MAX = 4
"""How many entries the heap may hold for each station before the stale ones are taken out."""


class Timed(Protocol):
    """What has a deadline of its own, which may change with each call."""

    def next_deadline(self) -> datetime | None:
        """Say when it is due; None: never."""


T = TypeVar("T", bound=Timed)


class Wheel(Generic[T]):
    """Knows when each station is due; one that was rescheduled leaves a stale entry behind."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, T]] = []
        self._due: dict[T, tuple[datetime, int]] = {}
        """The entry of each station that counts."""
        self._sequence = 0
        """Of two that are due at one instant the one goes first that was put there first."""

    def __len__(self) -> int:
        return len(self._due)

    def schedule(self, timed: T) -> None:
        """Look at the deadline of a station anew: after each call that may have changed it."""
        due = timed.next_deadline()
        entry = self._due.get(timed)
        if due is None:
            self._due.pop(timed, None)
        elif entry is None or entry[0] != due:
            self._sequence += 1
            self._due[timed] = due, self._sequence
            heappush(self._heap, (due, self._sequence, timed))
            if len(self._heap) > STALE_MAX * max(len(self._due), 16):
                self._heap = [each for each in self._heap if self._counts(each)]
                heapify(self._heap)

    def forget(self, timed: T) -> None:
        """Let a station be due no more."""
        self._due.pop(timed, None)

    @property
    def next_due(self) -> datetime | None:
        """When the first one is due; None: nobody is."""
        while self._heap and not self._counts(self._heap[0]):
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: datetime, at_most: int = 50) -> list[T]:
        """Hand over who is due by now, a few at a time; each is to be scheduled again."""
        found: list[T] = []
        while len(found) < at_most and (due := self.next_due) is not None and due <= now:
            timed = heappop(self._heap)[2]
            del self._due[timed]
            found.append(timed)
        return found

    def _counts(self, entry: tuple[datetime, int, T]) -> bool:
        due, sequence, timed = entry
        return self._due.get(timed) == (due, sequence)
