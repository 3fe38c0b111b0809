"""What a rule waits for: something must happen within some seconds, or is missing.

A wait ends without a word where the log cannot tell: it has no times, it breaks off in between, or
a frame in between cannot be read and might be the one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from cp_tui.explain.finding import FrameRef, ref
from cp_tui.explain.known import Known
from cp_tui.traces.record import Record

WAITS_MAX = 1_000
"""Of one rule at a time; the oldest gives way."""

Key = TypeVar("Key", bound=Hashable)
What = TypeVar("What")


class Wait(Struct, Generic[What], frozen=True):
    """One thing that is waited for."""

    what: What
    where: FrameRef
    """The frame with which the wait began."""
    since: datetime | None
    seconds: float
    breaks: int
    blurs: int


class Waits(Generic[Key, What]):
    """All that one rule waits for, each by a key of its own."""

    def __init__(self, *, outlives_breaks: bool = False, is_queued: bool = False) -> None:
        """`is_queued`: for a message of a transaction, which may have to wait behind others."""
        self._outlives_breaks = outlives_breaks
        self._is_queued = is_queued
        self._waits: dict[Key, Wait[What]] = {}

    def __len__(self) -> int:
        return len(self._waits)

    def __contains__(self, key: Key) -> bool:
        return key in self._waits

    def begin(self, key: Key, what: What, seconds: float, record: Record, known: Known) -> None:
        """Wait from this record on; what was waited for under this key is forgotten."""
        self._waits.pop(key, None)
        if len(self._waits) >= WAITS_MAX:
            del self._waits[next(iter(self._waits))]
        self._waits[key] = Wait(what, ref(record), record.at, seconds, known.breaks, known.blurs)

    def end(self, key: Key) -> Wait[What] | None:
        """It has come, or does not matter any more."""
        return self._waits.pop(key, None)

    def keys(self) -> list[Key]:
        return list(self._waits)

    def items(self) -> list[tuple[Key, Wait[What]]]:
        return list(self._waits.items())

    def get(self, key: Key) -> Wait[What] | None:
        return self._waits.get(key)

    def over(self, known: Known) -> Iterable[Wait[What]]:
        """Take out and give those whose time is over, where the log can tell.

        A charge point that is not heard at all may be offline without the log saying so: the time
        counts up to the last frame of its own. The same holds at the end of the log.
        """
        # Asked by every rule at every record, and nearly always there is none.
        return self._over(known) if self._waits else ()

    def _over(self, known: Known) -> Iterator[Wait[What]]:
        for key, wait in list(self._waits.items()):
            if not self._outlives_breaks and wait.breaks != known.breaks:
                del self._waits[key]
            elif known.is_past(wait.since, wait.seconds, by=known.online_at):
                if self._is_queued and known.is_held_up:
                    return
                del self._waits[key]
                if wait.blurs == known.blurs:
                    yield wait
