"""A screen that is left open for a day: what it keeps has an end, and an update costs the same."""

from __future__ import annotations

import gc
import sys
from datetime import datetime, timedelta
from types import FunctionType, ModuleType

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.variables.measurement import POINTS_MAX
from cp_tui.engine.hub import EventHappened, Update, VariableChanged
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from cp_tui.tui.state.past import PERIODS_MAX
from cp_tui.tui.state.store import EVENTS_MAX, SnapshotStore
from tests.tui import worlds
from tests.tui.session_world import refusals

STEP_S = 36.0
"""2,400 steps are a day, each with five updates."""
WORLD = worlds.healthy()
KEPT_BYTES_MAX = 20_000
"""More than this the rest of the day must not leave in the store: nothing grows any more."""
OBJECTS_MAX = 300
"""The same for objects anywhere: fewer than one a step."""


def updates(step: int, now: datetime) -> list[Update]:
    """Everything that moves: meters, limits, statuses, messages, the queue."""
    connectors, schedules = WORLD["connectors"], WORLD["charging_schedules"]
    reading = {"power_w": 1_000 * (step % 20), "current_a": float(step % 30)}
    meters = tuple(
        each
        if each.measurement is None
        else replace(each, measurement=replace(each.measurement, **reading))
        for each in connectors
    )
    first, *rest = schedules[1].periods
    period = replace(first, start=now, limit=first.limit + step % 7)
    limits = replace(schedules[1], start=now, periods=(period, *rest))
    change = v.StatusChange(
        connector_id=1,
        old_status=ChargePointStatus.CHARGING,
        status=ChargePointStatus.SUSPENDED_EV,
        code="C4",
        cause="the vehicle has paused",
        error_code=ChargePointErrorCode.NO_ERROR,
        time=now,
    )
    return [
        VariableChanged("connectors", v.Connectors(meters)),
        VariableChanged("charging_schedules", v.ChargingSchedules({**schedules, 1: limits})),
        VariableChanged("outbox", v.OutboxView(count=step % 3)),
        EventHappened("status_changes", change),
        EventHappened("refusals", replace(refusals()[0], at=now)),
    ]


def kept_bytes(store: SnapshotStore) -> int:
    """How much memory all takes that can be reached from the store."""
    seen: dict[int, object] = {}
    waiting: list[object] = [store]
    while waiting:
        each = waiting.pop()
        if id(each) not in seen and not isinstance(each, type | ModuleType | FunctionType):
            seen[id(each)] = each
            waiting.extend(gc.get_referents(each))
    return sum(map(sys.getsizeof, seen.values()))


def objects() -> int:
    """How many there are in this process, of those that may hold others."""
    gc.collect()
    return len(gc.get_objects())


def test_a_day_keeps_no_more_than_most_of_it() -> None:
    store, now = SnapshotStore(), worlds.NOW
    most_kept = most_objects = 0
    for step in range(2_400):
        now += timedelta(seconds=STEP_S)
        store.apply(updates(step, now), now)
        store.take_dirty()
        if step == 2_050:
            most_kept, most_objects = kept_bytes(store), objects()
    assert objects() - most_objects < OBJECTS_MAX
    assert kept_bytes(store) - most_kept < KEPT_BYTES_MAX
    snapshot = store.snapshot
    assert len(snapshot.measured[1]) == POINTS_MAX
    assert PERIODS_MAX < len(snapshot.limits[1]) < PERIODS_MAX + 100
    assert len(snapshot.status_changes) == len(snapshot.refusals) == EVENTS_MAX
    assert snapshot.measured[1][-1].at <= now
