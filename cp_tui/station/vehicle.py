"""The simulated vehicle: what its battery holds, what it can take, and how it tapers off."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field

from cp_tui.charge_point.config import CurrentKind
from cp_tui.station.energy_flow import PowerLine

# For the parameters of a command, which pydantic checks, and for what is read from the store.
BatteryWh = Annotated[int, Field(ge=1_000, le=2_000_000), Meta(ge=1_000, le=2_000_000)]
SocPercent = Annotated[float, Field(ge=0.0, le=100.0, allow_inf_nan=False), Meta(ge=0.0, le=100.0)]
MaxCurrentA = Annotated[
    float, Field(ge=6.0, le=1_000.0, allow_inf_nan=False), Meta(ge=6.0, le=1_000.0)
]
"""From 6 A, the least that a vehicle can be offered."""
Phases = Annotated[int, Field(ge=1, le=3), Meta(ge=1, le=3)]
MaxPowerW = Annotated[int, Field(ge=1_000, le=4_000_000), Meta(ge=1_000, le=4_000_000)]

POWER_FRACTION_AT_FULL = 0.05
"""What is left of the vehicle's full power when the battery is full; then it stops."""

AC_TAPER_FROM = 0.80
DC_TAPER_FROM = 0.50
"""State of charge up to which the vehicle takes full power, as a fraction; from there the power
falls in a straight line. Fast charging strains the cells more and has to give way sooner."""

FULL_TOLERANCE_WH = 0.001
"""A battery that lacks less than this is full: far less than a second at the power near full."""


class Vehicle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The vehicle that comes to a connector: takes at once what it is offered, 22 kW AC, 60 kWh."""

    battery_wh: BatteryWh = 60_000
    soc_percent: SocPercent = 20.0
    """State of charge on arrival."""
    max_current_a: MaxCurrentA = 32.0
    """On-board charger, per phase."""
    phases: Phases = 3
    """On-board charger."""
    max_power_w: MaxPowerW = 22_000
    """On-board charger, in total."""
    dc_max_power_w: MaxPowerW = 150_000
    """Past the on-board charger, at a DC connector."""
    cable_max_current_a: MaxCurrentA = 63.0
    """Of the cable that comes with it, per phase; counts at a socket only."""


class VehicleSettings(BaseModel):
    """A change of a vehicle: what is not given stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    battery_wh: BatteryWh | None = None
    soc_percent: SocPercent | None = None
    max_current_a: MaxCurrentA | None = None
    phases: Phases | None = None
    max_power_w: MaxPowerW | None = None
    dc_max_power_w: MaxPowerW | None = None
    cable_max_current_a: MaxCurrentA | None = None

    def applied_to(self, vehicle: Vehicle) -> Vehicle:
        """Give the vehicle with these changes made."""
        return replace(vehicle, **self.model_dump(exclude_none=True))


class Battery(Struct, frozen=True):
    """The battery of a vehicle that is plugged in."""

    capacity_wh: float
    charge_wh: float

    @property
    def soc(self) -> float:
        """State of charge from 0 to 1."""
        return 1.0 if self.is_full else self.charge_wh / self.capacity_wh

    @property
    def is_full(self) -> bool:
        """Whether nothing more goes in."""
        return self.charge_wh >= self.capacity_wh - FULL_TOLERANCE_WH


def taper_from(kind: CurrentKind) -> float:
    """Give the state of charge up to which the vehicle takes full power, as a fraction."""
    return DC_TAPER_FROM if kind is CurrentKind.DC else AC_TAPER_FROM


def charging_curve(vehicle: Vehicle, kind: CurrentKind) -> tuple[PowerLine, PowerLine]:
    """Give what the vehicle takes over its charge: full power, then the taper."""
    is_dc = kind is CurrentKind.DC
    full_power_w = float(vehicle.dc_max_power_w if is_dc else vehicle.max_power_w)
    # The taper is drawn down to an empty battery, where it is far above full power: the lower of
    # the two lines binds, and they cross where the taper begins.
    begin = taper_from(kind)
    fall_per_soc_w = full_power_w * (1.0 - POWER_FRACTION_AT_FULL) / (1.0 - begin)
    taper = PowerLine(
        at_empty_w=full_power_w + fall_per_soc_w * begin,
        per_wh=-fall_per_soc_w / vehicle.battery_wh,
    )
    return PowerLine(full_power_w), taper
