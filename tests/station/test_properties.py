"""Whatever anybody does: the register never falls, and nothing exceeds a limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from cp_tui.charge_point.config import ConnectorConfig
from cp_tui.charge_point.station_port import MeterReading
from cp_tui.station.errors import StationError
from cp_tui.station.offer import RAMP
from cp_tui.station.station import Station
from cp_tui.station.vehicle import VehicleSettings
from tests.station.builders import AC, DC, START, charging
from tests.tiers import tier

ACTS = ("plug_in", "plug_out", "suspend_ev", "resume_ev", "on", "off", "limit", "vehicle")


@dataclass(frozen=True)
class Step:
    """One act, and the time that passes afterwards."""

    act: str
    wait_s: float
    limit_a: Decimal
    limit_phases: int
    vehicle: VehicleSettings


steps = st.lists(
    st.builds(
        Step,
        act=st.sampled_from(ACTS),
        wait_s=st.one_of(st.floats(0, 10), st.floats(0, 20_000)),
        limit_a=st.decimals(0, 400, places=1),
        limit_phases=st.integers(1, 3),
        vehicle=st.builds(
            VehicleSettings,
            battery_wh=st.integers(1_000, 120_000),
            soc_percent=st.floats(0, 100),
            max_current_a=st.floats(6, 80),
            phases=st.integers(1, 3),
            max_power_w=st.integers(1_000, 44_000),
            dc_max_power_w=st.integers(1_000, 400_000),
        ),
    ),
    max_size=25,
)
hardware = st.sampled_from([AC, DC, ConnectorConfig(phases=1, max_current_a=Decimal(16))])


def do(station: Station, step: Step, config: ConnectorConfig, now: datetime) -> None:
    """Do the act of a step, if it is possible."""
    try:
        match step.act:
            case "on" | "off":
                station.energize(1, step.act == "on", now)
            case "limit":
                phases = min(step.limit_phases, config.phases)
                limit_w = step.limit_a * config.voltage_v * phases
                station.set_limit(1, step.limit_a, limit_w, now)
            case "vehicle":
                station.set_vehicle(1, now, step.vehicle)
            case act:
                getattr(station, act)(1, now)
    except StationError:
        pass


def assert_coherent(reading: MeterReading) -> None:
    """Current, voltage and power of a reading are one truth."""
    for phase in reading.phases:
        assert phase.current_a * phase.voltage_v == pytest.approx(phase.power_w, abs=1e-6)
    total_w = sum(phase.power_w for phase in reading.phases)
    assert reading.power_w == pytest.approx(total_w, abs=1e-6)


@given(hardware, steps)
def test_registers_never_fall_and_readings_are_coherent_within_the_hardware(
    config: ConnectorConfig, some: list[Step]
) -> None:
    station, now, register_wh = Station((config,)), START, 0.0
    hardware_w = float(config.max_current_a) * config.voltage_v * config.phases
    for step in some:
        do(station, step, config, now)
        for wait_s in (0.0, step.wait_s / 2, step.wait_s / 2):
            now += timedelta(seconds=wait_s)
            reading = station.reading(1, now)
            assert_coherent(reading)
            assert_coherent(station.reading(0, now))
            assert reading.register_wh >= register_wh
            assert reading.power_w <= hardware_w
            assert max(each.current_a for each in reading.phases) <= float(config.max_current_a)
            register_wh = reading.register_wh


@given(hardware, steps, st.decimals(0, 400, places=1))
def test_once_the_ramp_is_over_nothing_exceeds_the_limit(
    config: ConnectorConfig, some: list[Step], limit_a: Decimal
) -> None:
    station, now = Station((config,)), START
    for step in some:
        do(station, step, config, now)
        now += timedelta(seconds=step.wait_s)
    limit_w = limit_a * config.voltage_v * config.phases
    station.set_limit(1, limit_a, limit_w, now)
    for wait in (RAMP, timedelta(minutes=1), timedelta(hours=1)):
        now += wait
        reading = station.reading(1, now)
        assert max(phase.current_a for phase in reading.phases) <= float(limit_a) + 1e-9
        assert reading.power_w <= float(limit_w) + 1e-6


@settings(max_examples=tier(12, deep=500))
@given(st.sampled_from([AC, DC]), st.floats(5, 99), st.decimals(6, 40, places=1))
def test_energy_is_the_integral_of_power(
    config: ConnectorConfig, soc_percent: float, limit_a: Decimal
) -> None:
    station = charging(config)
    station.set_vehicle(1, START, VehicleSettings(soc_percent=soc_percent))
    phases = 1 if config is DC else 3
    change = START + timedelta(seconds=30)
    energy_ws, step, now = 0.0, timedelta(milliseconds=50), START
    while now < START + timedelta(seconds=90):
        if now == change:
            station.set_limit(1, limit_a, limit_a * config.voltage_v * phases, now)
        energy_ws += station.reading(1, now).power_w * step.total_seconds()
        now += step
    reading = station.reading(1, now)
    # The sum takes the power at the start of each step, which lags a taper by half a step.
    assert reading.register_wh == pytest.approx(energy_ws / 3600, rel=1e-4, abs=0.05)


@given(hardware, steps)
def test_deadlines_lie_in_the_future(config: ConnectorConfig, some: list[Step]) -> None:
    station, now = Station((config,)), START
    for step in some:
        do(station, step, config, now)
        now += timedelta(seconds=step.wait_s)
        station.advance(now)
        deadline = station.next_deadline()
        assert deadline is None or deadline > now
