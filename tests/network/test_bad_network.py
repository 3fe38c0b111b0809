"""What each kind of fault does to frames, connections and attempts to connect."""

from __future__ import annotations

from math import inf

import pytest

from cp_tui.network.bad_network import BadNetwork, Break, DialFailure, Dialling
from cp_tui.network.weather import FaultKind
from cp_tui.network.weathers import FAIR, WEATHERS
from tests.network.made import BEGAN_AT, DOWN, SEED, UP, network, sent

MANY = 2_000


def test_in_fair_weather_every_frame_arrives_at_once_and_nothing_breaks() -> None:
    made = BadNetwork(FAIR, SEED, BEGAN_AT)
    assert [sent(made, at) for at in (0, 5, 5)] == [(0,), (5,), (5,)]
    assert made.dial(BEGAN_AT) == Dialling(0.0)
    assert made.next_break() is None
    assert made.doing(BEGAN_AT).words == ""


def test_frames_get_lost_and_doubled_as_often_as_is_said_and_only_those_that_are_meant() -> None:
    made = network(
        {"kind": "loss", "probability": 0.2, "direction": "to_csms"},
        {"kind": "double", "probability": 0.1, "actions": ["StartTransaction"]},
    )
    up = [sent(made, at) for at in range(MANY)]
    starts = [sent(made, at, DOWN, action="StartTransaction") for at in range(MANY)]
    others = [sent(made, at, DOWN, action=None) for at in range(MANY)]
    assert up.count(()) == pytest.approx(MANY * 0.2, rel=0.2)
    assert set(map(len, up)) == {0, 1}
    assert sum(len(each) == 2 for each in starts) == pytest.approx(MANY * 0.1, rel=0.2)
    assert () not in starts
    assert {len(each) for each in others} == {1}
    assert made.counts.lost == up.count(())
    assert made.counts.doubled == sum(len(each) == 2 for each in starts)


def test_a_delay_lies_between_its_ends_and_frames_of_a_direction_keep_their_order() -> None:
    made = network({"kind": "delay", "latency_s": 0.5, "jitter_s": 2.0})
    arrivals = [(at / 10, sent(made, at / 10)[0]) for at in range(MANY)]
    assert all(0.5 <= there - left <= 2.5 for left, there in arrivals)
    assert [there for _, there in arrivals] == sorted(there for _, there in arrivals)
    assert len({round(there - left, 3) for left, there in arrivals}) > MANY / 10
    assert made.counts.delayed == MANY


def test_frames_share_the_bandwidth_of_their_direction() -> None:
    made = network({"kind": "bandwidth", "bytes_per_s": 1_000.0})
    assert [sent(made, 0, size=500) for _ in range(3)] == [(0.5,), (1.0,), (1.5,)]
    assert sent(made, 0, DOWN, size=500) == (0.5,)
    assert sent(made, 10, size=1) == (10.001,)


def test_held_frames_come_in_a_bunch_and_a_ping_among_them() -> None:
    made = network({"kind": "hold", "begins_s": 10, "lasts_s": 5, "direction": "to_charge_point"})
    assert sent(made, 9.9, DOWN) == (9.9,)
    assert [sent(made, at, DOWN) for at in (10, 12, 14.9)] == [(15,), (15,), (15,)]
    assert made.ping(DOWN, BEGAN_AT + 14.9) == (BEGAN_AT + 15,)
    assert made.counts.delayed == 3, "a ping is no frame of OCPP"
    assert sent(made, 12) == (12,)
    assert sent(made, 15, DOWN) == (15,)
    # On its way when it began.
    late = network(
        {"kind": "delay", "latency_s": 3}, {"kind": "hold", "begins_s": 10, "lasts_s": 5}
    )
    assert sent(late, 8) == (15,)
    assert late.dial(BEGAN_AT + 11).after_s == 4


def test_what_is_held_for_ever_waits_for_other_weather() -> None:
    made = network({"kind": "hold"})
    assert made.frame(UP, BEGAN_AT, 1, None) == (inf,)
    assert made.dial(BEGAN_AT).failure is DialFailure.TIMEOUT


def test_a_silent_connection_is_dead_until_there_is_another_one() -> None:
    made = network(
        {"kind": "silence", "begins_s": 10, "lasts_s": 5, "direction": "to_charge_point"}
    )
    assert sent(made, 9, DOWN) == (9,)
    assert [made.silent_from(way) for way in (UP, DOWN)] == [inf, BEGAN_AT + 10]
    assert [sent(made, at, DOWN) for at in (10, 14, 20, 500)] == [()] * 4
    assert made.ping(DOWN, BEGAN_AT + 20) == ()
    assert sent(made, 12) == (12,)
    assert made.dial(BEGAN_AT + 12).failure is DialFailure.TIMEOUT
    assert made.dial(BEGAN_AT + 15) == Dialling(0.0)
    made.new_connection(BEGAN_AT + 15)
    assert sent(made, 20, DOWN) == (20,)


