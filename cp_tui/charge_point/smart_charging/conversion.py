"""Ampere per phase, watt over all phases, and how one becomes the other (S 7.12, S 7.14, E 3.69).

Every result is rounded down to one decimal, so that it never exceeds the limit it comes from and
reads the same inside, on the screen and on the wire.

Decimal and not float: a limit of 8.1 A has to leave as 8.1, and 8.1 is not a multiple of 0.1 in
binary. Conversions go by the nominal voltage, since a CSMS that sends watts knows no other; at a DC
connector ampere are those of the output, which OCPP 1.6 leaves open.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from cp_tui.charge_point.config import CurrentKind
from cp_tui.charge_point.smart_charging.context import Hardware
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.ocpp.units import amps, power

ASSUMED_PHASES = 3
"""S 7.14: where a number of phases is needed and none is given."""

_TENTH = Decimal("0.1")
# A schedule asks thousands of times, and to look a member up takes longer than to convert.
_A, _W, _DC = ChargingRateUnitType.A, ChargingRateUnitType.W, CurrentKind.DC


def floor_to_tenth(limit: Decimal) -> Decimal:
    """Round down to the one decimal that a limit may have (S 7.14)."""
    return limit.quantize(_TENTH, ROUND_DOWN)


def plain(limit: Decimal) -> Decimal:
    """Return a limit as its JSON is to show it: 16 and not 16.0."""
    whole = limit.to_integral_value()
    return whole if whole == limit else limit


def convert(
    limit: Decimal,
    unit: ChargingRateUnitType,
    wanted: ChargingRateUnitType,
    phases: int,
    hardware: Hardware,
) -> Decimal:
    """Return a limit for `phases` phases in the wanted unit.

    With fewer phases in the hardware than in the profile the current per phase stays (E 3.34).
    """
    if hardware.kind is _DC:
        phases = used = 1
    else:
        used = phases if phases < hardware.phases else hardware.phases
    if unit is wanted:
        is_whole = unit is _A or used == phases
        return limit if is_whole else floor_to_tenth(limit * used / phases)
    if wanted is _W:
        return limit * hardware.voltage_v * used
    return floor_to_tenth(limit / (hardware.voltage_v * phases))


def hardware_limit(hardware: Hardware, unit: ChargingRateUnitType, phases: int | None) -> Decimal:
    """Return what the hardware delivers at most over `phases` phases, None meaning all it has."""
    if unit is _A:
        return floor_to_tenth(hardware.max_current_a)
    used = hardware.phases if phases is None else phases
    return floor_to_tenth(convert(hardware.max_current_a, _A, unit, used, hardware))


def limit_text(limit: Decimal, unit: ChargingRateUnitType) -> str:
    """Write a limit for a person: `16.0 A`, `11.00 kW`."""
    return amps(limit) if unit is _A else power(limit)


def conversion_text(
    limit: Decimal,
    unit: ChargingRateUnitType,
    wanted: ChargingRateUnitType,
    phases: int,
    hardware: Hardware,
) -> str | None:
    """Write the sum behind `convert`, such as `11.00 kW / (230 V x 3) = 15.9 A`; None: no sum."""
    is_dc = hardware.kind is CurrentKind.DC
    used = min(phases, hardware.phases)
    voltage = f"{hardware.voltage_v} V"
    match unit, wanted:
        case ChargingRateUnitType.A, ChargingRateUnitType.W:
            how = f"x {voltage}" if is_dc else f"x {voltage} x {used}"
        case ChargingRateUnitType.W, ChargingRateUnitType.A:
            how = f"/ {voltage}" if is_dc else f"/ ({voltage} x {phases})"
        case ChargingRateUnitType.W, _ if used < phases and not is_dc:
            how = f"x {used}/{phases} phases"
        case _:
            return None
    result = convert(limit, unit, wanted, phases, hardware)
    return f"{limit_text(limit, unit)} {how} = {limit_text(result, wanted)}"
