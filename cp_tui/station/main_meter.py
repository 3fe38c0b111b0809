"""The main meter: the sum of all connectors, as the grid sees it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cp_tui.charge_point.station_port import MeterReading, PhaseReading
from cp_tui.station.supply import AMBIENT_CELSIUS, mains_frequency_hz, mains_voltage_v


def main_reading(connectors: Sequence[MeterReading], mains_v: float, now: datetime) -> MeterReading:
    """Add up the readings of all connectors by phase; a rectifier loads all phases evenly."""
    count = max(3 if each.is_dc else len(each.phases) for each in connectors)
    phases = []
    for index in range(count):
        power_w = sum(_power_on_phase_w(each, index, count) for each in connectors)
        voltage_v = mains_voltage_v(mains_v, index, now)
        phases.append(PhaseReading(power_w / voltage_v, voltage_v, power_w))
    return MeterReading(
        register_wh=sum(each.register_wh for each in connectors),
        power_w=sum(phase.power_w for phase in phases),
        phases=tuple(phases),
        offered_current_a=sum(each.offered_current_a for each in connectors),
        offered_power_w=sum(each.offered_power_w for each in connectors),
        frequency_hz=mains_frequency_hz(now),
        temperature_celsius=AMBIENT_CELSIUS,
        soc_percent=None,
        is_dc=False,
    )


def _power_on_phase_w(reading: MeterReading, index: int, count: int) -> float:
    if reading.is_dc:
        return reading.power_w / count
    return reading.phases[index].power_w if index < len(reading.phases) else 0.0
