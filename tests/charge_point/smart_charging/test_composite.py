"""What holds for every schedule, and the bounds that keep a hostile profile harmless."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.composite import (
    DURATION_S_MAX,
    composite,
)
from cp_tui.charge_point.smart_charging.context import Context, PhaseRule
from cp_tui.charge_point.smart_charging.decision import Decision
from cp_tui.charge_point.smart_charging.sharing import limits_in_force
from cp_tui.charge_point.smart_charging.stacking import Budget
from cp_tui.charge_point.smart_charging.sweep import Sweep, steps
from cp_tui.charge_point.smart_charging.timeline import to_second
from cp_tui.ocpp.datatypes import ChargingProfile
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    DAY_S,
    RECURRING,
    RELATIVE,
    T0,
    TX_DEFAULT,
    WEEKLY,
    A,
    W,
    after,
    ask,
    assert_is_sound,
    context,
    notation,
    on,
    profile,
    to_wire,
)
from tests.charge_point.smart_charging.scenario import scenario
from tests.tiers import tier


def test_every_schedule_is_sound_by_either_phase_rule() -> None:
    for seed in range(tier(150, deep=3_000)):
        asked = scenario(seed)
        for rule in PhaseRule:
            given = replace(asked.context, phase_rule=rule)
            schedule = composite(
                given, asked.connector_id, asked.start, asked.duration_s, asked.unit
            )
            assert_is_sound(schedule, asked.start, asked.duration_s)
            wire = to_wire(schedule, 1_000)
            starts = [period.start_period for period in wire.charging_schedule_period]
            assert starts[0] == 0
            assert starts == sorted(set(starts))
            shown = [(p.limit, p.number_phases) for p in wire.charging_schedule_period]
            assert all(a != b for a, b in pairwise(shown))


def test_a_schedule_asked_later_is_the_rest_of_the_one_asked_before() -> None:
    """While transactions run on all connectors nothing depends on when one asks."""
    for seed in range(tier(100, deep=2_000)):
        asked = scenario(seed)
        given = asked.context
        running = {n: given.transactions.get(n) for n in given.hardware}
        if None in running.values():
            continue
        whole = composite(given, asked.connector_id, T0, 600, asked.unit)
        later = composite(given, asked.connector_id, after(100), 500, asked.unit)
        for second in range(100, 600, 7):
            at = after(second)
            assert whole.at(at).limit == later.at(at).limit, f"seed {seed}"


def test_the_order_of_installation_plays_no_part() -> None:
    for seed in range(tier(100, deep=2_000)):
        asked = scenario(seed)
        turned = replace(asked.context, profiles=asked.context.profiles[::-1])
        one, other = (
            to_wire(composite(given, asked.connector_id, asked.start, 300, asked.unit), 1_000)
            for given in (asked.context, turned)
        )
        assert one == other, f"seed {seed}"


def test_fractions_of_a_second_are_cut() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 10), start=T0 + timedelta(seconds=60.7))))
    assert ask(given, 1, 120, T0 + timedelta(microseconds=999_999)) == "0:32, 60:10"


def test_without_a_unit_the_first_allowed_one_is_used() -> None:
    assert composite(replace(context(), allowed_units=(W, A)), 1, T0, 60).unit is W


def test_a_period_that_starts_with_the_end_of_the_duration_is_never_shown() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 10), (60, 6), duration=60)))
    assert ask(given, 1, 120) == "0:10, 60:32"


def test_each_connector_counts_from_its_own_transaction() -> None:
    relative = on(0, profile(TX_DEFAULT, (0, 10), (100, 20), kind=RELATIVE))
    given = context(relative, connectors=2, transactions={1: after(-30), 2: after(-60)})
    assert ask(given, 0, 120) == "0:20, 40:30, 70:40"


def ends(given: Context, now: datetime = T0) -> tuple[datetime | None, datetime | None]:
    """When the limit of connector 1 ends, and up to when that was looked for."""
    limit = limits_in_force(given, now)[1]
    return limit.until, limit.looked_until


def test_the_next_change_is_when_the_limit_changes() -> None:
    given = context(
        on(0, profile(TX_DEFAULT, (0, 10), (60, 6), id=1)),
        on(0, profile(CP_MAX, (0, 40), (30, 41), id=2)),
    )
    assert ends(given, T0) == (after(60), None)
    assert ends(given, after(60)) == (None, None)
    assert ends(context(), T0) == (None, None)


def hourly() -> Context:
    return context(
        on(
            0,
            profile(
                TX_DEFAULT,
                *((3600 * hour, 6 + hour) for hour in range(24)),
                kind=RECURRING,
                recurrency=DAILY,
            ),
        )
    )


def test_a_year_of_hourly_changes_is_given_whole() -> None:
    schedule = composite(hourly(), 1, T0, DURATION_S_MAX)
    assert len(schedule.periods) == 365 * 24
    assert not schedule.is_truncated


def test_more_than_a_year_is_cut_to_a_year() -> None:
    schedule = composite(context(), 1, T0, 2**40)
    assert schedule.duration_s == DURATION_S_MAX
    assert schedule.is_truncated


def test_more_periods_than_allowed_are_cut_and_it_is_said() -> None:
    schedule = composite(hourly(), 1, T0, DAY_S, periods_max=5)
    assert len(schedule.periods) == 5
    assert schedule.duration_s == 5 * 3600
    assert schedule.is_truncated
    assert_is_sound(schedule, T0, DAY_S)


def every_second(*, id: int, level: int = 0) -> ChargingProfile:
    """Another limit in each of the first seconds of a day."""
    periods = ((second, 6 + second % 2) for second in range(200))
    return profile(
        TX_DEFAULT, *periods, id=id, level=level, kind=RECURRING, recurrency=DAILY, duration=DAY_S
    )


def test_what_never_counts_costs_nothing() -> None:
    given = context(on(0, every_second(id=1)), on(0, profile(TX_DEFAULT, (0, 10), id=2, level=1)))
    schedule = composite(given, 1, T0, DURATION_S_MAX)
    (period,) = schedule.periods
    assert period.limit == 10
    assert period.until is period.looked_until is None
    assert not schedule.is_truncated
    assert ends(given) == (None, None)


def test_what_recurs_below_a_limit_is_looked_at_until_it_comes_round() -> None:
    given = context(on(0, every_second(id=1)), on(0, profile(CP_MAX, (0, 5), (10**7, 4), id=2)))
    schedule = composite(given, 1, T0, DURATION_S_MAX)
    assert [p.start for p in schedule.periods] == [T0, after(10**7)]
    assert not schedule.is_truncated
    assert ends(given) == (after(10**7), None)


@pytest.mark.slow
def test_more_steps_than_allowed_are_cut_and_what_is_given_is_right() -> None:
    # Hidden below a cap, the connectors change 36,000 times in the week that recurs.
    cap = on(0, profile(CP_MAX, (0, 5), id=99))
    given = context(
        *(
            on(
                each,
                profile(
                    TX_DEFAULT,
                    *((1_000 * n + each, 6 + n % 9) for n in range(600)),
                    id=each,
                    kind=RECURRING,
                    recurrency=WEEKLY,
                    start=T0,
                ),
            )
            for each in range(1, 61)
        ),
        cap,
        connectors=60,
    )
    schedule = composite(given, 0, T0, DURATION_S_MAX)
    (period,) = schedule.periods
    assert schedule.is_truncated
    assert period.limit == 5
    assert period.until is None
    assert period.looked_until == period.end < after(DURATION_S_MAX)


@pytest.mark.parametrize("steps_max", [0, 1, 2, 3, 5, 8, 13])
def test_up_to_the_cut_the_decisions_are_those_without_a_cut(steps_max: int) -> None:
    begin = to_second(T0)
    for seed in range(tier(30, deep=600)):
        asked = scenario(seed)
        full, cut = (Sweep(asked.context, A, begin, Budget(n)) for n in (10_000, steps_max))
        wanted, found = (
            list(
                steps(
                    sweep.cursor(asked.connector_id),
                    begin,
                    begin + 300,
                    sweep.budget,
                    Decision.identity,
                )
            )
            for sweep in (full, cut)
        )
        known_until = begin + 300 if cut.budget.cut_at is None else cut.budget.cut_at
        assert known_until > begin
        assert found == [each for each in wanted if each[0] < known_until], f"seed {seed}"


def test_the_end_of_the_calculation_is_not_the_end_of_a_limit() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 10), (2 * DAY_S, 6))))
    (tomorrow,) = composite(given, 1, T0, DAY_S).periods
    assert (tomorrow.end, tomorrow.until) == (after(DAY_S), after(2 * DAY_S))
    *_, last = composite(given, 1, T0, 3 * DAY_S).periods
    assert (last.end, last.until, last.looked_until) == (after(3 * DAY_S), None, None)
    first, _ = composite(given, 1, T0, 3 * DAY_S).periods
    assert first.end == first.until == after(2 * DAY_S)


def test_the_wire_merges_what_differs_only_in_its_source() -> None:
    given = context(
        on(0, profile(TX_DEFAULT, (0, 10), id=1, level=1, duration=60)),
        on(0, profile(TX_DEFAULT, (0, 10), (120, 8), id=2)),
    )
    schedule = composite(given, 1, T0, 300, A)
    assert len(schedule.periods) == 3
    wire = to_wire(schedule, 1_000)
    periods = [(p.start_period, p.limit) for p in wire.charging_schedule_period]
    assert notation(periods) == "0:10, 120:8"
    assert len(periods) == 2
    assert wire.to_payload() == {
        "chargingRateUnit": "A",
        "duration": 300,
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 10},
            {"startPeriod": 120, "limit": 8},
        ],
    }


def test_the_wire_keeps_periods_that_differ_in_phases() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 10, 3), (60, 10, 1))))
    wire = to_wire(composite(given, 1, T0, 120, A), 1_000)
    assert [p.number_phases for p in wire.charging_schedule_period] == [3, 1]


def test_the_wire_covers_less_time_rather_than_too_many_periods() -> None:
    wire = to_wire(composite(hourly(), 1, T0, DAY_S), 5)
    assert len(wire.charging_schedule_period) == 5
    assert wire.duration == 5 * 3600


def test_limits_are_decimals_throughout() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, "21.4"))))
    wire = to_wire(composite(given, 1, T0, 60, A), 10)
    assert wire.charging_schedule_period[0].limit == Decimal("21.4")
    assert wire.to_payload()["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 21.4}]
