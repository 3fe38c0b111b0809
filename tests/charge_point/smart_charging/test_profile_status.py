"""What each profile does now, when that changes next, and why it does not set the limit."""

from __future__ import annotations

from datetime import datetime

import pytest

from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.profile_status import standings
from cp_tui.charge_point.smart_charging.schedule import (
    LostBecause,
    ProfileChangeKind,
    ProfileStanding,
)
from cp_tui.charge_point.smart_charging.sharing import limits_in_force
from cp_tui.ocpp.datatypes import ChargingProfile
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    DAY_S,
    RECURRING,
    RELATIVE,
    T0,
    TX,
    TX_DEFAULT,
    after,
    context,
    on,
    profile,
)

STARTS, CHANGES, ENDS = (
    ProfileChangeKind.STARTS,
    ProfileChangeKind.CHANGES,
    ProfileChangeKind.ENDS,
)


def standing(given: Context, now: datetime = T0) -> dict[int, ProfileStanding]:
    sources = {each: limit.source for each, limit in limits_in_force(given, now).items()}
    sources[0] = composite(given, 0, now, 0).periods[0].source
    return standings(given, sources, now)


def losses(given: Context, profile_id: int = 1) -> list[tuple[int, LostBecause, str]]:
    return [
        (each.connector_id, each.why, each.sentence) for each in standing(given)[profile_id].losses
    ]


def test_a_profile_is_active_where_it_sets_the_limit() -> None:
    given = context(
        on(0, profile(TX_DEFAULT, (0, 10), id=1)),
        on(2, profile(TX_DEFAULT, (0, 8), id=2)),
        connectors=3,
        transactions={1: T0},
    )
    found = standing(given)
    assert (found[1].active_on, found[2].active_on) == ((1, 3), (2,))
    assert found[1].limit == 10
    assert not found[1].is_armed
    assert found[2].is_active
    assert found[2].is_armed


def test_a_cap_is_active_on_the_whole_and_where_it_is_shared() -> None:
    given = context(
        on(0, profile(CP_MAX, (0, 40), id=1)), connectors=3, transactions={1: T0, 2: T0}
    )
    found = standing(given)[1]
    assert found.active_on == (0, 1, 2)
    assert not found.is_armed
    assert losses(given) == [
        (
            3,
            LostBecause.HIGHER_THAN_MINIMUM,
            "ChargePointMaxProfile #1 level 0 allows more: 40.0 A",
        )
    ]


def test_with_no_transaction_at_all_a_cap_is_armed() -> None:
    found = standing(context(on(0, profile(CP_MAX, (0, 10), id=1))))[1]
    assert found.active_on == (0, 1)
    assert found.is_armed


@pytest.mark.parametrize(
    ("what", "why", "words"),
    [
        (
            profile(TX_DEFAULT, (0, 10), valid_from=after(60)),
            LostBecause.NOT_YET_VALID,
            "is not valid before 2026-01-05 08:01:00Z",
        ),
        (
            profile(TX_DEFAULT, (0, 10), valid_to=T0),
            LostBecause.EXPIRED,
            "was valid until 2026-01-05 08:00:00Z",
        ),
        (
            profile(TX_DEFAULT, (0, 10), start=after(60)),
            LostBecause.NOT_STARTED,
            "starts at 2026-01-05 08:01:00Z",
        ),
        (
            profile(TX_DEFAULT, (0, 10), start=after(-60), duration=60),
            LostBecause.DURATION_OVER,
            "ended at 2026-01-05 08:00:00Z",
        ),
        (
            profile(
                TX_DEFAULT,
                (0, 10),
                kind=RECURRING,
                recurrency=DAILY,
                start=after(-3600),
                duration=60,
            ),
            LostBecause.RECURRENCE_GAP,
            "rests until 2026-01-06 07:00:00Z",
        ),
        (profile(TX_DEFAULT, (0, 33)), LostBecause.HIGHER_THAN_MINIMUM, "allows more: 33.0 A"),
    ],
)
def test_time_and_value_explain_a_loss(what: ChargingProfile, why: LostBecause, words: str) -> None:
    found = losses(context(on(1, what)))
    assert found == [(1, why, f"TxDefaultProfile #1 level 0 {words}")]


