"""The clock of the charge point: when the CSMS may have set it back (S 4.2, S 4.6)."""

from __future__ import annotations

from datetime import datetime

from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
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


class KnownClock:
    """What the instants that a charge point tells are worth against each other."""

    def __init__(self) -> None:
        self.set_back: FrameRef | None = None
        """The answer with which the clock was last set back: instants before and after it do not
        compare."""
        self._newest: datetime | None = None
        """The latest instant that the charge point told since then."""

    def set_back_since(self, where: FrameRef) -> bool:
        """Whether the clock was set back after a frame."""
        return self.set_back is not None and self.set_back.number > where.number

    def learn(self, moment: Moment) -> None:
        match moment.request:
            case StatusNotificationRequest(timestamp=datetime() as told):
                self._tell(told)
            case StartTransactionRequest(timestamp=told) | StopTransactionRequest(timestamp=told):
                self._tell(told)
            case MeterValuesRequest(meter_value=values):
                self._tell(max(each.timestamp for each in values))
        match moment.answered:
            case (
                _,
                BootNotificationResponse(current_time=datetime() as now)
                | HeartbeatResponse(current_time=datetime() as now),
            ):
                if self._newest is not None and (self._newest - now).total_seconds() > BACK_S:
                    self.set_back, self._newest = moment.where, now

    def _tell(self, instant: datetime) -> None:
        self._newest = instant if self._newest is None else max(self._newest, instant)
