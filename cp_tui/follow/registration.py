"""Who a charge point that is watched says it is, and whether the CSMS wants it (S 4.2)."""

from __future__ import annotations

from datetime import datetime

from cp_tui import __version__
from cp_tui.charge_point.variables import (
    Identity,
    PendingCall,
    RegistrationView,
    UnansweredCall,
)
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.known import Known
from cp_tui.follow.instants import told_at
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.core import BootNotificationResponse, HeartbeatResponse
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.traces.record import FrameDirection, Record, RecordKind

ACTION_MAX = 50
"""Characters of the name of an action; the standard has none as long."""


class FollowedRegistration:
    """Beside what `KnownRegistration` has: since when, and what the CSMS said of the time."""

    ACTIONS = frozenset({Action.BOOT_NOTIFICATION, Action.HEARTBEAT})

    def __init__(self, known: Known) -> None:
        self._known = known
        self._status: RegistrationStatus | None = None
        self._since: datetime | None = None
        self._waiting: tuple[str, datetime] | None = None
        self._clock: tuple[datetime, float, Action] | None = None
        """When the CSMS told the time last, how far it was ahead of the log, and with what."""

    @property
    def clock_offset_s(self) -> float | None:
        """How far the CSMS was ahead of the log when it told the time last; None: it has not."""
        return None if self._clock is None else self._clock[1]

    def frame(self, record: Record, at: datetime) -> None:
        """A frame has passed: a CALL of the charge point waits for the CSMS to answer anything."""
        if record.kind is RecordKind.CALL and record.direction is FrameDirection.TO_CSMS:
            self._waiting = record.action[:ACTION_MAX], at
        elif record.kind is not RecordKind.CALL and record.direction is not FrameDirection.TO_CSMS:
            self._waiting = None

    def learn(self, moment: Moment, at: datetime) -> None:
        """Take in an answer of the CSMS that tells of the registration or of the time."""
        status = self._known.registration.status
        if status is not self._status:
            self._status, self._since = status, told_at(at)
        if moment.record.at is None:
            # Without a time of its own nobody can say how far the clocks are apart.
            return
        match moment.answered:
            case _, BootNotificationResponse(current_time=datetime() as told):
                self._tell(told, at, Action.BOOT_NOTIFICATION)
            case _, HeartbeatResponse(current_time=datetime() as told):
                self._tell(told, at, Action.HEARTBEAT)

    def view(self, now: datetime, *, is_open: bool) -> RegistrationView:
        """Give the variable `registration`."""
        registration, clock = self._known.registration, self._clock
        pending, unanswered = self._silence(now) if is_open else (None, None)
        return RegistrationView(
            status=registration.status,
            since=self._since,
            interval_s=registration.interval_s,
            clock_offset_s=self.clock_offset_s,
            clock_set_at=None if clock is None else clock[0],
            clock_set_by=None if clock is None else clock[2],
            pending=pending,
            unanswered=unanswered,
        )

    def identity(self, charger: str | None, url: str, connectors: int, watched: str) -> Identity:
        """Give the variable `identity`."""
        boot = self._known.registration.boot
        return Identity(
            charge_point_id=charger or "",
            vendor=boot.charge_point_vendor if boot else "",
            model=boot.charge_point_model if boot else "",
            charge_point_serial_number=boot.charge_point_serial_number if boot else None,
            charge_box_serial_number=boot.charge_box_serial_number if boot else None,
            firmware_version=boot.firmware_version if boot else None,
            meter_type=boot.meter_type if boot else None,
            meter_serial_number=boot.meter_serial_number if boot else None,
            url=url,
            connectors=connectors,
            watched=watched,
            cp_tui_version=__version__,
        )

    def _silence(self, now: datetime) -> tuple[PendingCall | None, UnansweredCall | None]:
        """Give the CALL that waits for its answer, or was left without one."""
        if self._waiting is None:
            return None, None
        action, since = self._waiting
        if now >= later(since, self._known.call_timeout_s):
            return None, UnansweredCall(action=action, since=since)
        if action != Action.BOOT_NOTIFICATION:
            return None, None
        told_s = self._known.keys.integer("MessageTimeout")
        # Where no key tells when it gives up, nobody knows: a default of ours is not theirs.
        times_out_at = None if told_s is None else later(since, told_s)
        return PendingCall(action=action, since=since, times_out_at=times_out_at), None

    def _tell(self, told: datetime, at: datetime, by: Action) -> None:
        self._clock = at, round((told - at).total_seconds(), 3) or 0.0, by
