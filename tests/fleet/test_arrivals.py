"""When charge points come and go, and whom a storm meets: from the seed alone."""

from __future__ import annotations

from itertools import pairwise
from math import inf

from hypothesis import given, strategies as st

from cp_tui.fleet.arrivals import PowerOrder, chosen, ends_at_s, power_orders, target_at
from cp_tui.fleet.plan import FleetStage
from tests.fleet.plans import plan_of

STAGES = st.lists(
    st.builds(
        FleetStage,
        st.integers(0, 60),
        st.sampled_from([0.0, 5.0, 60.0]),
        st.sampled_from([0.0, 10.0]),
    ),
    min_size=1,
    max_size=5,
)
SEEDS = st.integers(0, 2**53)


@given(STAGES, SEEDS)
def test_each_stage_is_reached_in_its_time_whatever_the_seed(
    stages: list[FleetStage], seed: int
) -> None:
    plan = plan_of(*stages, seed=seed)
    orders = list(power_orders(plan))
    assert orders == list(power_orders(plan))
    assert all(earlier.at_s <= later.at_s for earlier, later in pairwise(orders))
    begin_s, on = 0.0, set[int]()
    for stage in stages:
        end_s = begin_s + stage.over_s
        while orders and (orders[0].at_s < end_s or (orders[0].at_s == end_s and not stage.over_s)):
            if len(on) == stage.stations:
                break
            order = orders.pop(0)
            assert begin_s <= order.at_s <= end_s
            # Nobody is told what he does already.
            assert (order.index in on) is not order.is_on
            on ^= {order.index}
        assert on == set(range(stage.stations))
        begin_s = end_s + (stage.hold_s or 0.0)
    assert orders == []
    assert ends_at_s(plan) == begin_s


def test_charge_points_come_evenly_but_not_at_one_beat() -> None:
    plan = plan_of(FleetStage(600, 60.0, None))
    times = [order.at_s for order in power_orders(plan)]
    assert [sum(second <= at < second + 1 for at in times) for second in range(60)] == [10] * 60
    gaps = {round(later - earlier, 6) for earlier, later in pairwise(times)}
    assert len(gaps) > 500
    assert ends_at_s(plan) is None
    other = [order.at_s for order in power_orders(plan_of(FleetStage(600, 60.0, None), seed=8))]
    assert other != times


def test_all_come_at_once_in_a_storm() -> None:
    plan = plan_of(FleetStage(3, 0.0, 5.0), FleetStage(1, 0.0, 1.0))
    assert list(power_orders(plan)) == [
        *(PowerOrder(0.0, index, True) for index in range(3)),
        PowerOrder(5.0, 2, False),
        PowerOrder(5.0, 1, False),
    ]


def test_the_target_of_an_instant_is_that_of_its_stage_and_its_rate_gets_there_in_time() -> None:
    plan = plan_of(FleetStage(50, 10.0, 5.0), FleetStage(20, 3.0, 0.0), FleetStage(20, 0.0, None))
    assert [target_at(plan, at_s) for at_s in (0.0, 14.9, 15.0, 17.9, 18.0, 1e9)] == [
        *[(50, 5.0)] * 2,
        *[(20, 10.0)] * 2,
        *[(20, inf)] * 2,
    ]
    ended = plan_of(FleetStage(50, 0.0, 5.0))
    assert (target_at(ended, 4.9), target_at(ended, 5.0)) == ((50, inf), None)


@given(st.integers(1, 300), st.floats(0.001, 1), SEEDS, st.randoms())
def test_a_storm_meets_its_exact_share_of_those_that_are_there(
    number: int, share: float, seed: int, random: object
) -> None:
    ids = [f"CP{each}" for each in range(number)]
    met = chosen(seed, "storm 0", ids, share)
    assert len(set(met)) == len(met) == max(1, round(share * number))
    assert set(met) <= set(ids)
    assert met == chosen(seed, "storm 0", ids[::-1], share)


def test_two_storms_do_not_meet_the_same() -> None:
    ids = [f"CP{each}" for each in range(200)]
    assert chosen(7, "storm 0", ids, 0.5) != chosen(7, "storm 1", ids, 0.5)
    assert chosen(7, "storm 0", [], 0.5) == []
