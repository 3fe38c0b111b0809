"""The clock of the charge point: when the CSMS may have set it back (S 4.2, S 4.6)."""

from __future__ import annotations

from datetime import datetime

from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.core import (
    BootNotificationResponse,
    HeartbeatResponse,
    MeterValuesRequest,
    StartTransactionRequest,
    StatusNotificationRequest,
    StopTransactionRequest,
)

BACK_S = 2.0
"""Clocks that differ by less are right."""
AHEAD_S = 10.0
"""An instant this far in the future is of another clock than that of the CSMS."""


class KnownClock:
    """What the instants that a charge point tells are worth against each other."""

    ACTIONS = frozenset(
        {
            Action.STATUS_NOTIFICATION,
            Action.START_TRANSACTION,
            Action.STOP_TRANSACTION,
            Action.METER_VALUES,
            Action.BOOT_NOTIFICATION,
            Action.HEARTBEAT,
        }
    )

    def __init__(self) -> None:
        self.set_back: FrameRef | None = None
        """The frame with which the clock was last seen to be set back: what was told until then
        does not compare with what is told later."""
        self.lag_s: float | None = None
        """The least that the log was ever behind what the charge point told: how far the two clocks
        differ, and the way of the message; None: not known."""
        self._csms: tuple[datetime, datetime] | None = None
        """The last time that the CSMS told, and when by the log."""
        self._newest: datetime | None = None
        """The latest instant that the charge point told since then."""

    def set_back_since(self, where: FrameRef) -> bool:
        """Whether the clock was set back after what a frame tells of."""
        return self.set_back is not None and self.set_back.place >= where.place

    def in_log(self, instant: datetime) -> datetime:
        """Give an instant of the charge point by the clock of the log, as far as that is known."""
        return later(instant, self.lag_s or 0.0)

    def is_surely_before(self, told: datetime, at: datetime) -> bool:
        """Whether a timestamp lies before a time of the log by more than it may be rounded."""
        rounded_s = 0.001 if told.microsecond else 1
        return later(self.in_log(told), rounded_s) < at

    def learn(self, moment: Moment) -> None:
        if not moment.exchange.is_call:
            self._learn_current(moment)
            return
        match moment.request:
            case StatusNotificationRequest(timestamp=datetime() as told):
                self._tell(told, moment)
            case StartTransactionRequest(timestamp=told) | StopTransactionRequest(timestamp=told):
                self._tell(told, moment)
            case MeterValuesRequest(meter_value=values):
                self._tell(max(each.timestamp for each in values), moment)

    def _learn_current(self, moment: Moment) -> None:
        match moment.exchange.response:
            case (
                BootNotificationResponse(current_time=datetime() as now)
                | HeartbeatResponse(current_time=datetime() as now)
            ):
                self._csms = None if moment.at is None else (now, moment.at)
                if self._newest is not None and (self._newest - now).total_seconds() > BACK_S:
                    self.set_back, self._newest, self.lag_s = moment.where, now, None

    def _tell(self, instant: datetime, moment: Moment) -> None:
        self._newest = instant if self._newest is None else max(self._newest, instant)
        if moment.at is not None:
            lag_s = (moment.at - instant).total_seconds()
            self.lag_s = lag_s if self.lag_s is None else min(self.lag_s, lag_s)
            if self._csms is not None:
                now = later(self._csms[0], moment.at - self._csms[1])
                # It waited in the queue since before the CSMS told its time.
                if (instant - now).total_seconds() > AHEAD_S:
                    self.set_back, self.lag_s = moment.where, None
