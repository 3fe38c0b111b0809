"""The sweep against a second-by-second oracle that shares no code with it, on random charge points.

DIFFERENTIAL_CASES sets how many; a failing seed is named in the assertion.
"""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import InstalledProfile
from cp_tui.charge_point.smart_charging.conversion import hardware_limit
from tests.charge_point.smart_charging import oracle
from tests.charge_point.smart_charging.builders import (
    ABSOLUTE,
    CP_MAX,
    RELATIVE,
    answered,
    assert_is_sound,
    to_wire,
)
from tests.charge_point.smart_charging.oracle import Reading
from tests.charge_point.smart_charging.scenario import Scenario, scenario
from tests.tiers import tier

CASES = int(os.environ.get("DIFFERENTIAL_CASES", tier("200", deep="4_000")))


def test_every_limit_is_that_of_the_oracle() -> None:
    for seed in range(CASES):
        asked = scenario(seed)
        schedule = composite(
            asked.context, asked.connector_id, asked.start, asked.duration_s, asked.unit
        )
        assert_is_sound(schedule, asked.start, asked.duration_s)
        steps = merged(
            [(int((p.start - asked.start).total_seconds()), p.limit) for p in schedule.periods]
        )
        assert steps == expected(asked), f"seed {seed}"


def test_below_the_hardware_limit_the_oracle_itself_gives_the_schedule() -> None:
    compared = 0
    for seed in range(CASES):
        asked = scenario(seed)
        local = hardware_limit(asked.context.hardware[1], asked.unit, None)
        # Since the oracle was written, a Relative cap counts from the transaction.
        has_moved_cap = any(
            _counts_from_charging(each) and each.profile.charging_profile_purpose is CP_MAX
            for each in asked.context.profiles
        )
        if asked.connector_id == 0 or has_moved_cap:
            continue
        steps = oracle.composite(
            [_to_oracle(each) for each in asked.context.profiles],
            asked.connector_id,
            _second(asked.start),
            asked.duration_s,
            asked.unit.value,
            _starts(asked),
            "F" if asked.context.tx_profile_fallback else "V",
            local,
        )
        if any(limit > local for _, limit in steps):
            continue
        schedule = composite(
            asked.context, asked.connector_id, asked.start, asked.duration_s, asked.unit
        )
        ours = [(int((p.start - asked.start).total_seconds()), p.limit) for p in schedule.periods]
        assert merged(ours) == steps, f"seed {seed}"
        compared += 1
    assert compared > CASES / 10


@pytest.mark.parametrize("periods_max", [1, 2, 3, 5])
def test_an_answer_of_few_periods_is_exactly_the_beginning(periods_max: int) -> None:
    """On the wire neighbours that are the same count once, and so does what is rounded away."""
    for seed in range(CASES // 4):
        asked = scenario(seed)
        given = replace(asked.context, max_periods=periods_max)
        what = asked.connector_id, asked.start, asked.duration_s, asked.unit
        whole = to_wire(composite(given, *what), 10_000)
        found = answered(given, what[0], what[2], what[1], what[3])
        periods = whole.charging_schedule_period
        assert found.charging_schedule_period == periods[:periods_max], f"seed {seed}"
        is_cut = len(periods) > periods_max
        covered_s = periods[periods_max].start_period if is_cut else asked.duration_s
        assert found.duration == covered_s, f"seed {seed}"
        assert found == to_wire(composite(given, *what), periods_max)


def expected(asked: Scenario) -> list[tuple[int, Decimal]]:
    """The oracle's purposes, combined as we chose: hardware always caps, 0 always sums."""
    given = asked.context
    profiles = [_to_oracle(each) for each in given.profiles]
    starts, now = _starts(asked), _second(asked.start)
    cap_anchor = min(starts.values(), default=now)
    reading: Reading = "F" if given.tx_profile_fallback else "V"
    unit = asked.unit.value
    local = hardware_limit(given.hardware[1], asked.unit, None)

    def connector(connector_id: int, t: int) -> Decimal:
        anchor = starts.get(connector_id, now)
        value = oracle.connector_value(profiles, connector_id, t, anchor, unit, reading)
        return local if value is None else min(local, value)

    steps = []
    for second in range(asked.duration_s):
        t = now + second
        if asked.connector_id:
            limit = connector(asked.connector_id, t)
        else:
            limit = sum((connector(each, t) for each in given.hardware), Decimal(0))
        cap = oracle.purpose_value(profiles, oracle.CP_MAX, 0, t, cap_anchor)
        if cap is not None:
            limit = min(limit, oracle.convert(cap.limit, cap.unit, unit, cap.phases))
        steps.append((second, limit))
    return merged(steps)


def merged(steps: list[tuple[int, Decimal]]) -> list[tuple[int, Decimal]]:
    kept: list[tuple[int, Decimal]] = []
    for start, limit in steps:
        if not kept or kept[-1][1] != limit:
            kept.append((start, limit))
    return kept


def _second(instant: datetime) -> int:
    return int(instant.timestamp())


def _starts(asked: Scenario) -> dict[int, int]:
    return {each: _second(running.start) for each, running in asked.context.transactions.items()}


def _counts_from_charging(installed: InstalledProfile) -> bool:
    kind = installed.profile.charging_profile_kind
    start = installed.profile.charging_schedule.start_schedule
    return kind is RELATIVE or (kind is ABSOLUTE and start is None)


def _to_oracle(installed: InstalledProfile) -> oracle.Profile:
    profile = installed.profile
    schedule = profile.charging_schedule
    kind = "Relative" if _counts_from_charging(installed) else profile.charging_profile_kind.value

    def optional(instant: datetime | None) -> int | None:
        return None if instant is None else _second(instant)

    return oracle.Profile(
        purpose=profile.charging_profile_purpose.value,
        kind=kind,
        level=profile.stack_level,
        periods=[
            (period.start_period, period.limit, period.number_phases)
            for period in schedule.charging_schedule_period
        ],
        unit=schedule.charging_rate_unit.value,
        start=optional(schedule.start_schedule),
        duration=schedule.duration,
        valid_from=optional(profile.valid_from),
        valid_to=optional(profile.valid_to),
        recurrency=None if profile.recurrency_kind is None else profile.recurrency_kind.value,
        connector=installed.connector_id,
    )
