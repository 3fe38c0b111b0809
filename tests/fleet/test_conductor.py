"""The plan of a run happens: stages, pauses, storms and the end, in virtual time."""

from __future__ import annotations

import pytest

from cp_tui.charge_point.events import Stop
from cp_tui.fleet.fleet import StationFilter, StationOrder
from cp_tui.fleet.plan import FleetStage, FleetStorm, SessionPlan, StormKind
from cp_tui.fleet.stream_order import StationPhase
from tests.fleet.conducted import Conducted
from tests.fleet.plans import plan_of

ACCEPTED, OFF, WAITING = StationPhase.ACCEPTED, StationPhase.OFF, StationPhase.WAITING
NOBODY = SessionPlan(per_hour=(0.0,))
MANY = SessionPlan(per_hour=(600.0,), length_s=(3.0, 6.0))


def test_stages_grow_and_shrink_and_who_leaves_ends_what_it_is_at() -> None:
    run = Conducted(
        plan_of(FleetStage(6, 10, 20), FleetStage(12, 0, 20), FleetStage(3, 5, 20), sessions=MANY)
    )
    started = [run.pass_s(1).fleet.counts().started for _ in range(10)]
    assert started == sorted(started)
    assert started[4] in (2, 3, 4), "spread over its time"
    assert started[-1] == 6
    run.pass_s(21)
    assert run.fleet.counts().started == 12, "all at once"
    run.pass_s(34)
    counts = run.fleet.counts()
    assert counts.phases[OFF] == 9
    assert counts.started == 12
    assert (counts.wanted, counts.accepted) == (3, 3), "nobody is missed that was to go"
    gone = [each for each in run.fleet if each.phase is OFF]
    assert {each.index for each in gone} == set(range(3, 12)), "the last to come go first"
    assert [each.queue for each in gone] == [0] * 9
    assert [each.transactions for each in gone] == [0] * 9
    assert run.conductor.ends_at is not None
    assert (run.conductor.ends_at - run.now).total_seconds() == pytest.approx(10)
    assert run.fleet.recovery.times_s == [], "who goes is not missed"
    assert run.fleet.recovery.away_since is None


def test_who_was_to_go_stays_where_the_next_stage_wants_it() -> None:
    run = Conducted(
        plan_of(
            *(FleetStage(4, 0, 20), FleetStage(2, 0, 0), FleetStage(4, 0, 20)),
            *(FleetStage(2, 0, 20), FleetStage(4, 0, 60)),
            sessions=MANY,
        )
    )
    run.pass_s(30)
    assert run.fleet.counts().phases[OFF] == 0
    assert not any(each.is_leaving for each in run.fleet)
    assert run.fleet.recovery.away_since is None
    run.pass_s(29)
    assert run.fleet.counts().phases[OFF] == 2
    begun = [each.station.charger.mind.view("transactions", run.now) for each in run.fleet]
    run.pass_s(30)
    assert run.fleet.counts().phases[OFF] == 0
    later = [each.station.charger.mind.view("transactions", run.now) for each in run.fleet]
    assert all(a != b for a, b in zip(begun, later, strict=True)), "people come again as well"


def test_a_pause_moves_the_arrivals_and_the_end_and_more_may_come_at_any_time() -> None:
    run = Conducted(plan_of(FleetStage(10, 10, 5), sessions=NOBODY)).pass_s(5)
    run.conductor.pause(run.now)
    here = run.fleet.counts().started
    assert run.conductor.ends_at is None
    stage = run.conductor.stage(run.now)
    assert stage is not None
    assert (stage.number, stage.stations, stage.is_changing, stage.until) == (1, 10, True, None)
    run.pass_s(60)
    assert run.conductor.stage(run.now) == stage, "it stands still"
    assert run.fleet.counts().started == here
    assert run.conductor.is_paused
    run.conductor.resume(run.now)
    run.pass_s(5.1)
    assert run.fleet.counts().started == 10
    assert run.conductor.ends_at is not None
    assert (run.conductor.ends_at - run.now).total_seconds() == pytest.approx(4.9)
    assert run.conductor.add(3, run.now) == 3
    assert run.conductor.add(2, run.now) == 2
    run.pass_s(1)
    assert run.phases() == {ACCEPTED: 15}
    ids = [row.id for row in run.fleet.rows()[1]]
    assert ids == [f"CP{number:05d}" for number in range(1, 16)]
    stage = run.conductor.stage(run.now)
    assert stage is not None
    assert not stage.is_changing
    assert stage.until == run.conductor.ends_at
    run.conductor.settle(run.now)
    assert run.conductor.add(1, run.now) == 0


