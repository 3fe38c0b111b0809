"""The charge point: takes what happens, with the time, and says what is to be done.

It joins the parts and knows no rule of the standard itself; those are in the parts.

A turn of the mind is one `handle`. It sets the time, tells the parts what has happened
(`_dispatch`), does what is due (`_tick`), and hands over the effects that the parts have left in
`Turn` meanwhile. Things that are due are done in every turn, not only for a `Tick`: what an event
leads to may be due at once, such as the status after a cable was plugged in, and so the shell never
has to ask twice. A tick is but an event that says nothing else.

No part waits for anything. A question to the CSMS is an `Outgoing` with what follows from its
answer or its failure, and one of the two is called in a later turn. What was true when the question
was asked may be so no longer by then; whoever asks has to look again (`attempts`).

An exception that leaves `handle` is a bug, and half a turn may be done: the shell then throws the
whole mind away and boots a new one from the records (`engine_loop`). So nothing here cleans up
after itself, and nothing may be kept in memory that the records cannot give back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, assert_never

from msgspec.structs import replace

from cp_tui.charge_point import events
from cp_tui.charge_point.chance import Chance
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.configuration import ReportedKey
from cp_tui.charge_point.effects import Effect, LogLevel, OpenLink, SetPing, StoredRecords
from cp_tui.charge_point.exchange_watcher import ExchangeWatcher
from cp_tui.charge_point.faults import Faults
from cp_tui.charge_point.incoming import Incoming
from cp_tui.charge_point.operator.operator import Operator
from cp_tui.charge_point.records import TransactionRecord
from cp_tui.charge_point.smart_charging.composite import Work
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.station_port import Body
from cp_tui.charge_point.tag_lookup import explain_tag
from cp_tui.charge_point.transactions import PAST_MAX
from cp_tui.charge_point.turn import NOBODY
from cp_tui.charge_point.variables import TagExplanation
from cp_tui.charge_point.views import VIEWS
from cp_tui.charge_point.wiring import assemble
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import ChargingRateUnitType


class ChargePoint:
    """One OCPP 1.6 charge point, pure: `(event, now) -> effects`."""

    def __init__(
        self,
        config: ChargePointConfig,
        body: Body,
        stored: StoredRecords,
        random: Chance,
        watcher: ExchangeWatcher = NOBODY,
        past_max: int = PAST_MAX,
    ) -> None:
        self._components = assemble(config, body, stored, random, watcher, past_max)
        self._turn = self._components.turn
        self._operator = Operator(self._components)
        self._incoming = Incoming(self._components)
        self._faults = Faults(self._components)

    def handle(self, event: events.Event, now: datetime) -> list[Effect]:
        """Take one event and give what follows from it, in the order to be carried out."""
        self._turn.now = now
        self._dispatch(event)
        # Only a tick says that an answer has not come: with a message there may be more of them.
        self._tick(has_waited=isinstance(event, events.Tick))
        return self._turn.take_effects()

    def take_changed(self) -> set[str]:
        """Hand over the names of the variables that may have changed since this was asked last."""
        return self._turn.take_changed()

    def prepare(self, name: str) -> bool:
        """Do a slice of the work that a variable needs; False when all of it is done.

        A slice takes a few milliseconds. Whoever must not wait for all of it in one go calls this
        until it gives False, and `view` then.
        """
        return self._components.charging.prepare(name)

    def view(self, name: str, now: datetime) -> Any:
        """Give the value of a variable at this moment; only to be called between two turns."""
        self._turn.now = now
        return VIEWS[name](self._components)

    def next_deadline(self) -> datetime | None:
        """Say when `handle(Tick(), now)` is due at the latest, in the clock of the machine."""
        components = self._components
        # While OCPP is stopped, what ends by the clock alone still ends: attempts, limits, the
        # energy of a refused tag, reservations. Everything else would send something.
        deadlines = [
            components.sessions.deadline,
            components.charging.deadline,
            components.deauthorization.deadline,
            components.reservations.deadline,
        ]
        if not self._turn.is_stopped:
            deadlines += [
                self._incoming.deadline,
                components.calls.deadline,
                components.composer.deadline,
                components.registration.silence_deadline,
                components.registration.deadline,
                components.statuses.deadline,
                components.sampling.deadline,
                components.reader.deadline,
                components.resetting.deadline,
                components.firmware.deadline,
                components.diagnostics.deadline,
                components.logs.deadline,
                components.outbox.told_deadline,
                components.security.deadline,
            ]
            # Else it is not time that the oldest message waits for, but an event.
            can_send = components.is_online and self._turn.can_write
            if can_send and components.calls.is_idle:
                deadlines.append(components.outbox.deadline)
        return min((due for due in deadlines if due is not None), default=None)

    def composite_schedule(
        self,
        connector_id: int,
        start: datetime | None,
        duration_s: int,
        unit: ChargingRateUnitType | None,
        now: datetime,
    ) -> Work[CompositeSchedule]:
        """Work out a composite schedule in slices, for somebody who looks (S 5.7).

        It begins now unless `start` says when, and is that of the moment of this call, whatever
        happens between the slices.
        """
        self._turn.now = now
        return self._components.charging.composing(connector_id, duration_s, unit, start)

    @property
    def is_accepted(self) -> bool:
        """Whether the CSMS has accepted this charge point since the boot (S 4.2)."""
        return self._components.registration.is_accepted

    @property
    def is_stopped(self) -> bool:
        """Whether the operator has ended all communication."""
        return self._turn.is_stopped

    @property
    def waiting_messages(self) -> int:
        """How many messages of transactions and of security the CSMS has not confirmed yet."""
        return len(self._components.outbox)

    @property
    def running_transactions(self) -> int:
        """How many transactions run."""
        return len(self._components.transactions.running())

    def transaction(self, connector_id: int) -> TransactionRecord | None:
        """Give the transaction that runs at a connector."""
        connector = self._components.connector(connector_id)
        return None if connector is None else connector.transaction

    @property
    def may_answer(self) -> bool:
        """Whether the CSMS may be answered; not while OCPP is stopped, nor while it rejects this
        charge point (S 4.2)."""
        return self._components.registration.may_answer and not self._turn.is_stopped

    @property
    def clock_offset(self) -> timedelta:
        """By how much the charge point's clock, which the CSMS sets, is ahead of the machine's."""
        return self._turn.offset

    def certificate(self, fingerprint: str) -> str | None:
        """Give a certificate, PEM: installed, of the charge point, or shown by the CSMS."""
        return self._components.security.pem(fingerprint)

    def digest_authorization_key(self, nonce: bytes) -> str | None:
        """Give a digest of the AuthorizationKey, keyed with it; None where none is set."""
        return self._components.configuration.digest_authorization_key(nonce)

    def get_configuration_keys(self, keys: Sequence[str]) -> tuple[list[ReportedKey], list[str]]:
        """Give the keys that exist and the names that do not; no name means all (S 5.8)."""
        return self._components.configuration.get(keys)

    def explain_tag(
        self, id_tag: str, now: datetime, connector_id: int | None = None
    ) -> TagExplanation:
        """Say what would happen if this tag were shown now, at any connector or one, and why."""
        self._turn.now = now
        return explain_tag(self._components, id_tag, connector_id)

    def _dispatch(self, event: events.Event) -> None:
        components = self._components
        match event:
            case events.PoweredOn():
                self._power_on(event)
            case events.Tick():
                pass
            case events.LinkOpened():
                self._link_opened(event)
            case events.LinkFailed():
                components.security.link_failed(event)
            case events.LinkClosed():
                components.composer.closed()
                components.calls.closed()
                components.recognition.link_closed()
                components.security.link_closed()
                self._turn.changed("registration", "outbox")
            case events.FrameReceived():
                self._incoming.receive(event.data)
            case events.AnswerUnread():
                self._incoming.unread(event)
            case events.DiskFailed(not_sent):
                self._turn.can_write = False
                components.calls.not_sent(not_sent)
                self._turn.changed("outbox")
            case events.DiskWorks():
                self._turn.can_write = True
                self._turn.changed("outbox")
            case events.DiskWasSlow(decided_at):
                components.calls.left_late(decided_at)
                self._turn.changed("registration")
            case events.TransferProgressed():
                components.firmware.progressed(event)
                components.diagnostics.progressed(event)
                components.logs.progressed(event)
            case events.TransferFinished():
                components.firmware.finished(event)
                components.diagnostics.finished(event)
                components.logs.finished(event)
            case events.FileInspected():
                components.firmware.inspected(event)
            case events.CertificateRequestMade():
                components.security.renewal.made(event)
            case events.CertificateRequestFailed():
                components.security.renewal.not_made(event)
            case events.SecurityLogChanged(size_bytes, has_dropped, failure):
                components.security.events.log_changed(size_bytes, failure, has_dropped=has_dropped)
            case events.PluggedIn():
                components.sessions.plugged_in(event)
            case events.PluggedOut():
                components.sessions.plugged_out(event)
            case events.EvSuspended():
                components.sessions.ev_suspended(event)
            case events.ErrorRaised():
                self._faults.raised(event)
            case events.ErrorCleared():
                self._faults.cleared(event)
            case events.LockJammed():
                self._faults.lock_jammed(event)
            case events.StopPressed(connector_id):
                components.sessions.stop_by_button(components.connectors[connector_id])
            case events.EmergencyStopPressed():
                components.sessions.stop_all_at_once()
            case events.MainsFailed():
                components.resetting.lose_mains()
            case _:
                self._carry_out(event)

    def _carry_out(self, command: events.OperatorCommand) -> None:
        # A boot hears no command, and what few of them need would hold it up.
        from cp_tui.charge_point.operator import charging_profiles, security, upkeep

        components, operator = self._components, self._operator
        match command:
            case events.Stop():
                operator.stop(command)
            case events.Restart():
                operator.restart(command)
            case events.TransferData():
                operator.transfer_data(command)
            case events.SetCustomConfigurationKey():
                operator.set_custom_configuration_key(command)
            case events.MonitorConfigurationKeys():
                operator.monitor_configuration_keys(command)
            case events.InstallChargingProfile():
                charging_profiles.install_charging_profile(components, command)
            case events.ClearChargingProfile():
                charging_profiles.clear_charging_profile(components, command)
            case events.SendCall():
                components.composer.send_call(command)
            case events.SendRaw():
                components.composer.send_raw(command)
            case events.TryNow():
                upkeep.try_now(components, command)
            case events.DropMessage():
                upkeep.drop_message(components, command)
            case events.ClearAuthorizationCache():
                upkeep.clear_authorization_cache(components, command)
            case events.Swipe():
                components.reader.swiped(command)
            case events.CancelReservation():
                upkeep.cancel_reservation(components, command)
            case events.RequestCertificate():
                security.request_certificate(components, command)
            case events.InstallRootCertificate():
                security.install_root_certificate(components, command)
            case events.DeleteRootCertificate():
                security.delete_root_certificate(components, command)
            case events.SetSecurityProfile():
                security.set_security_profile(components, command)
            case events.RaiseSecurityEvent():
                security.raise_security_event(components, command)
            case events.ClearSecurityLog():
                security.clear_security_log(components, command)
            case _:
                assert_never(command)

    def _power_on(self, event: events.PoweredOn) -> None:
        """Boot: find the cables, end what the power loss interrupted, connect (S 4.2)."""
        components, turn = self._components, self._turn
        for habit in turn.config.quirks.habits:
            turn.log(LogLevel.WARNING, f"not as the standard wants it, as it is set: {habit}")
        # First the transactions, for what a cable means depends on them: one that is still in after
        # its transaction was cut off belongs to a session that is over, and the next person's tag
        # must not start it (E 3.20). A cable that came without a transaction is a new attempt.
        closed = components.transactions.close_interrupted(event.after_failure)
        interrupted = {record.connector_id: record for record in closed}
        for connector in components.connectors:
            assert connector.transaction is None, "no transaction outlives a boot"
            connector.status_since = turn.now
            if connector.connector_id > 0:
                vehicle = turn.body.vehicle(connector.connector_id, turn.now)
                connector.is_plugged = vehicle is not None
                connector.is_ev_suspended = vehicle is not None and vehicle.is_suspended
                connector.is_session_over = (
                    connector.is_plugged and connector.connector_id in interrupted
                )
            if record := interrupted.get(connector.connector_id):
                # The status before is not stored. It follows from the transaction, which had a
                # vehicle once, and from what is true of the connector before the boot changes it.
                then = replace(connector, is_ev_disconnected=not connector.is_plugged)
                connector.status = then.status_with(record)
        components.sessions.restore_locks()
        components.availability.apply_all_scheduled()
        components.reservations.restore()
        components.charging.recompute()
        components.sampling.rearm()
        components.firmware.power_on()
        components.diagnostics.power_on()
        components.logs.power_on()
        components.security.power_on(event)
        timeout_s = components.configuration.integer("ConnectionTimeOut")
        for connector in components.connectors:
            if record := interrupted.get(connector.connector_id):
                components.statuses.interrupted(connector, record)
            connector.status = connector.current_status()
            if not connector.is_set_operative:
                connector.cause = "ChangeAvailability Inoperative, before the start"
            is_waiting = connector.is_plugged and not connector.is_session_over
            if is_waiting and not connector.is_reserved and timeout_s:
                connector.attempt_until = later(turn.now, timeout_s)
        components.registration.reset()
        turn.emit(
            components.security.credentials(),
            SetPing(components.configuration.integer("WebSocketPingInterval")),
            OpenLink(),
        )
        turn.changed(*VIEWS)

    def _link_opened(self, event: events.LinkOpened) -> None:
        components = self._components
        if self._turn.is_stopped or not components.security.link_opened(event):
            return
        components.calls.opened()
        # A CSMS that has said Pending or Rejected has named a wait as well, which a line that was
        # lost does not shorten (S 4.2).
        if components.registration.is_accepted and components.configuration.boolean(
            "BootOnReconnect"
        ):
            components.registration.reset()
            components.statuses.reset()
        components.registration.link_opened()
        if components.registration.is_accepted:
            components.statuses.notify_changed()
            components.firmware.report()
            components.diagnostics.report()
            components.logs.report()
            components.security.renewal.report()
            if components.security.profiles.is_unproved:
                components.registration.heartbeat()
        self._turn.changed("registration", "outbox")

    def _tick(self, *, has_waited: bool) -> None:
        """Do what is due, in the order in which one thing may lead to the next."""
        components = self._components
        self._incoming.tick()
        # Limits first: whether a connector may draw decides on its status, and that on the rest.
        if components.charging.tick():
            components.refresh_charging()
        components.sessions.tick()
        components.deauthorization.tick()
        if self._turn.is_stopped:
            components.reservations.tick()
            return
        if has_waited:
            components.calls.tick()
            components.composer.tick()
        components.reader.tick()
        components.reservations.tick()
        for connector in components.sampling.tick():
            components.transactions.seen(connector)
        components.statuses.tick()
        components.registration.tick()
        components.firmware.tick()
        # An installation takes connectors out of service, and that ends their reservations.
        components.reservations.tick()
        components.diagnostics.tick()
        components.logs.tick()
        components.security.tick()
        # By now everything that wants to be sent is queued, and one call may leave (J 4.1.1).
        components.calls.pump()
        # What is told of the next attempt and the next heartbeat depends on what has just left.
        components.outbox.tick()
        components.registration.follow_heartbeat()
        # A soft reset boots once nothing is left to send, which is known only here.
        components.resetting.tick()
