"""Whether messages of transactions wait for one that the CSMS has not taken (S 3.7)."""

from __future__ import annotations

from datetime import datetime

from cp_tui.explain.knowledge.clock import KnownClock
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.knowledge.transactions import QUEUED
from cp_tui.explain.limits import LIMITS
from cp_tui.ocpp.core import MeterValuesRequest, StartTransactionRequest, StopTransactionRequest
from cp_tui.ocpp.model import WireModel
from cp_tui.traces.record import RecordKind


class KnownQueue:
    """The queue of a charge point, as far as it shows."""

    ACTIONS = QUEUED

    def __init__(self, clock: KnownClock) -> None:
        self._clock = clock
        self.is_late = False
        """Whether more is waiting: the last message is open or was refused, or what it tells of is
        long past."""
        self._is_old = False

    def learn(self, moment: Moment) -> None:
        if moment.exchange.is_call:
            told = _told_by(moment.request)
            self._is_old = False
            if told is not None and moment.at is not None:
                late_s = (moment.at - self._clock.in_log(told)).total_seconds()
                self._is_old = late_s > LIMITS.late_delivery
            self.is_late = True
        else:
            self.is_late = self._is_old or moment.record.kind is not RecordKind.CALL_RESULT


def _told_by(request: WireModel | None) -> datetime | None:
    """Give the instant that a message of a transaction tells of."""
    match request:
        case StartTransactionRequest(timestamp=at) | StopTransactionRequest(timestamp=at):
            return at
        case MeterValuesRequest(meter_value=values):
            return values[0].timestamp
    return None
