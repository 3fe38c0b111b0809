"""What the engine publishes: the variables and the events of the streams (design: variables).

Each variable is a frozen model; a change publishes a new value. Two clocks, and
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

from pydantic import BaseModel

from cp_tui.charge_point.variables.authorization import (
    AuthorizationCache,
    CachedTag,
    LocalList,
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
    Configuration,
    ConfigurationEntry,
    KeyChange,
    KeySource,
    Monitor,
    Monitors,
)
from cp_tui.charge_point.variables.connection import (
    Certificate,
    Identity,
    IsConnected,
    LastFrame,
    Link,
    LinkAttempt,
    LinkError,
    LinkPhase,
    LinkStep,
    PendingCall,
    Registration,
    Stopped,
    StopReport,
    Tls,
    UnansweredCall,
)
from cp_tui.charge_point.variables.connector import (
    Connector,
    Connectors,
    ConnectorTransaction,
    Fault,
    Limit,
    Measurement,
    Restraint,
    RestraintKind,
    StatusChange,
    Vehicle,
)
from cp_tui.charge_point.variables.maintenance import (
    Diagnostics,
    DiagnosticsState,
    FileFacts,
    Firmware,
    FirmwareState,
    Transfer,
)
from cp_tui.charge_point.variables.measurement import MeasuredPoint, Measurements
from cp_tui.charge_point.variables.message import (
    DeliveryState,
    Direction,
    MessageDelivery,
    MessageKind,
    MessageRecord,
    Outbox,
    OutboxEntry,
    TransactionEntry,
    TransactionMessages,
    Transactions,
)
from cp_tui.charge_point.variables.refusal import Refusal, RefusedBy
from cp_tui.charge_point.variables.reservation import (
    EndedReservation,
    Reservation,
    Reservations,
)
from cp_tui.charge_point.variables.swipe import SwipeOutcome, SwipeResult
from cp_tui.charge_point.variables.trouble import Trouble, Troubles
from cp_tui.charge_point.variables.value import (
    Exact,
    GroupTag,
    Value,
)

__all__ = [
    "CLOCK_STEP_TOLD",
    "STREAMS",
    "VARIABLES",
    "AuthorizationCache",
    "CachedTag",
    "Certificate",
    "ChargingSchedules",
    "ClockStep",
    "Configuration",
    "ConfigurationEntry",
    "Connector",
    "ConnectorTransaction",
    "Connectors",
    "DeliveryState",
    "Diagnostics",
    "DiagnosticsState",
    "Direction",
    "EndedReservation",
    "Exact",
    "Fault",
    "FileFacts",
    "Firmware",
    "FirmwareState",
    "GroupTag",
    "Identity",
    "IsConnected",
    "KeyChange",
    "KeySource",
    "LastFrame",
    "Limit",
    "Link",
    "LinkAttempt",
    "LinkError",
    "LinkPhase",
    "LinkStep",
    "LocalList",
    "MeasuredPoint",
    "Measurement",
    "Measurements",
    "MessageDelivery",
    "MessageKind",
    "MessageRecord",
    "Monitor",
    "Monitors",
    "Outbox",
    "OutboxEntry",
    "PendingCall",
    "ProfileEntry",
    "Profiles",
    "Refusal",
    "RefusedBy",
    "Registration",
    "Reservation",
    "Reservations",
    "Restraint",
    "RestraintKind",
    "StatusChange",
    "StopReport",
    "Stopped",
    "SwipeOutcome",
    "SwipeResult",
    "TagEntry",
    "TagExplanation",
    "TagOutcome",
    "Tls",
    "TransactionEntry",
    "TransactionMessages",
    "Transactions",
    "Transfer",
    "Trouble",
    "Troubles",
    "UnansweredCall",
    "Value",
    "Vehicle",
]

VARIABLES: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "charging_schedules": ChargingSchedules,
        "is_connected": IsConnected,
        "identity": Identity,
        "link": Link,
        "registration": Registration,
        "connectors": Connectors,
        "configuration": Configuration,
        "monitors": Monitors,
        "profiles": Profiles,
        "outbox": Outbox,
        "transactions": Transactions,
        "local_list": LocalList,
        "authorization_cache": AuthorizationCache,
        "reservations": Reservations,
        "stop_report": Stopped,
        "firmware": Firmware,
        "diagnostics": Diagnostics,
        "troubles": Troubles,
    }
)
"""Name of each variable -> its model."""

STREAMS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "configuration_key": KeyChange,
        "configuration_changes": KeyChange,
        "link_attempts": LinkAttempt,
        "messages": MessageRecord,
        "refusals": Refusal,
        "status_changes": StatusChange,
    }
)
"""Name of each stream -> the model of its events."""
