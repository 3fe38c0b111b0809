"""The official test cases of the Core profile (OCTT, 2024-04): unlock, power loss, offline, errors.

Each test is named by its case; the steps are those of the case, in virtual time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.charge_point.rig import T0, Rig, rig
from tests.conformance.steps import TAG, charging, set_key


def test_tc_030_unlock_failure() -> None:
    made = rig()
    made.act("jam_lock", connector_id=1, jammed=True)
    assert made.request("UnlockConnector", {"connectorId": 1})[2] == {"status": "UnlockFailed"}


@pytest.mark.parametrize("connector_id", [0, 3, -1])
def test_tc_031_unlock_unknown_connector(connector_id: int) -> None:
    answer = rig().request("UnlockConnector", {"connectorId": connector_id})
    assert answer[2] == {"status": "NotSupported"}


def test_tc_032_2_power_failure_without_backup() -> None:
    made = rig()
    charging(made)
    made.after(150)
    made.forget_sent()
    made.power_cycle()
    assert made.actions()[0] == "BootNotification"
    stop = made.calls("StopTransaction")[0]
    assert (stop["reason"], stop["transactionId"]) == ("PowerLoss", 1)
    assert stop["timestamp"] <= (T0 + timedelta(seconds=150)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert made.statuses(1) == ["Finishing"]
    assert made.statuses(2) == ["Available"]


def test_tc_034_power_failure_keeps_unavailable() -> None:
    made = rig()
    answer = made.request("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"})
    assert answer[2] == {"status": "Accepted"}
    assert [made.statuses(n) for n in range(3)] == [["Unavailable"]] * 3
    made.forget_sent()
    made.power_cycle()
    assert [made.statuses(n) for n in range(3)] == [["Unavailable"]] * 3


def test_tc_036_connection_loss_in_transaction() -> None:
    made = rig()
    set_key(made, "MeterValueSampleInterval", "20")
    charging(made)
    made.cut()
    made.after(65)
    assert made.sent == []
    made.reconnect()
    made.after(20)
    stamps = [p["meterValue"][0]["timestamp"][-6:] for p in made.calls("MeterValues")]
    assert stamps == ["00:20Z", "00:40Z", "01:00Z", "01:20Z"]
    assert "BootNotification" not in made.actions()


def offline_start(made: Rig) -> None:
    set_key(made, "AllowOfflineTxForUnknownId", "true")
    made.cut()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG)


def test_tc_037_1_offline_start_valid() -> None:
    made = rig()
    offline_start(made)
    made.forget_sent()
    made.reconnect()
    assert made.calls("StartTransaction")[0]["idTag"] == TAG
    assert made.statuses(1) == ["Charging"]


def invalid(_: dict[str, Any]) -> dict[str, Any]:
    return {"transactionId": 7, "idTagInfo": {"status": "Invalid"}}


def test_tc_037_2_offline_start_invalid_goes_on_without_energy() -> None:
    made = rig()
    set_key(made, "StopTransactionOnInvalidId", "false")
    made.responders["StartTransaction"] = invalid
    offline_start(made)
    made.reconnect()
    assert made.statuses(1) == ["Charging", "SuspendedEVSE"]
    assert not made.calls("StopTransaction")
    before = made.charger.station.reading(1, made.now).register_wh
    made.after(600)
    assert made.charger.station.reading(1, made.now).register_wh == before


def test_tc_037_3_offline_start_invalid_is_stopped() -> None:
    made = rig()
    made.responders["StartTransaction"] = invalid
    offline_start(made)
    made.reconnect()
    stop = made.calls("StopTransaction")[0]
    assert (stop["reason"], stop["transactionId"]) == ("DeAuthorized", 7)
    assert made.statuses(1) == ["Charging", "Finishing"]


def test_tc_038_offline_stop() -> None:
    made = rig()
    charging(made)
    made.cut()
    made.act("swipe", id_tag=TAG)
    made.reconnect()
    assert made.calls("StopTransaction")[0]["reason"] == "Local"
    assert made.statuses(1) == ["Finishing"]


def test_tc_039_offline_transaction() -> None:
    made = rig()
    offline_start(made)
    made.after(600)
    made.act("swipe", id_tag=TAG)
    made.act("plug_out", connector_id=1)
    made.forget_sent()
    made.reconnect()
    messages = [a for a in made.actions() if a.endswith("Transaction")]
    assert messages == ["StartTransaction", "StopTransaction"]
    assert made.calls("StopTransaction")[0]["transactionId"] == 1
    assert made.statuses(1) == []


def test_tc_040_1_unknown_key() -> None:
    answer = rig().request("ChangeConfiguration", {"key": "Testing", "value": "true"})
    assert answer[2] == {"status": "NotSupported"}


def test_tc_040_2_invalid_value() -> None:
    payload = {"key": "MeterValueSampleInterval", "value": "-1"}
    assert rig().request("ChangeConfiguration", payload)[2] == {"status": "Rejected"}


def test_tc_041_fault() -> None:
    made = rig()
    made.act("raise_error", connector_id=1, error_code="GroundFailure")
    assert made.statuses(1) == ["Faulted"]
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG, connector_id=1)
    assert not made.calls("StartTransaction")


def test_tc_062_data_transfer_to_the_charge_point() -> None:
    answer = rig().request("DataTransfer", {"vendorId": "com.example", "data": "x"})
    assert answer[2] == {"status": "UnknownVendorId"}
