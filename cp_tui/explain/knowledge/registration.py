"""The registration at the CSMS: BootNotification and its answers (S 4.2)."""

from __future__ import annotations

from datetime import datetime

from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.payload import text
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import BootNotificationRequest, BootNotificationResponse
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.traces.record import FrameDirection, Record, RecordKind


class KnownRegistration:
    """What the charge point was told about its registration."""

    ACTIONS = frozenset({Action.BOOT_NOTIFICATION})

    def __init__(self) -> None:
        self.status: RegistrationStatus | None = None
        """None: not known."""
        self.told: FrameRef | None = None
        """The BootNotification.conf that said so."""
        self.told_at: datetime | None = None
        self.interval_s: int | None = None
        """Of that answer: between heartbeats, or before the next BootNotification."""
        self.boot: BootNotificationRequest | None = None
        """The latest one that can be read."""
        self.booted: FrameRef | None = None
        """The latest BootNotification."""
        self.booted_at: datetime | None = None
        self.booted_breaks = 0
        """How often the log had broken off when it was sent; it is a break itself."""
        self.is_booting = False
        """Whether a BootNotification waits for its answer."""
        self.accepted_at: datetime | None = None
        """When the status became Accepted last."""

    @property
    def is_accepted(self) -> bool:
        return self.status is RegistrationStatus.ACCEPTED

    def has_booted_since(self, place: int) -> bool:
        """Whether it has booted after a place of the log: what was told there may hold no more."""
        return self.booted is not None and self.booted.place > place

    def learn(self, moment: Moment) -> None:
        if moment.exchange.is_call:
            if moment.record.direction is FrameDirection.TO_CHARGE_POINT:
                return
            self.is_booting = True
            self.booted, self.booted_at = moment.where, moment.at
            self.booted_breaks = moment.breaks
            if isinstance(moment.request, BootNotificationRequest):
                self.boot = moment.request
            return
        self.is_booting = False
        if moment.record.kind is not RecordKind.CALL_RESULT:
            return
        self.told, self.told_at = moment.where, moment.at
        response = moment.exchange.response
        if isinstance(response, BootNotificationResponse):
            self.status, self.interval_s = response.status, response.interval
        else:
            self.status, self.interval_s = _status_in(moment.record), None
        if self.is_accepted:
            self.accepted_at = moment.at


def _status_in(record: Record) -> RegistrationStatus | None:
    """Read the status alone where the rest cannot be read: it decides who may speak."""
    said = text(record.frame.payload if record.frame else None, "status")
    return next((each for each in RegistrationStatus if each == said), None)
