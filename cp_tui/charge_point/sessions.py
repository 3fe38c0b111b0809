"""From first contact to transaction and out again: cables, tags, time-outs (S 4, status.md).

A session is wider than a transaction: it begins with a cable or a tag and ends when nothing is left
to take along. The status is never set here. The facts of the connector change, and
`Connector.current_status` says what they amount to; what looks odd in between, such as leaving
Preparing by way of Available, is there because the standard knows no other way (S 4.9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from cp_tui.charge_point.attempts import Attempts
from cp_tui.charge_point.availability import Availability
from cp_tui.charge_point.charging import Charging
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.connector import Connector, PendingStart
from cp_tui.charge_point.effects import Lock
from cp_tui.charge_point.events import EvSuspended, PluggedIn, PluggedOut
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import TransactionRecord
from cp_tui.charge_point.refusals import note_refusal
from cp_tui.charge_point.reservations import Reservations
from cp_tui.charge_point.status_notifications import StatusNotifications
from cp_tui.charge_point.transactions import Transactions
from cp_tui.charge_point.turn import Turn
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import (
    ChargePointErrorCode,
    ChargePointStatus,
    StopReason,
)
from cp_tui.ocpp.length import exact

STOP_ON_FAULT = "StopTransactionOnFault"
LOCK_JAMMED = because("sessions.lock_jammed", "E 3.5", "the lock is jammed and keeps the cable")


class Sessions:
    """What people do at the connectors, and what follows from it."""

    def __init__(
        self,
        turn: Turn,
        configuration: Configuration,
        attempts: Attempts,
        transactions: Transactions,
        charging: Charging,
        availability: Availability,
        reservations: Reservations,
        statuses: StatusNotifications,
        connectors: Iterable[Connector],
        *,
        is_closed: Callable[[], bool],
    ) -> None:
        self._turn = turn
        self._configuration = configuration
        self._attempts = attempts
        self._transactions = transactions
        self._charging = charging
        self._availability = availability
        self._reservations = reservations
        self._statuses = statuses
        self._connectors = {c.connector_id: c for c in connectors if c.connector_id > 0}
        self._is_closed = is_closed

    def plugged_in(self, event: PluggedIn) -> None:
        """Begin an attempt, resume a transaction, or start the one that waits for this cable."""
        connector = self._connectors[event.connector_id]
        connector.is_plugged = True
        if connector.is_left_locked:
            connector.is_ev_disconnected = False
            self._statuses.refresh(connector, "plugged in again, the cable is still locked")
            return
        if connector.transaction is not None:
            connector.is_ev_disconnected = False
            self.follow(connector, "cable plugged in again")
            return
        # Nobody waits here, so somebody may who waits for a cable anywhere.
        if connector.pending_start is None and connector.attempt is None:
            self._follow_cable(connector)
        # A cable in a reserved connector begins nothing: it stays Reserved until the right tag
        # comes.
        if connector.pending_start is not None or not connector.is_reserved:
            self._begin_attempt(connector)
        self._statuses.refresh(connector, "cable plugged in")
        self.start_if_ready(connector)

    def plugged_out(self, event: PluggedOut) -> None:
        """End what the unplugged vehicle ends (transactions.md)."""
        connector = self._connectors[event.connector_id]
        connector.is_plugged = False
        connector.is_ev_suspended = False
        self._attempts.unplugged(connector)
        if connector.is_left_locked:
            connector.is_ev_disconnected = True
            self._statuses.refresh(connector, "unplugged at the vehicle, the cable stays locked")
        elif connector.transaction is None:
            self._leave(connector, "unplugged")
        elif not self._configuration.boolean("StopTransactionOnEVSideDisconnect"):
            connector.is_ev_disconnected = True
            self.follow(connector, "unplugged at the vehicle, the transaction goes on")
        else:
            self._stop_unplugged(connector)

    def _stop_unplugged(self, connector: Connector) -> None:
        reason = because(
            "sessions.ev_disconnected",
            "S 4.10",
            "the vehicle was unplugged and StopTransactionOnEVSideDisconnect is true",
        )
        connector.is_ev_disconnected = True
        unlock = self._configuration.boolean("UnlockConnectorOnEVSideDisconnect")
        self.stop(connector, StopReason.EV_DISCONNECTED, reason, unlock=unlock)

    def permit(self, connector: Connector, pending: PendingStart) -> None:
        """Let an accepted tag start: at once if a cable is in, else within ConnectionTimeOut."""
        assert connector.transaction is None, "it charges for somebody"
        assert connector.attempt is None, "another tag is being decided upon"
        connector.pending_start = pending
        connector.refusal = None
        self._begin_attempt(connector)
        self._statuses.refresh(connector, f"tag {pending.id_tag} may start")
        self.start_if_ready(connector)

    def start_if_ready(self, connector: Connector) -> None:
        """Start the transaction once cable and tag are both there."""
        pending = connector.pending_start
        ready = connector.is_plugged and connector.takes_starts and not self._is_closed()
        if pending is None or not ready or connector.transaction is not None:
            return
        if connector.is_lock_jammed and not connector.has_fixed_cable:
            # It says that it cannot, and the connector is Faulted until it can (T TC_024).
            self._turn.emit(Lock(connector.connector_id, locked=True))
            return
        connector.pending_start = None
        connector.attempt_until = None
        connector.is_session_over = False
        connector.ended = None
        # Kept for those who look: by whom, and by what decision, the transaction was allowed.
        connector.started_by = pending
        reservation_id = self._reservations.use(connector, pending)
        record = self._transactions.start(connector, pending, reservation_id)
        if not connector.has_fixed_cable:
            connector.is_locked = True
            self._turn.emit(Lock(connector.connector_id, locked=True))
        # Before the limits are worked out below: the first of them is the profile's already (S
        # 5.11).
        profile = pending.attempt.charging_profile
        if profile is not None:
            self._charging.bind(connector, record.key, profile)
        self.follow(connector, "cable and tag are there")

    def stop(
        self,
        connector: Connector,
        stop_reason: StopReason,
        explanation: Reason,
        id_tag: str | None = None,
        *,
        unlock: bool = False,
    ) -> None:
        """End the transaction of a connector and leave it Finishing."""
        record = self._transactions.stop(connector, stop_reason, explanation, id_tag)
        connector.is_session_over = True
        connector.ended = record
        connector.started_by = None
        connector.energy_budget = None
        if unlock:
            self._unlock(connector)
        # A cable that stays locked at the charge point still waits for somebody.
        if connector.is_left_locked:
            self._transactions.hold_cable(connector, held=True)
            self.follow(connector, f"{explanation.text}; {_held(record)}")
            return
        self.follow(connector, explanation.text)
        if not connector.is_plugged:
            self._leave(connector, "nothing is plugged in")

    def stop_remotely(self, connector: Connector) -> None:
        """Carry out RemoteStopTransaction (S 5.12)."""
        reason = because("sessions.remote_stop", "S 5.12", "the CSMS asked to stop it")
        self.stop(connector, StopReason.REMOTE, reason, unlock=True)

    def stop_by_tag(self, connector: Connector, tag: str, words: str) -> Reason:
        """Stop with a tag at the reader; the user takes the cable along."""
        reason = because("sessions.tag_stop", "S 4.10", "{words}", words=words)
        self.stop(connector, StopReason.LOCAL, reason, tag, unlock=True)
        return reason

    def stop_by_button(self, connector: Connector) -> None:
        """Stop without a tag, or start nothing; the user takes the cable along."""
        reason = because("sessions.button_stop", "S 4.10", "the stop button was pressed")
        if connector.transaction is not None:
            self.stop(connector, StopReason.LOCAL, reason, unlock=True)
        else:
            self.abandon_attempt(connector, reason)

    def stop_all_at_once(self) -> None:
        """Stop everything: the emergency button was pressed."""
        reason = because("sessions.emergency_stop", "S 7.36", "the emergency button was pressed")
        for connector in self._connectors.values():
            if connector.transaction is not None:
                self.stop(connector, StopReason.EMERGENCY_STOP, reason, unlock=True)
        self.abandon_attempts(reason)

    def stop_for_fault(self, connector: Connector, error_code: ChargePointErrorCode) -> None:
        """Stop because of a fault, where StopTransactionOnFault says so; else it goes on later."""
        if connector.transaction is None or not self._configuration.boolean(STOP_ON_FAULT):
            return
        words = "{code} appeared and {key} is true"
        reason = because("sessions.fault", "S 7.36", words, code=error_code, key=STOP_ON_FAULT)
        self.stop(connector, StopReason.OTHER, reason, unlock=True)

    def release_by_tag(self, connector: Connector, tag: str) -> Reason | None:
        """Give a cable back that stayed locked after its transaction (E 3.5), or say why not."""
        if self.unlock_if_possible(connector, f"cable released by tag {tag}"):
            return None
        self.refuse([connector], LOCK_JAMMED, tag)
        return LOCK_JAMMED

    def ev_suspended(self, event: EvSuspended) -> None:
        """Follow the vehicle, which draws or does not."""
        connector = self._connectors[event.connector_id]
        connector.is_ev_suspended = event.suspended
        cause = f"the vehicle {'stopped drawing' if event.suspended else 'draws again'}"
        self._statuses.refresh(connector, cause)
        if not connector.tells_suspended_ev and connector.status is ChargePointStatus.CHARGING:
            # Its status does not say so, and people ask why nothing flows.
            quirks = self._turn.config.quirks
            connector.cause = f"{cause}; {quirks.words('no_suspended_ev')}, as it is set"

    def released(self, connector: Connector, cause: str) -> None:
        """Go on without a reservation: a cable that is in begins an attempt now (E 3.77)."""
        if connector.is_plugged and connector.current_status() is ChargePointStatus.PREPARING:
            self._begin_attempt(connector)
        self._statuses.refresh(connector, cause)

    @property
    def deadline(self) -> datetime | None:
        """When the next attempt times out."""
        times = (c.attempt_until for c in self._connectors.values() if c.attempt is None)
        return min((each for each in times if each), default=None)

    def tick(self) -> None:
        """End the attempts that took longer than ConnectionTimeOut."""
        for connector in self._connectors.values():
            until = connector.attempt_until
            # A tag that is being decided upon is there in time; the answer is waited for.
            if until is None or self._turn.now < until or connector.attempt is not None:
                continue
            self._note_timeout(connector, until)
            connector.attempt_until = None
            had_tag = connector.pending_start is not None
            connector.pending_start = None
            if connector.is_plugged:
                # So that the next person's tag does not start this cable (B6, E 3.20).
                connector.is_session_over = True
                self._statuses.refresh(connector, "no tag within ConnectionTimeOut")
            elif had_tag:
                self._leave(connector, "no cable within ConnectionTimeOut")

    def abandon_attempts(self, reason: Reason) -> None:
        """Forget the tags that may start, and those being decided upon (`stop`)."""
        self._attempts.abandon(reason)
        for connector in self._connectors.values():
            self.abandon_attempt(connector, reason)

    def abandon_attempt(self, connector: Connector, reason: Reason) -> None:
        """Forget the tag that may start at a connector, or is being decided upon."""
        self._attempts.abandon_at(connector, reason)
        pending = connector.pending_start
        if pending is not None:
            is_remote = pending.attempt.is_remote
            note_refusal(self._turn, [connector], reason, pending.id_tag, is_remote=is_remote)
            self.cancel(connector, reason.text)

    def leave_service(self, connector: Connector) -> None:
        """Let nothing begin any more at a connector that becomes Unavailable (S 5.2)."""
        pending = connector.pending_start
        if pending is not None:
            reason = because(
                "sessions.leaving",
                "S 5.2",
                "ChangeAvailability Inoperative came before {tag} began to charge",
                tag=pending.id_tag,
            )
            self.abandon_attempt(connector, reason)

    def _begin_attempt(self, connector: Connector) -> None:
        if connector.is_session_over:
            connector.is_session_over = False
            connector.attempt_until = None
        connector.is_ev_disconnected = False
        # From the beginning of Preparing (E 3.77), so a cable that follows a tag does not begin it
        # anew.
        seconds = self._configuration.integer("ConnectionTimeOut")
        if connector.attempt_until is None and seconds:
            connector.attempt_until = later(self._turn.now, seconds)

    def _follow_cable(self, connector: Connector) -> None:
        """A tag that named no connector goes with the cable, wherever that is plugged in."""
        if not connector.takes_starts:
            return
        for other in self._connectors.values():
            pending = other.pending_start
            if pending is None or pending.attempt.is_named or other.is_plugged:
                continue
            tag, parent = pending.id_tag, pending.parent_id_tag
            if self._reservations.may_move(other, connector, tag, parent):
                connector.pending_start, other.pending_start = other.pending_start, None
                connector.attempt_until, other.attempt_until = other.attempt_until, None
                self._statuses.refresh(other, "the cable was plugged in elsewhere")
                return
        self._attempts.follow_cable(connector)

    def _leave(self, connector: Connector, cause: str) -> None:
        """Let the session be over: nothing is plugged in and nobody waits."""
        connector.pending_start = None
        connector.attempt_until = None
        connector.is_session_over = False
        connector.ended = None
        connector.is_ev_disconnected = False
        if connector.status is ChargePointStatus.PREPARING:
            # No way leads from Preparing to Unavailable (S 4.9): over Available, B1 and A8.
            self._statuses.refresh(connector, cause)
        # The session is over: what was answered Scheduled takes effect now (S 5.2).
        was_operative = connector.is_operative
        self._availability.apply_scheduled(connector)
        if was_operative and not connector.is_operative:
            cause = f"ChangeAvailability Inoperative; {cause}"
        self._statuses.refresh(connector, cause)

    def cancel(self, connector: Connector, cause: str) -> None:
        """End an attempt before its transaction (B1)."""
        connector.pending_start = None
        connector.attempt_until = None
        if connector.is_plugged:
            self._statuses.refresh(connector, cause)
        else:
            self._leave(connector, cause)

    def unlock_if_possible(self, connector: Connector, cause: str = "cable unlocked") -> bool:
        """Open the lock of a connector; False where it is jammed (UnlockConnector, S 5.18)."""
        if connector.is_lock_jammed:
            return False
        was_left_locked = connector.is_left_locked
        self._unlock(connector)
        if was_left_locked and not connector.is_plugged:
            self._leave(connector, cause)
        elif was_left_locked:
            connector.cause = cause
            self.released(connector, cause)
        return True

    def restore_locks(self) -> None:
        """After a boot: open every lock but those that keep a cable for its tag (E 3.5)."""
        for connector, record in self._transactions.holding_cables():
            connector.ended = record
            if connector.has_fixed_cable:
                # The hardware has been changed since.
                self._transactions.hold_cable(connector, held=False)
                connector.ended = None
                continue
            connector.cause = f"{connector.cause}; {_held(record)}"
            connector.is_locked = connector.is_session_over = True
            connector.is_ev_disconnected = not connector.is_plugged
        for connector in self._connectors.values():
            # A boot ends every transaction, and the cable of one that ran is not held back.
            locked = connector.is_left_locked
            self._turn.emit(Lock(connector.connector_id, locked=locked))

    def _unlock(self, connector: Connector) -> None:
        if not connector.has_fixed_cable and not connector.is_lock_jammed:
            connector.is_locked = False
            self._transactions.hold_cable(connector, held=False)
            self._turn.emit(Lock(connector.connector_id, locked=False))
            self._turn.changed("connectors")

    def follow(self, connector: Connector, cause: str) -> None:
        """Follow a change of a transaction: power, limits, status."""
        self._charging.recompute()
        self._statuses.refresh(connector, cause)

    def refuse(self, scope: Sequence[Connector], reason: Reason, id_tag: str | None = None) -> None:
        """Note why nobody may start here."""
        note_refusal(self._turn, scope, reason, id_tag)

    def _note_timeout(self, connector: Connector, until: datetime) -> None:
        """Say what did not come within ConnectionTimeOut."""
        pending, refusal = connector.pending_start, connector.refusal
        seconds = self._configuration.integer("ConnectionTimeOut")
        if pending is None and refusal and refusal.at >= later(until, -seconds):
            # A tag came and was refused: that is why it did not start, not the time.
            return
        if pending is None:
            text = "a cable was plugged in, but no tag was accepted within {key} = {seconds}"
        elif connector.is_plugged:
            text = "{tag} and its cable were there, but could not start within {key} = {seconds}"
        else:
            text = "{tag} was accepted, but no cable was plugged in within {key} = {seconds}"
        tag = pending.id_tag if pending else None
        reason = because(
            "sessions.connection_timeout",
            "S 9.1",
            text,
            tag=tag or "",
            key="ConnectionTimeOut",
            seconds=exact(seconds),
        )
        self.refuse([connector], reason, tag)


def _held(ended: TransactionRecord) -> str:
    return f"the cable stays locked until {ended.id_tag} or UnlockConnector releases it"
