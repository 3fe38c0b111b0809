"""Limits and schedules follow whatever changes them, at once and to the second (S 3.13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cp_tui.charge_point.effects import Table
from tests.charge_point.charging import (
    assert_follows,
    assert_only_legal_transitions,
    charger,
    clear,
    ids,
    offered,
    power_w,
    published,
    schedule_start,
    set_profile,
)
from tests.charge_point.rig import rig
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    RELATIVE,
    TX_DEFAULT,
    after,
    profile,
)
from tests.conformance.steps import TAG, charging

RAMP_S = 3


def test_a_limit_is_followed_when_it_is_set_and_when_it_is_cleared() -> None:
    made = charger()
    assert_follows(made, 1, 32)
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10)))
    assert_follows(made, 1, 10)
    assert clear(made, id=1) == "Accepted"
    assert_follows(made, 1, 32)


def test_each_change_is_followed_to_the_second() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), (60, 16), (90, 8), duration=120))
    followed = []
    for _ in range(130):
        followed.append(offered(made, 1))
        made.after(1)
    assert followed == [10] * 60 + [16] * 30 + [8] * 30 + [32] * 10


def test_the_station_waits_for_the_very_second_of_the_next_change() -> None:
    made = charger(keys={"MeterValueSampleInterval": "0"})
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), (7, 16)))
    made.after(5)
    due = made.charger.next_deadline()
    assert due == after(7)


@pytest.mark.parametrize(
    "what",
    [
        profile(TX_DEFAULT, (0, 10), valid_to=after(60)),
        profile(TX_DEFAULT, (0, 10), duration=60),
    ],
    ids=["validTo", "duration"],
)
def test_a_profile_that_expires_lets_go_and_is_gone_a_second_later(what: Any) -> None:
    made = charger()
    set_profile(made, 1, what)
    made.after(59)
    assert_follows(made, 1, 10)
    made.after(1)
    assert_follows(made, 1, 32)
    made.after(1)
    assert ids(made) == []
    assert made.store[Table.PROFILE] == {}


def test_a_profile_that_becomes_valid_takes_hold() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), valid_from=after(60)))
    assert_follows(made, 1, 32)
    made.after(60)
    assert_follows(made, 1, 10)


def test_a_change_of_the_charge_point_as_a_whole_is_published_to_the_second() -> None:
    """The connectors may take 32 A each all the time; only connector 0 changes."""
    made = rig(connectors=2)
    set_profile(made, 0, profile(CP_MAX, (0, 60), (45, 50)))
    assert published(made, 0) == 60
    made.after(45)
    assert published(made, 0) == 50
    assert schedule_start(made) == made.now


def test_a_relative_profile_counts_from_the_start_of_the_transaction() -> None:
    made = rig()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 16), (30, 10), kind=RELATIVE))
    made.after(1000)
    assert published(made, 1) == 16
    charging(made)
    made.after(29)
    assert_follows(made, 1, 16)
    made.after(1)
    assert_follows(made, 1, 10)
    made.act("plug_out", connector_id=1)
    assert published(made, 1) == 16


def test_a_schedule_without_changes_never_grows_old() -> None:
    made = rig()
    made.after(3 * 86_400)
    assert made.now - schedule_start(made) <= timedelta(hours=1)


def test_a_limit_below_6_a_suspends_the_vehicle_and_a_higher_one_resumes_it() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, "5.9"), (60, 6), (120, 0), (180, 32)))
    assert made.statuses(1) == ["SuspendedEVSE"]
    made.after(RAMP_S)
    assert power_w(made, 1) == 0
    made.after(60)
    assert made.statuses(1) == ["SuspendedEVSE", "Charging"]
    assert power_w(made, 1) > 0
    made.after(120)
    assert made.statuses(1) == ["SuspendedEVSE", "Charging"] * 2
    assert_only_legal_transitions(made)


def test_a_transaction_that_starts_below_6_a_waits_in_suspended_evse() -> None:
    made = rig()
    set_profile(made, 0, profile(TX_DEFAULT, (0, 0), (60, 10)))
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG)
    assert made.statuses(1) == ["Preparing", "SuspendedEVSE"]
    assert power_w(made, 1) == 0
    made.after(60)
    assert made.statuses(1)[-1] == "Charging"
    assert_only_legal_transitions(made)


def test_a_vehicle_that_paused_meanwhile_is_suspended_ev_when_the_limit_lets_it_charge() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 0), (60, 16)))
    made.act("suspend_ev", connector_id=1)
    assert made.statuses(1) == ["SuspendedEVSE"]
    made.after(60)
    assert made.statuses(1) == ["SuspendedEVSE", "SuspendedEV"]
    assert_only_legal_transitions(made)


def test_the_answer_comes_before_the_change_that_it_causes() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 0)))
    kinds = [frame[2] if frame[0] == 2 else frame[0] for frame in made.sent]
    assert kinds[:2] == [3, "StatusNotification"]


def test_running_transactions_share_the_charge_point_max_profile() -> None:
    made = rig(connectors=3)
    set_profile(made, 0, profile(CP_MAX, (0, 40), (600, 64)))
    charging(made, 1, "ONE")
    assert offered(made, 1) == 32
    charging(made, 2, "TWO")
    assert [offered(made, each) for each in (1, 2)] == [20, 20]
    set_profile(made, 2, profile(TX_DEFAULT, (0, 10), id=2, start=after(0)))
    assert [offered(made, each) for each in (1, 2)] == [30, 10]
    made.after(600)
    assert [offered(made, each) for each in (1, 2)] == [32, 10]


def test_a_vehicle_that_got_no_share_charges_when_another_one_leaves() -> None:
    made = rig(connectors=2)
    set_profile(made, 0, profile(CP_MAX, (0, 10)))
    charging(made, 1, "ONE")
    made.after(10)
    made.act("plug_in", connector_id=2)
    made.act("swipe", id_tag="TWO")
    assert made.statuses(2) == ["Preparing", "SuspendedEVSE"]
    assert [offered(made, each) for each in (1, 2)] == [10, 0]
    made.act("plug_out", connector_id=1)
    assert made.statuses(2)[-1] == "Charging"
    assert offered(made, 2) == 10
    assert_only_legal_transitions(made)


def test_never_more_than_the_charge_point_max_profile_flows() -> None:
    made = rig(connectors=3)
    set_profile(made, 0, profile(CP_MAX, (0, 30), (120, 19), (240, 13), (360, 5), (480, 96)))
    for connector_id in (1, 2, 3):
        charging(made, connector_id, f"TAG{connector_id}")
        made.after(7)
    caps = [30] * 120 + [19] * 120 + [13] * 120 + [5] * 120
    for second in range(21 + RAMP_S, len(caps)):
        made.after(second - (made.now - after(0)).total_seconds())
        assert sum(offered(made, each) for each in (1, 2, 3)) <= caps[second], second
    made.after(60)
    assert [offered(made, each) for each in (1, 2, 3)] == [32, 32, 32]


def test_a_ramp_is_visible_in_meter_values() -> None:
    keys = {"MeterValueSampleInterval": "1", "MeterValuesSampledData": "Current.Import"}
    made = charger(keys=keys)
    made.after(10)
    set_profile(made, 1, profile(TX_DEFAULT, (0, 8), id=1, start=made.now))
    made.forget_sent()
    made.after(5)
    values = [call["meterValue"][0]["sampledValue"] for call in made.calls("MeterValues")]
    flowing = [float(value[0]["value"]) for value in values]
    assert 8 < flowing[1] < flowing[0] < 32
    assert flowing[3] == flowing[4] == pytest.approx(8, abs=0.1)
