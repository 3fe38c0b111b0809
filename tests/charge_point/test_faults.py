"""Every error of the standard can be raised and cleared; the state before comes back (S 4.9)."""

from __future__ import annotations

import pytest

from cp_tui.charge_point.status import WARNINGS
from cp_tui.charge_point.variables import Connectors
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.station.errors import StationError
from tests.charge_point.rig import Rig, rig

RESERVATION = {
    "connectorId": 1,
    "expiryDate": "2026-01-06T00:00:00Z",
    "idTag": "GUEST",
    "reservationId": 1,
}

EV_ERROR = ChargePointErrorCode.EV_COMMUNICATION_ERROR
ERRORS = [
    code for code in ChargePointErrorCode if code not in (ChargePointErrorCode.NO_ERROR, EV_ERROR)
]


def said(made: Rig, connector_id: int = 1) -> list[tuple[str, str]]:
    """Give status and error of each StatusNotification of a connector."""
    return [
        (p["status"], p["errorCode"])
        for p in made.calls("StatusNotification")
        if p["connectorId"] == connector_id
    ]


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
    assert said(made)[-1] == ("SuspendedEV", "EVCommunicationError")
    before = made.charger.station.reading(1, made.now).register_wh
    made.after(60)
    assert made.charger.station.reading(1, made.now).register_wh == pytest.approx(before)
    made.act("clear_error", connector_id=1)
    assert made.statuses(1)[-1] == "Charging"
    made.after(60)
    assert made.charger.station.reading(1, made.now).register_wh > before + 300


@pytest.mark.parametrize(
    ("connector_id", "words"),
    [
        (0, "belongs to a connector with a vehicle; 0 is the charge point"),
        (1, "needs a vehicle, and none is plugged in"),
    ],
)
def test_without_a_vehicle_there_is_none_that_does_not_communicate(
    connector_id: int, words: str
) -> None:
    """S 7.6: EVCommunicationError never goes with Available."""
    made = rig()
    with pytest.raises(StationError, match=f"connector {connector_id}: EVComm.* {words}"):
        made.act("raise_error", connector_id=connector_id, error_code=EV_ERROR)
    assert not made.calls("StatusNotification")


def test_a_vehicle_takes_its_error_along() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    made.act("raise_error", connector_id=1, error_code=EV_ERROR, info="no pilot")
    made.act("plug_out", connector_id=1)
    made.act("plug_in", connector_id=1)
    assert said(made) == [
        ("Preparing", "NoError"),
        ("Preparing", EV_ERROR),
        ("Available", "NoError"),
        ("Preparing", "NoError"),
    ]


def test_an_error_of_the_vehicle_is_silent_until_a_state_that_it_may_go_with() -> None:
    """S 7.6: only with Preparing, SuspendedEV, SuspendedEVSE and Finishing, never with Faulted."""
    made = rig()
    made.request("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    made.act("plug_in", connector_id=1)
    made.act("raise_error", connector_id=1, error_code=EV_ERROR)
    made.act("raise_error", connector_id=0, error_code="InternalError")
    made.act("clear_error", connector_id=0)
    assert said(made) == [
        ("Unavailable", "NoError"),
        ("Faulted", "InternalError"),
        ("Unavailable", "NoError"),
    ]
    made.request("ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    assert said(made)[-1] == ("Preparing", EV_ERROR)
    made.act("raise_error", connector_id=1, error_code="GroundFailure")
    assert said(made)[-1] == ("Faulted", "GroundFailure")


def test_who_is_faulted_with_the_charge_point_tells_its_error_unless_there_is_one_of_its_own() -> (
    None
):
    """S 7.6: NoError goes with no Faulted, and a warning does not either."""
    made = rig()
    made.act("raise_error", connector_id=1, error_code="WeakSignal")
    made.act("raise_error", connector_id=0, error_code="OtherError", vendor_error_code="E-17")
    told = made.calls("StatusNotification")[-1]
    assert (told["connectorId"], told["errorCode"], told["vendorErrorCode"]) == (
        *(2, "OtherError", "E-17"),
    )
    made.act("raise_error", connector_id=1, error_code="GroundFailure")
    made.act("clear_error", connector_id=1, error_code="GroundFailure")
    made.act("clear_error", connector_id=0)
    assert said(made) == [
        ("Available", "WeakSignal"),
        ("Faulted", "OtherError"),
        ("Faulted", "GroundFailure"),
        ("Faulted", "OtherError"),
        ("Available", "WeakSignal"),
    ]


def test_an_error_of_the_vehicle_is_silent_at_a_reserved_connector() -> None:
    made = rig()
    made.request("ReserveNow", RESERVATION)
    made.act("plug_in", connector_id=1)
    made.act("raise_error", connector_id=1, error_code=EV_ERROR)
    assert said(made) == [("Reserved", "NoError")]
    connectors: Connectors = made.variables["connectors"]
    assert [fault.error_code for fault in connectors[1].faults] == [EV_ERROR]
    made.request("CancelReservation", {"reservationId": 1})
    assert said(made)[-1] == ("Preparing", EV_ERROR)


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


def charging(made: Rig, connector_id: int = 1) -> Rig:
    made.act("plug_in", connector_id=connector_id)
    made.act("swipe", id_tag="TAG", connector_id=connector_id)
    return made


def test_a_fault_lets_the_transaction_go_on_later() -> None:
    made = charging(rig())
    made.act("raise_error", connector_id=1, error_code="GroundFailure")
    made.act("clear_error", connector_id=1)
    assert made.statuses(1)[-3:] == ["Charging", "Faulted", "Charging"]
    assert not made.calls("StopTransaction")


@pytest.mark.parametrize("connector_id", [0, 1])
def test_a_fault_ends_the_transaction_where_the_key_says_so(connector_id: int) -> None:
    made = charging(rig(keys={"StopTransactionOnFault": "true"}))
    made.act("raise_error", connector_id=connector_id, error_code="GroundFailure")
    assert [stop["reason"] for stop in made.calls("StopTransaction")] == ["Other"]
    assert made.statuses(1)[-1] == "Faulted"
    made.act("clear_error", connector_id=connector_id)
    assert made.statuses(1)[-1] == "Finishing"


def test_a_warning_ends_no_transaction() -> None:
    made = charging(rig(keys={"StopTransactionOnFault": "true"}))
    made.act("raise_error", connector_id=1, error_code="WeakSignal")
    assert not made.calls("StopTransaction")


def test_the_stop_button_ends_the_transaction_without_a_tag() -> None:
    made = charging(rig())
    made.act("press_stop", connector_id=1)
    (stop,) = made.calls("StopTransaction")
    assert stop.get("reason", "Local") == "Local"
    assert "idTag" not in stop
    assert made.statuses(1)[-1] == "Finishing"
    made.act("press_stop", connector_id=1)
    assert len(made.calls("StopTransaction")) == 1


def test_the_emergency_button_ends_everything_and_stays_in() -> None:
    made = charging(charging(rig()), connector_id=2)
    made.act("press_emergency_stop")
    assert [stop["reason"] for stop in made.calls("StopTransaction")] == ["EmergencyStop"] * 2
    assert said(made, 0)[-1] == ("Faulted", "OtherError")
    assert made.statuses(1)[-1] == made.statuses(2)[-1] == "Faulted"
    with pytest.raises(StationError, match="raised already"):
        made.act("press_emergency_stop")
    made.act("clear_error", connector_id=0)
    assert made.statuses(1)[-1] == made.statuses(2)[-1] == "Finishing"
