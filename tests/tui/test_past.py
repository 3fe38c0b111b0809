"""What was in force, what flowed, and where that was too much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    SetBy,
    SharedPeriod,
    SourceKind,
)
from cp_tui.charge_point.variables.measurement import (
    POINTS_MAX,
    FollowedLimit,
    MeasuredPoint,
    Measurements,
)
from cp_tui.engine.hub import VariableChanged
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.state.past import (
    believed,
    flow_at,
    flows,
    in_force,
    joined,
    sampled,
    violations,
    with_earlier,
    with_past,
)
from cp_tui.tui.state.store import SnapshotStore
from tests.tui.widgets.schedules import HARDWARE, NOW, TX_PROFILE, schedule

A, W = ChargingRateUnitType.A, ChargingRateUnitType.W


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def point(seconds: float, current_a: float) -> MeasuredPoint:
    return MeasuredPoint(at=after(seconds), power_w=round(current_a * 690), current_a=current_a)


def limits(known: Sequence[CompositePeriod]) -> list[int]:
    return [int(each.limit) for each in known]


def test_what_was_published_before_stays_in_force_until_the_next_schedule() -> None:
    first = schedule(1, [(1, "16"), (5, "32")])
    second = schedule(1, [(1, "10"), (1, "6")], start=after(1800))
    known = believed(believed((), first), second)
    assert limits(known) == [16, 10, 6]
    assert [each.start for each in known] == [NOW, after(1800), after(5400)]
    assert known[0].end == after(1800)


def share(begin_s: int, end_s: int | None, amperes: str, **given: datetime) -> SharedPeriod:
    return SharedPeriod(
        start=after(begin_s),
        end=None if end_s is None else after(end_s),
        limit_a=Decimal(amperes),
        limit_w=Decimal(amperes) * 690,
        sentence="40.0 A for 2 vehicles",
        **given,
    )


def test_a_share_counts_from_when_it_is_told() -> None:
    alone = schedule(1, [(5, "32")])
    shared = replace(alone, start=after(60), shares=(share(60, None, "20"),))
    again = replace(alone, start=after(100))
    store = SnapshotStore()
    for seconds, told in enumerate((alone, shared, again)):
        periods = (replace(told.periods[0], start=told.start),)
        news = VariableChanged("charging_schedules", {1: replace(told, periods=periods)})
        store.apply([news], after(100 + seconds))
    known = store.snapshot.limits[1]
    assert [(int(each.limit), each.start) for each in known] == [
        (32, NOW),
        (20, after(60)),
        (32, after(100)),
    ]


def test_shares_are_followed_instead_of_the_cap_as_long_as_they_last() -> None:
    capped = schedule(1, [(1, "32"), (5, "24")])
    first, second = share(0, 7200, "20"), share(7200, None, "12")
    followed = in_force(replace(capped, shares=(first, second)))
    last = capped.periods[-1].end
    assert [(int(p.limit), p.end) for p in followed.periods] == [(20, after(7200)), (12, last)]
    assert [each.until for each in followed.periods] == [after(7200), None]
    assert followed.periods[0].source.sentence == first.sentence
    rises = in_force(replace(capped, shares=(first,)))
    assert limits(rises.periods) == [20, 24]
    assert rises.periods[1].start == after(7200)
    given_up = in_force(capped, (share(1800, None, "20", looked_until=after(5400)),))
    assert limits(given_up.periods) == [32, 20, 24]
    assert given_up.periods[1].looked_until == after(5400) == given_up.periods[1].end
    assert in_force(capped) is capped
    assert in_force(capped, (share(-60, 0, "20"),)).periods == capped.periods
    in_watts = schedule(1, [(1, "22080")], unit=W)
    assert limits(in_force(in_watts, (first,)).periods) == [13_800]


def test_what_was_followed_before_a_screen_looked_comes_before_what_it_knows() -> None:
    known = schedule(1, [(1, "10"), (5, "16")]).periods
    by_profile = SetBy(kind=SourceKind.PROFILE, is_hypothetical=False, profile=TX_PROFILE)
    followed = [
        (-900, "32", HARDWARE),
        (-300, "24", by_profile),
        (0, "10", by_profile),
        (60, "16", HARDWARE),
    ]
    told = [
        FollowedLimit(at=after(at), limit_a=Decimal(limit), set_by=set_by)
        for at, limit, set_by in followed
    ]
    found = with_earlier(known, told)
    assert limits(found) == [32, 24, 10, 16]
    assert [(each.start, each.end) for each in found[:2]] == [
        (after(-900), after(-300)),
        (after(-300), NOW),
    ]
    assert [each.source.sentence for each in found[:2]] == [
        "The hardware limited it.",
        "TxProfile #7 level 2 set the limit; which others it displaced is not kept.",
    ]
    assert found[2:] == known
    assert with_earlier(found, told) == found
    assert with_earlier(known, ()) == known


def test_a_fresh_screen_knows_the_limits_that_one_knows_that_was_there() -> None:
    first, second = schedule(1, [(5, "32")]), schedule(1, [(5, "10")], start=after(600))
    there, fresh = SnapshotStore(), SnapshotStore()
    for published in (first, second):
        there.apply([VariableChanged("charging_schedules", {1: published})], published.start)
    told = tuple(
        FollowedLimit(at=each.start, limit_a=each.periods[0].limit, set_by=HARDWARE)
        for each in (first, second)
    )
    measurements = Measurements(connector_id=1, points=(), limits=told)
    for is_first in (True, False):
        if is_first:
            fresh.measured_before(1, measurements)
        fresh.apply([VariableChanged("charging_schedules", {1: second})], after(900))
        if not is_first:
            fresh.measured_before(1, measurements)
        one, other = (
            [(each.start, each.end, each.limit) for each in store.snapshot.limits[1]]
            for store in (there, fresh)
        )
        assert one == other
        fresh = SnapshotStore()


def test_the_same_schedule_again_makes_no_new_period() -> None:
    first = schedule(1, [(2, "16"), (2, "32")])
    again = schedule(1, [(1.5, "16"), (2, "32")], start=after(1800))
    known = believed(believed((), first), again)
    assert limits(known) == [16, 32]
    assert known[0].start == NOW


def test_a_clock_that_was_set_back_forgets_what_has_not_been() -> None:
    late = schedule(1, [(1, "16")], start=after(3600))
    early = schedule(1, [(1, "10")])
    assert limits(believed(believed((), late), early)) == [10]


def test_a_schedule_with_its_past_begins_earlier() -> None:
    known = believed((), schedule(1, [(2, "16")]))
    shown = with_past(schedule(1, [(2, "10")], start=after(3600)), known)
    assert shown.start == NOW
    assert limits(shown.periods) == [16, 10]
    assert with_past(shown, ()) == shown


def test_a_value_holds_until_the_next_one_and_the_last_until_now() -> None:
    flowed = flows([point(0, 16), point(60, 8)], after(90), A)
    assert [(each.start, each.end, each.limit) for each in flowed] == [
        (NOW, after(60), Decimal("16")),
        (after(60), after(90), Decimal("8")),
    ]
    assert flows([point(0, 16)], after(90), W)[0].limit == 16 * 690
    assert flows([point(100, 16)], after(90), A) == []
    assert flow_at(flowed, after(60)) == flowed[1]
    assert flow_at(flowed, after(90)) is None


def test_newer_points_replace_older_ones_and_their_number_is_bounded() -> None:
    old = [point(second, 1) for second in range(POINTS_MAX)]
    both = joined(old, [point(10, 5), point(11, 6)])
    assert [each.current_a for each in both[-3:]] == [1, 5, 6]
    assert len(joined(old, [point(POINTS_MAX, 5)])) == POINTS_MAX
    assert joined(old, []) == tuple(old)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0, 16.3), (3600, 10.2)], []),
        ([(0, 16.6)], [(0, 3600), (3605, 7200)]),
        ([(0, 15), (3600, 15), (3604, 10)], []),
        ([(0, 15), (3600, 15), (3620, 10)], [(3605, 3620)]),
        ([(0, 0), (7000, 11)], [(7000, 7200)]),
    ],
    ids=["noise", "too much all the time", "follows in 4 s", "follows in 20 s", "late"],
)
def test_more_than_allowed_is_a_violation_after_five_seconds_to_follow(
    points: list[tuple[float, float]], expected: list[tuple[float, float]]
) -> None:
    known = believed((), schedule(1, [(1, "16"), (1, "10"), (1, "32")]))
    measured = flows([point(*each) for each in points], after(7200), A)
    wrong = violations(measured, known, A)
    assert wrong == [(after(left), after(right)) for left, right in expected]


def test_a_sample_from_before_a_limit_fell_accuses_nobody_of_what_is_not_known() -> None:
    """Of a charge point that is only watched, a reading a minute is all there is."""
    known = believed(
        believed((), schedule(1, [(1, "16")])), schedule(1, [(1, "10")], start=after(90))
    )
    told = flows([point(0, 15), point(60, 15), point(120, 9), point(180, 15)], after(240), A)
    assert violations(sampled(told), known, A) == [(after(180), after(181))]


def test_what_electronics_draw_is_no_violation_of_a_limit_of_zero() -> None:
    known = believed((), schedule(1, [(1, "0")]))
    assert violations(flows([point(0, 0.15)], after(60), A), known, A) == []
    assert violations(flows([point(0, 1)], after(60), A), known, A) == [(NOW, after(60))]


def test_what_flowed_under_a_limit_that_is_no_longer_kept_is_not_judged_by_a_later_one() -> None:
    """A limit that falls each second to 0 and rises again; the vehicle is 2 s behind."""
    falling = [32 - second % 33 for second in range(99)]
    known = schedule(1, [(1 / 3600, str(limit)) for limit in falling]).periods
    points = [point(second, falling[max(0, second - 2)]) for second in range(99) if second % 33 > 1]
    measured = flows([point(0, 32), *points], after(99), A)
    for dropped in range(66):
        limits = known[dropped:]
        for kept in (measured, [each for each in measured if each.start > limits[0].start]):
            assert violations(kept, limits, A) == [], f"of which {dropped} are gone"
    known = schedule(1, [(1, "16")]).periods
    too_much = flows([point(-60, 20)], after(60), A)
    assert violations(too_much, known, A) == [(after(5), after(60))], "it may have fallen"
