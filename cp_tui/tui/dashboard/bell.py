"""When a terminal is to ring: something has become worse than all that was there before. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.tui.dashboard.alarm import alarms
from cp_tui.tui.dashboard.one_alarm import Urgency
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock

PAUSE = timedelta(seconds=5)
"""Between two rings: a fault that comes and goes must not ring all the time."""

BADNESS = {Urgency.WELL: 0, Urgency.ODD: 1, Urgency.BAD: 2}


class Bell:
    """Remembers how bad it was, and when it rang."""

    def __init__(self) -> None:
        self._worst: int | None = None
        """None: what is there when it begins to listen is no news."""
        self._faulted: frozenset[int] = frozenset()
        self._rang_at: datetime | None = None

    def rings_in(self, snapshot: Snapshot, clock: Clock) -> float | None:
        """In how many seconds it is to ring for what is known now, 0 is at once: the alarm line is
        worse, or one more connector is Faulted. None: not.

        What is news so soon after a ring is put off, and rings then if it is still there.
        """
        if snapshot.heard_at is None:
            return None
        found = alarms(snapshot, clock)
        worst = max((BADNESS[each.urgency] for each in found), default=0)
        faulted = frozenset(
            connector.connector_id
            for connector in snapshot.connectors
            if connector.status is ChargePointStatus.FAULTED
        )
        before, known = self._worst, self._faulted
        self._worst, self._faulted = worst, faulted
        if before is None or not (worst > before or faulted - known):
            return None
        rest = self._rest(clock.now)
        if rest:
            # So that it is news again when the pause is over.
            self._worst, self._faulted = min(worst, before), faulted & known
        else:
            self._rang_at = clock.now
        return rest.total_seconds()

    def _rest(self, now: datetime) -> timedelta:
        """How much of the pause is left."""
        # A clock that was set back says nothing of when it rang.
        if self._rang_at is None or not timedelta(0) <= now - self._rang_at < PAUSE:
            return timedelta(0)
        return self._rang_at + PAUSE - now
