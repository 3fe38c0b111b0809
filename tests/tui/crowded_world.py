"""As much as there can be at once: twelve connectors, three hundred keys, thousands of messages.

Names are as long as the standard allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import InstalledProfile
from cp_tui.charge_point.smart_charging.profile_status import standings
from cp_tui.charge_point.smart_charging.sharing import limits_in_force
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    DAY_S,
    RECURRING,
    RELATIVE,
    TX,
    TX_DEFAULT,
    context,
    profile,
)
from tests.tui import (
    csms_world,
    key_world,
    maintenance_world,
    message_world,
    security_world,
    session_world,
    worlds,
)
from tests.tui.fake_engine import FakeEngine
from tests.tui.states import State, told
from tests.tui.worlds import NOW, at

Event = TypeVar("Event", bound=Any)

CONNECTORS = 12
EXCHANGES = 2_500
HOUR_S = 3600
LONG_TAG = "04A2B3C4D5E6F7A8B9C0"
"""20 characters, as the standard allows (S 7.28)."""

STATUSES = (
    ChargePointStatus.CHARGING,
    ChargePointStatus.CHARGING,
    ChargePointStatus.AVAILABLE,
    ChargePointStatus.PREPARING,
    ChargePointStatus.SUSPENDED_EV,
    ChargePointStatus.SUSPENDED_EVSE,
    ChargePointStatus.FINISHING,
    ChargePointStatus.RESERVED,
    ChargePointStatus.UNAVAILABLE,
    ChargePointStatus.FAULTED,
    ChargePointStatus.CHARGING,
    ChargePointStatus.AVAILABLE,
)
IN_TRANSACTION = {
    ChargePointStatus.CHARGING,
    ChargePointStatus.SUSPENDED_EV,
    ChargePointStatus.SUSPENDED_EVSE,
}


def crowded() -> State:
    """Every list is full, every name is long."""
    reservations = v.ReservationsView(
        active=tuple(
            maintenance_world.reservation(
                2_147_483_600 + number, number, at(15, number), LONG_TAG, "FLEET-OF-THE-HARBOUR"
            )
            for number in range(1, CONNECTORS + 1)
        )
    )
    security, security_events = security_world.crowded()
    world = session_world.crowded() | {
        "identity": _identity(),
        "link": worlds.open_link(),
        "is_connected": True,
        "connectors": _connectors(reservations),
        "configuration": key_world.crowded()["configuration"],
        "reservations": reservations,
        "local_list": maintenance_world.local_list(10_000),
        "authorization_cache": maintenance_world.cache(),
        "firmware": maintenance_world.firmware(version="2026.11.0-build.12345-release-candidate-2"),
        "diagnostics": maintenance_world.diagnostics(),
        "log_upload": maintenance_world.log_upload(),
        "security": security,
        "security_events": security_events,
        **_charging(),
    }
    streams: dict[str, Iterable[Any]] = {
        "messages": _messages(),
        "refusals": _again(session_world.refusals(), "at", 100),
        "configuration_changes": _again(key_world.changes(), "time", 50),
        "status_changes": _again(maintenance_world.status_changes(), "time", 100),
        "link_attempts": _again(maintenance_world.link_attempts(), "at", 50),
    }
    return State(told(FakeEngine(world), streams), csms_world.crowded())


def _again(events: Sequence[Event], time: str, days: int) -> list[Event]:
    """The same on each of so many days."""
    return [
        replace(each, **{time: getattr(each, time) - timedelta(days=ago)})
        for ago in reversed(range(days))
        for each in events
    ]


@cache
def _messages() -> list[v.MessageRecord]:
    return message_world.many(EXCHANGES)


def _identity() -> v.Identity:
    return worlds.identity(
        charge_point_id="HARBOUR-NORTH-DEPOT-ROW-03-BAY-0012-CHARGER-A",
        vendor="Charging Company Ltd",
        model="MultiPost 12x22 kW",
        firmware_version="2026.11.0-build.12345-release-candidate-2",
        url="wss://csms.charging-network.example.com:8443/ocpp/v16/HARBOUR-NORTH-DEPOT-ROW-03",
        connectors=CONNECTORS,
    )


def _connectors(reservations: v.ReservationsView) -> v.Connectors:
    whole, charging, free = worlds.connectors()
    assert charging.transaction is not None
    found = [whole]
    for number, status in enumerate(STATUSES, 1):
        update: dict[str, object] = {"connector_id": number, "status": status}
        if status in IN_TRANSACTION:
            update["transaction"] = replace(
                charging.transaction, transaction_id=2_147_483_000 + number, id_tag=LONG_TAG
            )
            found.append(replace(charging, **update))
            continue
        if status is ChargePointStatus.RESERVED:
            update["reservation"] = reservations.active[number - 1]
        if status is ChargePointStatus.FAULTED:
            update["error_code"] = ChargePointErrorCode.POWER_SWITCH_FAILURE
            update["faults"] = (
                v.Fault(
                    error_code=ChargePointErrorCode.POWER_SWITCH_FAILURE,
                    info="contactor K3 does not open: the auxiliary contact is welded",
                    vendor_error_code="K3-WELDED-0x00A017",
                    blocks_charging=True,
                    since=at(13, 58, 2),
                ),
            )
        found.append(replace(free, **update))
    return v.Connectors(tuple(found))


@cache
def _charging() -> worlds.World:
    """A cap for all, a default on each connector, a profile for each transaction."""
    running = {
        number: at(13, 20) for number, status in enumerate(STATUSES, 1) if status in IN_TRANSACTION
    }
    cap = profile(CP_MAX, (0, 120), (4 * HOUR_S, 80), id=1, start=at(12), duration=DAY_S)
    profiles = [InstalledProfile(0, cap, at(12, 5))]
    for number in range(1, CONNECTORS + 1):
        night = profile(
            TX_DEFAULT,
            (0, 32),
            (7 * HOUR_S, 16),
            (20 * HOUR_S, 6 + number),
            id=100 + number,
            kind=RECURRING,
            recurrency=DAILY,
            start=at(0),
        )
        profiles.append(InstalledProfile(number, night, at(12, 5)))
    for number in running:
        session = profile(TX, (0, 10 + number), (HOUR_S, 6), id=200 + number, kind=RELATIVE)
        profiles.append(InstalledProfile(number, session, at(13, 21), f"tx-{number}"))
    given = context(*profiles, connectors=CONNECTORS, transactions=running)
    schedules = {each: composite(given, each, at(14), DAY_S) for each in range(CONNECTORS + 1)}
    sources = {each: limit.source for each, limit in limits_in_force(given, NOW).items()}
    sources[0] = composite(given, 0, NOW, 0).periods[0].source
    doing = standings(given, sources, NOW)
    entries = tuple(
        v.ProfileEntry(
            connector_id=each.connector_id,
            profile=each.profile,
            installed_at=each.installed_at,
            standing=doing[each.profile.charging_profile_id],
        )
        for each in given.profiles
    )
    return {
        "charging_schedules": v.ChargingSchedules(schedules),
        "profiles": v.Profiles(entries),
    }
