"""A screen that is left open for a day: what it keeps has an end, and an update costs the same."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import datetime, timedelta

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
KEPT_BYTES_MAX = 1_000_000
"""More than this the rest of the day must not leave behind: nothing grows any more."""


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


def test_a_day_keeps_no_more_than_most_of_it() -> None:
    store, now = SnapshotStore(), worlds.NOW
    gc.collect()
    tracemalloc.start()
    try:
        half = 0
        for step in range(2_400):
            now += timedelta(seconds=STEP_S)
            store.apply(updates(step, now), now)
            store.take_dirty()
            if step == 2_050:
                gc.collect()
                half = tracemalloc.get_traced_memory()[0]
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - half < KEPT_BYTES_MAX
    finally:
        tracemalloc.stop()
    snapshot = store.snapshot
    assert len(snapshot.measured[1]) == POINTS_MAX
    assert PERIODS_MAX < len(snapshot.limits[1]) < PERIODS_MAX + 100
    assert len(snapshot.status_changes) == len(snapshot.refusals) == EVENTS_MAX
    assert snapshot.measured[1][-1].at <= now
