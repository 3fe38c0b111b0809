"""The limits that are followed: connectors divide the ChargePointMaxProfile (S 3.13.3)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from cp_tui.charge_point.config import CurrentKind
from cp_tui.charge_point.smart_charging.composite import composite, whole
from cp_tui.charge_point.smart_charging.context import Context, Hardware, RunningTransaction
from cp_tui.charge_point.smart_charging.schedule import SourceKind
from cp_tui.charge_point.smart_charging.shares import divide, shares_ahead
from cp_tui.charge_point.smart_charging.sharing import limits_in_force
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    T0,
    TX,
    TX_DEFAULT,
    A,
    W,
    after,
    context,
    on,
    profile,
)
from tests.charge_point.smart_charging.scenario import scenario
from tests.tiers import tier


def amperes(given: Context, at_s: int = 0) -> dict[int, Decimal]:
    return {each: limit.limit_a for each, limit in limits_in_force(given, after(at_s)).items()}


def test_without_profiles_each_connector_takes_what_its_hardware_can() -> None:
    limit = limits_in_force(context(), T0)[1]
    assert limit.limit_a == 32
    assert limit.limit_w == 22_080
    assert limit.allows_charging
    assert limit.until is None
    assert limit.source.is_hypothetical


def test_the_limit_says_until_when() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 16), (60, 10))), transactions={1: T0})
    limit = limits_in_force(given, T0)[1]
    assert limit.limit_a == 16
    assert limit.until == after(60)


def test_two_vehicles_share_a_cap_equally() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 40), (60, 80), id=1)),
        connectors=3,
        transactions={1: after(-100), 2: after(-50)},
    )
    assert amperes(given) == {1: 20, 2: 20, 3: 32}
    limit = limits_in_force(given, T0)[1]
    assert limit.limit_w == 13_800
    assert limit.source.kind is SourceKind.SHARE
    shared, alone = limit.source.sentence.split("; ")
    assert shared == "ChargePointMaxProfile #1 level 0: 40.0 A for 2 vehicles"
    assert alone == "the hardware alone allows 32.0 A now"
    assert limit.until == after(60)
    assert amperes(given, 60) == {1: 32, 2: 32, 3: 32}


def test_sharing_that_begins_later_is_a_change() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 80), (60, 40))), connectors=2, transactions={1: T0, 2: T0}
    )
    assert amperes(given) == {1: 32, 2: 32}
    assert {limit.until for limit in limits_in_force(given, T0).values()} == {after(60)}
    assert amperes(given, 60) == {1: 20, 2: 20}


def test_dc_vehicles_share_what_is_less_than_an_ac_vehicle_takes() -> None:
    hardware = Hardware(Decimal(125), voltage_v=400, kind=CurrentKind.DC)
    given = Context(
        {0: hardware, 1: hardware, 2: hardware},
        {1: RunningTransaction("tx-1", 1, T0), 2: RunningTransaction("tx-2", 2, T0)},
        (on(0, profile(CP_MAX, (0, 2_000), (3600, 800), unit=W)),),
    )
    ahead = whole(shares_ahead(given, T0, 86_400))
    assert [share.limit_w for share in ahead[1].shares] == [1_000, 400]
    assert [share.limit_w for share in ahead[2].shares] == [1_000, 400]


def test_a_share_lasts_while_what_another_one_could_take_changes_nothing() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 32), (3600, 24), (7200, 63), id=1)),
        on(0, profile(TX_DEFAULT, (0, 20), (60, 16), (5400, 10), id=2)),
        on(1, profile(TX, (0, 24), id=3), "tx-1"),
        connectors=2,
        transactions={1: T0, 2: T0},
    )
    limit = limits_in_force(given, T0)[1]
    assert limit.limit_a == 16
    assert limit.until == after(3600)
    assert amperes(given, 60) == {1: 16, 2: 16}, "the default of the other fell"
    ahead = whole(shares_ahead(given, T0, 86_400))
    shares = ahead[1].shares
    assert [each.limit_a for each in shares] == [16, 12, 14]
    assert [each.start for each in shares] == [T0, after(3600), after(5400)]
    assert [each.end for each in shares] == [after(3600), after(5400), after(7200)]
    assert [each.sentence.partition("; ")[2] for each in shares] == [
        "TxProfile #3 level 0 alone allows 24.0 A now",
        "",
        "",
    ]
    assert shares[1].sentence.endswith("24.0 A for 2 vehicles, if they still charge then")


def test_what_is_told_of_later_is_what_is_followed_then() -> None:
    told = 0
    # In 208 profiles repeat themselves while vehicles share.
    for seed in (*range(tier(150, deep=3_000)), 208):
        asked = scenario(seed)
        given, now = asked.context, asked.start
        for connector_id, ahead in whole(shares_ahead(given, now, 600)).items():
            assert ahead.end is not None
            for share in ahead.shares:
                end = share.end or share.looked_until or now + timedelta(days=1)
                for at in (share.start, end - timedelta(seconds=1)):
                    limit = limits_in_force(given, at)[connector_id]
                    assert limit.source.kind is SourceKind.SHARE, f"seed {seed}"
                    assert (limit.limit_a, limit.limit_w) == (share.limit_a, share.limit_w)
                told += 1
            if (until := ahead.end[0]) is not None:
                limits = [
                    limits_in_force(given, at)[connector_id]
                    for at in (until - timedelta(seconds=1), until)
                ]
                assert limits[0].until == until, f"seed {seed}"
                told += 1
    assert told > 50


def test_a_cap_that_starts_later_is_a_change() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 40), start=after(60))),
        connectors=2,
        transactions={1: T0, 2: T0},
    )
    assert {limit.until for limit in limits_in_force(given, T0).values()} == {after(60)}


def test_what_one_cannot_take_goes_to_the_other() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 40), id=1)),
        on(1, profile(TX_DEFAULT, (0, 10), id=2)),
        connectors=2,
        transactions={1: T0, 2: T0},
    )
    assert amperes(given) == {1: 10, 2: 30}
    limits = limits_in_force(given, T0)
    assert limits[1].source.kind is SourceKind.PROFILE
    assert limits[2].source.kind is SourceKind.SHARE


def test_where_it_is_too_little_for_two_the_first_charges() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 10))),
        connectors=2,
        transactions={1: after(-10), 2: after(-20)},
    )
    limits = limits_in_force(given, T0)
    assert [limit.limit_a for limit in limits.values()] == [0, 10]
    assert not limits[1].allows_charging
    assert limits[2].allows_charging


def test_a_cap_in_watts_is_shared_in_watts() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 11_000), unit=W)), connectors=2, transactions={1: T0, 2: T0}
    )
    limits = limits_in_force(given, T0)
    assert [limit.limit_w for limit in limits.values()] == [5_500, 5_500]
    assert [limit.limit_a for limit in limits.values()] == [Decimal("7.9"), Decimal("7.9")]


def test_a_lower_limit_of_their_own_needs_no_sharing() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 40), id=1)),
        on(0, profile(TX_DEFAULT, (0, 16), id=2)),
        connectors=2,
        transactions={1: T0, 2: T0},
    )
    assert amperes(given) == {1: 16, 2: 16}
    assert limits_in_force(given, T0)[1].source.kind is SourceKind.PROFILE


@pytest.mark.parametrize(("limit", "allows"), [(0, False), ("5.9", False), (6, True)])
def test_below_6_a_an_ac_vehicle_pauses(limit: int | str, allows: bool) -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, limit))), transactions={1: T0})
    assert limits_in_force(given, T0)[1].allows_charging is allows


def test_a_dc_vehicle_takes_any_current() -> None:
    hardware = {1: Hardware(Decimal(125), voltage_v=400, kind=CurrentKind.DC)}
    given = Context(
        hardware,
        {1: RunningTransaction("tx", 1, T0)},
        (on(0, profile(TX_DEFAULT, (0, 1_000), unit=W)),),
    )
    limit = limits_in_force(given, T0)[1]
    assert limit.limit_w == 1_000
    assert limit.limit_a == Decimal("2.5")
    assert limit.allows_charging


@pytest.mark.parametrize(
    ("offers", "total", "shares"),
    [
        ((32, 32, 32), 96, (32, 32, 32)),
        ((32, 32, 32), 60, (20, 20, 20)),
        ((32, 8, 32), 60, (26, 8, 26)),
        ((32, 32, 32), 17, ("8.5", "8.5", 0)),
        ((32, 32, 32), 5, (5, 0, 0)),
        ((0, 32), 20, (0, 20)),
        ((32, 32), 0, (0, 0)),
        ((10, 10, 10), "20", ("6.6", "6.7", "6.7")),
    ],
)
def test_dividing(offers: tuple[int, ...], total: int | str, shares: tuple[int | str, ...]) -> None:
    found = divide([Decimal(o) for o in offers], [Decimal(6)] * len(offers), Decimal(total))
    assert found == [Decimal(share) for share in shares]


def test_no_connector_takes_more_than_its_schedule_and_all_together_no_more_than_the_cap() -> None:
    for seed in range(tier(100, deep=2_000)):
        asked = scenario(seed)
        given, now = asked.context, asked.start
        limits = limits_in_force(given, now)
        for connector_id, limit in limits.items():
            for unit, value in ((A, limit.limit_a), (W, limit.limit_w)):
                period = composite(given, connector_id, now, 1, unit).periods[0]
                assert 0 <= value <= period.limit, f"seed {seed}"
        running = [limits[each].limit_a for each in given.transactions]
        whole = composite(given, 0, now, 1, A).periods[0]
        winner = whole.source.winner
        if winner is not None and len(running) > 1 and whole.source.conversion is None:
            assert sum(running, Decimal(0)) <= whole.limit, f"seed {seed}"
