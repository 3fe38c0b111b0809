"""Builds the parts of a charge point and ties them together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from cp_tui.charge_point.attempts import Attempts
from cp_tui.charge_point.authorization import Authorization
from cp_tui.charge_point.authorization_cache import AuthorizationCache
from cp_tui.charge_point.authorization_rules import Rules
from cp_tui.charge_point.availability import Availability
from cp_tui.charge_point.calls import CallFailure, Calls, Outgoing
from cp_tui.charge_point.charging import Charging
from cp_tui.charge_point.components import Components
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.connector import Connector, PendingStart, StartAttempt
from cp_tui.charge_point.deauthorization import Deauthorization
from cp_tui.charge_point.diagnostics import Diagnostics
from cp_tui.charge_point.effects import Reconnect, SetPing, StoredRecords
from cp_tui.charge_point.firmware import Firmware
from cp_tui.charge_point.journal import Journal
from cp_tui.charge_point.local_list import LocalList
from cp_tui.charge_point.local_list_conflict import LocalListConflicts
from cp_tui.charge_point.meter_values import MeterValueSampling
from cp_tui.charge_point.monitors import Monitors
from cp_tui.charge_point.operator.composed_messages import ComposedMessages
from cp_tui.charge_point.outbox import Outbox, RetryRule
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.recognition import Recognition
from cp_tui.charge_point.records import OutboxRecord
from cp_tui.charge_point.registration import Registration
from cp_tui.charge_point.reservations import Reservations
from cp_tui.charge_point.reset import Resetting
from cp_tui.charge_point.rfid_reader import RESETTING, STOPPED, RfidReader
from cp_tui.charge_point.sessions import Sessions
from cp_tui.charge_point.station_port import Body
from cp_tui.charge_point.status_notifications import StatusNotifications
from cp_tui.charge_point.transactions import Transactions
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import ClockStep, KeySource
from cp_tui.ocpp.calendar import span
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.ocpp.model import WireModel

if TYPE_CHECKING:
    from pydantic import JsonValue


class _Wiring:
    """What the parts ask of each other; complete once all of them exist."""

    components: Components

    def __init__(self, configuration: Configuration, is_stopped: Callable[[], bool]) -> None:
        self._configuration = configuration
        self.is_stopped = is_stopped

    # --- what keys mean ---------------------------------------------------------------------------

    def seconds(self, key: str) -> timedelta:
        """Give the value of a key as a duration."""
        return span(self._configuration.integer(key))

    def rules(self) -> Rules:
        """Give the keys that decide about tags."""
        boolean = self._configuration.boolean
        return Rules(
            local_pre_authorize=boolean("LocalPreAuthorize"),
            local_authorize_offline=boolean("LocalAuthorizeOffline"),
            allow_offline_tx_for_unknown_id=boolean("AllowOfflineTxForUnknownId"),
        )

    def retry_rule(self) -> RetryRule:
        """Give the keys that decide about retries."""
        return RetryRule(
            attempts_max=max(1, self._configuration.integer("TransactionMessageAttempts")),
            interval_s=self._configuration.integer("TransactionMessageRetryInterval"),
            meter_values_max=self._configuration.integer("WaitingMeterValuesMax"),
        )

    # --- outgoing calls ---------------------------------------------------------------------------

    def may_send(self, outgoing: Outgoing) -> bool:
        """Say whether a call may go in the present state of the registration (S 4.2)."""
        match self.components.registration.status:
            case RegistrationStatus.ACCEPTED:
                return True
            case RegistrationStatus.PENDING:
                return outgoing.is_triggered or outgoing.is_boot
            case _:
                return outgoing.is_boot

    def next_from_outbox(self) -> Outgoing | None:
        """Give the next transaction message once the CSMS has accepted this charge point."""
        may_offer = self.components.registration.is_accepted and self.components.turn.can_write
        return self.components.outbox.next() if may_offer else None

    def starts_soon(self, transaction_key: str) -> bool:
        """Say whether a StartTransaction goes soon; one behind a backlog holds nothing back."""
        components = self.components
        may_offer = components.registration.is_accepted and components.turn.can_write
        return may_offer and components.outbox.starts_soon(transaction_key)

    def why_outbox_is_kept(self) -> str | None:
        """Say what keeps every transaction message, if anything does."""
        if self.is_stopped():
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
        if self.is_stopped():
            return STOPPED
        return RESETTING if self.components.resetting.is_under_way else None

    def is_closed(self) -> bool:
        """Say whether nobody may start a transaction at this moment."""
        return self.why_closed() is not None

    def why_offline(self) -> str | None:
        """Say why the CSMS cannot be asked, if so."""
        return self.components.why_offline()

    def is_online(self) -> bool:
        """Say whether the CSMS can be asked."""
        return self.components.is_online

    # --- registration -----------------------------------------------------------------------------

    def settled(self, outgoing: Outgoing, failure: CallFailure | None) -> None:
        """Learn whether the CSMS still knows this charge point."""
        self.components.recognition.settled(outgoing, failure)

    def accepted(self, interval_s: int) -> None:
        """Begin normal operation (S 4.2): the interval, then every status (E 3.22)."""
        if interval_s > 0:
            value = str(interval_s)
            if self.components.configuration.text("HeartbeatInterval") != value:
                self.components.configuration.put("HeartbeatInterval", value, KeySource.CSMS)
        self.components.statuses.notify_all()
        self.components.firmware.report()
        self.components.diagnostics.report()

    def firmware_version(self) -> str | None:
        """Give the version for BootNotification."""
        return self.components.firmware.version

    def clock_stepped(self, step: ClockStep) -> None:
        """Follow a new time of day: schedules and the grid of aligned values."""
        self.components.transactions.clock_stepped(step)
        self.components.statuses.clock_stepped(step)
        self.components.charging.recompute()
        self.components.sampling.follow_clock()
        self.components.refresh_charging()
        # It waits for an instant of the CSMS's clock, and is told in that of the machine.
        self.components.turn.changed("firmware")

    # --- tags -------------------------------------------------------------------------------------

    def permit(self, connector: Connector, pending: PendingStart) -> None:
        """Let a tag start that was decided upon."""
        self.components.sessions.permit(connector, pending)

    def attempt_ended(self, attempt: StartAttempt) -> None:
        """Tell those who wait at the reader what came of a tag."""
        self.components.reader.ended(attempt)

    # --- transactions -----------------------------------------------------------------------------

    def transaction_changed(self, connector: Connector, cause: str) -> None:
        """Follow a transaction that was accepted or changed."""
        self.components.charging.recompute()
        self.components.statuses.refresh(connector, cause)

    def transaction_refused(self, connector: Connector, reason: Reason) -> None:
        """Act on a refused StartTransaction."""
        self.components.deauthorization.refused(connector, reason)

    def transaction_id(self, key: str) -> int | None:
        """Find the transactionId of one of our transactions."""
        return self.components.transactions.transaction_id(key)

    def confirmed(self, record: OutboxRecord, response: WireModel) -> None:
        """Hand a confirmed transaction message on."""
        self.components.transactions.confirmed(record, response)

    def unread(self, record: OutboxRecord, payload: JsonValue) -> None:
        """Hand on a transaction message whose answer could not be handled."""
        self.components.transactions.taken_unread(record, payload)

    def lost(self, record: OutboxRecord, why: str) -> None:
        """Hand a lost transaction message on."""
        self.components.transactions.lost(record, why)

    def released(self, connector: Connector, cause: str) -> None:
        """Go on at a connector that is not reserved any more."""
        self.components.sessions.released(connector, cause)

    # --- configuration keys -----------------------------------------------------------------------

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
            case "AuthorizationKey" | "SecurityProfile":
                turn.emit(configuration.credentials())
                if configuration.integer("SecurityProfile") in (1, 2):
                    turn.emit(Reconnect())


def assemble(
    config: ChargePointConfig,
    body: Body,
    stored: StoredRecords,
    random: Random,
    *,
    is_stopped: Callable[[], bool],
) -> Components:
    """Build a charge point from its configuration and what was stored."""
    turn = Turn(config, body, stored, random)
    configuration = Configuration(turn)
    wiring = _Wiring(configuration, is_stopped)
    connectors = (
        Connector(0, None, turn.now),
        *(Connector(n, c, turn.now) for n, c in enumerate(config.connectors, 1)),
    )
    journal = Journal(turn)
    calls = Calls(
        turn,
        journal,
        timeout=partial(wiring.seconds, "MessageTimeout"),
        may_send=wiring.may_send,
        next_from_outbox=wiring.next_from_outbox,
        settled=wiring.settled,
        starts_soon=wiring.starts_soon,
    )
    outbox = Outbox(
        turn,
        rule=wiring.retry_rule,
        kept_because=wiring.why_outbox_is_kept,
        transaction_id=wiring.transaction_id,
        on_confirmed=wiring.confirmed,
        on_unread=wiring.unread,
        on_lost=wiring.lost,
    )
    statuses = StatusNotifications(
        turn,
        calls,
        connectors,
        minimum_duration=partial(wiring.seconds, "MinimumStatusDuration"),
        may_notify=wiring.is_online,
    )
    wiring.components = _components(
        turn, configuration, connectors, journal, calls, outbox, statuses, wiring
    )
    return wiring.components


def _components(
    turn: Turn,
    configuration: Configuration,
    connectors: tuple[Connector, ...],
    journal: Journal,
    calls: Calls,
    outbox: Outbox,
    statuses: StatusNotifications,
    wiring: _Wiring,
) -> Components:
    """Build what stands on the messages."""
    local_list, cache, authorization = _authorization(
        turn, configuration, connectors, calls, statuses, wiring
    )
    reservations = _reservations(turn, configuration, connectors, statuses, wiring)
    availability = Availability(turn, connectors)
    sampling = MeterValueSampling(turn, calls, outbox, configuration, connectors)
    charging = Charging(turn, configuration, connectors)
    transactions = _transactions(turn, connectors, outbox, sampling, authorization, wiring)
    attempts = _attempts(turn, authorization, reservations, connectors, wiring)
    sessions = Sessions(
        turn,
        configuration,
        attempts,
        transactions,
        charging,
        availability,
        reservations,
        statuses,
        connectors,
        is_closed=wiring.is_closed,
    )
    resetting = Resetting(turn, calls, outbox, transactions, sessions, attempts)
    firmware = Firmware(
        turn, calls, availability, statuses, resetting, connectors, is_online=wiring.is_online
    )
    registration = _registration(turn, calls, wiring)
    return Components(
        turn=turn,
        connectors=connectors,
        configuration=configuration,
        monitors=Monitors(turn, configuration),
        journal=journal,
        calls=calls,
        composer=_composer(turn, calls, journal, wiring),
        outbox=outbox,
        registration=registration,
        recognition=Recognition(
            registration, outbox, tell_status=partial(statuses.notify, connectors[0])
        ),
        statuses=statuses,
        local_list=local_list,
        authorization_cache=cache,
        authorization=authorization,
        attempts=attempts,
        reservations=reservations,
        availability=availability,
        sampling=sampling,
        transactions=transactions,
        charging=charging,
        sessions=sessions,
        reader=_reader(
            turn, configuration, authorization, attempts, reservations, sessions, connectors, wiring
        ),
        deauthorization=Deauthorization(turn, configuration, transactions, sessions, connectors),
        resetting=resetting,
        firmware=firmware,
        diagnostics=Diagnostics(turn, calls, is_online=wiring.is_online),
        key_changed=wiring.key_changed,
    )


def _attempts(
    turn: Turn,
    authorization: Authorization,
    reservations: Reservations,
    connectors: tuple[Connector, ...],
    wiring: _Wiring,
) -> Attempts:
    """Build what holds the tags that are being decided upon."""
    return Attempts(
        turn,
        authorization,
        reservations,
        connectors,
        why_closed=wiring.why_closed,
        permit=wiring.permit,
        on_end=wiring.attempt_ended,
    )


def _reader(
    turn: Turn,
    configuration: Configuration,
    authorization: Authorization,
    attempts: Attempts,
    reservations: Reservations,
    sessions: Sessions,
    connectors: tuple[Connector, ...],
    wiring: _Wiring,
) -> RfidReader:
    """Build the reader."""
    return RfidReader(
        turn,
        configuration,
        authorization,
        attempts,
        reservations,
        sessions,
        connectors,
        why_closed=wiring.why_closed,
    )


def _reservations(
    turn: Turn,
    configuration: Configuration,
    connectors: tuple[Connector, ...],
    statuses: StatusNotifications,
    wiring: _Wiring,
) -> Reservations:
    """Build what keeps connectors for those who reserved them."""
    boolean = configuration.boolean
    return Reservations(
        turn,
        connectors,
        is_enabled=partial(boolean, "ReservationEnabled"),
        zero_supported=partial(boolean, "ReserveConnectorZeroSupported"),
        on_kept=statuses.refresh,
        on_released=wiring.released,
    )


def _composer(turn: Turn, calls: Calls, journal: Journal, wiring: _Wiring) -> ComposedMessages:
    """Build what sends the messages that a person composed."""
    timeout = partial(wiring.seconds, "MessageTimeout")
    return ComposedMessages(turn, calls, journal, timeout=timeout, is_stopped=wiring.is_stopped)


def _registration(turn: Turn, calls: Calls, wiring: _Wiring) -> Registration:
    """Build the registration."""
    return Registration(
        turn,
        calls,
        firmware_version=wiring.firmware_version,
        heartbeat_interval=partial(wiring.seconds, "HeartbeatInterval"),
        on_accepted=wiring.accepted,
        on_clock_step=wiring.clock_stepped,
    )


def _authorization(
    turn: Turn,
    configuration: Configuration,
    connectors: tuple[Connector, ...],
    calls: Calls,
    statuses: StatusNotifications,
    wiring: _Wiring,
) -> tuple[LocalList, AuthorizationCache, Authorization]:
    """Build what decides about tags."""
    boolean = configuration.boolean
    local_list = LocalList(turn, is_enabled=partial(boolean, "LocalAuthListEnabled"))
    cache = AuthorizationCache(turn, is_enabled=partial(boolean, "AuthorizationCacheEnabled"))
    authorization = Authorization(
        turn,
        calls,
        local_list,
        cache,
        LocalListConflicts(turn, connectors[0], statuses),
        rules=wiring.rules,
        why_offline=wiring.why_offline,
    )
    return local_list, cache, authorization


def _transactions(
    turn: Turn,
    connectors: tuple[Connector, ...],
    outbox: Outbox,
    sampling: MeterValueSampling,
    authorization: Authorization,
    wiring: _Wiring,
) -> Transactions:
    """Build the transactions."""
    return Transactions(
        turn,
        outbox,
        sampling,
        connectors,
        on_changed=wiring.transaction_changed,
        on_refused=wiring.transaction_refused,
        learn=authorization.learn,
    )