def test_a_network_storm_takes_the_cable_and_its_own_back_off_ends_with_it() -> None:
    storm = FleetStorm(10, StormKind.NETWORK, share=0.5, down_s=30, wait_s=1.0, random_s=0.0)
    run = Conducted(plan_of(FleetStage(10, 0, None), storms=(storm,), sessions=NOBODY))
    coming = run.conductor.next_storm(run.now)
    assert coming is not None
    assert (coming.at - run.now).total_seconds() == 10
    assert run.conductor.storms() == ()
    run.pass_s(10.2)
    assert run.phases() == {ACCEPTED: 5, WAITING: 5}
    assert run.conductor.next_storm(run.now) is None
    (begun,) = run.conductor.storms()
    assert (begun.kind, begun.struck) == (StormKind.NETWORK, 5)
    assert (begun.until - begun.at).total_seconds() == 30
    assert run.fleet.recovery.away_since is not None
    total, rows = run.fleet.rows(StationFilter(phases=frozenset({WAITING})), limit=2)
    assert (total, len(rows)) == (5, 2)
    assert rows[0].last_error == "the network cable was pulled"
    found = {
        text: run.fleet.rows(StationFilter(text=text))[0]
        for text in ("cable", "pulled network", "!cable", "!CP00001", "cable !pulled", "CABLE cp0")
    }
    assert list(found.values()) == [5, 5, 5, 9, 0, 5], found
    assert run.fleet.rows(order=StationOrder.PHASE)[1][0].phase is WAITING
    by_error = [row.error_at for row in run.fleet.rows(order=StationOrder.ERROR)[1]]
    assert [at is None for at in by_error] == [False] * 5 + [True] * 5, "those that have one first"
    assert run.fleet.trouble() == "the network cable was pulled"
    run.pass_s(29)
    assert run.phases() == {ACCEPTED: 5, WAITING: 5}
    run.pass_s(2.5)
    assert run.phases() == {ACCEPTED: 10}, "after 1 s, as the storm wants it"
    (recovery_s,) = run.fleet.recovery.times_s
    assert recovery_s == pytest.approx(31, abs=0.3)
    run.conductor.storm(FleetStorm(0, StormKind.NETWORK), run.now)
    run.pass_s(2.5)
    assert run.phases() == {WAITING: 10}, "now 3 s at the least, as charge points do"
    run.pass_s(15)
    run.conductor.storm(FleetStorm(0, StormKind.RECONNECT), run.now)
    run.pass_s(1)
    assert run.phases() == {WAITING: 10}
    assert run.fleet.trouble() == "they wait to connect again", "the cable was long ago"


def test_a_power_storm_boots_them_again_and_a_reconnect_boots_nobody() -> None:
    run = Conducted(plan_of(FleetStage(10, 0, None), sessions=NOBODY)).pass_s(5)
    assert _boots(run) == 10
    run.conductor.storm(FleetStorm(0, StormKind.RECONNECT), run.now)
    run.pass_s(1)
    assert run.phases() == {WAITING: 10}
    run.pass_s(15)
    assert run.phases() == {ACCEPTED: 10}
    assert _boots(run) == 10
    run.conductor.storm(FleetStorm(0, StormKind.POWER, share=0.3, down_s=5), run.now)
    run.pass_s(3)
    assert run.phases() == {ACCEPTED: 7, OFF: 3}
    assert run.fleet.trouble() == "no power"
    run.pass_s(3)
    assert run.fleet.trouble() == ""
    assert run.phases() == {ACCEPTED: 10}
    assert _boots(run) == 13
    assert len(run.fleet.recovery.times_s) == 2


def _boots(run: Conducted) -> int:
    return sum(action == "BootNotification" for _, action in run.csms.asked)


def test_at_the_end_storms_are_over_sessions_end_and_the_bill_closes() -> None:
    run = Conducted(plan_of(FleetStage(10, 0, None), sessions=MANY)).pass_s(20)
    run.conductor.storm(FleetStorm(0, StormKind.NETWORK, share=0.3, down_s=9_999), run.now)
    run.conductor.storm(FleetStorm(0, StormKind.POWER, share=0.3, down_s=9_999), run.now)
    run.pass_s(20)
    assert run.phases()[OFF] == 3
    busy = [each.station for each in run.fleet if each.transactions and not each.is_down]
    pulled, stopped = busy[:2]
    run.do(pulled, lambda: pulled.cut(run.now))
    run.do(stopped, lambda: stopped.command(Stop, run.now))
    assert (stopped.transactions, stopped.queue) == (0, 1)
    assert run.fleet.unsettled > 0
    assert run.fleet.counts().queue > 0
    run.assert_counted()
    run.conductor.settle(run.now)
    run.pass_s(20)
    assert run.conductor.is_idle
    assert run.fleet.is_quiet
    assert run.phases() == {ACCEPTED: 10}
    assert run.bill.closes, run.bill.figures()
    assert run.bill.begun > 10
    assert run.bill.wh_acknowledged == run.csms.wh()
    run.assert_counted()
    run.pass_s(60)
    assert run.bill.begun == len(run.csms.transactions), "nobody comes any more"


def test_what_one_that_had_to_go_still_owes_is_delivered_at_the_end() -> None:
    stages = (FleetStage(4, 0, 20), FleetStage(2, 0, 60))
    run = Conducted(plan_of(*stages, sessions=MANY, settle_s=5.0)).pass_s(15)
    run.is_up = False
    for station in run.stations:
        run.drop(station)
    run.pass_s(15)
    assert run.phases() == {OFF: 2, WAITING: 2}
    run.is_up = True
    run.pass_s(30)
    assert not run.bill.closes
    gone = [each for each in run.fleet if each.phase is OFF]
    assert sum(each.queue for each in gone) > 0
    run.conductor.settle(run.now)
    run.pass_s(10)
    assert run.fleet.is_quiet
    assert run.bill.closes, run.bill.figures()


def test_a_storm_on_thousands_leaves_room_for_others_in_between() -> None:
    run = Conducted(plan_of(FleetStage(40, 0, None), sessions=NOBODY))
    assert run.conductor.tick(run.now, 30)
    assert run.fleet.counts().started == run.fleet.arriving == 30
    assert not run.fleet.is_quiet
    run.assert_counted()
    run.pass_s(1)
    run.conductor.storm(FleetStorm(0, StormKind.NETWORK), run.now)
    assert run.conductor.tick(run.now, 31)
    assert run.phases()[WAITING] == 30
    assert run.conductor.next_deadline() == run.now
