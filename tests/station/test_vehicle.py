"""What a vehicle takes over its state of charge."""

from __future__ import annotations

import pytest
from msgspec import DecodeError
from msgspec.structs import asdict
from pydantic import ValidationError

from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.config import CurrentKind
from cp_tui.station.energy_flow import power_w
from cp_tui.station.vehicle import Battery, Vehicle, VehicleSettings, charging_curve


def taken_w(kind: CurrentKind, soc: float) -> float:
    vehicle = Vehicle()
    return power_w(charging_curve(vehicle, kind), vehicle.battery_wh * soc)


@pytest.mark.parametrize(
    ("soc", "expected_w"), [(0.0, 22_000), (0.8, 22_000), (0.9, 11_550), (1.0, 1_100)]
)
def test_an_ac_vehicle_takes_full_power_up_to_80_percent_and_5_percent_of_it_when_full(
    soc: float, expected_w: float
) -> None:
    assert taken_w(CurrentKind.AC, soc) == pytest.approx(expected_w)


@pytest.mark.parametrize(
    ("soc", "expected_w"), [(0.1, 150_000), (0.5, 150_000), (0.8, 64_500), (1.0, 7_500)]
)
def test_a_dc_vehicle_gives_way_from_50_percent_on(soc: float, expected_w: float) -> None:
    assert taken_w(CurrentKind.DC, soc) == pytest.approx(expected_w)


def test_settings_change_only_what_they_name() -> None:
    changed = VehicleSettings(phases=1, soc_percent=55.5).applied_to(Vehicle())
    assert changed == Vehicle(phases=1, soc_percent=55.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"soc_percent": 101},
        {"soc_percent": float("nan")},
        {"phases": 4},
        {"battery_wh": 0},
        {"max_current_a": 5.9},
        {"max_power_w": -1},
        {"colour": "red"},
    ],
)
def test_an_impossible_vehicle_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        VehicleSettings.model_validate(wrong)


@pytest.mark.parametrize(
    "wrong", [{"soc_percent": 101.0}, {"phases": 0}, {"battery_wh": 999}, {"colour": "red"}]
)
def test_a_stored_vehicle_that_is_impossible_is_damaged(wrong: dict[str, object]) -> None:
    assert decode(Vehicle, encode(asdict(Vehicle()))) == Vehicle()
    with pytest.raises(DecodeError):
        decode(Vehicle, encode(asdict(Vehicle()) | wrong))


def test_a_battery_is_full_within_a_milliwatt_hour() -> None:
    assert Battery(60_000.0, 59_999.9995).soc == 1.0
    assert not Battery(60_000.0, 59_999.9).is_full
