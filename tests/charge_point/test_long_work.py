"""Fifty profiles of a hundred periods: nobody waits for them, and nothing false is told."""

from __future__ import annotations

from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.events import Tick
from cp_tui.ocpp.datatypes import ChargingProfile
from tests.charge_point.charging import (
    charger,
    entry,
    ids,
    limit_now,
    offered,
    published,
    set_profile,
)
from tests.charge_point.rig import Rig
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    RECURRING,
    TX,
    TX_DEFAULT,
    profile,
)

PURPOSES = ((CP_MAX, 0), (TX_DEFAULT, 0), (TX_DEFAULT, 1), (TX_DEFAULT, 2), (TX, 1))


def busy(id: int, level: int, purpose: object = TX_DEFAULT) -> ChargingProfile:
    """A hundred periods that recur daily, all of them above 16 A."""
    periods = ((864 * n, 17 + (n + level) % 9) for n in range(100))
    return profile(purpose, *periods, id=id, level=level, kind=RECURRING, recurrency=DAILY)  # type: ignore[arg-type]


def full() -> Rig:
    made = charger()
    for id in range(49):
        purpose, connector_id = PURPOSES[id % 5]
        assert set_profile(made, connector_id, busy(id + 1, id // 5, purpose)) == "Accepted"
    made.after(10)
    return made


def test_power_follows_at_once_and_what_people_see_follows_in_pieces() -> None:
    made = full()
    assert len(ids(made)) == 49
    before = dict(made.variables)
    assert set_profile(made, 1, profile(TX, (0, 7), id=99, level=10)) == "Accepted"
    assert limit_now(made, 1) == 7
    made.handle(Tick())
    for name in ("profiles", "charging_schedules"):
        assert made.variables[name] is before[name]
    pieces = 0
    while made.variables["charging_schedules"] is before["charging_schedules"]:
        due = made.charger.next_deadline()
        assert due is not None
        assert made.now < due
        made.now = due
        made.handle(Tick())
        pieces += 1
        assert pieces < 100
    assert pieces > 5
    assert len(ids(made)) == 50
    assert entry(made, 99).standing.active_on == (1,)
    made.after(5)
    assert published(made, 1) == limit_now(made, 1) == offered(made, 1) == 7


def test_what_is_shown_no_more_is_let_go_in_pieces() -> None:
    made = full()
    mind = made.charger.mind
    assert isinstance(mind, ChargePoint)
    gone = mind._components.charging._gone
    before = made.variables["charging_schedules"]
    assert set_profile(made, 1, profile(TX, (0, 7), id=99, level=10)) == "Accepted"
    held = 0
    for _ in range(3_000):
        made.after(0.001)
        held = max(held, len(gone))
    assert made.variables["charging_schedules"] is not before
    # Connector 0 and the two others.
    assert held == 3
    assert gone == []


def test_who_changes_profiles_again_meanwhile_sees_the_newest_only() -> None:
    made = full()
    set_profile(made, 1, profile(TX, (0, 7), id=99, level=10))
    made.after(0.005)
    set_profile(made, 1, profile(TX, (0, 8), id=99, level=10))
    made.after(2)
    assert published(made, 1) == limit_now(made, 1) == 8
    assert len(ids(made)) == 50


def test_an_answer_that_is_full_says_what_it_covers() -> None:
    made = full()
    answer = made.request("GetCompositeSchedule", {"connectorId": 1, "duration": 30 * 86_400})[2]
    schedule = answer["chargingSchedule"]
    assert len(schedule["chargingSchedulePeriod"]) == 100
    last = schedule["chargingSchedulePeriod"][-1]
    assert last["startPeriod"] < schedule["duration"] < 30 * 86_400
    told = [each.reason for name, each in made.events if name == "messages"]  # type: ignore[attr-defined]
    assert "ChargingScheduleMaxPeriods is 100" in str(told[-1])