def test_other_profiles_explain_a_loss() -> None:
    low = on(0, profile(TX_DEFAULT, (0, 20), id=1))
    own = on(1, profile(TX_DEFAULT, (0, 10), id=2))
    high = on(1, profile(TX_DEFAULT, (0, 9), id=3, level=3))
    tx = on(1, profile(TX, (0, 7), id=4), "tx-1")
    assert losses(context(low, own)) == [
        (
            1,
            LostBecause.REPLACED_ON_CONNECTOR,
            "#2 on connector 1 replaces TxDefaultProfile #1 level 0",
        )
    ]
    assert [(each, why) for each, why, _ in losses(context(low, high))] == [
        (1, LostBecause.LOWER_STACK_LEVEL)
    ]
    assert [why for _, why, _ in losses(context(low, tx, transactions={1: T0}))] == [
        LostBecause.HIDDEN_BY_TX_PROFILE
    ]
    assert [why for _, why, _ in losses(context(tx), 4)] == [LostBecause.OTHER_TRANSACTION]


def test_a_profile_far_down_a_long_list_has_its_reason_too() -> None:
    """A source lists a few losers only."""
    stack = [on(1, profile(TX_DEFAULT, (0, 10), id=n, level=n)) for n in range(20)]
    late = on(1, profile(TX_DEFAULT, (0, 10), id=30, level=-1, start=after(60)))
    below = [on(0, profile(TX_DEFAULT, (0, 10), id=40 + n, level=n)) for n in range(20)]
    given = context(*stack, late, *below)
    assert losses(given, 3) == [
        (
            1,
            LostBecause.LOWER_STACK_LEVEL,
            "TxDefaultProfile #19 level 19 beats TxDefaultProfile #3 level 3",
        )
    ]
    assert [why for _, why, _ in losses(given, 30)] == [LostBecause.NOT_STARTED]
    assert losses(given, 47)[0][1:] == (
        LostBecause.REPLACED_ON_CONNECTOR,
        "#7 on connector 1 replaces TxDefaultProfile #47 level 7",
    )


def test_a_profile_of_a_connector_that_is_gone_is_just_not_active() -> None:
    found = standing(context(on(4, profile(TX_DEFAULT, (0, 10)))))[1]
    assert not found.is_active
    assert found.losses == ()


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (profile(TX_DEFAULT, (0, 10)), None),
        (profile(TX_DEFAULT, (0, 10), (60, 16)), (60, CHANGES, 16)),
        (profile(TX_DEFAULT, (0, 10), (60, 10), (90, 16)), (90, CHANGES, 16)),
        (profile(TX_DEFAULT, (0, 10), duration=60), (60, ENDS, None)),
        (profile(TX_DEFAULT, (0, 10), start=after(60)), (60, STARTS, 10)),
        (profile(TX_DEFAULT, (0, 10), valid_from=after(60)), (60, STARTS, 10)),
        (profile(TX_DEFAULT, (0, 10), valid_to=after(60)), (60, ENDS, None)),
        # Valid before its schedule starts: that alone does not matter.
        (
            profile(TX_DEFAULT, (0, 10), valid_from=after(60), start=after(90)),
            (90, STARTS, 10),
        ),
        (
            profile(TX_DEFAULT, (0, 10), kind=RECURRING, recurrency=DAILY, start=T0, duration=3600),
            (3600, ENDS, None),
        ),
        (
            profile(
                TX_DEFAULT,
                (0, 10),
                kind=RECURRING,
                recurrency=DAILY,
                start=after(-7200),
                duration=3600,
            ),
            (DAY_S - 7200, STARTS, 10),
        ),
    ],
)
def test_the_next_change_that_matters(
    what: ChargingProfile, expected: tuple[int, ProfileChangeKind, int | None] | None
) -> None:
    change = standing(context(on(1, what)))[1].next_change
    if expected is None:
        assert change is None
    else:
        assert change is not None
        assert (change.at, change.kind, change.limit) == (after(expected[0]), *expected[1:])


def test_a_relative_profile_changes_only_in_a_transaction() -> None:
    what = on(0, profile(TX_DEFAULT, (0, 16), (900, 8), kind=RELATIVE))
    assert standing(context(what))[1].next_change is None
    running = context(what, connectors=3, transactions={2: after(-300), 3: after(-100)})
    change = standing(running)[1].next_change
    assert change is not None
    assert (change.at, change.kind) == (after(600), CHANGES)
    assert change.limit == 8


def test_of_a_relative_profile_the_edges_of_its_validity_are_known_before() -> None:
    early = profile(TX_DEFAULT, (0, 16), kind=RELATIVE, valid_from=after(60), valid_to=after(90))
    found = standing(context(on(1, early)))[1].next_change
    assert found is not None
    assert (found.at, found.kind) == (after(60), STARTS)
    assert found.limit == 16
    found = standing(context(on(1, early)), after(70))[1].next_change
    assert found is not None
    assert (found.at, found.kind) == (after(90), ENDS)
