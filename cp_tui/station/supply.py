"""The electrical side of a connector: what a limit offers, and what a power is in A and V.

Two kinds with one face. AC: the mains sag a little under load. DC: the voltage is the battery's,
rises with its charge, and a little more under load.

Power, current and voltage have to fit together to the last digit, for a CSMS checks one against the
other and against the limit. Power is what comes first: it follows from the limits, which are
straight lines over the charge (`energy_flow`). The current is then the root of power = current x
voltage with the voltage that this very current leaves, so that a limit in A is kept by the current
that is measured, and not by one at the nominal voltage.

The mind sets a limit in A per phase and in W (`Limit`), since a profile may be in either. How many
phases it allows is in neither: it shows in the ratio of the two, which is volts times phases.
"""

from __future__ import annotations

import math
from datetime import datetime

from msgspec import Struct

from cp_tui.charge_point.config import ConnectorConfig, CurrentKind
from cp_tui.charge_point.station_port import PhaseReading
from cp_tui.station.energy_flow import PowerLine
from cp_tui.station.offer import NOTHING, Limit, Offer
from cp_tui.station.vehicle import Battery, Vehicle

MIN_AC_CURRENT_A = 6.0
"""Below it the pilot signal of AC charging can offer nothing (IEC 61851-1): no current flows."""
VOLTAGE_CHANGE_AT_FULL_LOAD = 0.01
"""By what part of its nominal value the voltage sags (AC) or rises (DC) at the hardware limit."""
MAINS_WANDER = 0.002
"""By what part of its nominal value the mains voltage wanders above it; never below, so that the
current that follows from a power keeps to the limit."""
BATTERY_VOLTAGE_EMPTY = 0.86
BATTERY_VOLTAGE_FULL = 0.99
"""Voltage of the battery at rest, as part of the nominal output voltage of a DC connector. With the
rise under load it stays within the nominal voltage, and so within the hardware's power."""
AMBIENT_CELSIUS = 25.0
PHASE_COUNT_TOLERANCE = 0.05
"""How far the ratio that tells the phases of a limit may be off: limits are rounded down to 0.1."""


class AcSupply(Struct, frozen=True):
    """A connector to the mains."""

    voltage_v: float
    phases: int
    max_current_a: float
    has_socket: bool = True
    """The vehicle brings the cable."""

    @property
    def ohms(self) -> float:
        """Resistance of each phase from the mains to the vehicle."""
        return self.voltage_v * VOLTAGE_CHANGE_AT_FULL_LOAD / self.max_current_a

    def offer(self, limit: Limit, vehicle: Vehicle) -> Offer:
        """Give what the limit and the hardware offer to a vehicle."""
        if limit.current_a <= 0.0:
            return NOTHING
        phases = min(self.phases_of(limit), vehicle.phases)
        current_a = self._current_of(limit, phases)
        if self.has_socket:
            current_a = min(current_a, vehicle.cable_max_current_a)
        if round(current_a, 1) < MIN_AC_CURRENT_A:
            return NOTHING
        return Offer(current_a, current_a * self.voltage_v * phases, phases)

    def phases_of(self, limit: Limit) -> int:
        """Give the phases that a limit and the hardware allow, whatever the vehicle has."""
        # A limit for fewer phases than there are shows in the ratio of its power and its current.
        counted = int(limit.power_w / (limit.current_a * self.voltage_v) + PHASE_COUNT_TOLERANCE)
        return max(1, min(self.phases, counted))

    def is_narrowed_by_cable(self, offer: Offer, limit: Limit, vehicle: Vehicle) -> bool:
        """Say whether an offer would be higher with a thicker cable."""
        more_a = self._current_of(limit, offer.phases)
        return self.has_socket and vehicle.cable_max_current_a < more_a

    def _current_of(self, limit: Limit, phases: int) -> float:
        current_a = min(limit.current_a, self.max_current_a)
        return min(current_a, limit.power_w / (phases * self.voltage_v))

    def power_lines(self, offer: Offer, vehicle: Vehicle) -> tuple[PowerLine, ...]:
        """Give the limits on the power that come from an offer and the vehicle's current limit."""
        # At the current that is offered, less what the wires take of the voltage: the mains wander
        # above their nominal voltage only, so the current for this power is never above the offer.
        current_a = min(offer.current_a, vehicle.max_current_a)
        return (PowerLine(offer.phases * current_a * (self.voltage_v - self.ohms * current_a)),)

    def readings(
        self, power_w: float, phases: int, battery: Battery | None, now: datetime
    ) -> tuple[PhaseReading, ...]:
        """Give current and voltage of every phase for a power that flows on the first `phases`."""
        return tuple(
            self._phase(power_w / phases if index < phases else 0.0, index, now)
            for index in range(self.phases)
        )

    def flowing(self, power_w: float, phases: int, battery: Battery) -> Offer:
        """Give the offer that this power would follow from."""
        return Offer(self._current_a(power_w / phases, self.voltage_v), power_w, phases)

    def _phase(self, power_w: float, index: int, now: datetime) -> PhaseReading:
        at_rest_v = mains_voltage_v(self.voltage_v, index, now)
        current_a = self._current_a(power_w, at_rest_v)
        return PhaseReading(current_a, at_rest_v - self.ohms * current_a, power_w)

    def _current_a(self, power_w: float, at_rest_v: float) -> float:
        # The smaller root of power = current * (at_rest - ohms * current).
        root = math.sqrt(at_rest_v * at_rest_v - 4.0 * self.ohms * power_w)
        return (at_rest_v - root) / (2.0 * self.ohms)


