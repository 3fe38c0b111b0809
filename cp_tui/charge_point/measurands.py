"""MeterValues: what is sampled, when, and how it stands on the wire (S 4.7, transactions.md)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from cp_tui.charge_point.station_port import MeterReading
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import (
    Location,
    Measurand,
    MeterValue,
    Phase,
    ReadingContext,
    SampledValue,
    UnitOfMeasure,
)

SUPPORTED_MEASURANDS = (
    Measurand.ENERGY_ACTIVE_IMPORT_REGISTER,
    Measurand.POWER_ACTIVE_IMPORT,
    Measurand.CURRENT_IMPORT,
    Measurand.VOLTAGE,
    Measurand.POWER_OFFERED,
    Measurand.CURRENT_OFFERED,
    Measurand.FREQUENCY,
    Measurand.TEMPERATURE,
    Measurand.SOC,
)
"""What the simulated meter can deliver; anything else in a measurand list is refused."""

_PHASES = (Phase.L1, Phase.L2, Phase.L3)
_PHASES_TO_NEUTRAL = (Phase.L1_N, Phase.L2_N, Phase.L3_N)

_UNITS = {
    Measurand.ENERGY_ACTIVE_IMPORT_REGISTER: UnitOfMeasure.WH,
    Measurand.POWER_ACTIVE_IMPORT: UnitOfMeasure.W,
    Measurand.CURRENT_IMPORT: UnitOfMeasure.A,
    Measurand.VOLTAGE: UnitOfMeasure.V,
    Measurand.POWER_OFFERED: UnitOfMeasure.W,
    Measurand.CURRENT_OFFERED: UnitOfMeasure.A,
    Measurand.TEMPERATURE: UnitOfMeasure.CELCIUS,
    Measurand.SOC: UnitOfMeasure.PERCENT,
}
"""Frequency has no unit in OCPP 1.6 (E 3.86)."""

_DIGITS = {Measurand.ENERGY_ACTIVE_IMPORT_REGISTER: 0, Measurand.FREQUENCY: 2}
"""Digits after the point, else one. Registers are whole Wh, so that they agree with meterStart."""


class Item(Struct, frozen=True):
    """One entry of a measurand list, such as `Voltage.L1`."""

    measurand: Measurand
    phase: Phase | None


def register_wh(reading: MeterReading) -> int:
    """Round a register to whole Wh, always the same way, so that values never go back."""
    return int(reading.register_wh)


def meter_value(
    reading: MeterReading, items: Iterable[Item], context: ReadingContext, time: datetime
) -> MeterValue | None:
    """Build one set of values; None where the meter has nothing of what is asked."""
    sampled = tuple(
        SampledValue(
            value=_text(value, item.measurand),
            context=context,
            measurand=item.measurand,
            phase=phase,
            location=Location.EV if item.measurand is Measurand.SOC else Location.OUTLET,
            unit=_UNITS.get(item.measurand),
        )
        for item in items
        for phase, value in _values(reading, item)
    )
    return MeterValue(timestamp=time, sampled_value=sampled) if sampled else None


def next_aligned(time: datetime, interval_s: int) -> datetime:
    """Give the next instant of the grid that starts at 00:00:00 UTC (ClockAlignedDataInterval)."""
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = int((time - midnight).total_seconds()) // interval_s + 1
    following = later(midnight, passed * interval_s)
    # The grid starts anew each day, also where the interval does not divide it.
    return min(following, later(midnight, timedelta(days=1)))


def _text(value: float, measurand: Measurand) -> str:
    digits = _DIGITS.get(measurand, 1)
    if digits == 0:
        return str(int(value))
    return str(Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits)))


def _values(reading: MeterReading, item: Item) -> list[tuple[Phase | None, float]]:
    match item.measurand:
        case Measurand.ENERGY_ACTIVE_IMPORT_REGISTER:
            values: list[tuple[Phase | None, float]] = [(None, reading.register_wh)]
        case Measurand.POWER_ACTIVE_IMPORT:
            values = [(None, reading.power_w)]
            if item.phase is not None:
                values = _per_phase(reading, [p.power_w for p in reading.phases])
        case Measurand.CURRENT_IMPORT:
            values = _per_phase(reading, [p.current_a for p in reading.phases])
        case Measurand.VOLTAGE:
            values = _per_phase(reading, [p.voltage_v for p in reading.phases], to_neutral=True)
        case Measurand.POWER_OFFERED:
            values = [(None, reading.offered_power_w)]
        case Measurand.CURRENT_OFFERED:
            values = [(None, reading.offered_current_a)]
        case Measurand.FREQUENCY:
            values = [(None, reading.frequency_hz)]
        case Measurand.TEMPERATURE:
            values = [(None, reading.temperature_celsius)]
        case Measurand.SOC:
            values = [] if reading.soc_percent is None else [(None, reading.soc_percent)]
        case _:
            values = []
    if item.phase is None:
        return values
    wanted = {item.phase, _to_neutral(item.phase)}
    return [(phase, value) for phase, value in values if phase in wanted]


def _per_phase(
    reading: MeterReading, values: list[float], *, to_neutral: bool = False
) -> list[tuple[Phase | None, float]]:
    if reading.is_dc:
        return [(None, values[0])]
    names = _PHASES_TO_NEUTRAL if to_neutral else _PHASES
    return [(phase, value) for phase, value in zip(names, values, strict=False)]


def _to_neutral(phase: Phase) -> Phase:
    return _PHASES_TO_NEUTRAL[_PHASES.index(phase)] if phase in _PHASES else phase
