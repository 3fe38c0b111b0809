"""Quantities as people read them: one unit and one precision for each kind, wherever it stands.

Power is in kW and energy in kWh also where they are small: two units on one screen are compared
wrongly. Large values keep their digits; an exponent is nothing to read at a charge point. Of a
quantity that nobody has told there are no words.
"""

from __future__ import annotations

from decimal import Decimal

KILO = 1000


def amps(value: float | Decimal | None) -> str:
    """`16.0 A`."""
    return "" if value is None else f"{value:.1f} A"


def volts(value: float | Decimal | None) -> str:
    """`230 V`."""
    return "" if value is None else f"{value:.0f} V"


def power(watts: float | Decimal | None) -> str:
    """`0.85 kW`, `11.04 kW`."""
    return "" if watts is None else f"{watts / KILO:.2f} kW"


def energy(watt_hours: float | Decimal | None) -> str:
    """`0.12 kWh`, `3.21 kWh`."""
    return "" if watt_hours is None else f"{watt_hours / KILO:.2f} kWh"


def number(value: float) -> str:
    """`30`, `0.5`, `2147483647`: three decimals at most, and only those that say something."""
    text = f"{value:.3f}"
    return text.rstrip("0").rstrip(".")
