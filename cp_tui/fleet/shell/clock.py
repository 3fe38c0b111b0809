"""The clock of a run: where it began, and how far the loop's own time has come since.

A step of the wall clock moves none of the thousand timers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cp_tui.ocpp.calendar import later


class RunClock:
    """Turns the seconds of the loop into instants, and back."""

    def __init__(self, start: datetime, loop_time: Callable[[], float]) -> None:
        self._start = start
        self._loop_time = loop_time
        self._began_s = loop_time()

    def __call__(self) -> datetime:
        """Give the instant of now."""
        return later(self._start, self._loop_time() - self._began_s)

    def seconds_of(self, instant: datetime) -> float:
        """Give an instant in the time of the loop."""
        return self._began_s + (instant - self._start).total_seconds()

    @property
    def elapsed_s(self) -> float:
        """How long the run has lasted, in seconds."""
        return self._loop_time() - self._began_s
