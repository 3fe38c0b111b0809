"""What is said to keep the power low explains the power, second for second of whole sessions.

A second opinion: from what is published alone, each reason says what must flow, and that is
compared with the meter. Limits, vehicle and people change in the midst of it, at random.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from cp_tui.charge_point.config import ConnectorConfig, CurrentKind
from cp_tui.charge_point.variables import Connectors, ConnectorView, RestraintKind
from cp_tui.station.errors import StationError
from tests.charge_point.rig import Rig, rig
from tests.tiers import tier

pytestmark = pytest.mark.slow

Kind = RestraintKind

KINDS_OF_CHARGER = {
    "3 phases": ConnectorConfig(),
    "1 phase": ConnectorConfig(phases=1),
    "DC": ConnectorConfig(kind=CurrentKind.DC, voltage_v=800, max_current_a=Decimal(125)),
}
AC_SAG = 0.025
"""By what part the power lies below current times nominal voltage, at most."""
DC_VOLTAGE_LOW = 0.85
NEAR_A = 0.15
NEAR_W = 2.0
RAMP = timedelta(seconds=3)


def connector(made: Rig) -> ConnectorView:
    """The first connector, as it is now."""
    connectors: Connectors = made.charger.mind.view("connectors", made.now)
    return connectors[1]


def flaw(made: Rig, hardware: ConnectorConfig) -> str:
    """What is said and is not so; empty: it explains what flows."""
    now = connector(made)
    why, meter, limit, vehicle = now.restraint, now.measurement, now.limit, now.vehicle
    if now.transaction is None:
        return "" if why is None else f"{why.kind} without a transaction"
    assert meter is not None
    assert limit is not None
    assert meter.power_w is not None
    assert meter.current_a is not None
    if why is None:
        return f"no reason for {meter.power_w} W"
    if vehicle is None:
        return "" if why.kind is Kind.UNPLUGGED and meter.power_w == 0 else "no vehicle"
    most_a, most_w = float(limit.limit_a), float(limit.limit_w)
    is_dc = hardware.kind is CurrentKind.DC
    if why.until is not None and not made.now < why.until <= made.now + RAMP:
        return f"until {why.until}, and it is {made.now}"
    if why.kind is Kind.RAMP:
        return "" if why.until is not None else "a ramp without an end"
    if why.until is not None:
        return ""
    if meter.current_a > most_a + NEAR_A or meter.power_w > most_w + NEAR_W:
        return f"{meter.current_a} A, {meter.power_w} W flow, {most_a} A, {most_w} W are allowed"
    phases = vehicle.phases if why.phases is None else why.phases
    full_w = meter.current_a * hardware.voltage_v * phases
    match why.kind:
        case Kind.LIMIT if is_dc:
            is_so = meter.current_a >= most_a - NEAR_A or meter.power_w >= most_w - NEAR_W
        case Kind.LIMIT:
            is_so = meter.current_a >= most_a - NEAR_A or meter.power_w >= most_w * (1 - AC_SAG)
        case Kind.TAPER:
            is_so = abs(meter.power_w - (why.power_w or 0)) <= NEAR_W
            is_so &= vehicle.soc_percent >= (why.from_soc_percent or 100) - 0.1
            is_so &= meter.power_w < vehicle.max_power_w
        case Kind.VEHICLE_POWER:
            is_so = meter.power_w == why.power_w == vehicle.max_power_w
        case Kind.CHARGER_CURRENT:
            is_so = why.current_a == vehicle.max_current_a
            is_so &= abs(meter.current_a - vehicle.max_current_a) <= NEAR_A
        case Kind.CABLE:
            is_so = abs(meter.current_a - (why.current_a or 0)) <= NEAR_A
        case Kind.PHASES:
            is_so = why.phases is not None and why.phases < (why.phases_offered or 0)
            is_so &= meter.current_a >= most_a - NEAR_A
        case Kind.FULL:
            is_so = meter.power_w == 0 and vehicle.soc_percent >= 99.99
        case Kind.PAUSED:
            is_so = meter.power_w == 0 and vehicle.is_suspended
        case Kind.ZERO:
            is_so = meter.power_w == 0 and (most_a == 0 or most_w == 0)
        case Kind.BELOW_MINIMUM:
            is_so = meter.power_w == 0 and (most_a < 6 or most_w < 6 * hardware.voltage_v * phases)
        case _:
            is_so = meter.power_w == 0
    if not is_so:
        return f"{why!r} at {meter!r} with {limit.limit_a} A, {limit.limit_w} W and {vehicle!r}"
    if why.phases is not None and not is_dc and abs(meter.power_w - full_w) > AC_SAG * full_w + 50:
        return f"on {phases} phases {meter.current_a} A are not {meter.power_w} W"
    return ""


def limit_to(made: Rig, value: float, unit: str, phases: int | None = None) -> None:
    """A limit of the CSMS from now on."""
    period: dict[str, float] = {"startPeriod": 0, "limit": value}
    if phases is not None:
        period["numberPhases"] = phases
    schedule = {
        "chargingRateUnit": unit,
        "startSchedule": made.now.isoformat(),
        "chargingSchedulePeriod": [period],
    }
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    }
    made.request("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile})


def disturb(made: Rig, random: Random) -> None:
    """Do something in the midst of the session."""
    match random.randrange(8):
        case 0 | 1 | 2:
            unit = random.choice("AW")
            scale = 1 if unit == "A" else 690
            value = random.choice([0, 5, 6, 8.5, 10, 16, 25, 32, 63, 100]) * scale
            limit_to(made, value, unit, random.choice([None, None, 1, 2, 3]))
        case 3:
            made.request("ClearChargingProfile", {})
        case 4:
            made.act(random.choice(["suspend_ev", "resume_ev"]), connector_id=1)
        case 5:
            settings: list[dict[str, float]] = [
                {"max_current_a": random.choice([6.0, 10.0, 16.0, 32.0])},
                {"phases": random.choice([1, 2, 3])},
                {"max_power_w": random.choice([3_700, 11_000, 22_000])},
                {"cable_max_current_a": random.choice([13.0, 20.0, 32.0, 63.0])},
                {"soc_percent": random.choice([20.0, 49.0, 79.5, 95.0, 99.9])},
            ]
            made.act("set_vehicle", connector_id=1, **random.choice(settings))
        case 6:
            code = random.choice(["GroundFailure", "EVCommunicationError", "WeakSignal"])
            made.act("raise_error", connector_id=1, error_code=code)
        case _:
            made.act("clear_error", connector_id=1)


def begun(hardware: ConnectorConfig) -> Rig:
    """A car that has just begun to charge; it gets full within the hour."""
    keys = {"StopTransactionOnEVSideDisconnect": "false"}
    made = rig(hardware=(hardware, hardware), keys=keys)
    made.act("set_vehicle", connector_id=1, battery_wh=10_000, soc_percent=45.0)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG1", connector_id=1)
    return made


@pytest.mark.parametrize("hardware", KINDS_OF_CHARGER.values(), ids=KINDS_OF_CHARGER)
def test_what_is_said_explains_what_flows_until_the_battery_is_full(
    hardware: ConnectorConfig,
) -> None:
    made = begun(hardware)
    seen: list[RestraintKind] = []
    is_full_for_s = 0
    for second in range(2 * 3_600):
        if second == 60:
            limit_to(made, 10, "A")
        if second == 120:
            limit_to(made, 0, "A")
        if second == 180:
            limit_to(made, 20, "A")
        if second == 240:
            made.request("ClearChargingProfile", {})
        assert flaw(made, hardware) == "", f"second {second}"
        why = connector(made).restraint
        if why is not None and seen[-1:] != [why.kind]:
            seen.append(why.kind)
        is_full_for_s += seen[-1:] == [Kind.FULL]
        if is_full_for_s > 60:
            break
        made.after(1 if second < 300 else tier(4, deep=1))
    assert seen[:3] == [Kind.RAMP, Kind.LIMIT, Kind.RAMP]
    assert Kind.ZERO in seen
    assert seen[-2:] == [Kind.TAPER, Kind.FULL]


@pytest.mark.parametrize("seed", range(tier(2, deep=1_000)))
@pytest.mark.parametrize("hardware", KINDS_OF_CHARGER.values(), ids=KINDS_OF_CHARGER)
def test_whatever_changes_meanwhile_what_is_said_explains_what_flows(
    hardware: ConnectorConfig, seed: int
) -> None:
    random, made = Random(seed), begun(hardware)
    for second in range(500):
        if random.random() < 0.08:
            # Not everything is possible at any time.
            with suppress(StationError):
                disturb(made, random)
        assert flaw(made, hardware) == "", f"second {second}"
        made.after(random.choice([0.25, 1, 1, 5]))
