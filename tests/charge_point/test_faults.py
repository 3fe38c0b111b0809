"""Every error of the standard can be raised and cleared; the state before comes back (S 4.9)."""

from __future__ import annotations

import pytest

from cp_tui.charge_point.status import WARNINGS
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from tests.charge_point.rig import rig

ERRORS = [code for code in ChargePointErrorCode if code is not ChargePointErrorCode.NO_ERROR]


@pytest.mark.parametrize("connector_id", [0, 1])
@pytest.mark.parametrize("code", ERRORS)
def test_an_error_is_notified_with_all_it_says_and_goes_away(
    code: ChargePointErrorCode, connector_id: int
) -> None:
    made = rig()
    made.act(
        "raise_error",
        connector_id=connector_id,
        error_code=code,
        info="behind the door",
        vendor_error_code="E-17",
    )
    mine = [p for p in made.calls("StatusNotification") if p["connectorId"] == connector_id]
    assert mine[0]["errorCode"] == code
    assert (mine[0]["info"], mine[0]["vendorErrorCode"]) == ("behind the door", "E-17")
    assert mine[0]["status"] == ("Available" if code in WARNINGS else "Faulted")
    made.forget_sent()
    made.act("clear_error", connector_id=connector_id, error_code=code)
    mine = [p for p in made.calls("StatusNotification") if p["connectorId"] == connector_id]
    assert [(p["status"], p["errorCode"]) for p in mine] == [("Available", "NoError")]


def test_a_fault_in_a_transaction_stops_the_energy_and_the_transaction_goes_on_after_it() -> None:
    made = rig(keys={"MeterValueSampleInterval": "0"})
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(60)
    made.act("raise_error", connector_id=1, error_code="GroundFailure")
    before = made.charger.station.reading(1, made.now).register_wh
    made.after(60)
    assert made.charger.station.reading(1, made.now).register_wh == pytest.approx(before)
    made.act("clear_error", connector_id=1)
    made.after(60)
    assert made.charger.station.reading(1, made.now).register_wh > before + 300
    assert made.statuses(1) == ["Preparing", "Charging", "Faulted", "Charging"]
    assert not made.calls("StopTransaction")


def test_a_vehicle_that_does_not_communicate_is_never_charging() -> None:
    """S 4.9: EVCommunicationError goes with SuspendedEV, not with Charging."""
    made = rig(keys={"MeterValueSampleInterval": "0"})
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(60)
    made.act("raise_error", connector_id=1, error_code="EVCommunicationError")
    said = made.calls("StatusNotification")[-1]
    assert (said["status"], said["errorCode"]) == ("SuspendedEV", "EVCommunicationError")
    before = made.charger.station.reading(1, made.now).register_wh
    made.after(60)
    assert made.charger.station.reading(1, made.now).register_wh == pytest.approx(before)
    made.act("clear_error", connector_id=1)
    assert made.statuses(1)[-1] == "Charging"
    made.after(60)
    assert made.charger.station.reading(1, made.now).register_wh > before + 300


def test_a_fault_of_the_charge_point_is_one_of_every_connector() -> None:
    made = rig()
    made.act("raise_error", connector_id=0, error_code="InternalError")
    assert [made.statuses(n) for n in range(3)] == [["Faulted"]] * 3
    made.act("clear_error", connector_id=0)
    assert [made.statuses(n)[-1] for n in range(3)] == ["Available"] * 3


def test_the_state_beneath_a_fault_moves_on() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    made.act("raise_error", connector_id=1, error_code="OverVoltage")
    made.act("plug_out", connector_id=1)
    assert made.statuses(1) == ["Preparing", "Faulted"]
    made.act("clear_error", connector_id=1)
    assert made.statuses(1) == ["Preparing", "Faulted", "Available"]


def test_one_fault_of_two_keeps_the_connector_faulted() -> None:
    made = rig()
    made.act("raise_error", connector_id=1, error_code="OverVoltage")
    made.act("raise_error", connector_id=1, error_code="GroundFailure")
    made.act("clear_error", connector_id=1, error_code="GroundFailure")
    assert set(made.statuses(1)) == {"Faulted"}
    assert made.calls("StatusNotification")[-1]["errorCode"] == "OverVoltage"
