"""What the engine publishes: the variables and the events of the streams.

A value never changes; a change publishes a new one. There are two clocks, and between them lies
`clock_offset_s` of `registration`. Instants of the protocol are in that of the charge point, which
follows the CSMS: starts, stops and deliveries of transactions, schedules, limits (`until`),
profiles, reservations, tags, `time` of a change, measured points. Everything that waits, or was
noticed here, is in that of the machine: `since`, `at`, `next_..._at`.

A moment to come (`next_..._at`, `until`, `times_out_at`) is still to come for as long as it is
published: where it passes and nothing happens, it is published anew. It is left out where nobody
can know it, such as the next attempt to send while the link is down.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import fields

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.variables.authorization import (
    AuthorizationCacheView as AuthorizationCacheView,
    CachedTag as CachedTag,
    LocalListView as LocalListView,
    TagEntry as TagEntry,
    TagExplanation as TagExplanation,
    TagOutcome as TagOutcome,
)
from cp_tui.charge_point.variables.charging import (
    ChargingSchedules as ChargingSchedules,
    ProfileEntry as ProfileEntry,
    Profiles as Profiles,
)
from cp_tui.charge_point.variables.clock import (
    CLOCK_STEP_TOLD as CLOCK_STEP_TOLD,
    ClockStep as ClockStep,
)
from cp_tui.charge_point.variables.configuration import (
    ConfigurationEntry as ConfigurationEntry,
    ConfigurationView as ConfigurationView,
    KeyChange as KeyChange,
    KeySource as KeySource,
    Monitor as Monitor,
    MonitorsView as MonitorsView,
)
from cp_tui.charge_point.variables.connection import (
    Certificate as Certificate,
    Identity as Identity,
    LastFrame as LastFrame,
    LinkAttempt as LinkAttempt,
    LinkError as LinkError,
    LinkFault as LinkFault,
    LinkPhase as LinkPhase,
    LinkStep as LinkStep,
    LinkView as LinkView,
    PendingCall as PendingCall,
    RegistrationView as RegistrationView,
    StopReport as StopReport,
    Tls as Tls,
    UnansweredCall as UnansweredCall,
)
from cp_tui.charge_point.variables.connector import (
    BEFORE_BOOT as BEFORE_BOOT,
    Connectors as Connectors,
    ConnectorTransaction as ConnectorTransaction,
    ConnectorView as ConnectorView,
    Fault as Fault,
    LimitView as LimitView,
    Measurement as Measurement,
    Restraint as Restraint,
    RestraintKind as RestraintKind,
    StatusChange as StatusChange,
    VehicleView as VehicleView,
)
from cp_tui.charge_point.variables.maintenance import (
    DiagnosticsState as DiagnosticsState,
    DiagnosticsView as DiagnosticsView,
    FileFacts as FileFacts,
    FirmwareState as FirmwareState,
    FirmwareView as FirmwareView,
    LogKind as LogKind,
    LogUploadView as LogUploadView,
    RunningFirmware as RunningFirmware,
    SignedFirmware as SignedFirmware,
    Transfer as Transfer,
    TransferFault as TransferFault,
)
from cp_tui.charge_point.variables.measurement import (
    FollowedLimit as FollowedLimit,
    MeasuredPoint as MeasuredPoint,
    Measurements as Measurements,
)
from cp_tui.charge_point.variables.message import (
    DeliveryState as DeliveryState,
    Direction as Direction,
    MessageDelivery as MessageDelivery,
    MessageKind as MessageKind,
    MessageRecord as MessageRecord,
    NotedFrame as NotedFrame,
    OutboxEntry as OutboxEntry,
    OutboxView as OutboxView,
    TransactionEntry as TransactionEntry,
    TransactionMessages as TransactionMessages,
    TransactionsView as TransactionsView,
)
from cp_tui.charge_point.variables.network import (
    NetworkView as NetworkView,
    WeatherEntry as WeatherEntry,
)
from cp_tui.charge_point.variables.reservation import (
    EndedReservation as EndedReservation,
    Reservation as Reservation,
    ReservationsView as ReservationsView,
)
from cp_tui.charge_point.variables.security import (
    InstalledRoot as InstalledRoot,
    OwnCertificate as OwnCertificate,
    PendingCertificate as PendingCertificate,
    RootOrigin as RootOrigin,
    RootState as RootState,
    RootUse as RootUse,
    SecurityEventEntry as SecurityEventEntry,
    SecurityEventState as SecurityEventState,
    SecurityEventsView as SecurityEventsView,
    SecurityEventType as SecurityEventType,
    SecurityProfileChange as SecurityProfileChange,
    SecurityView as SecurityView,
)
from cp_tui.charge_point.variables.tag import (
    Refusal as Refusal,
    RefusedBy as RefusedBy,
    SwipeOutcome as SwipeOutcome,
    SwipeResult as SwipeResult,
)
from cp_tui.charge_point.variables.trouble import Trouble as Trouble, Troubles as Troubles


class Variables(Value, frozen=True):
    """All variables, each under its name."""

    charging_schedules: ChargingSchedules
    """The composite schedule of each connector, from 0, for the coming day."""
    is_connected: bool
    """The WebSocket to the CSMS is open. Accepted or not says `registration`."""
    identity: Identity
    link: LinkView
    network: NetworkView
    """What a simulated bad network does to the link."""
    registration: RegistrationView
    connectors: Connectors
    """Connector 0, which is the charge point as a whole, and every other one."""
    configuration: ConfigurationView
    """Every configuration key."""
    monitors: MonitorsView
    profiles: Profiles
    """The installed charging profiles, and what each does now."""
    outbox: OutboxView
    transactions: TransactionsView
    """The transactions that run, and the newest of those that are over."""
    local_list: LocalListView
    authorization_cache: AuthorizationCacheView
    reservations: ReservationsView
    stop_report: StopReport | None
    firmware: FirmwareView
    diagnostics: DiagnosticsView
    log_upload: LogUploadView
    security: SecurityView
    security_events: SecurityEventsView
    troubles: Troubles
    """What is wrong in the program itself, or went wrong and should be known."""


class Streams(Value, frozen=True):
    """The events of all streams, each under the name of its stream."""

    configuration_key: KeyChange
    """A key that is monitored was changed by the CSMS."""
    configuration_changes: KeyChange
    """A key was changed by anybody, or a change was refused."""
    link_attempts: LinkAttempt
    messages: MessageRecord
    refusals: Refusal
    status_changes: StatusChange


VARIABLES: Mapping[str, Any] = MappingProxyType(
    {each.name: each.type for each in fields(Variables)}
)
"""Name of each variable -> its type."""

STREAMS: Mapping[str, type[Value]] = MappingProxyType(
    {each.name: each.type for each in fields(Streams)}
)
"""Name of each stream -> the type of its events."""
