"""The charge point: takes what happens, with the time, and says what is to be done.

It joins the parts and knows no rule of the standard itself; those are in the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import assert_never

from pydantic import BaseModel

from cp_tui.charge_point import events, profile_commands, upkeep, views
from cp_tui.charge_point.assembly import assemble
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import Effect, OpenLink, Publish, SetPing, Table
from cp_tui.charge_point.faults import Faults
from cp_tui.charge_point.incoming import Incoming
from cp_tui.charge_point.meter import Body
from cp_tui.charge_point.operator import Operator
from cp_tui.charge_point.smart_charging.composite import Work
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.tag_lookup import explain_tag
from cp_tui.charge_point.variables import TagExplanation
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import ChargingRateUnitType, KeyValue


class ChargePoint:
    """One OCPP 1.6 charge point, pure: `(event, now) -> effects`."""

    def __init__(
        self,
        config: ChargePointConfig,
        body: Body,
        stored: Mapping[Table, Mapping[str, str]],
        random: Random,
    ) -> None:
        self._parts = assemble(
            config, body, stored, random, is_stopped=lambda: self._operator.is_stopped
        )
        self._core = self._parts.core
        self._operator = Operator(self._parts)
        self._incoming = Incoming(self._parts)
        self._faults = Faults(self._parts)
        self._published: dict[str, BaseModel] = {}
        self._views: Mapping[str, Callable[[], BaseModel]] = views.all_views(
            self._parts, self._operator
        )

    def handle(self, event: events.Event, now: datetime) -> list[Effect]:
        """Take one event and give what follows from it, in the order to be carried out."""
        self._core.now = now
        self._dispatch(event)
        # Only a tick says that an answer has not come: with a message there may be more of them.
        self._tick(has_waited=isinstance(event, events.Tick))
        self._publish()
        return self._core.take_effects()

    def next_deadline(self) -> datetime | None:
        """Say when `handle(Tick(), now)` is due at the latest, in the clock of the machine."""
        parts = self._parts
        deadlines = [
            parts.sessions.deadline,
            parts.charging.deadline,
            parts.deauthorization.deadline,
            parts.reservations.deadline,
        ]
        if not self._operator.is_stopped:
            deadlines += [
                parts.calls.deadline,
                parts.composer.deadline,
                parts.registration.silence_deadline,
                parts.registration.deadline,
                parts.statuses.deadline,
                parts.sampling.deadline,
                parts.reader.deadline,
                parts.resetting.deadline,
                parts.firmware.deadline,
                parts.diagnostics.deadline,
                parts.outbox.told_deadline,
            ]
            can_send = parts.is_online and self._core.can_write
            if can_send and parts.calls.pending_action is None:
                deadlines.append(parts.outbox.deadline)
        return min((due for due in deadlines if due is not None), default=None)

    def composite_schedule(
        self,
        connector_id: int,
        start: datetime | None,
        duration_s: int,
        unit: ChargingRateUnitType | None,
        now: datetime,
    ) -> Work[CompositeSchedule]:
        """Compute a composite schedule for somebody who looks (S 5.7); it starts now by default.

        It is of this moment, whatever happens between the slices.
        """
        self._core.now = now
        return self._parts.charging.composing(connector_id, duration_s, unit, start)

    @property
    def may_answer(self) -> bool:
        """Whether the CSMS may be answered; not while it rejects this charge point (S 4.2)."""
        return self._parts.registration.may_answer

    @property
    def clock_offset(self) -> timedelta:
        """What the clock of the charge point, which follows the CSMS, is ahead of the machine's."""
        return self._core.offset

    def digest_authorization_key(self, nonce: bytes) -> str | None:
        """Give a digest of the AuthorizationKey, keyed with it; None where none is set."""
        return self._parts.configuration.digest_authorization_key(nonce)

    def get_configuration_keys(self, keys: Sequence[str]) -> tuple[list[KeyValue], list[str]]:
        """Give the keys that exist and the names that do not; no name means all (S 5.8)."""
        return self._parts.configuration.get(keys)

    def explain_tag(
        self, id_tag: str, now: datetime, connector_id: int | None = None
    ) -> TagExplanation:
        """Say what would happen if this tag were shown now, at any connector or one, and why."""
        self._core.now = now
        stopped = self._operator.is_stopped
        return explain_tag(self._parts, id_tag, connector_id, is_stopped=stopped)

    def _dispatch(self, event: events.Event) -> None:
        parts = self._parts
        match event:
            case events.PoweredOn(after_failure):
                self._power_on(after_failure)
            case events.Tick():
                pass
            case events.Observed():
                self._core.changed("connectors")
            case events.LinkOpened():
                self._link_opened()
            case events.LinkClosed():
                parts.composer.closed()
                parts.calls.closed()
                parts.recognition.link_closed()
                self._core.changed("registration", "outbox")
            case events.FrameReceived():
                self._incoming.receive(event.data)
            case events.AnswerUnread():
                self._incoming.unread(event)
            case events.DiskFailed(not_sent):
                self._core.can_write = False
                parts.calls.not_sent(not_sent)
                self._core.changed("outbox")
            case events.DiskWorks():
                self._core.can_write = True
                self._core.changed("outbox")
            case events.DiskWasSlow(decided_at):
                parts.calls.left_late(decided_at)
                self._core.changed("registration")
            case events.TransferProgressed():
                parts.firmware.progressed(event)
                parts.diagnostics.progressed(event)
            case events.TransferFinished():
                parts.firmware.finished(event)
                parts.diagnostics.finished(event)
            case events.PluggedIn():
                parts.sessions.plugged_in(event)
            case events.PluggedOut():
                parts.sessions.plugged_out(event)
            case events.EvSuspended():
                parts.sessions.ev_suspended(event)
            case events.ErrorRaised():
                self._faults.raised(event)
            case events.ErrorCleared():
                self._faults.cleared(event)
            case events.LockJammed():
                self._faults.lock_jammed(event)
            case events.StopPressed(connector_id):
                parts.sessions.stop_by_button(parts.connectors[connector_id])
            case events.EmergencyStopPressed():
                parts.sessions.stop_all_at_once()
            case events.MainsFailed():
                parts.resetting.lose_mains()
            case _:
                self._carry_out(event)

    def _carry_out(self, command: events.Command) -> None:
        parts, operator = self._parts, self._operator
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
                profile_commands.install_charging_profile(parts, command)
            case events.ClearChargingProfile():
                profile_commands.clear_charging_profile(parts, command)
            case events.SendCall():
                parts.composer.send_call(command)
            case events.SendRaw():
                parts.composer.send_raw(command)
            case events.TryNow():
                upkeep.try_now(parts, command)
            case events.DropMessage():
                upkeep.drop_message(parts, command)
            case events.ClearAuthorizationCache():
                upkeep.clear_authorization_cache(parts, command)
            case events.Swiped():
                parts.reader.swiped(command)
            case events.CancelReservation():
                upkeep.cancel_reservation(parts, command)
            case _:
                assert_never(command)

    def _power_on(self, after_failure: bool) -> None:
        """Boot: find the cables, end what the power loss interrupted, connect (S 4.2)."""
        parts, core = self._parts, self._core
        closed = parts.transactions.close_interrupted(after_failure)
        interrupted = {record.connector_id for record in closed}
        for connector in parts.connectors:
            connector.status_since = core.now
            if connector.connector_id > 0:
                vehicle = core.body.vehicle(connector.connector_id, core.now)
                connector.is_plugged = vehicle is not None
                connector.is_ev_suspended = vehicle is not None and vehicle.is_suspended
                connector.is_session_over = (
                    connector.is_plugged and connector.connector_id in interrupted
                )
        parts.sessions.restore_locks()
        parts.availability.apply_all_scheduled()
        parts.reservations.restore()
        parts.charging.recompute()
        parts.sampling.rearm()
        parts.firmware.power_on()
        parts.diagnostics.power_on()
        timeout_s = parts.configuration.integer("ConnectionTimeOut")
        for connector in parts.connectors:
            connector.status = connector.current_status()
            if not connector.is_set_operative:
                connector.cause = "ChangeAvailability Inoperative, before the start"
            is_waiting = connector.is_plugged and not connector.is_session_over
            if is_waiting and not connector.is_reserved and timeout_s:
                connector.attempt_until = later(core.now, timeout_s)
        parts.registration.reset()
        core.emit(
            parts.configuration.credentials(),
            SetPing(parts.configuration.integer("WebSocketPingInterval")),
            OpenLink(),
        )
        core.changed(*self._views)

    def _link_opened(self) -> None:
        if self._operator.is_stopped:
            return
        parts = self._parts
        parts.calls.opened()
        # A CSMS that has said Pending or Rejected has named a wait as well, which a line that was
        # lost does not shorten (S 4.2).
        if parts.registration.is_accepted and parts.configuration.boolean("BootOnReconnect"):
            parts.registration.reset()
            parts.statuses.reset()
        parts.registration.link_opened()
        if parts.registration.is_accepted:
            parts.statuses.notify_changed()
            parts.firmware.report()
            parts.diagnostics.report()
        self._core.changed("registration", "outbox")

    def _tick(self, *, has_waited: bool) -> None:
        """Do what is due, in the order in which one thing may lead to the next."""
        parts = self._parts
        if parts.charging.tick():
            parts.refresh_charging()
        parts.sessions.tick()
        parts.deauthorization.tick()
        if self._operator.is_stopped:
            parts.reservations.tick()
            return
        if has_waited:
            parts.calls.tick()
            parts.composer.tick()
        parts.reader.tick()
        parts.reservations.tick()
        for connector in parts.sampling.tick():
            parts.transactions.seen(connector)
        parts.statuses.tick()
        parts.registration.tick()
        parts.firmware.tick()
        # An installation takes connectors out of service, and that ends their reservations.
        parts.reservations.tick()
        parts.diagnostics.tick()
        parts.outbox.tick()
        parts.calls.pump()
        parts.registration.follow_heartbeat()
        parts.resetting.tick()

    def _publish(self) -> None:
        """Publish each variable that changed in substance."""
        for name in sorted(self._core.take_changed()):
            value = self._views[name]()
            if self._published.get(name) != value:
                self._published[name] = value
                self._core.emit(Publish(name, value))
