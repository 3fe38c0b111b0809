"""The numbers of the demo: valid, and the same for the whole of a round, whatever the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cp_tui.demo import story_profiles
from cp_tui.demo.story_checks import active_power_w
from cp_tui.ocpp.core import MeterValuesRequest
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    Measurand,
    MeterValue,
    Phase,
    SampledValue,
    UnitOfMeasure,
)

INSTANTS = [
    datetime(2026, 11, 22, 10, 3, 59, 250_000, tzinfo=UTC),
    datetime(2026, 1, 1, 0, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
]


def limit_at(profile: ChargingProfile, instant: datetime) -> Decimal:
    schedule = profile.charging_schedule
    assert schedule.start_schedule is not None
    offset_s = (instant - schedule.start_schedule).total_seconds()
    assert offset_s >= 0
    assert schedule.duration is None or offset_s < schedule.duration
    return [p.limit for p in schedule.charging_schedule_period if p.start_period <= offset_s][-1]


@pytest.mark.parametrize("now", INSTANTS)
def test_the_limits_of_the_station_hold_for_a_round(now: datetime) -> None:
    for seconds in (0, 60):
        instant = now + timedelta(seconds=seconds)
        supply = story_profiles.charge_point_max_profile(now)
        default = story_profiles.tx_default_profile(now)
        assert limit_at(supply, instant) == story_profiles.SUPPLY_A
        assert limit_at(default, instant) == story_profiles.DEFAULT_A


@pytest.mark.parametrize("now", INSTANTS)
def test_the_limit_of_the_transaction_falls_and_rises(now: datetime) -> None:
    profile = story_profiles.tx_profile(7, now, lowered_s=6)
    assert profile.transaction_id == 7
    assert limit_at(profile, now) == story_profiles.LOWERED_A
    assert limit_at(profile, now + timedelta(seconds=6)) == story_profiles.RAISED_A


def test_two_cars_want_more_than_the_supply_gives() -> None:
    assert story_profiles.RAISED_A + story_profiles.DEFAULT_A > story_profiles.SUPPLY_A


def sample(
    value: str, phase: Phase | None = None, unit: UnitOfMeasure = UnitOfMeasure.W
) -> SampledValue:
    return SampledValue(
        value=value, measurand=Measurand.POWER_ACTIVE_IMPORT, phase=phase, unit=unit
    )


@pytest.mark.parametrize(
    ("samples", "power_w"),
    [
        ((SampledValue(value="123"),), None),
        ((sample("5500"),), 5500),
        ((sample("5.5", unit=UnitOfMeasure.KW),), 5500),
        ((sample("1", Phase.L1), sample("2", Phase.L2), sample("3", Phase.L3)), 6),
        ((sample("6"), sample("1", Phase.L1)), 6),
    ],
)
def test_the_power_is_read_from_meter_values(
    samples: tuple[SampledValue, ...], power_w: float | None
) -> None:
    at = datetime(2026, 1, 5, 8, tzinfo=UTC)
    message = MeterValuesRequest(
        connector_id=1, meter_value=(MeterValue(timestamp=at, sampled_value=samples),)
    )
    assert active_power_w(message) == power_w
