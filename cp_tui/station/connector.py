"""One simulated connector: cable, lock, vehicle and meter, carried forward through time.

It knows physics only. Whether energy may flow and how much is told to it from outside.

A vehicle does not follow a new offer at once. For three seconds it goes there in steps of a quarter
of a second (`offer.Ramp`); within a step the offer is constant, so that energy stays the integral
of power to the last digit however often anybody looks. After that everything is one formula until
the next change. A contactor that opens is no ramp: the current is gone.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from cp_tui.charge_point.config import ConnectorConfig, CurrentKind
from cp_tui.charge_point.station_port import MeterReading
from cp_tui.charge_point.variables import Restraint, VehicleView
from cp_tui.ocpp.calendar import later
from cp_tui.station.energy_flow import (
    PowerLine,
    charge_after,
    power_w,
    seconds_to_bend,
    seconds_to_full,
    seconds_to_turn,
)
from cp_tui.station.offer import NOTHING, Limit, Offer, Ramp
from cp_tui.station.record import ConnectorRecord, FaultRecord
from cp_tui.station.restraint import Situation, restraint
from cp_tui.station.supply import AMBIENT_CELSIUS, mains_frequency_hz, supply_of
from cp_tui.station.vehicle import Battery, VehicleSettings, charging_curve

HORIZON_S = 365 * 86_400.0
"""A battery that is full only after this time is of no interest as a deadline."""
PAST_TURN_S = 0.05
"""How long after the moment at which a battery takes less it is looked at, to be past rounding."""
WARMING_AT_FULL_LOAD_CELSIUS = 12.0
"""How much warmer than ambient the contacts are; it goes with the square of the current."""


class SimulatedConnector:
    """A connector with what is plugged into it; its register only ever grows."""

    def __init__(self, config: ConnectorConfig, record: ConnectorRecord) -> None:
        self.config = config
        self.connector_id = record.connector_id
        self.register_wh = record.register_wh
        self.vehicle = record.vehicle
        """The one that is plugged in, else the one that comes next."""
        self.battery: Battery | None = None
        """Of the vehicle that is plugged in."""
        self.is_paused = False
        """The driver or the vehicle has paused charging."""
        self.is_locked = record.is_locked
        self.is_lock_jammed = record.is_lock_jammed and not config.fixed_cable
        if record.charge_wh is not None:
            capacity_wh = float(record.vehicle.battery_wh)
            self.battery = Battery(capacity_wh, min(record.charge_wh, capacity_wh))
            self.is_paused = record.is_suspended
        self._supply = supply_of(config)
        self._limit = Limit(
            float(config.max_current_a),
            float(config.max_current_a) * config.voltage_v * (1 if self.is_dc else config.phases),
        )
        # The contactor is open after power-on, whatever was before.
        self._is_energized = False
        self._offered = NOTHING
        """What the connector offers now, whether the vehicle takes it or not."""
        self._ramp = Ramp()
        self._lines: tuple[Offer | None, tuple[PowerLine, ...]] = (None, ())
        """The limits on the power at an offer, which holds for hours."""
        self._at: datetime | None = None
        self._deadline: datetime | None = None
        self._is_deadline_known = False
        """Until what is done here, or the deadline itself, makes it another."""
        self._reading: MeterReading | None = None
        """Of this instant, once somebody has asked."""

    @property
    def is_dc(self) -> bool:
        """Whether it feeds batteries directly."""
        return self.config.kind is CurrentKind.DC

    @property
    def is_plugged(self) -> bool:
        """Whether a vehicle is plugged in."""
        return self.battery is not None

    @property
    def is_unwilling(self) -> bool:
        """Whether a vehicle is plugged in that does not want to draw: paused or full."""
        return self.battery is not None and (self.is_paused or self.battery.is_full)

    def is_at(self, now: datetime) -> bool:
        """Whether it was carried forward to this instant already."""
        return self._at == now

    def is_quiet(self, now: datetime) -> bool:
        """Whether nothing happens by itself on the way to this instant: it need not be advanced."""
        if self._at is None or now < self._at or not self._ramp.is_settled:
            return False
        deadline = self.next_deadline()
        return deadline is None or now < deadline

    def advance(self, now: datetime) -> None:
        """Carry charge and register forward; a clock that steps back costs no energy."""
        if not self.is_quiet(now):
            self._is_deadline_known = False
        self._reading = None
        elapsed = timedelta(0) if self._at is None else max(timedelta(0), now - self._at)
        self._at = now
        while elapsed > timedelta(0):
            if self._ramp.is_settled:
                self._flow(elapsed)
                return
            stretch = min(elapsed, self._ramp.until_next_step)
            self._flow(stretch)
            self._ramp = self._ramp.after(stretch)
            elapsed -= stretch

    def _flow(self, elapsed: timedelta) -> None:
        """Let the power of this instant's offer flow for a while."""
        if self.battery is None or self.battery.is_full or self._ramp.offer == NOTHING:
            return
        charge_wh = charge_after(
            self._power_lines(self._ramp.offer),
            self.battery.charge_wh,
            self.battery.capacity_wh,
            elapsed.total_seconds(),
        )
        gained_wh = max(0.0, charge_wh - self.battery.charge_wh)
        assert self._is_energized or not gained_wh, "no energy through an open contactor"
        self.register_wh += gained_wh
        self.battery = Battery(self.battery.capacity_wh, self.battery.charge_wh + gained_wh)
        if self.battery.is_full:
            self._ramp = Ramp()

    def next_deadline(self) -> datetime | None:
        """Give when the battery is full, or sooner when the vehicle has followed a new offer."""
        if not self._is_deadline_known:
            self._deadline, self._is_deadline_known = self._find_deadline(), True
        return self._deadline

    def seconds_to_bend(self, part: float) -> float:
        """Give the seconds until its power has changed by this part of itself; else infinite."""
        if not self._ramp.is_settled:
            return 0.0
        if self.battery is None or self.is_unwilling or self._ramp.offer == NOTHING:
            return math.inf
        lines = self._power_lines(self._ramp.offer)
        return seconds_to_bend(lines, self.battery.charge_wh, part)

    def _find_deadline(self) -> datetime | None:
        if self._at is None or self.battery is None or self.is_unwilling:
            return None
        # On a ramp it may be full before the ramp is over, at what flows now or at what will.
        offers = {self._ramp.offer, self._ramp.target} - {NOTHING}
        full_s = min(
            (
                seconds_to_full(
                    self._power_lines(offer),
                    self.battery.charge_wh,
                    self.battery.capacity_wh,
                )
                for offer in offers
            ),
            default=HORIZON_S,
        )
        if not self._ramp.is_settled:
            may_fill_within_ramp = full_s <= self._ramp.until_settled.total_seconds()
            steps = self._ramp.until_next_step if may_fill_within_ramp else self._ramp.until_settled
            return self._at + steps
        lines = self._power_lines(self._ramp.offer) if offers else ()
        # Where the battery begins to take less, it is another limit that binds.
        if lines:
            turn_s = seconds_to_turn(lines, self.battery.charge_wh, self.battery.capacity_wh)
            full_s = min(full_s, turn_s + PAST_TURN_S)
        if full_s >= HORIZON_S:
            return None
        # Rounded up, so that the battery is full at the deadline and not just before: there would
        # be another deadline a microsecond later, and so on.
        return self._at + timedelta(seconds=full_s, microseconds=1)

    def plug_in(self) -> None:
        """A vehicle arrives with its usual state of charge."""
        capacity_wh = float(self.vehicle.battery_wh)
        self.battery = Battery(capacity_wh, capacity_wh * self.vehicle.soc_percent / 100.0)
        self.is_paused = False
        self._follow()

    def plug_out(self) -> None:
        """The vehicle leaves."""
        self.battery = None
        self.is_paused = False
        self._follow(at_once=True)

    def pause(self, is_paused: bool) -> None:
        """Let the vehicle stop drawing, or go on."""
        self.is_paused = is_paused
        self._follow()

    def change_vehicle(self, settings: VehicleSettings) -> None:
        """Change the vehicle; if it is plugged in, its state of charge stays unless given."""
        self.vehicle = settings.applied_to(self.vehicle)
        if self.battery is not None:
            given = settings.soc_percent
            soc = self.battery.soc if given is None else given / 100.0
            capacity_wh = float(self.vehicle.battery_wh)
            self.battery = Battery(capacity_wh, capacity_wh * soc)
        self._follow()

    def energize(self, is_energized: bool) -> None:
        """Close the contactor, or open it: then the current is gone at once."""
        self._is_energized = is_energized
        self._follow(at_once=not is_energized)

    def set_limit(self, limit: Limit) -> None:
        """Offer something else; the vehicle follows within seconds."""
        self._limit = limit
        self._follow()

    def lock(self, is_locked: bool) -> bool:
        """Move the lock; False when it is jammed and stays. A fixed cable has none to move."""
        if self.config.fixed_cable or is_locked == self.is_locked:
            return True
        if self.is_lock_jammed:
            return False
        self.is_locked = is_locked
        return True

    def _follow(self, *, at_once: bool = False) -> None:
        """Let the vehicle follow what is offered, over a ramp that starts at what flows."""
        # Whatever was worked out for the offer and the vehicle of before does not hold any more.
        self._is_deadline_known = False
        self._reading = None
        self._lines = (None, ())
        is_open = not self._is_energized or self.battery is None
        self._offered = NOTHING if is_open else self._supply.offer(self._limit, self.vehicle)
        target = NOTHING if self.is_unwilling else self._offered
        if at_once or (target == NOTHING and self._power_w() == 0.0):
            self._ramp = Ramp(target=target)
        elif target != self._ramp.target:
            # A vehicle stops before it goes on over another number of phases.
            is_rewired = target != NOTHING and target.phases != self._ramp.offer.phases
            start = NOTHING if is_rewired else self._flowing()
            self._ramp = Ramp(start, target, timedelta(0))

    def reading(self, now: datetime) -> MeterReading:
        """Give the reading of the meter at the instant to which it was advanced."""
        if self._reading is None:
            self._reading = self._read(now)
        return self._reading

    def _read(self, now: datetime) -> MeterReading:
        flowing_w, phases = self._power_w(), self._ramp.offer.phases
        readings = self._supply.readings(flowing_w, phases, self.battery, now)
        load = max(phase.current_a for phase in readings) / float(self.config.max_current_a)
        return MeterReading(
            register_wh=self.register_wh,
            power_w=flowing_w,
            phases=readings,
            offered_current_a=self._offered.current_a,
            offered_power_w=self._offered.power_w,
            frequency_hz=mains_frequency_hz(now),
            temperature_celsius=AMBIENT_CELSIUS + WARMING_AT_FULL_LOAD_CELSIUS * load * load,
            # An AC vehicle does not tell its state of charge (IEC 61851-1 has no words for it).
            soc_percent=100.0 * self.battery.soc if self.battery and self.is_dc else None,
            is_dc=self.is_dc,
        )

    def restraint(self) -> Restraint | None:
        """Say what keeps the power where it is, at the instant to which it was advanced."""
        if self.battery is None or self._at is None:
            return None
        return restraint(
            Situation(
                at=self._at,
                supply=self._supply,
                limit=self._limit,
                ramp=self._ramp,
                is_energized=self._is_energized,
                vehicle=self.vehicle,
                battery=self.battery,
                is_paused=self.is_paused,
            )
        )

    def vehicle_view(self) -> VehicleView | None:
        """Give the vehicle that is plugged in, with its limits at this kind of connector."""
        if self.battery is None:
            return None
        vehicle = self.vehicle
        dc_current_a = vehicle.dc_max_power_w / self.config.voltage_v
        return VehicleView(
            battery_wh=vehicle.battery_wh,
            soc_percent=100.0 * self.battery.soc,
            max_current_a=dc_current_a if self.is_dc else vehicle.max_current_a,
            phases=1 if self.is_dc else vehicle.phases,
            max_power_w=vehicle.dc_max_power_w if self.is_dc else vehicle.max_power_w,
            is_suspended=self.is_unwilling,
            full_at=self._full_at(),
        )

    def _full_at(self) -> datetime | None:
        """Say when the battery is full at this offer, up to the second: rounding is not news."""
        is_moving = not self._ramp.is_settled or self._ramp.offer == NOTHING
        if self._at is None or self.battery is None or self.is_unwilling or is_moving:
            return None
        lines = self._power_lines(self._ramp.offer)
        left_s = seconds_to_full(lines, self.battery.charge_wh, self.battery.capacity_wh)
        if left_s >= HORIZON_S:
            return None
        return later(self._at, left_s + 1).replace(microsecond=0)

    def record(self, faults: tuple[FaultRecord, ...]) -> ConnectorRecord:
        """Give what must survive a power cut."""
        return ConnectorRecord(
            connector_id=self.connector_id,
            register_wh=self.register_wh,
            vehicle=self.vehicle,
            charge_wh=self.battery.charge_wh if self.battery else None,
            is_suspended=self.is_paused,
            is_locked=self.is_locked,
            is_lock_jammed=self.is_lock_jammed,
            faults=faults,
        )

    def _power_lines(self, offer: Offer) -> tuple[PowerLine, ...]:
        if offer is not self._lines[0]:
            curve = charging_curve(self.vehicle, self.config.kind)
            self._lines = (offer, (*self._supply.power_lines(offer, self.vehicle), *curve))
        return self._lines[1]

    def _power_w(self) -> float:
        """Give the power that flows at this instant."""
        if self.battery is None or self._ramp.offer == NOTHING:
            return 0.0
        return power_w(self._power_lines(self._ramp.offer), self.battery.charge_wh)

    def _flowing(self) -> Offer:
        """Give what flows at this instant, as the offer that a ramp starts from."""
        flowing_w = self._power_w()
        if self.battery is None or flowing_w == 0.0:
            return NOTHING
        return self._supply.flowing(flowing_w, self._ramp.offer.phases, self.battery)
