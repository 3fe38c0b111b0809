"""BootNotification, Heartbeat and clock: whether the CSMS wants us (S 4.2, S 4.6).

`status` is the newest answer to BootNotification; None until there is one. It outlives a lost line
(J 5.4: no new BootNotification after a mere reconnect), but not a boot.

The next BootNotification comes when the CSMS said so (its `interval`), and by our own choice where
it did not: 30 s, doubled each time up to 300 s, with up to 10 s on top (transactions.md).
Silence, a CALLERROR and an answer without a status name no interval and say nothing of whether the
CSMS wants us; the screen then shows no status at all, rather than one from before (`_is_unclear`).

BootNotifications are numbered. An answer may come after its time limit, when the next one is under
way already; it counts unless an answer to a newer one came first.

A heartbeat is due when nothing was sent for HeartbeatInterval (S 4.6), so every frame that leaves
moves it. What people are told of it is moved by whole seconds only, else each frame would be two.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from cp_tui.charge_point.calls import CallFailure, Calls, FailureKind, Outgoing
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import LogLevel
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import ClockStep, PendingCall, RegistrationView
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.core import (
    BootNotificationRequest,
    BootNotificationResponse,
    HeartbeatRequest,
    HeartbeatResponse,
)
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.ocpp.length import length, moment
from cp_tui.ocpp.model import WireModel

RETRY_FIRST_S = 30
"""First wait of our own where the CSMS named none (interval 0, no answer, CALLERROR)."""
RETRY_MAX_S = 300
KNOWN_AFTER = timedelta(seconds=RETRY_MAX_S)
"""A CSMS that answers for this long after accepting us is trusted to know us again."""
CLOCK_YEARS = range(2000, 3000)
"""The years that a CSMS may tell: in any other its clock was never set."""
SILENT_AFTER = timedelta(seconds=3)
"""How long a call waits before it is shown as waiting: sooner, each message would be news twice."""
HEARTBEAT_MOVED_MIN = timedelta(seconds=1)
"""The smallest step of the next heartbeat that is published: every frame that is sent moves it."""
RETRY_JITTER_S = 10
"""Up to this much is added to a wait, so that not all chargers come back in the same second."""

_NO_INTERVAL = frozenset({"no_answer", "refused"})
"""The causes of a new BootNotification that are no answer, and so cannot name an interval."""
_UNCLEAR = _NO_INTERVAL | {"unusable"}
"""The causes that say nothing about whether the CSMS wants us."""


def boot_notification(
    config: ChargePointConfig, firmware_version: str | None
) -> BootNotificationRequest:
    """Make the request that says who a charge point is (S 4.2)."""
    return BootNotificationRequest(
        charge_point_vendor=config.vendor,
        charge_point_model=config.model,
        charge_point_serial_number=config.charge_point_serial_number,
        charge_box_serial_number=config.charge_box_serial_number,
        firmware_version=firmware_version,
        meter_type=config.meter_type,
        meter_serial_number=config.meter_serial_number,
    )


class Registration:
    """The state of the registration and its timers."""

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        configuration: Configuration,
        *,
        firmware_version: Callable[[], str | None],
        on_accepted: Callable[[int], None],
        on_clock_step: Callable[[ClockStep], None],
    ) -> None:
        self._turn = turn
        self._calls = calls
        self._firmware_version = firmware_version
        self._configuration = configuration
        self._on_accepted = on_accepted
        self._on_clock_step = on_clock_step
        self.status: RegistrationStatus | None = None
        self._since = turn.now
        self._interval_s: int | None = None
        self._is_unclear = False
        """The newest BootNotification had no answer that says whether the CSMS wants us."""
        self._failures = 0
        self._boots = 0
        """BootNotifications so far; the newest one that is answered counts."""
        self._answered_boot = 0
        self._in_vain = 0
        """How often the CSMS has forgotten us of late."""
        self._boot_at: datetime | None = None
        self._heartbeat_from: datetime | None = None
        """The later of acceptance and a failed heartbeat: silence counts from here at least."""
        self._measured_offset: timedelta | None = None
        self._clock_set_at: datetime | None = None
        self._clock_set_by: str | None = None
        self._clock_refused: Reason | None = None
        self._reason: Reason | None = None
        self._told_pending: PendingCall | None = None
        self._told_heartbeat_at: datetime | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether everything may be sent."""
        return self.status is RegistrationStatus.ACCEPTED

    @property
    def may_answer(self) -> bool:
        """Whether requests of the CSMS may be answered; not while it rejects us (S 4.2)."""
        return self.status is not RegistrationStatus.REJECTED

    def view(self) -> RegistrationView:
        """Give the variable `registration`."""
        offset = self._measured_offset
        return RegistrationView(
            # What the CSMS said before is not what it says now.
            status=None if self._is_unclear else self.status,
            since=self._since,
            interval_s=self._interval_s,
            next_boot_at=self._boot_at if self._calls.is_open else None,
            next_heartbeat_at=self._next_heartbeat_at,
            clock_offset_s=None if offset is None else round(offset.total_seconds(), 1),
            clock_set_at=self._clock_set_at,
            clock_set_by=self._clock_set_by,
            clock_kept_offset_s=self._kept_offset_s(),
            clock_step=self._turn.clock_step,
            clock_refused=self._clock_refused,
            pending=self._pending(),
            unanswered=self._calls.unanswered,
            reason=self._reason,
        )

    def _pending(self) -> PendingCall | None:
        """Give the call that is shown as waiting: BootNotification at once, others in a while."""
        calls = self._calls
        action, since, deadline = calls.pending_action, calls.pending_since, calls.deadline
        if action is None or since is None or deadline is None:
            return None
        is_boot = action is Action.BOOT_NOTIFICATION
        if not is_boot and self._turn.now - since < SILENT_AFTER:
            return None
        return PendingCall(action=action, since=since, times_out_at=deadline)

    def _kept_offset_s(self) -> float | None:
        offset_s = round(self._turn.offset.total_seconds(), 1)
        return offset_s if offset_s and not self._turn.is_clock_set else None

    def reset(self) -> None:
        """Forget the registration: the next connection begins with a BootNotification."""
        self.status = None
        self._is_unclear = False
        self._since = self._turn.now
        self._interval_s = None
        self._failures = 0
        self._answered_boot = self._boots
        self._boot_at = None
        self._reason = None
        self._turn.changed("registration", "outbox")

    def is_known(self) -> None:
        """Note an answer to anything but BootNotification: in time the CSMS is trusted again."""
        if self._turn.now - self._since >= KNOWN_AFTER:
            self._in_vain = 0

    @property
    def was_forgotten(self) -> bool:
        """Whether the CSMS has forgotten this charge point lately, and is not trusted again yet."""
        return self._in_vain > 0

    def forgotten(self, why: str) -> None:
        """Register anew with a CSMS that does not know us; later each time it was in vain."""
        self.status = None
        self._since = self._turn.now
        # Answers to BootNotifications from before belong to an acquaintance that is over.
        self._answered_boot = self._boots
        self._calls.abandon("the CSMS does not know this charge point any more")
        wait_s = 0.0
        if self._in_vain:
            wait_s = min(RETRY_FIRST_S * 2 ** (self._in_vain - 1), RETRY_MAX_S)
            wait_s = float(round(wait_s + self._turn.random.uniform(0, RETRY_JITTER_S)))
        self._in_vain = min(self._in_vain + 1, 10)
        self._reason = because(
            "registration.forgotten",
            "JE 3.10",
            "{why}, as if it did not know this charge point; the next BootNotification: {when}",
            why=why,
            when=f"after {length(wait_s)} (our own choice)" if wait_s else "at once",
        )
        self._turn.log(LogLevel.WARNING, self._reason.text)
        self._turn.changed("registration", "outbox")
        if wait_s:
            self._boot_at = later(self._turn.now, wait_s)
        else:
            self.boot()

    def try_now(self) -> bool:
        """Send the BootNotification that is waited for; False where none is."""
        if not self._calls.is_open or self.is_accepted or self._boot_at is None:
            return False
        self.boot()
        return True

    def link_opened(self) -> None:
        """Begin with a BootNotification, unless this boot was accepted already (J 5.4)."""
        if self.is_accepted:
            self._heartbeat_from = self._turn.now
            self._turn.changed("registration")
        elif self._boot_at is None or self._boot_at <= self._turn.now or self.status is None:
            self.boot()

    @property
    def heartbeat_at(self) -> datetime | None:
        """When a heartbeat is due if nothing is sent until then."""
        if not (self.is_accepted and self._calls.is_open and self._heartbeat_from):
            return None
        # Anything that was sent is a sign of life (S 4.6), also what came before the newest
        # acceptance.
        silent_since = max(self._heartbeat_from, self._calls.last_sent_at or self._heartbeat_from)
        return later(silent_since, self._configuration.seconds("HeartbeatInterval"))

    @property
    def _next_heartbeat_at(self) -> datetime | None:
        """The published time of the next heartbeat; None where it is due and waits its turn."""
        due = self.heartbeat_at
        return None if due is None or due <= self._turn.now else due

    def follow_heartbeat(self) -> None:
        """Publish the time of the next heartbeat, where a frame of this turn has moved it."""
        told, due = self._told_heartbeat_at, self._next_heartbeat_at
        if told is None or due is None:
            has_moved = told is not due
        else:
            has_moved = abs(due - told) >= HEARTBEAT_MOVED_MIN
        if has_moved:
            self._told_heartbeat_at = due
            self._turn.changed("registration")

    @property
    def deadline(self) -> datetime | None:
        """When `tick` has something to do."""
        calls = self._calls
        if not calls.is_open or calls.has(Action.BOOT_NOTIFICATION, Action.HEARTBEAT):
            return None
        return self.heartbeat_at if self.is_accepted else self._boot_at

    @property
    def silence_deadline(self) -> datetime | None:
        """When the pending call has waited so long that people are told."""
        since = self._calls.pending_since
        if since is None or self._told_pending is not None:
            return None
        return since + SILENT_AFTER

    def tick(self) -> None:
        """Send what is due, and tell of a CSMS that is silent."""
        if (pending := self._pending()) != self._told_pending:
            self._told_pending = pending
            self._turn.changed("registration")
        due = self.deadline
        if due is None or self._turn.now < due:
            return
        if self.is_accepted:
            self.heartbeat()
        else:
            self.boot()

    def boot(self, *, is_triggered: bool = False) -> None:
        """Send a BootNotification, unless one is on its way; one more each time it is asked for."""
        if not is_triggered and self._calls.has(Action.BOOT_NOTIFICATION):
            return
        assert not self.is_accepted, "who is accepted does not introduce itself again (E 3.35)"
        self._boot_at = None
        request = boot_notification(self._turn.config, self._firmware_version())
        self._boots += 1
        boot = self._boots
        self._calls.call(
            Outgoing(
                request,
                partial(self._booted, boot),
                self._boot_failed,
                is_triggered,
                counts_late=lambda: boot > self._answered_boot,
            )
        )
        self._turn.changed("registration")

    def heartbeat(self, *, is_triggered: bool = False) -> None:
        """Send a Heartbeat, unless one is on its way; one more each time it is asked for."""
        if not is_triggered and self._calls.has(Action.HEARTBEAT):
            return
        self._calls.call(
            Outgoing(HeartbeatRequest(), self._beaten, self._heartbeat_failed, is_triggered)
        )

    def _booted(self, boot: int, response: WireModel) -> None:
        """Follow the answer to a BootNotification, a late one too, unless a newer one came."""
        assert isinstance(response, BootNotificationResponse)
        if boot <= self._answered_boot:
            self._turn.log(LogLevel.INFO, "a late BootNotification.conf is older than the last one")
            return
        self._answered_boot = boot
        self._set_clock(response.current_time, "BootNotification")
        interval_s = response.interval or 0
        self._turn.changed("registration")
        # An answer without a status does not end an acceptance, for the CSMS goes on talking to us;
        # but it does not begin one either.
        if response.status is None:
            words = "the CSMS answered BootNotification without a status"
            if self.is_accepted:
                self._turn.log(LogLevel.WARNING, f"{words}; it goes on as accepted")
                return
            self._boot_again("unusable", words, interval_s)
            return
        # The same answer once more is no news: who is rejected all day was not so only just now.
        if response.status is not self.status or self._is_unclear:
            self._since = self._turn.now
        self.status = response.status
        self._is_unclear = False
        self._interval_s = response.interval
        self._failures = 0 if interval_s > 0 else self._failures
        self._turn.changed("registration", "outbox")
        if response.status is RegistrationStatus.ACCEPTED:
            self._failures = 0
            self._boot_at = None
            self._reason = None
            self._heartbeat_from = self._turn.now
            self._on_accepted(interval_s)
            return
        words = f"the CSMS answered {response.status}"
        self._boot_again(response.status.lower(), words, interval_s)

    def _boot_failed(self, failure: CallFailure) -> None:
        if failure.kind is FailureKind.OFFLINE or self.is_accepted:
            # Accepted: the late answer to an earlier one came before the failure of this one.
            return
        subject = "no_answer" if failure.kind is FailureKind.TIMEOUT else "refused"
        self._boot_again(subject, failure.text)

    def _boot_again(self, subject: str, why: str, interval_s: int = 0) -> None:
        """Wait for the next BootNotification: as long as the CSMS says, else by our own choice."""
        wait_s = interval_s if interval_s > 0 else self._own_wait_s()
        self._boot_at = later(self._turn.now, wait_s)
        is_unclear = subject in _UNCLEAR
        if is_unclear and not self._is_unclear:
            self._since = self._turn.now
        self._is_unclear = is_unclear
        own = "our own choice" + (
            "" if subject in _NO_INTERVAL else ", it named none that can be used"
        )
        self._reason = because(
            f"registration.{subject}",
            "S 4.2",
            "{why}; the next BootNotification comes after {wait} ({who})",
            why=why,
            wait=length(wait_s),
            who="its interval" if interval_s > 0 else own,
        )
        self._turn.log(LogLevel.WARNING, self._reason.text)
        self._turn.changed("registration")

    def _own_wait_s(self) -> float:
        wait_s = min(RETRY_FIRST_S * 2**self._failures, RETRY_MAX_S)
        self._failures = min(self._failures + 1, 10)
        return float(round(wait_s + self._turn.random.uniform(0, RETRY_JITTER_S)))

    def _beaten(self, response: WireModel) -> None:
        assert isinstance(response, HeartbeatResponse)
        self._set_clock(response.current_time, "Heartbeat")
        self._turn.changed("registration")

    def _heartbeat_failed(self, failure: CallFailure) -> None:
        self._heartbeat_from = self._turn.now
        self._turn.changed("registration")

    def _set_clock(self, csms_time: datetime | None, action: str) -> None:
        if csms_time is None or csms_time.year not in CLOCK_YEARS:
            self._clock_refused = because(
                "registration.clock_refused",
                "cp-tui",
                "the clock of the CSMS is not followed: it says {time} ({action})",
                time="no time that can be read" if csms_time is None else moment(csms_time),
                action=action,
            )
            self._turn.log(LogLevel.WARNING, self._clock_refused.text)
            return
        self._clock_refused = None
        self._measured_offset = csms_time - self._turn.now
        self._clock_set_at = self._turn.now
        self._clock_set_by = action
        step = self._turn.set_clock(csms_time, self._calls.latency, action)
        if step is not None:
            seconds = self._turn.offset.total_seconds()
            self._turn.log(
                LogLevel.INFO, f"the clock now follows the CSMS: {seconds:+.1f} s ({action})"
            )
            self._on_clock_step(step)
