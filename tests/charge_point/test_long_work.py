"""Fifty profiles of a hundred periods: nobody waits for them, and nothing false is told."""

from __future__ import annotations

from decimal import Decimal
from json import dumps

import pytest

from cp_tui.charge_point.effects import SetLimit
from cp_tui.charge_point.events import FrameReceived
from cp_tui.charge_point.smart_charging.shown import Shown
from cp_tui.ocpp.datatypes import ChargingProfile
from tests.charge_point.charging import (
    charger,
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
    made.is_watched = False
    for id in range(49):
        purpose, connector_id = PURPOSES[id % 5]
        assert set_profile(made, connector_id, busy(id + 1, id // 5, purpose)) == "Accepted"
    made.is_watched = True
    made.after(10)
    return made


def test_power_follows_at_once_and_what_people_see_is_worked_out_in_slices() -> None:
    made = full()
    assert len(ids(made)) == 49
    mind = made.charger.mind
    what = profile(TX, (0, 7), id=99, level=10).to_payload()
    call = {"connectorId": 1, "csChargingProfiles": what}
    frame = dumps([2, "1", "SetChargingProfile", call])
    effects = mind.handle(FrameReceived(frame), made.now)
    (limit,) = (each for each in effects if isinstance(each, SetLimit) and each.connector_id == 1)
    assert (limit.limit_a, limit.limit_w) == (Decimal(7), Decimal(4830))
    assert f"{limit.set_by.profile}" == "TxProfile #99 level 10"
    assert {"connectors", "profiles", "charging_schedules"} <= mind.take_changed()
    for name in ("connectors", "profiles", "charging_schedules"):
        slices = 0
        while mind.prepare(name):
            slices += 1
            assert slices < 200
        assert slices >= 2
        assert not mind.prepare(name)
    profiles = mind.view("profiles", made.now)
    assert len(profiles) == 50
    (newest,) = (each for each in profiles if each.profile.charging_profile_id == 99)
    assert newest.standing.active_on == (1,)
    schedules = mind.view("charging_schedules", made.now)
    assert schedules[1].periods[0].limit == 7


def test_who_looks_before_all_slices_are_done_sees_the_whole() -> None:
    made = full()
    set_profile(made, 1, profile(TX, (0, 7), id=99, level=10))
    made.charger.mind.prepare("charging_schedules")
    assert published(made, 1) == limit_now(made, 1) == offered(made, 1) == 7


def test_where_nobody_looks_nothing_is_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither schedules nor what each profile does, nor when limits end."""
    made = full()
    made.is_watched = False
    monkeypatch.setattr(Shown, "work", lambda *_: pytest.fail("somebody has looked"))
    assert set_profile(made, 1, profile(TX, (0, 7), (60, 9), id=99, level=10)) == "Accepted"
    made.after(60)
    made.after(3)
    assert offered(made, 1) == 9


def test_who_changes_profiles_again_meanwhile_sees_the_newest_only() -> None:
    made = full()
    set_profile(made, 1, profile(TX, (0, 7), id=99, level=10))
    made.charger.mind.prepare("charging_schedules")
    set_profile(made, 1, profile(TX, (0, 8), id=99, level=10))
    assert published(made, 1) == limit_now(made, 1) == 8
    assert len(ids(made)) == 50


def test_an_answer_that_is_full_says_what_it_covers() -> None:
    made = full()
    answer = made.request("GetCompositeSchedule", {"connectorId": 1, "duration": 30 * 86_400})[2]
    schedule = answer["chargingSchedule"]
    assert len(schedule["chargingSchedulePeriod"]) == 100
    last = schedule["chargingSchedulePeriod"][-1]
    assert last["startPeriod"] < schedule["duration"] < 30 * 86_400
    told = [each.reason for name, each in made.events if name == "messages"]
    assert "ChargingScheduleMaxPeriods is 100" in str(told[-1])
