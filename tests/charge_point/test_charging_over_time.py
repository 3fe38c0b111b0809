"""Limits and schedules over steps of the clock, lost links and power, and windows of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.events import Restart, Stop, Tick
from cp_tui.charge_point.smart_charging.composite import whole
from cp_tui.charge_point.smart_charging.schedule import SourceKind
from cp_tui.charge_point.variables import ChargingSchedules
from tests.charge_point.charging import (
    asked,
    assert_follows,
    charger,
    entries,
    ids,
    limit_now,
    offered,
    published,
    set_profile,
)
from tests.charge_point.rig import Rig, rig
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    RECURRING,
    RELATIVE,
    TX,
    TX_DEFAULT,
    A,
    after,
    profile,
)
from tests.conformance.steps import TAG, charging


def step_clock(made: Rig, **by: float) -> None:
    """Let the CSMS tell another time in its next Heartbeat."""
    made.responders["Heartbeat"] = lambda _: {
        "currentTime": (made.now + timedelta(**by)).isoformat()
    }
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})


def test_a_clock_step_is_followed_at_once() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), (3600, 16)))
    step_clock(made, hours=1)
    assert limit_now(made, 1) == offered(made, 1) == 16
    step_clock(made, hours=0)
    assert_follows(made, 1, 10)


def test_after_a_clock_step_the_next_change_comes_at_its_new_second() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), (3600, 16)))
    step_clock(made, seconds=3590)
    made.after(9)
    assert offered(made, 1) == 10
    made.after(1)
    assert offered(made, 1) == 16


def test_a_clock_step_makes_no_transaction_longer() -> None:
    """A Relative schedule counts what has passed, not what the clock shows (S 7.10)."""
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 16), (30, 10), kind=RELATIVE))
    step_clock(made, days=400)
    made.after(29)
    assert offered(made, 1) == 16
    made.after(1)
    assert offered(made, 1) == 10


def test_a_machine_clock_that_is_set_back_is_followed() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), (60, 16)))
    made.after(100)
    assert offered(made, 1) == 16
    made.now = after(30)
    made.handle(Tick())
    assert limit_now(made, 1) == 10
    made.after(30)
    assert limit_now(made, 1) == 16


def test_no_profile_expires_by_a_clock_that_nobody_has_set() -> None:
    """After a boot the clock of the machine may be wrong until the CSMS has told the time."""
    made = rig()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), valid_to=after(3600)))
    made.connected = False
    made.now = after(40 * 86_400)
    made.power_cycle()
    assert ids(made) == [1]
    right = (after(60)).isoformat()
    answer = {"status": "Accepted", "currentTime": right, "interval": 86_400}
    made.responders["BootNotification"] = lambda _: answer
    made.reconnect()
    assert ids(made) == [1]
    assert limit_now(made, 1) == 10


def test_what_expired_while_the_power_was_off_is_gone_once_the_time_is_known() -> None:
    made = rig()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), valid_to=after(3600)))
    made.now = after(7200)
    made.power_cycle()
    assert ids(made) == []


def test_the_network_changes_no_limit() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), (60, 16)))
    set_profile(made, 1, profile(TX, (0, 9), (60, 12), id=2, transaction_id=1))
    before = made.variables["charging_schedules"]
    made.cut()
    assert made.variables["charging_schedules"] is before
    assert_follows(made, 1, 9)
    made.after(60)
    assert_follows(made, 1, 12)
    before = made.variables["charging_schedules"]
    made.reconnect()
    assert made.variables["charging_schedules"] is before
    assert ids(made) == [1, 2]
    assert_follows(made, 1, 12)


def test_a_profile_from_a_remote_start_is_followed_before_the_csms_names_the_transaction() -> None:
    made = rig()
    made.responders["StartTransaction"] = lambda _: None
    made.act("plug_in", connector_id=1)
    what = profile(TX, (0, 8), kind=RELATIVE).to_payload()
    made.request(
        "RemoteStartTransaction", {"connectorId": 1, "idTag": TAG, "chargingProfile": what}
    )
    assert_follows(made, 1, 8)


def test_stopped_by_the_operator_the_limits_are_still_followed() -> None:
    made = rig()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), (60, 16)))
    made.command(Stop)
    made.after(60)
    assert limit_now(made, 1) == published(made, 1) == 16
    made.command(Restart)
    assert ids(made) == [1]


def test_profiles_survive_a_power_cycle_but_tx_profiles_end_with_their_transaction() -> None:
    made = charger()
    daily = profile(
        TX_DEFAULT, (0, 10), id=1, kind=RECURRING, recurrency=DAILY, start=after(-86_400)
    )
    set_profile(made, 0, profile(CP_MAX, (0, 40), id=3))
    set_profile(made, 1, daily)
    set_profile(made, 1, profile(TX, (0, 7), id=2, transaction_id=1))
    before = {each.profile.charging_profile_id: each for each in entries(made)}
    made.power_cycle()
    after_boot = {each.profile.charging_profile_id: each for each in entries(made)}
    assert sorted(after_boot) == [1, 3]
    for profile_id, each in after_boot.items():
        was = before[profile_id]
        assert (each.profile, each.installed_at, each.source, each.connector_id) == (
            was.profile,
            was.installed_at,
            was.source,
            was.connector_id,
        )
    assert sorted(made.store[Table.PROFILE]) == ["1", "3"]
    assert limit_now(made, 1) == 10


@pytest.mark.parametrize(
    "end",
    [
        lambda made: made.act("plug_out", connector_id=1),
        lambda made: made.act("swipe", id_tag=TAG),
        lambda made: made.request("RemoteStopTransaction", {"transactionId": 1}),
        lambda made: made.request("UnlockConnector", {"connectorId": 1}),
        lambda made: made.request("Reset", {"type": "Hard"}),
        lambda made: made.power_cycle(),
        lambda made: made.command(Stop),
    ],
    ids=["unplug", "tag", "remote stop", "unlock", "reset", "power", "stop"],
)
def test_however_a_transaction_ends_its_tx_profiles_end_with_it(
    end: Callable[[Rig], object],
) -> None:
    made = charger()
    set_profile(made, 1, profile(TX, (0, 7), id=2, transaction_id=1))
    assert limit_now(made, 1) == 7
    end(made)
    assert entries(made) == ()
    assert made.store[Table.PROFILE] == {}
    assert limit_now(made, 1) == 32


def test_a_suspended_transaction_keeps_its_tx_profile() -> None:
    made = charger()
    set_profile(made, 1, profile(TX, (0, 7), id=2, transaction_id=1))
    made.act("suspend_ev", connector_id=1)
    set_profile(made, 0, profile(CP_MAX, (0, 0), id=3))
    assert ids(made) == [2, 3]


def test_a_window_ahead_shows_what_a_transaction_gets_that_starts_now() -> None:
    """So that windows that overlap agree, however the screen pans."""
    made = rig()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 16), (900, 8), kind=RELATIVE))
    ask = partial(made.charger.mind.composite_schedule, 1, unit=A, now=made.now)
    now = whole(ask(start=None, duration_s=3600))
    ahead = whole(ask(start=after(600), duration_s=3000))
    assert [(p.start, float(p.limit)) for p in ahead.periods] == [(after(600), 16), (after(900), 8)]
    assert all(now.at(p.start).limit == p.limit for p in ahead.periods)
    assert ahead.periods[0].source.is_hypothetical


def test_a_window_ahead_of_a_running_transaction_counts_from_its_start() -> None:
    made = rig()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 16), (900, 8), kind=RELATIVE))
    charging(made)
    made.after(300)
    ahead = whole(made.charger.mind.composite_schedule(1, after(600), 600, A, made.now))
    assert [(p.start, float(p.limit)) for p in ahead.periods] == [(after(600), 16), (after(900), 8)]
    assert ahead.periods[0].source.kind is SourceKind.PROFILE


def test_without_a_start_the_schedule_begins_in_the_clock_of_the_charge_point() -> None:
    made = rig()
    step_clock(made, hours=1)
    schedule = whole(made.charger.mind.composite_schedule(1, None, 60, A, made.now))
    assert schedule.start == after(3600)
    assert asked_start(made) == "2026-01-05T09:00:00Z"


def asked_start(made: Rig) -> str:
    answer = made.request("GetCompositeSchedule", {"connectorId": 1, "duration": 60})
    return str(answer[2]["scheduleStart"])


def test_the_schedule_asked_for_is_the_one_that_is_published() -> None:
    made = charger()
    set_profile(made, 1, profile(TX_DEFAULT, (0, 10), (60, 16)))
    assert asked(made, 1, 120) == "0:10, 60:16"
    schedules: ChargingSchedules = made.variables["charging_schedules"]
    assert [period.limit for period in schedules[1].periods] == [10, 16]
