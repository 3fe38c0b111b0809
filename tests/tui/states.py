"""The states in which every screen is looked at: all is well, just started, silent, broken.

Each is one charge point as a whole, with a CSMS of ours beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.ocpp.datatypes import ChargePointStatus
from tests.tui import (
    charging_world,
    csms_world,
    key_world,
    maintenance_world,
    message_world,
    security_world,
    session_world,
    worlds,
)
from tests.tui.fake_engine import FakeEngine
from tests.tui.worlds import at


@dataclass(frozen=True, slots=True)
class State:
    """A charge point, and the CSMS that was started with the screen."""

    engine: FakeEngine
    csms: FakeEngine


def told(engine: FakeEngine, streams: dict[str, Iterable[Any]]) -> FakeEngine:
    """Let the events of these streams have happened."""
    for name, events in streams.items():
        for event in events:
            engine.emit(name, event)
    return engine


def normal() -> State:
    """One vehicle charges, one is awaited, new firmware comes; all is well."""
    engine = charging_world.engine()
    meter_values = message_world.request(
        "m2",
        "MeterValues",
        {"connectorId": 1, "meterValue": [message_world.METER_VALUE]},
        at=at(14, 3, 20),
    )
    engine.world |= {
        "configuration": _keys_in_force(),
        "connectors": _connectors(engine),
        "transactions": _transactions(),
        "outbox": v.OutboxView(
            count=1,
            entries=(
                session_world.waiting(
                    44, "MeterValues", "sent, waits for the answer", meter_values.time
                ),
            ),
        ),
        **{name: maintenance_world.world()[name] for name in MAINTAINED},
        "security": security_world.in_profile_2(),
        "security_events": security_world.events(),
    }
    changes = [each for each in key_world.changes() if each.answer != "RebootRequired"]
    streams: dict[str, Iterable[Any]] = {
        "messages": [*message_world.day(), meter_values],
        "refusals": _refusals(),
        "configuration_changes": changes,
        "status_changes": _status_changes(),
        "link_attempts": maintenance_world.link_attempts(),
    }
    return State(told(engine, streams), csms_world.normal())


MAINTAINED = (
    "link",
    "firmware",
    "diagnostics",
    "log_upload",
    "reservations",
    "local_list",
    "authorization_cache",
)


def _keys_in_force() -> v.ConfigurationView:
    """Keys with a past, none of which waits for a reboot."""
    booted = {"is_reboot_pending": False, "changed_at": at(8, 30, day=3)}
    return v.ConfigurationView(
        tuple(
            replace(each, **booted) if each.is_reboot_pending else each
            for each in key_world.entries()
        )
    )


def _connectors(engine: FakeEngine) -> v.Connectors:
    """The second connector is kept for the tag that reserved it."""
    whole, charging, free = _known_connectors(engine)
    kept = {
        "status": ChargePointStatus.RESERVED,
        "since": at(13),
        "cause": "A7 reserved",
        "reservation": maintenance_world.reservations().active[1],
        "refusal": _refusals()[-1],
        "last_refusal": _refusals()[-1].reason,
    }
    return v.Connectors((whole, charging, replace(free, **kept)))


def _known_connectors(engine: FakeEngine) -> tuple[v.ConnectorView, ...]:
    known: v.Connectors = engine.world["connectors"]
    return known


def _status_changes() -> list[v.StatusChange]:
    """With the reservation, which came after the fault was gone."""
    fault, cleared, *session = maintenance_world.status_changes()
    states = (ChargePointStatus.AVAILABLE, ChargePointStatus.RESERVED)
    reserved = maintenance_world.status_change(2, *states, "A7", "reserved", at(13))
    return [fault, cleared, reserved, *session]


def _transactions() -> v.TransactionsView:
    """Sessions that ended in every way; what was lost, was lost days ago."""
    running, *ended = session_world.history()
    on_the_way = session_world.messages(session_world.DELIVERED, None, (170, 1, 0))
    running = replace(running, messages=on_the_way, delivery=session_world.WAITING)
    lost_day = {"started_at": at(8, 35, day=3), "stopped_at": at(9, 5, day=3)}
    lost = [replace(each, **lost_day) for each in ended if each.delivery is session_world.LOST]
    others = [each for each in ended if each.delivery is not session_world.LOST]
    return v.TransactionsView((running, *others, *lost))


def _refusals() -> tuple[v.Refusal, ...]:
    """The newest one was not just now."""
    *older, newest = session_world.refusals()
    return (*older, replace(newest, at=at(13, 51, 30)))


def fresh() -> State:
    """Booted and accepted a minute ago; nothing has happened yet."""
    whole, _charging, free = worlds.connectors()
    idle = v.Measurement(register_wh=0, power_w=0, current_a=0, voltage_v=230, phases=3)
    booted = {"since": at(14, 2, 30), "cause": "booted", "measurement": idle, "last_refusal": None}
    connectors = (
        replace(whole, **booted),
        *(replace(free, **(booted | {"connector_id": number})) for number in (1, 2)),
    )
    hardware = [(at(14), "32")]
    schedules = {number: worlds.schedule(number, hardware, is_real=False) for number in (0, 1, 2)}
    defaults = tuple(
        replace(each, value=each.default, source=v.KeySource.DEFAULT)
        for each in worlds.configuration()
        if not each.is_custom
    )
    never = {"changed_at": None, "is_monitored": False, "is_reboot_pending": False}
    world = maintenance_world.empty() | {
        "link": worlds.open_link(since=at(14, 2, 29)),
        "registration": replace(worlds.accepted(), since=at(14, 2, 30)),
        "connectors": v.Connectors(connectors),
        "configuration": v.ConfigurationView(tuple(replace(each, **never) for each in defaults)),
        "monitors": v.MonitorsView(),
        "charging_schedules": v.ChargingSchedules(schedules),
        "profiles": v.Profiles(()),
        "transactions": v.TransactionsView(()),
        "security": security_world.in_profile_2(pending=None),
        "security_events": v.SecurityEventsView(),
    }
    opened = v.LinkAttempt(at=at(14, 2, 29), attempt=1, phase=v.LinkPhase.OPEN)
    return State(told(FakeEngine(world), {"link_attempts": [opened]}), csms_world.empty())


def silent() -> State:
    """The door of the engine is open, and it has said who it is."""
    return State(FakeEngine(worlds.empty()), csms_world.empty())


UNAUTHORIZED = v.LinkError(
    step=v.LinkStep.HTTP,
    text="HTTP 401 Unauthorized: refused user 'CP001' with a key of 20 bytes",
    hint="AuthorizationKey here and at the CSMS must be the same",
    http_status=401,
    at=at(14, 3, 17),
)


def broken() -> State:
    """The CSMS does not let it in, messages wait, a connector has a fault, the update failed."""
    link = replace(worlds.broken_link(), last_error=UNAUTHORIZED, trust="the roots of the system")
    attempts = [
        v.LinkAttempt(
            at=at(13, 49, 17) + number * timedelta(minutes=2),
            attempt=number,
            phase=v.LinkPhase.WAITING,
            step=UNAUTHORIZED.step,
            text=UNAUTHORIZED.text,
            hint=UNAUTHORIZED.hint,
            http_status=401,
        )
        for number in range(1, 8)
    ]
    ended = replace(maintenance_world.link_attempts()[1], at=at(13, 50, 11), open_for_s=7_269.0)
    engine = charging_world.engine()
    whole, charging, _free = _known_connectors(engine)
    _whole, _charging, faulted = _known_connectors(FakeEngine(worlds.broken()))
    engine.world |= {
        **{name: session_world.broken()[name] for name in ("transactions", "outbox")},
        **{name: maintenance_world.broken()[name] for name in MAINTAINED},
        "link": link,
        "is_connected": False,
        "security": security_world.ending(),
        "security_events": security_world.events(),
        "configuration": key_world.entries(),
        "connectors": v.Connectors((whole, charging, faulted)),
    }
    streams: dict[str, Iterable[Any]] = {
        "messages": [each for each in message_world.day() if each.time < ended.at],
        "refusals": session_world.refusals(),
        "configuration_changes": key_world.changes(),
        "status_changes": maintenance_world.status_changes(),
        "link_attempts": [*maintenance_world.link_attempts(), ended, *attempts],
    }
    return State(told(engine, streams), csms_world.broken())
