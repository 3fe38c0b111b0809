"""The CSMS sets the clock while a vehicle charges: what was and what flows now stay on the screen.

The times of what was go with the clock, as those of the engine do: it is as long ago as it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.variables.measurement import FollowedLimit, MeasuredPoint, Measurements
from cp_tui.engine.hub import VariableChanged
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.state.past import flows, violations
from cp_tui.tui.state.store import SnapshotStore
from tests.charge_point.charging import set_profile
from tests.charge_point.rig import rig
from tests.charge_point.smart_charging.builders import TX_DEFAULT, profile
from tests.conformance.steps import charging as rig_charges
from tests.tui import power_world, worlds
from tests.tui.attached import LivedScreen, attached, past_of
from tests.tui.driving import screen
from tests.tui.widgets.schedules import HARDWARE, NOW, schedule

A = ChargingRateUnitType.A
STEPS = (-86_400, -3_600, -90, 90, 3_600, 86_400)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def charging(amperes: float) -> VariableChanged:
    known = worlds.connectors()[1]
    assert known.measurement is not None
    measurement = replace(known.measurement, current_a=amperes, power_w=round(amperes * 690))
    return VariableChanged(
        "connectors", v.Connectors((replace(known, measurement=measurement, limit=None),))
    )


def published(amperes: str, seconds: float) -> VariableChanged:
    found = schedule(1, [(24, amperes)], start=after(seconds))
    return VariableChanged("charging_schedules", v.ChargingSchedules({1: found}))


def clock_ahead(seconds: float | None, kept: float | None = None) -> VariableChanged:
    registration = replace(
        worlds.accepted(), clock_offset_s=seconds, clock_kept_offset_s=kept, clock_step=None
    )
    return VariableChanged("registration", registration)


def looked_on() -> SnapshotStore:
    """A screen that saw 16 A for ten minutes, then a limit of 10 A that the vehicle followed."""
    store = SnapshotStore()
    store.apply([clock_ahead(0.0), published("16", 0), charging(16)], NOW)
    before = FollowedLimit(at=after(-300), limit_a=Decimal(32), set_by=HARDWARE)
    point = MeasuredPoint(at=after(-300), power_w=11_040, current_a=16.0)
    store.measured_before(1, Measurements(connector_id=1, points=(point,), limits=(before,)))
    store.apply([published("10", 600)], after(600))
    store.apply([charging(10)], after(602))
    return store


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("comes_together", [True, False])
def test_what_was_goes_with_the_clock_and_what_flows_now_is_known(
    step: float, comes_together: bool
) -> None:
    store = looked_on()
    news = [clock_ahead(step), published("10", 900 + step), charging(10)]
    for batch in [news] if comes_together else [[each] for each in news]:
        store.apply(batch, after(900))
    snapshot = store.snapshot
    assert "measured" in store.take_dirty()
    now = snapshot.schedule_time(after(960))
    assert now == after(960 + step)
    flowed = flows(snapshot.measured[1], now, A)
    assert [(each.start, each.end, each.limit) for each in flowed] == [
        (after(-300 + step), after(step), Decimal(16)),
        (after(step), after(602 + step), Decimal(16)),
        (after(602 + step), now, Decimal(10)),
    ]
    limits = snapshot.limits[1]
    assert [(each.start, int(each.limit)) for each in limits] == [
        (after(-300 + step), 32),
        (after(step), 16),
        (after(600 + step), 10),
    ]
    assert limits[-1].end == after(900 + step) + timedelta(hours=24)
    assert all(one.end == other.start for one, other in pairwise(limits))
    assert violations(flowed, limits, A) == []


@pytest.mark.parametrize("step", STEPS)
def test_a_clock_that_is_set_twice_ends_where_it_began(step: float) -> None:
    store = looked_on()
    measured, limits = store.snapshot.measured, store.snapshot.limits
    store.apply([clock_ahead(step), published("10", 900 + step)], after(900))
    store.apply([clock_ahead(0.0), published("10", 930)], after(930))
    assert store.snapshot.measured == measured
    ended = [(each.start, each.limit) for each in store.snapshot.limits[1]]
    assert ended == [(each.start, each.limit) for each in limits[1]]


def test_what_was_before_the_clock_was_set_is_asked_for_late_or_early() -> None:
    """The limits that the engine remembers are moved as well, until a schedule comes to them."""
    store = SnapshotStore()
    limit = FollowedLimit(at=after(-300), limit_a=Decimal(32), set_by=HARDWARE)
    store.measured_before(1, Measurements(connector_id=1, points=(), limits=(limit,)))
    store.apply([clock_ahead(-3600.0)], NOW)
    store.apply([published("16", -3600)], NOW)
    assert store.snapshot.limits[1][0].start == after(-3900)


def test_noise_moves_nothing_and_a_boot_keeps_the_clock() -> None:
    store = looked_on()
    store.apply([clock_ahead(-3600.0), published("10", -2700)], after(900))
    measured, limits = store.snapshot.measured, store.snapshot.limits
    for ahead in (clock_ahead(-3600.4), clock_ahead(None, -3600.0), clock_ahead(-3599.6)):
        store.apply([ahead], after(910))
        assert store.snapshot.measured is measured
        assert store.snapshot.limits is limits
        assert store.snapshot.schedule_time(NOW) < after(-3599)


def test_a_clock_of_this_machine_that_was_set_back_leaves_what_flows_now() -> None:
    store = looked_on()
    store.apply([charging(10)], after(-3000))
    assert [each.limit for each in flows(store.snapshot.measured[1], after(-2900), A)] == [10]


@pytest.mark.parametrize("step", [-3600, 3600])
async def test_the_curve_is_drawn_on_after_the_clock_was_set(step: float) -> None:
    engine = power_world.engine()
    async with screen(engine=engine, size=(80, 24)) as drive:
        before = curves(drive.text())
        assert any("█" in line for line in before)
        set_by = timedelta(seconds=step)
        ahead = clock_ahead(step)
        engine.publish(ahead.name, ahead.value)
        connectors = power_world.connectors()
        moved = (
            replace(each, transaction=replace(each.transaction, clock_step_s=step))
            if each.transaction
            else each
            for each in connectors
        )
        engine.publish("connectors", v.Connectors(tuple(moved)))
        found = {
            connector_id: replace(
                each,
                start=each.start + set_by,
                periods=tuple(
                    replace(period, start=period.start + set_by, end=period.end + set_by)
                    for period in each.periods
                ),
            )
            for connector_id, each in power_world.schedules().items()
        }
        engine.publish("charging_schedules", v.ChargingSchedules(found))
        await drive.settle()
        assert drive.shows("15 min around now A", "CSMS clock")
        assert curves(drive.text()) == before


def curves(text: str) -> list[str]:
    """The lanes of the timeline, without its axis: times are others there."""
    every = text.splitlines()
    begin = next(n for n, line in enumerate(every) if "─Schedule " in line)
    left = every[begin].index("─Schedule ")
    return [line[left:] for line in every[begin + 2 : begin + 6]]


def test_a_screen_that_lived_through_there_and_back_knows_what_a_fresh_one_knows() -> None:
    """The whole charge point with a CSMS that sets its clock, a screen on it all the time."""
    made = rig(keys={"MeterValueSampleInterval": "0"})
    told = [0]

    def heartbeat(_payload: dict[str, Any]) -> dict[str, Any]:
        return {"currentTime": (made.now + timedelta(seconds=told[0])).isoformat()}

    made.responders["Heartbeat"] = heartbeat
    lived = LivedScreen(made)
    for step in (None, 0, -7_200, 0, 3_600, -90, 0):
        if step is None:
            rig_charges(made)
        else:
            told[0] = step
            made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
        set_profile(made, 0, profile(TX_DEFAULT, (0, 10 + len(made.published) % 7)))
        lived.watch(40)
        assert past_of(lived.store, made) == past_of(attached(made), made), f"after {step}"
