"""What the mind asks of the body: the meter and the vehicle of a connector at an instant."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from cp_tui.charge_point.variables import Restraint, VehicleView


class PhaseReading(Struct, frozen=True):
    """One phase of an AC connector, or the DC output as a whole."""

    current_a: float
    voltage_v: float
    power_w: float


class MeterReading(Struct, frozen=True):
    """Everything the meter of a connector knows at one instant; energy is the integral of power."""

    register_wh: float
    """Energy.Active.Import.Register: only ever grows, also over restarts."""
    power_w: float
    phases: tuple[PhaseReading, ...]
    """L1, L2, L3; a single entry for DC. Idle phases read 0 A at their voltage."""
    offered_current_a: float
    offered_power_w: float
    frequency_hz: float
    temperature_celsius: float
    soc_percent: float | None
    """None without a vehicle, and for AC where the vehicle does not tell."""
    is_dc: bool


class Body(Protocol):
    """The station as the mind sees it: pure, asked with the instant of now."""

    def reading(self, connector_id: int, now: datetime) -> MeterReading:
        """Give the meter reading of connector 1..N, or of the main meter (0: the sum)."""

    def vehicle(self, connector_id: int, now: datetime) -> VehicleView | None:
        """Give the vehicle at the connector, if one is plugged in."""

    def restraint(self, connector_id: int, now: datetime) -> Restraint | None:
        """Say what keeps the power at connector 1..N where it is; None without a vehicle."""
