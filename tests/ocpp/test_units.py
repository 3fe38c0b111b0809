"""One unit and one precision for each kind of quantity."""

from __future__ import annotations

from decimal import Decimal

from cp_tui.ocpp.units import amps, energy, number, power, volts


def test_every_quantity_has_one_unit_whatever_its_size() -> None:
    assert [amps(value) for value in (0, 6, Decimal("32.04"))] == ["0.0 A", "6.0 A", "32.0 A"]
    assert [volts(value) for value in (0.4, 229.6)] == ["0 V", "230 V"]
    assert [power(value) for value in (0, 850, 11_040)] == ["0.00 kW", "0.85 kW", "11.04 kW"]
    assert [energy(value) for value in (0, 120, 3_210)] == ["0.00 kWh", "0.12 kWh", "3.21 kWh"]


def test_a_huge_value_keeps_its_digits() -> None:
    assert power(Decimal("99999999999999.9")) == "100000000000.00 kW"
    assert amps(1e14) == "100000000000000.0 A"
    assert energy(2_147_483_647) == "2147483.65 kWh"
    assert number(2_147_483_647) == "2147483647"


def test_a_number_has_no_decimals_that_say_nothing() -> None:
    assert [number(value) for value in (30, 30.0, 0.5, 0.1234, 100.0, 0)] == [
        "30",
        "30",
        "0.5",
        "0.123",
        "100",
        "0",
    ]
