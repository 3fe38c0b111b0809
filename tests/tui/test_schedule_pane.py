"""The schedule pane: published schedules, and more of them where they do not reach."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.smart_charging.schedule import SharedPeriod
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from tests.tui import worlds
from tests.tui.driving import screen
from tests.tui.fake_engine import FakeEngine


def in_watts() -> JsonValue:
    schedule = worlds.schedules()[1]
    periods = tuple(replace(p, limit=p.limit * 690) for p in schedule.periods)
    changes = {"unit": ChargingRateUnitType.W, "periods": periods}
    dumped: JsonValue = builtins_of(replace(schedule, **changes))
    return dumped


async def test_the_lanes_show_the_limit_in_force_and_the_cursor_its_reason() -> None:
    async with screen(size=(120, 40)) as drive:
        await drive.press("tab")
        assert drive.shows("48.0 A", "16.0 A tx", "32.0 A", "TxProfile #7 level 2 sets")


async def test_the_other_unit_is_asked_for_and_shown() -> None:
    engine = FakeEngine(worlds.healthy())
    engine.answers("get_composite_schedule", in_watts())
    async with screen(engine=engine, size=(120, 40)) as drive:
        await drive.press("tab", "u")
        asked = [params for method, params in engine.calls if method == "get_composite_schedule"]
        assert [params["connector_id"] for params in asked] == [0, 1, 2]
        assert {params["unit"] for params in asked} == {"W"}
        assert drive.shows("11.04 kW", "15 min around now W")


async def test_a_longer_view_is_asked_for_and_a_shorter_one_is_not() -> None:
    engine = FakeEngine(worlds.healthy())
    engine.refuses("get_composite_schedule", "duration_s: at most 366 days")
    async with screen(engine=engine) as drive:
        await drive.press("tab", "plus")
        assert engine.calls == []
        await drive.press(*["minus"] * 8)
        assert engine.calls
        assert drive.shows("schedule: duration_s: at most 366 days")


async def test_new_schedules_move_the_lanes() -> None:
    engine = FakeEngine(worlds.healthy())
    async with screen(engine=engine) as drive:
        only = worlds.schedule(1, [(worlds.at(14), "7")], is_real=True)
        engine.publish("charging_schedules", v.ChargingSchedules({1: only}))
        await drive.settle()
        assert drive.shows("7.0 A tx")


async def test_the_last_minutes_are_shown_while_something_charges_unless_somebody_chose() -> None:
    engine = FakeEngine(worlds.healthy())
    running = worlds.schedules()
    idle = running | {1: worlds.schedule(1, [(worlds.at(14), "16")], is_real=False)}
    async with screen(engine=engine) as drive:
        assert drive.shows("15 min around now A", "now · connector 1 · 16.0 A")
        engine.publish("charging_schedules", v.ChargingSchedules(idle))
        await drive.settle()
        assert drive.shows("6 h A", "now · 48.0 A")
        engine.publish("charging_schedules", v.ChargingSchedules(running))
        await drive.settle()
        assert drive.shows("15 min around now A")
        await drive.press("tab", "minus")
        engine.publish("charging_schedules", v.ChargingSchedules(idle))
        await drive.settle()
        assert drive.shows("30 min A")


async def test_who_shares_gets_less_than_its_schedule_has_and_it_is_said() -> None:
    """A schedule of one connector has the cap as a whole, whoever else charges under it."""
    engine = FakeEngine(worlds.healthy())
    async with screen(engine=engine, size=(160, 50)) as drive:
        assert drive.shows("16.0 A tx")
        begin = worlds.at(14, 2)
        share = SharedPeriod(
            start=begin,
            end=worlds.at(14, 20),
            limit_a=Decimal(9),
            limit_w=Decimal(6210),
            sentence="18.0 A for 2 vehicles",
        )
        later = {
            each: replace(schedule, start=begin, periods=periods, shares=(share,) * (each == 1))
            for each, schedule in worlds.schedules().items()
            for periods in [(replace(schedule.periods[0], start=begin), *schedule.periods[1:])]
        }
        engine.publish("charging_schedules", v.ChargingSchedules(later))
        await drive.settle()
        assert drive.shows("↓9.0 A share", "9.0 A tx", "now · connector 1 · 9.0 A until 14:20")
        assert drive.shows("18.0 A for 2 vehicles")


async def test_the_window_moves_on_without_news_to_where_it_is_by_now() -> None:
    engine, clock = FakeEngine(worlds.healthy()), [worlds.NOW]
    async with screen(engine=engine, now=lambda: clock[0]) as drive:
        timeline = drive.dashboard.timeline
        due = timeline.next_move
        assert due is not None
        before = timeline.render_line(0).text
        wait_s = (due - worlds.NOW).total_seconds()
        # The machine has slept in between: it is not what the timer was to wait for.
        clock[0] = due + timedelta(hours=5)
        await drive.pass_time(wait_s)
        assert timeline.render_line(0).text != before
        assert drive.shows("17:")
        due_next = timeline.next_move
        assert due_next is not None
        assert due_next > due


async def test_an_answer_that_is_no_schedule_is_told_and_harms_nothing() -> None:
    engine = FakeEngine(worlds.healthy())
    engine.answers("get_composite_schedule", True)
    async with screen(engine=engine) as drive:
        await drive.press("tab", "u")
        assert drive.shows("schedule: the charge point answered something", "48.0 A")