class DcSupply(Struct, frozen=True):
    """A connector with a rectifier: it feeds the battery itself."""

    voltage_v: float
    max_current_a: float

    @property
    def ohms(self) -> float:
        """Resistance on the way into the battery."""
        return self.voltage_v * VOLTAGE_CHANGE_AT_FULL_LOAD / self.max_current_a

    def offer(self, limit: Limit, vehicle: Vehicle) -> Offer:
        """Give what the limit and the hardware offer; every vehicle can take any part of it."""
        current_a = min(limit.current_a, self.max_current_a)
        power_w = min(limit.power_w, self.max_current_a * self.voltage_v)
        if current_a <= 0.0 or power_w <= 0.0:
            return NOTHING
        return Offer(current_a, power_w, 1)

    def power_lines(self, offer: Offer, vehicle: Vehicle) -> tuple[PowerLine, ...]:
        """Give the limits on the power that come from an offer at the voltage of the battery."""
        current_a = offer.current_a
        rise_v = self.voltage_v * (BATTERY_VOLTAGE_FULL - BATTERY_VOLTAGE_EMPTY)
        at_empty_v = self.voltage_v * BATTERY_VOLTAGE_EMPTY + self.ohms * current_a
        at_current = PowerLine(current_a * at_empty_v, current_a * rise_v / vehicle.battery_wh)
        return (at_current, PowerLine(offer.power_w))

    def readings(
        self, power_w: float, phases: int, battery: Battery | None, now: datetime
    ) -> tuple[PhaseReading, ...]:
        """Give current and voltage of the output; without a vehicle it carries no voltage."""
        if battery is None:
            return (PhaseReading(0.0, 0.0, 0.0),)
        current_a = self._current_a(power_w, battery)
        voltage_v = self._at_rest_v(battery) + self.ohms * current_a
        return (PhaseReading(current_a, voltage_v, power_w),)

    def flowing(self, power_w: float, phases: int, battery: Battery) -> Offer:
        """Give the offer that this power would follow from."""
        return Offer(self._current_a(power_w, battery), power_w, phases)

    def _current_a(self, power_w: float, battery: Battery) -> float:
        # The positive root of power = current * (at_rest + ohms * current).
        at_rest_v = self._at_rest_v(battery)
        root = math.sqrt(at_rest_v * at_rest_v + 4.0 * self.ohms * power_w)
        return (root - at_rest_v) / (2.0 * self.ohms)

    def _at_rest_v(self, battery: Battery) -> float:
        swing = BATTERY_VOLTAGE_FULL - BATTERY_VOLTAGE_EMPTY
        return self.voltage_v * (BATTERY_VOLTAGE_EMPTY + swing * battery.soc)


Supply = AcSupply | DcSupply


def supply_of(config: ConnectorConfig) -> Supply:
    """Give the electrical side of a connector."""
    voltage_v, max_current_a = float(config.voltage_v), float(config.max_current_a)
    if config.kind is CurrentKind.DC:
        return DcSupply(voltage_v, max_current_a)
    return AcSupply(voltage_v, config.phases, max_current_a, not config.fixed_cable)


def mains_voltage_v(nominal_v: float, phase: int, now: datetime) -> float:
    """Give the voltage of a phase without load: it wanders over minutes, each phase on its own."""
    wave = math.sin(now.timestamp() / 47.0 + 2.0 * phase)
    return nominal_v * (1.0 + MAINS_WANDER * (1.0 + wave) / 2.0)


def mains_frequency_hz(now: datetime) -> float:
    """Give the frequency of the mains, which wanders by hundredths."""
    return 50.0 + 0.02 * math.sin(now.timestamp() / 31.0)
