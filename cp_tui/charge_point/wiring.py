"""Builds the parts of a charge point and ties them together.

The parts need each other in a circle: an answer confirms a transaction, which changes a status,
which is a call. So each is given, when it is built, functions for what it asks of parts that come
later; they look the part up in `Components` when they are called. What more than hands on is in
`_Wiring`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cp_tui.charge_point.attempts import Attempts
from cp_tui.charge_point.authorization import Authorization
from cp_tui.charge_point.authorization_cache import AuthorizationCache
from cp_tui.charge_point.authorization_rules import Rules
from cp_tui.charge_point.availability import Availability
from cp_tui.charge_point.calls import Calls, Outgoing
from cp_tui.charge_point.chance import Chance
from cp_tui.charge_point.charging import Charging
from cp_tui.charge_point.components import Components
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.deauthorization import Deauthorization
from cp_tui.charge_point.diagnostics import Diagnostics
from cp_tui.charge_point.effects import SetPing, StoredRecords
from cp_tui.charge_point.exchange_watcher import ExchangeWatcher
from cp_tui.charge_point.firmware import Firmware
from cp_tui.charge_point.journal import Journal
from cp_tui.charge_point.local_list import LocalList
from cp_tui.charge_point.local_list_conflict import LocalListConflicts
from cp_tui.charge_point.meter_values import MeterValueSampling
from cp_tui.charge_point.monitors import Monitors
from cp_tui.charge_point.operator.composed_messages import ComposedMessages
from cp_tui.charge_point.outbox import Outbox
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.recognition import Recognition
from cp_tui.charge_point.records import OutboxRecord
from cp_tui.charge_point.registration import Registration
from cp_tui.charge_point.reservations import Reservations
from cp_tui.charge_point.reset import Resetting
from cp_tui.charge_point.retry_rule import RetryRule
from cp_tui.charge_point.rfid_reader import RESETTING, STOPPED, RfidReader
from cp_tui.charge_point.security.logs import LogUploads
from cp_tui.charge_point.security.security import Security
from cp_tui.charge_point.sessions import Sessions
from cp_tui.charge_point.station_port import Body
from cp_tui.charge_point.status_notifications import StatusNotifications
from cp_tui.charge_point.transactions import PAST_MAX, Transactions
from cp_tui.charge_point.turn import NOBODY, Turn
from cp_tui.charge_point.vacating import Vacating
from cp_tui.charge_point.variables import ClockStep, KeySource, SecurityEventType
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import RegistrationStatus, format_date_time
from cp_tui.ocpp.model import WireModel

if TYPE_CHECKING:
    from pydantic import JsonValue


class _Wiring:
    """What concerns several parts at once, and so belongs to none of them."""

    def __init__(self, components: Components) -> None:
        self.components = components

    def rules(self) -> Rules:
        """Read the keys that decide about tags."""
        boolean = self.components.configuration.boolean
        return Rules(
            local_pre_authorize=boolean("LocalPreAuthorize"),
            local_authorize_offline=boolean("LocalAuthorizeOffline"),
            allow_offline_tx_for_unknown_id=boolean("AllowOfflineTxForUnknownId"),
        )

    def retry_rule(self) -> RetryRule:
        """Read the keys that say how often a transaction message is sent, and how far apart."""
        return RetryRule(
            attempts_max=max(
                1, self.components.configuration.integer("TransactionMessageAttempts")
            ),
            interval_s=self.components.configuration.integer("TransactionMessageRetryInterval"),
            meter_values_max=self.components.configuration.integer("WaitingMeterValuesMax"),
        )

    def may_send(self, outgoing: Outgoing) -> bool:
        """Say whether a call may go in the present state of the registration (S 4.2)."""
        match self.components.registration.status:
            case RegistrationStatus.ACCEPTED:
                return True
            case RegistrationStatus.PENDING:
                return outgoing.is_triggered or outgoing.is_boot
            case _:
                return outgoing.is_boot

    @property
    def _may_offer(self) -> bool:
        return self.components.registration.is_accepted and self.components.turn.can_write

    def next_from_outbox(self) -> Outgoing | None:
        """Give the next transaction message once the CSMS has accepted this charge point."""
        return self.components.outbox.next() if self._may_offer else None

    def is_outbox_ready(self) -> bool:
        """Say whether there is one to give now."""
        return self._may_offer and self.components.outbox.is_ready()

    def starts_soon(self, transaction_key: str) -> bool:
        """Say whether a StartTransaction goes soon; one behind a backlog holds nothing back."""
        return self._may_offer and self.components.outbox.starts_soon(transaction_key)

    def why_outbox_is_kept(self) -> str | None:
        """Say what keeps every transaction message, if anything does."""
        if self.components.turn.is_stopped:
            return "OCPP is stopped by the operator"
        if not self.components.turn.can_write:
            return "the disk takes no records"
        if not self.components.calls.is_open:
            return "offline"
        if not self.components.registration.is_accepted:
            return "the CSMS has not accepted this charge point yet"
        return None

    def why_closed(self) -> Reason | None:
        """Say why nobody may start a transaction at this moment, if so."""
        if self.components.turn.is_stopped:
            return STOPPED
        return RESETTING if self.components.resetting.is_under_way else None

    def is_closed(self) -> bool:
        """Say whether nobody may start a transaction at this moment."""
        return self.why_closed() is not None

    def accepted(self, interval_s: int) -> None:
        """Begin normal operation (S 4.2): the interval, then every status (E 3.22)."""
        if interval_s > 0:
            value = str(interval_s)
            if self.components.configuration.text("HeartbeatInterval") != value:
                self.components.configuration.put("HeartbeatInterval", value, KeySource.CSMS)
        self.components.outbox.booted()
        self.components.statuses.notify_all()
        self.components.firmware.report()
        self.components.diagnostics.report()
        self.components.logs.report()
        self.components.security.renewal.report()

    def clock_stepped(self, step: ClockStep) -> None:
        """Follow a new time of day: schedules and the grid of aligned values."""
        self.components.transactions.clock_stepped(step)
        self.components.statuses.clock_stepped(step)
        self.components.charging.recompute()
        self.components.sampling.follow_clock()
        self.components.refresh_charging()
        words = f"{step.by}: {format_date_time(step.before)} -> {format_date_time(step.after)}"
        self.components.security.events.report(SecurityEventType.SETTING_SYSTEM_TIME, words)
        # It waits for an instant of the CSMS's clock, and is told in that of the machine.
        self.components.turn.changed("firmware")

    def confirmed(self, message: OutboxRecord, response: WireModel) -> None:
        """Tell whose message it is that the CSMS has taken it."""
        self.components.turn.watcher.confirmed(message)
        if message.action == Action.SECURITY_EVENT_NOTIFICATION:
            self.components.security.events.confirmed(message)
        else:
            self.components.transactions.confirmed(message, response)

    def taken_unread(self, message: OutboxRecord, payload: JsonValue) -> None:
        """Tell whose message it is that the CSMS has it, with an answer that cannot be read."""
        self.components.turn.watcher.confirmed(message)
        if message.action == Action.SECURITY_EVENT_NOTIFICATION:
            self.components.security.events.confirmed(message)
        else:
            self.components.transactions.taken_unread(message, payload)

    def lost(self, message: OutboxRecord, why: str) -> None:
        """Tell whose message it is that it was given up."""
        self.components.turn.watcher.lost(message)
        if message.action == Action.SECURITY_EVENT_NOTIFICATION:
            self.components.security.events.lost(message, why)
        else:
            self.components.transactions.lost(message, why)

    def key_changed(self, key: str) -> None:
        """Put the new value of a key into effect, where that is not done at its next use."""
        turn, configuration = self.components.turn, self.components.configuration
        match key:
            case "HeartbeatInterval":
                turn.changed("registration")
            case "WebSocketPingInterval":
                turn.emit(SetPing(configuration.integer(key)))
            case "MeterValueSampleInterval" | "ClockAlignedDataInterval":
                self.components.sampling.rearm()
            case "TxProfileFallback":
                self.components.charging.recompute()
                self.components.refresh_charging()
            case "AuthorizationCacheEnabled":
                turn.changed("authorization_cache")
            case "LocalAuthListEnabled":
                turn.changed("local_list")
                self.components.authorization.list_changed()
            case "AuthorizationKey":
                security = self.components.security
                security.authorization_key_changed()
                turn.emit(security.credentials())
                if security.profiles.profile in (1, 2):
                    why = f"{key} was changed: it connects anew with what is set now"
                    security.reconnection.soon(why)
            case "SecurityProfile":
                self.components.security.profiles.changed(KeySource.CSMS)
            case "CpoName" | "DisableSecurityEventNotifications":
                turn.changed("security")


def assemble(
    config: ChargePointConfig,
    body: Body,
    stored: StoredRecords,
    random: Chance,
    watcher: ExchangeWatcher = NOBODY,
    past_max: int = PAST_MAX,
) -> Components:
    """Build a charge point from its configuration and what was stored.

    `past_max`: how many past transactions are kept.
    """
    made = Components()
    wiring = _Wiring(made)
    turn = made.turn = Turn(config, body, stored, random, watcher)
    made.configuration = Configuration(turn)
    made.connectors = (
        Connector(0, None, turn.now),
        *(
            Connector(n, c, turn.now, tells_suspended_ev=not config.quirks.no_suspended_ev)
            for n, c in enumerate(config.connectors, 1)
        ),
    )
    made.key_changed = wiring.key_changed
    made.monitors = Monitors(turn, made.configuration)
    _build_messages(made, wiring)
    _build_tags(made, wiring)
    _build_transactions(made, wiring, past_max)
    return made


def _build_messages(made: Components, wiring: _Wiring) -> None:
    """Build what goes to the CSMS and comes from there."""
    turn, configuration = made.turn, made.configuration
    made.journal = Journal(turn)
    made.calls = Calls(
        turn,
        made.journal,
        configuration,
        may_send=wiring.may_send,
        is_outbox_ready=wiring.is_outbox_ready,
        next_from_outbox=wiring.next_from_outbox,
        settled=lambda outgoing, failure: made.recognition.settled(outgoing, failure),
        starts_soon=wiring.starts_soon,
    )
    made.outbox = Outbox(
        turn,
        rule=wiring.retry_rule,
        kept_because=wiring.why_outbox_is_kept,
        transaction_id=lambda key: made.transactions.transaction_id(key),
        on_confirmed=wiring.confirmed,
        on_unread=wiring.taken_unread,
        on_lost=wiring.lost,
    )
    made.statuses = StatusNotifications(
        turn,
        made.calls,
        configuration,
        made.connectors,
        why_offline=made.why_offline,
    )
    made.composer = ComposedMessages(turn, made.calls, made.journal, configuration)
    made.registration = Registration(
        turn,
        made.calls,
        configuration,
        firmware_version=lambda: made.firmware.version,
        on_accepted=wiring.accepted,
        on_clock_step=wiring.clock_stepped,
    )
    made.recognition = Recognition(
        made.registration,
        made.outbox,
        tell_status=partial(made.statuses.notify, made.connectors[0]),
    )
    made.security = Security(
        turn, configuration, made.calls, made.outbox, why_offline=made.why_offline
    )
    configuration.why_not_profile = made.security.profiles.why_not
    trust = made.security.roots.file_servers
    made.diagnostics = Diagnostics(turn, made.calls, why_offline=made.why_offline, trust=trust)
    made.logs = LogUploads(
        turn,
        made.calls,
        why_offline=made.why_offline,
        trust=trust,
        log_bytes=lambda: made.security.events.log_bytes,
    )


def _build_tags(made: Components, wiring: _Wiring) -> None:
    """Build what decides about tags, and who keeps a connector for one."""
    turn, connectors, configuration = made.turn, made.connectors, made.configuration
    made.local_list = LocalList(turn, configuration)
    made.authorization_cache = AuthorizationCache(turn, configuration)
    made.authorization = Authorization(
        turn,
        made.calls,
        made.local_list,
        made.authorization_cache,
        LocalListConflicts(turn, connectors[0], made.statuses),
        rules=wiring.rules,
        why_offline=made.why_offline,
    )
    made.reservations = Reservations(
        turn,
        configuration,
        connectors,
        on_kept=made.statuses.refresh,
        on_released=lambda connector, cause: made.sessions.released(connector, cause),
    )
    made.attempts = Attempts(
        turn,
        made.authorization,
        made.reservations,
        connectors,
        why_closed=wiring.why_closed,
        permit=lambda connector, pending: made.sessions.permit(connector, pending),
        on_end=lambda attempt: made.reader.ended(attempt),
    )


def _build_transactions(made: Components, wiring: _Wiring, past_max: int) -> None:
    """Build what charges, and what ends that."""
    turn, connectors, configuration = made.turn, made.connectors, made.configuration
    calls, outbox, statuses = made.calls, made.outbox, made.statuses
    made.availability = Availability(turn, connectors)
    made.sampling = MeterValueSampling(turn, calls, outbox, configuration, connectors)
    made.charging = Charging(turn, configuration, connectors)
    made.transactions = Transactions(
        turn,
        outbox,
        made.sampling,
        connectors,
        on_changed=lambda connector, cause: made.sessions.follow(connector, cause),
        on_refused=lambda connector, reason: made.deauthorization.refused(connector, reason),
        learn=made.authorization.learn,
        past_max=past_max,
    )
    made.sessions = Sessions(
        turn,
        configuration,
        made.attempts,
        made.transactions,
        made.charging,
        made.availability,
        made.reservations,
        statuses,
        connectors,
        is_closed=wiring.is_closed,
    )
    made.reader = RfidReader(
        turn,
        configuration,
        made.authorization,
        made.attempts,
        made.reservations,
        made.sessions,
        connectors,
        why_closed=wiring.why_closed,
    )
    made.deauthorization = Deauthorization(
        turn, configuration, made.transactions, made.sessions, connectors
    )
    made.resetting = Resetting(turn, calls, outbox, made.transactions, made.sessions, made.attempts)
    made.firmware = Firmware(
        turn,
        calls,
        Vacating(made.availability, statuses, connectors),
        made.resetting,
        why_offline=made.why_offline,
        roots=made.security.roots,
        report=made.security.events.report,
    )
