"""Which events of the charge point are news, where some are missing, and when it was lost.

Whenever a screen attaches, the charge point tells its newest events again. They are numbered in
each stream from its start on: by its number an event is known already, or it shows how many before
it were never heard. What it tells from before its start has numbers below 0; there the time says
what is known, for at the next start those numbers are other ones. Pure.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.engine.hub import EventHappened, time_of

GAPS_MAX = 50
"""Remembered for a stream of which nothing was heard meanwhile."""


class Gap(Struct, frozen=True, eq=False):
    """A time of which this screen does not know everything.

    It had no charge point then, or was told more in it than it could read.
    """

    lost_at: datetime
    back_at: datetime
    is_slow: bool = False
    """The charge point was there; what was too much was dropped on its way."""
    is_started_anew: bool = False
    """Nobody can tell what the one before did last."""
    missed: int = 0
    """Events that are known to be missing."""
    before: Struct | None = None
    """The first event after it; None: there was none yet."""


class Arrival(Struct, frozen=True):
    """What is to be said before an event that is news."""

    missed: int = 0
    """So many were dropped on their way, because this screen was too slow."""
    gaps: tuple[Gap, ...] = ()


class Arrivals:
    """Follows the numbers of the events, over lost connections and starts of the charge point."""

    def __init__(self) -> None:
        self._started_at: datetime | None = None
        self._is_known = False
        """Which charge point it is was told once."""
        self._numbers: dict[str, int] = {}
        """Of the newest event of each stream."""
        self._heard_until: dict[str, datetime] = {}
        """The time of the newest event of each stream, by the charge point of then."""
        self._known_until: dict[str, datetime] = {}
        """The same, when the present one was started."""
        self._gaps: list[Gap] = []
        self._gone = 0
        """Gaps that are too old to be remembered."""
        self._told: dict[str, int] = {}
        """How many gaps were told in each stream."""
        self._is_silent = False
        """No event was heard since the newest gap began."""

    def lost(self, at: datetime) -> None:
        """The charge point is gone."""
        if not self._is_silent:
            self._gaps.append(Gap(lost_at=at, back_at=at))
            self._is_silent = True
            if len(self._gaps) > GAPS_MAX:
                del self._gaps[0]
                self._gone += 1

    def back(self, at: datetime) -> None:
        """A charge point is there; the same one or another, that is told next."""
        if self._is_silent:
            self._gaps[-1] = replace(self._gaps[-1], back_at=at)

    def is_started_anew(self, started_at: datetime | None) -> bool:
        """Whether the charge point that says when it was started is not the one before."""
        is_other = self._is_known and started_at != self._started_at
        self._is_known, self._started_at = True, started_at
        if is_other:
            self._numbers.clear()
            self._known_until = dict(self._heard_until)
            if self._gaps:
                self._gaps[-1] = replace(self._gaps[-1], is_started_anew=True)
        return is_other

    def open_gaps(self, name: str) -> tuple[Gap, ...]:
        """Where something may be missing behind the newest event of a stream."""
        return tuple(gap for gap in self._untold(name) if gap.is_started_anew)

    def _untold(self, name: str) -> list[Gap]:
        return self._gaps[max(0, self._told.get(name, 0) - self._gone) :]

    def news(self, update: EventHappened) -> Arrival | None:
        """What is to be said before an event; None: it was told before."""
        name, number = update.name, update.number
        newest = self._numbers.get(name)
        if number and newest is not None and number <= newest:
            return None
        at = time_of(update.event)
        if number < 0:
            self._numbers[name] = number
            known = self._known_until.get(name)
            if known is not None and at <= known:
                return None
            self._heard_until[name] = at
            return Arrival()
        self._is_silent = False
        self._numbers[name] = number
        self._heard_until[name] = at
        gaps = self._untold(name)
        self._told[name] = self._gone + len(self._gaps)
        missed = update.dropped
        if number and (newest is not None or gaps):
            missed = number - max(newest or 0, 0) - 1
        if not gaps:
            return Arrival(missed=missed)
        gaps[-1] = replace(gaps[-1], missed=missed)
        # Where the same one goes on and every event is there, nothing is to be said.
        return Arrival(gaps=tuple(gap for gap in gaps if gap.is_started_anew or gap.missed))
