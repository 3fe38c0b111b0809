"""When a terminal is to ring: something has become worse than all that was there before. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.tui.dashboard.alarm import Urgency, alarms
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

    def rings(self, snapshot: Snapshot, clock: Clock) -> bool:
        """Whether it is to ring for what is known now: the alarm line is worse, or one more
        connector is Faulted."""
        if snapshot.heard_at is None:
            return False
        found = alarms(snapshot, clock)
        worst = max((BADNESS[each.urgency] for each in found), default=0)
        faulted = frozenset(
            connector.connector_id
            for connector in snapshot.connectors
            if connector.status is ChargePointStatus.FAULTED
        )
        is_news = self._worst is not None and (worst > self._worst or bool(faulted - self._faulted))
        self._worst, self._faulted = worst, faulted
        if not is_news or self._is_resting(clock.now):
            return False
        self._rang_at = clock.now
        return True

    def _is_resting(self, now: datetime) -> bool:
        # A clock that was set back says nothing of when it rang.
        return self._rang_at is not None and timedelta(0) <= now - self._rang_at < PAUSE