def test_a_connection_breaks_at_the_beginning_of_each_turn_and_says_how() -> None:
    made = network(
        {"kind": "reset", "begins_s": 10, "every_s": 60},
        {"kind": "close", "begins_s": 40, "code": 1013, "reason": "try again later"},
    )
    assert made.next_break() == Break(BEGAN_AT + 10, FaultKind.RESET)
    made.new_connection(BEGAN_AT + 10)
    assert made.next_break() == Break(BEGAN_AT + 40, FaultKind.CLOSE, 1013, "try again later")
    made.new_connection(BEGAN_AT + 50)
    assert made.next_break() == Break(BEGAN_AT + 70, FaultKind.RESET)


def test_a_frame_of_an_action_breaks_the_connection_when_it_has_arrived() -> None:
    made = network(
        {"kind": "delay", "latency_s": 2},
        {"kind": "reset", "actions": ["StartTransaction"], "direction": "to_csms"},
    )
    sent(made, 0)
    sent(made, 0, DOWN, action="StartTransaction")
    assert made.next_break() is None
    assert sent(made, 1, action="StartTransaction") == (3,)
    assert made.next_break() == Break(BEGAN_AT + 3, FaultKind.RESET)
    # One frame more does not put it off.
    sent(made, 2, action="StartTransaction")
    assert made.next_break() == Break(BEGAN_AT + 3, FaultKind.RESET)
    made.new_connection(BEGAN_AT + 4)
    assert made.next_break() is None


@pytest.mark.parametrize("kind", ["dns", "refused", "timeout", "tls", "captive"])
def test_an_attempt_to_connect_fails_while_it_is_said_to(kind: str) -> None:
    made = network({"kind": kind, "begins_s": 10, "lasts_s": 5})
    failures = [made.dial(BEGAN_AT + at).failure for at in (9, 10, 14, 15)]
    assert failures == [None, kind, kind, None]
    assert made.counts.not_connected == 2
    assert made.counts.not_connected == 2
    assert sent(made, 12) == (12,)


def test_attempts_fail_in_the_order_of_connecting_and_as_often_as_is_said() -> None:
    made = network({"kind": "tls"}, {"kind": "dns", "probability": 0.3})
    failures = [made.dial(BEGAN_AT).failure for _ in range(MANY)]
    assert failures.count(DialFailure.DNS) == pytest.approx(MANY * 0.3, rel=0.2)
    assert set(failures) == {DialFailure.DNS, DialFailure.TLS}
    slow = network({"kind": "slow_handshake", "latency_s": 3, "jitter_s": 1})
    assert all(3 <= slow.dial(BEGAN_AT).after_s <= 4 for _ in range(100))
    assert sent(slow, 0) == (0,)


def test_a_frame_more_in_one_direction_changes_nothing_in_the_other() -> None:
    faults = ({"kind": "loss", "probability": 0.5}, {"kind": "delay", "jitter_s": 1.0})
    busy, calm = network(*faults), network(*faults)
    for at in range(100):
        sent(busy, at, UP)
        busy.ping(UP, BEGAN_AT + at)
        assert sent(busy, at, DOWN) == sent(calm, at, DOWN)


@pytest.mark.parametrize("name", WEATHERS)
def test_the_same_seed_does_the_same_and_another_one_something_else(name: str) -> None:
    def life(seed: int) -> list[object]:
        made = BadNetwork(WEATHERS[name], seed, BEGAN_AT)
        seen: list[object] = []
        for step in range(300):
            now = BEGAN_AT + 3.7 * step
            seen += [made.frame(way, now, 200, "MeterValues") for way in (UP, DOWN)]
            found = made.next_break()
            if step % 50 == 49 or (found is not None and found.at <= now):
                seen += [found, made.dial(now)]
                made.new_connection(now)
        return seen

    assert life(1) == life(1)
    is_drawn = any(fault.probability < 1 or fault.jitter_s > 0 for fault in WEATHERS[name].faults)
    assert (life(1) != life(2)) is is_drawn


def test_what_it_does_right_now_is_said_the_newest_first_and_asking_changes_nothing() -> None:
    faults = (
        {"kind": "loss", "probability": 0.25},
        {"kind": "silence", "begins_s": 10, "lasts_s": 5, "every_s": 100, "direction": "to_csms"},
        {"kind": "double", "begins_s": 0, "lasts_s": 5},
    )
    made, unasked = network(*faults), network(*faults)
    said = [made.doing(BEGAN_AT + at) for at in (0, 12, 50, 110)]
    lost, silent = "25 % of frames get lost", "nothing gets through to the CSMS"
    first = f"{lost}, frames arrive twice"
    assert [each.words for each in said] == [first, *[f"{silent}, {lost}"] * 3]
    assert [each.since - BEGAN_AT for each in said] == [0, 10, 10, 110]
    assert [each.until and each.until - BEGAN_AT for each in said] == [5, 15, 110, 115]
    made.new_connection(BEGAN_AT + 116)
    unasked.new_connection(BEGAN_AT + 116)
    assert made.doing(BEGAN_AT + 116).words == lost
    assert [sent(made, 117 + at) for at in range(50)] == [
        sent(unasked, 117 + at) for at in range(50)
    ]
