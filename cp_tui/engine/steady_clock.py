"""The clock of the machine as the charge point lives by it: it follows the wall, but never back.

A technician, or NTP, may set the clock of the machine back in mid-session. Everything that the mind
waits for is an instant: meter values, heartbeats and time limits would all be late by as much. So
time goes on from where it was, until the wall has come as far or the program starts anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

SLEW = timedelta(seconds=1)
"""A wall clock that is set back by less only makes time stand still, as when NTP corrects it."""


class SteadyClock:
    """Gives the present instant, aware."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        elapsed_s: Callable[[], float] = monotonic,
    ) -> None:
        self._wall = wall
        self._elapsed_s = elapsed_s
        self._read_at_s = elapsed_s()
        self._last = wall()

    def __call__(self) -> datetime:
        """Give the instant of now; never before one that was given."""
        elapsed_s = self._elapsed_s()
        steady = self._last + timedelta(seconds=elapsed_s - self._read_at_s)
        wall = self._wall()
        self._last = max(wall, self._last) if steady - wall < SLEW else steady
        self._read_at_s = elapsed_s
        return self._last

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of the wall, which was set back; zero where it was not."""
        return max(timedelta(0), self() - self._wall())
