"""What the engine publishes: the variables and the events of the streams (design: variables).

Each variable is frozen; a change publishes a new value. Two clocks, and
`Registration.clock_offset_s` lies between them. In the charge point's own, which follows the CSMS:
instants of the protocol, which are starts, stops and deliveries of transactions, schedules, limits
(`Limit.until`), profiles, reservations, tags, `time` of a change, measured points. In that of the
machine: `since`, `at`, `next_..._at` and everything else that waits or was noticed here.

A moment to come (`next_..._at`, `until`, `times_out_at`) is still to come for as long as it is
published: where it passes and nothing happens, it is published anew. It is left out where nobody
can know it, such as the next attempt to send while the link is down.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.variables.authorization import (
    AuthorizationCacheView,
    CachedTag,
    LocalListView,
    TagEntry,
    TagExplanation,
    TagOutcome,
)
from cp_tui.charge_point.variables.charging import (
    ChargingSchedules,
    ProfileEntry,
    Profiles,
)
from cp_tui.charge_point.variables.clock import CLOCK_STEP_TOLD, ClockStep
from cp_tui.charge_point.variables.configuration import (
    ConfigurationEntry,
    ConfigurationView,
    KeyChange,
    KeySource,
    Monitor,
    MonitorsView,
)
from cp_tui.charge_point.variables.connection import (
    Certificate,
    Identity,
    LastFrame,
    LinkAttempt,
    LinkError,
    LinkPhase,
    LinkStep,
    LinkView,
    PendingCall,
    RegistrationView,
    StopReport,
    Tls,
    UnansweredCall,
)
from cp_tui.charge_point.variables.connector import (
    Connectors,
    ConnectorTransaction,
    ConnectorView,
    Fault,
    LimitView,
    Measurement,
    Restraint,
    RestraintKind,
    StatusChange,
    VehicleView,
)
from cp_tui.charge_point.variables.maintenance import (
    DiagnosticsState,
    DiagnosticsView,
    FileFacts,
    FirmwareState,
    FirmwareView,
    Transfer,
)
from cp_tui.charge_point.variables.measurement import MeasuredPoint, Measurements
from cp_tui.charge_point.variables.message import (
    DeliveryState,
    Direction,
    MessageDelivery,
    MessageKind,
    MessageRecord,
    NotedFrame,
    OutboxEntry,
    OutboxView,
    TransactionEntry,
    TransactionMessages,
    TransactionsView,
)
from cp_tui.charge_point.variables.refusal import Refusal, RefusedBy
from cp_tui.charge_point.variables.reservation import (
    EndedReservation,
    Reservation,
    ReservationsView,
)
from cp_tui.charge_point.variables.swipe import SwipeOutcome, SwipeResult
from cp_tui.charge_point.variables.trouble import Trouble, Troubles

__all__ = [
    "CLOCK_STEP_TOLD",
    "STREAMS",
    "VARIABLES",
    "AuthorizationCacheView",
    "CachedTag",
    "Certificate",
    "ChargingSchedules",
    "ClockStep",
    "ConfigurationEntry",
    "ConfigurationView",
    "ConnectorTransaction",
    "ConnectorView",
    "Connectors",
    "DeliveryState",
    "DiagnosticsState",
    "DiagnosticsView",
    "Direction",
    "EndedReservation",
    "Fault",
    "FileFacts",
    "FirmwareState",
    "FirmwareView",
    "Identity",
    "KeyChange",
    "KeySource",
    "LastFrame",
    "LimitView",
    "LinkAttempt",
    "LinkError",
    "LinkPhase",
    "LinkStep",
    "LinkView",
    "LocalListView",
    "MeasuredPoint",
    "Measurement",
    "Measurements",
    "MessageDelivery",
    "MessageKind",
    "MessageRecord",
    "Monitor",
    "MonitorsView",
    "NotedFrame",
    "OutboxEntry",
    "OutboxView",
    "PendingCall",
    "ProfileEntry",
    "Profiles",
    "Refusal",
    "RefusedBy",
    "RegistrationView",
    "Reservation",
    "ReservationsView",
    "Restraint",
    "RestraintKind",
    "StatusChange",
    "StopReport",
    "SwipeOutcome",
    "SwipeResult",
    "TagEntry",
    "TagExplanation",
    "TagOutcome",
    "Tls",
    "TransactionEntry",
    "TransactionMessages",
    "TransactionsView",
    "Transfer",
    "Trouble",
    "Troubles",
    "UnansweredCall",
    "VehicleView",
]

VARIABLES: Mapping[str, Any] = MappingProxyType(
    {
        "charging_schedules": ChargingSchedules,
        "is_connected": bool,
        "identity": Identity,
        "link": LinkView,
        "registration": RegistrationView,
        "connectors": Connectors,
        "configuration": ConfigurationView,
        "monitors": MonitorsView,
        "profiles": Profiles,
        "outbox": OutboxView,
        "transactions": TransactionsView,
        "local_list": LocalListView,
        "authorization_cache": AuthorizationCacheView,
        "reservations": ReservationsView,
        "stop_report": StopReport | None,
        "firmware": FirmwareView,
        "diagnostics": DiagnosticsView,
        "troubles": Troubles,
    }
)
"""Name of each variable -> its type."""

STREAMS: Mapping[str, type[Value]] = MappingProxyType(
    {
        "configuration_key": KeyChange,
        "configuration_changes": KeyChange,
        "link_attempts": LinkAttempt,
        "messages": MessageRecord,
        "refusals": Refusal,
        "status_changes": StatusChange,
    }
)
"""Name of each stream -> the type of its events."""
