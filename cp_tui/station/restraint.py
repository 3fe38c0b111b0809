"""What keeps the power at a connector where it is: the one limit of all that binds now.

Pure, and one function: every other part of the body, and the mind, asks here.

"Why does it charge so slowly" has one answer at any moment, however many limits there are: the
lowest binds. The order in which they are asked matters only where several are equal, and then the
one that somebody can change is named: the offer before the vehicle.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.config import CurrentKind
from cp_tui.charge_point.variables import Restraint, RestraintKind
from cp_tui.ocpp.calendar import later
from cp_tui.station.energy_flow import power_w
from cp_tui.station.offer import NOTHING, Limit, Ramp
from cp_tui.station.supply import MIN_AC_CURRENT_A, AcSupply, Supply
from cp_tui.station.vehicle import Battery, Vehicle, charging_curve, taper_from

EQUAL = 1.0 + 1e-9
"""Limits as close as this are equal but for rounding; then the offered one is named."""


class Situation(Struct, frozen=True):
    """Everything that the power depends on at one instant."""

    at: datetime
    supply: Supply
    limit: Limit
    ramp: Ramp
    is_energized: bool
    vehicle: Vehicle
    battery: Battery
    is_paused: bool


def restraint(now: Situation) -> Restraint | None:
    """Say which limit binds; None where the contactor is open: only the mind knows why."""
    if (nothing := _of_nothing(now)) is not None:
        is_still_flowing = not now.ramp.is_settled and now.ramp.offer != NOTHING
        until = later(now.at, now.ramp.until_settled) if is_still_flowing else None
        return replace(nothing, until=until)
    if not now.is_energized:
        return None
    is_ac = isinstance(now.supply, AcSupply)
    kind = CurrentKind.AC if is_ac else CurrentKind.DC
    charge_wh = now.battery.charge_wh
    most_w, taper_w = (line.power_w(charge_wh) for line in charging_curve(now.vehicle, kind))
    offer_w = power_w(now.supply.power_lines(now.ramp.offer, now.vehicle), charge_wh)
    if offer_w <= min(most_w, taper_w) * EQUAL:
        is_past_vehicle = is_ac and now.ramp.offer.current_a >= now.vehicle.max_current_a
        if not now.ramp.is_settled and not is_past_vehicle:
            return Restraint(kind=RestraintKind.RAMP, until=later(now.at, now.ramp.until_settled))
        return _of_the_offer(now)
    if taper_w < most_w:
        return Restraint(
            kind=RestraintKind.TAPER,
            power_w=round(taper_w),
            soc_percent=round(100.0 * now.battery.soc, 1),
            from_soc_percent=100.0 * taper_from(kind),
        )
    return Restraint(kind=RestraintKind.VEHICLE_POWER, power_w=round(most_w))


def _of_nothing(now: Situation) -> Restraint | None:
    """Say why nothing shall flow; None: something shall."""
    if now.limit.current_a <= 0.0 or now.limit.power_w <= 0.0:
        return Restraint(kind=RestraintKind.ZERO)
    if now.supply.offer(now.limit, now.vehicle) == NOTHING:
        return Restraint(kind=RestraintKind.BELOW_MINIMUM, current_a=MIN_AC_CURRENT_A)
    if now.is_paused:
        return Restraint(kind=RestraintKind.PAUSED)
    if now.battery.is_full:
        return Restraint(kind=RestraintKind.FULL, soc_percent=100.0)
    return None


def _of_the_offer(now: Situation) -> Restraint:
    """Say what makes the current what it is: what is offered, or what the vehicle takes of it."""
    supply, vehicle = now.supply, now.vehicle
    if not isinstance(supply, AcSupply):
        return Restraint(kind=RestraintKind.LIMIT)
    offered, phases_offered = supply.offer(now.limit, vehicle), supply.phases_of(now.limit)
    kind, current_a = RestraintKind.LIMIT, None
    if vehicle.max_current_a < offered.current_a:
        kind, current_a = RestraintKind.CHARGER_CURRENT, vehicle.max_current_a
    elif supply.is_narrowed_by_cable(offered, now.limit, vehicle):
        kind, current_a = RestraintKind.CABLE, vehicle.cable_max_current_a
    elif offered.phases < phases_offered:
        kind = RestraintKind.PHASES
    if kind is RestraintKind.LIMIT and phases_offered == supply.phases:
        return Restraint(kind=kind)
    if kind is RestraintKind.LIMIT:
        phases_offered = supply.phases
    return Restraint(
        kind=kind,
        current_a=current_a,
        phases=offered.phases,
        phases_offered=phases_offered,
    )
