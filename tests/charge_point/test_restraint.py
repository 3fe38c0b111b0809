"""The variable `connectors` names what keeps the power low, though nobody watches the meter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cp_tui.charge_point.variables import Connectors, Restraint, RestraintKind
from tests.charge_point.rig import Rig, rig

Kind = RestraintKind


def published(made: Rig) -> Restraint | None:
    connectors: Connectors = made.variables["connectors"]
    return connectors[1].restraint


def kind(made: Rig) -> RestraintKind | None:
    found = published(made)
    return None if found is None else found.kind


def charging(**vehicle: float) -> Rig:
    made = rig()
    if vehicle:
        made.act("set_vehicle", connector_id=1, **vehicle)
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG1", connector_id=1)
    return made


def test_a_start_is_a_ramp_and_then_the_limit() -> None:
    made = charging()
    assert published(made) == Restraint(kind=Kind.RAMP, until=made.now + timedelta(seconds=3))
    made.after(3)
    assert kind(made) is Kind.LIMIT
    made.after(600)
    assert kind(made) is Kind.LIMIT


def test_a_new_limit_is_a_ramp_again() -> None:
    made = charging()
    made.after(600)
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "startSchedule": made.now.isoformat(),
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 10},
                {"startPeriod": 60, "limit": 5},
                {"startPeriod": 120, "limit": 0},
            ],
        },
    }
    made.request("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile})
    assert published(made) == Restraint(kind=Kind.RAMP, until=made.now + timedelta(seconds=3))
    made.after(30)
    assert kind(made) is Kind.LIMIT
    made.after(31)
    assert kind(made) is Kind.BELOW_MINIMUM
    made.after(60)
    assert kind(made) is Kind.ZERO
    made.after(600)
    assert kind(made) is Kind.ZERO


def test_a_battery_tapers_and_is_full_without_anybody_looking() -> None:
    made = charging(soc_percent=79.5, battery_wh=10_000)
    seen = [kind(made)]
    for _ in range(240):
        made.after(10)
        if seen[-1] is not kind(made):
            seen.append(kind(made))
    assert seen == [Kind.RAMP, Kind.LIMIT, Kind.TAPER, Kind.FULL]


def test_another_vehicle_is_published_at_once() -> None:
    made = charging()
    made.after(600)
    made.act("set_vehicle", connector_id=1, max_current_a=10.0)
    assert published(made) == Restraint(
        kind=Kind.CHARGER_CURRENT, current_a=10.0, phases=3, phases_offered=3
    )


@pytest.mark.parametrize(
    ("act", "params", "expected"),
    [
        ("suspend_ev", {}, Kind.PAUSED),
        ("raise_error", {"error_code": "GroundFailure"}, Kind.FAULT),
        ("raise_error", {"error_code": "EVCommunicationError"}, Kind.SILENT),
        ("raise_error", {"error_code": "WeakSignal"}, Kind.LIMIT),
        ("plug_out", {}, None),
    ],
)
def test_what_people_do_is_named_now_and_ten_minutes_later(
    act: str, params: dict[str, Any], expected: RestraintKind | None
) -> None:
    made = charging()
    made.after(600)
    made.act(act, connector_id=1, **params)
    found = [kind(made)]
    made.after(600)
    found.append(kind(made))
    assert found == [expected, expected]


def test_a_cable_pulled_at_the_vehicle_while_the_transaction_goes_on() -> None:
    made = rig(keys={"StopTransactionOnEVSideDisconnect": "false"})
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG1", connector_id=1)
    made.after(600)
    made.act("plug_out", connector_id=1)
    assert kind(made) is Kind.UNPLUGGED


def test_no_transaction_needs_no_reason() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    made.after(600)
    assert published(made) is None


def test_a_limit_for_one_phase_says_so() -> None:
    made = charging()
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "startSchedule": made.now.isoformat(),
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10, "numberPhases": 1}],
        },
    }
    made.request("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile})
    made.after(600)
    assert published(made) == Restraint(kind=Kind.LIMIT, phases=1, phases_offered=3)
