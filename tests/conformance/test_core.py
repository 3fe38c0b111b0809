"""The official test cases of the Core profile (OCTT, 2024-04): boot, sessions, configuration.

Each test is named by its case; the steps are those of the case, in virtual time.
"""

from __future__ import annotations

import pytest

from tests.charge_point.rig import rig
from tests.conformance.steps import FIXED, OTHER_TAG, TAG, answers, charging, set_key


def test_tc_001_cold_boot() -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = answers("Rejected", "Accepted")
    made.power_on()
    made.after(39)
    assert made.actions() == ["BootNotification"]
    made.after(1)
    assert made.actions() == ["BootNotification"] * 2 + ["StatusNotification"] * 3
    assert [made.statuses(n) for n in range(3)] == [["Available"]] * 3
    made.forget_sent()
    made.after(120)
    assert made.actions() == ["Heartbeat"] * 3


def test_tc_002_cold_boot_pending() -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = answers("Pending", "Accepted")
    made.power_on()
    assert made.request("GetConfiguration")[2]["configurationKey"]
    set_key(made, "MeterValueSampleInterval", "30")
    made.after(41)
    assert made.actions() == ["BootNotification"] * 2 + ["StatusNotification"] * 3
    made.forget_sent()
    made.after(40)
    assert made.actions() == ["Heartbeat"]


def test_tc_003_plug_first() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    assert made.statuses(1) == ["Preparing"]
    made.act("swipe", id_tag=TAG)
    assert made.actions() == [
        "StatusNotification",
        "Authorize",
        "StartTransaction",
        "StatusNotification",
    ]
    assert made.statuses(1) == ["Preparing", "Charging"]


def test_tc_004_1_tag_first() -> None:
    made = rig()
    made.act("swipe", id_tag=TAG)
    assert made.actions() == ["Authorize", "StatusNotification"]
    assert made.statuses(1) == ["Preparing"]
    made.act("plug_in", connector_id=1)
    assert made.calls("StartTransaction")[0]["idTag"] == TAG
    assert made.statuses(1) == ["Preparing", "Charging"]


def test_tc_004_2_tag_first_timeout() -> None:
    made = rig()
    set_key(made, "ConnectionTimeOut", "20")
    made.act("swipe", id_tag=TAG)
    made.after(19)
    assert made.statuses(1) == ["Preparing"]
    made.after(1)
    assert made.statuses(1) == ["Preparing", "Available"]
    made.act("plug_in", connector_id=1)
    assert not made.calls("StartTransaction")


def test_tc_068_stop_with_same_tag() -> None:
    made = rig(connectors=1)
    charging(made)
    made.act("swipe", id_tag=OTHER_TAG)
    assert made.actions() == []
    made.act("swipe", id_tag=TAG.lower())
    assert "Authorize" not in made.actions()
    assert made.calls("StopTransaction")[0]["idTag"] == TAG.lower()
    assert made.statuses(1) == ["Finishing"]


def test_tc_069_stop_with_same_parent() -> None:
    made = rig(connectors=1)
    info = {"idTagInfo": {"status": "Accepted", "parentIdTag": "GROUP"}}
    made.responders["Authorize"] = lambda _: info
    charging(made)
    made.act("swipe", id_tag=OTHER_TAG)
    assert made.calls("Authorize") == [{"idTag": OTHER_TAG}]
    assert made.calls("StopTransaction")[0]["idTag"] == OTHER_TAG
    assert made.statuses(1) == ["Finishing"]


def test_tc_005_1_ev_side_unplugged_stops_and_unlocks() -> None:
    made = rig()
    charging(made)
    made.act("plug_out", connector_id=1)
    stop = made.calls("StopTransaction")[0]
    assert stop["reason"] == "EVDisconnected"
    assert "idTag" not in stop
    assert made.statuses(1)[0] == "Finishing"


def test_tc_005_2_ev_side_unplugged_stays_locked() -> None:
    made = rig()
    set_key(made, "UnlockConnectorOnEVSideDisconnect", "false")
    charging(made)
    made.act("plug_out", connector_id=1)
    assert made.calls("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert made.statuses(1) == ["Finishing"]
    assert made.request("UnlockConnector", {"connectorId": 1})[2] == {"status": "Unlocked"}
    assert made.statuses(1) == ["Finishing", "Available"]


def test_tc_005_3_ev_side_unplugged_goes_on() -> None:
    made = rig()
    set_key(made, "StopTransactionOnEVSideDisconnect", "false")
    charging(made)
    made.act("plug_out", connector_id=1)
    notified = made.calls("StatusNotification")[0]
    assert (notified["status"], notified["info"]) == ("SuspendedEV", "EV side disconnected")
    assert not made.calls("StopTransaction")
    assert made.request("RemoteStopTransaction", {"transactionId": 1})[2] == {"status": "Accepted"}
    assert made.calls("StopTransaction")[0]["reason"] == "Remote"
    assert made.statuses(1)[1] == "Finishing"


def test_tc_007_cached_id() -> None:
    made = rig()
    set_key(made, "LocalPreAuthorize", "true")
    charging(made)
    made.act("swipe", id_tag=TAG)
    made.act("plug_out", connector_id=1)
    made.after(1)
    made.act("plug_in", connector_id=1)
    made.forget_sent()
    made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG})
    assert "Authorize" not in made.actions()
    assert made.calls("StartTransaction")
    assert made.statuses(1) == ["Charging"]


def test_tc_061_clear_cache() -> None:
    made = rig()
    set_key(made, "LocalPreAuthorize", "true")
    made.act("swipe", id_tag=TAG)
    made.act("swipe", id_tag=TAG)
    assert made.statuses(1) == ["Preparing", "Available"]
    assert made.request("ClearCache")[2] == {"status": "Accepted"}
    made.forget_sent()
    made.act("swipe", id_tag=TAG)
    assert made.calls("Authorize") == [{"idTag": TAG}]


def test_tc_010_remote_start_cable_first() -> None:
    charging(rig())


@pytest.mark.parametrize("authorize", ["true", "false"])
def test_tc_011_1_remote_start_first(authorize: str) -> None:
    made = rig()
    set_key(made, "AuthorizeRemoteTxRequests", authorize)
    answer = made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG})
    assert answer[2] == {"status": "Accepted"}
    assert bool(made.calls("Authorize")) is (authorize == "true")
    assert made.statuses(1) == ["Preparing"]
    made.act("plug_in", connector_id=1)
    assert made.calls("StartTransaction")
    assert made.statuses(1) == ["Preparing", "Charging"]


def test_tc_011_2_remote_start_timeout() -> None:
    made = rig()
    made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG})
    made.after(60)
    assert made.statuses(1) == ["Preparing", "Available"]


def test_tc_012_remote_stop() -> None:
    made = rig()
    charging(made)
    assert made.request("RemoteStopTransaction", {"transactionId": 1})[2] == {"status": "Accepted"}
    assert made.calls("StopTransaction")[0]["reason"] == "Remote"
    assert made.statuses(1) == ["Finishing"]


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
def test_tc_013_and_014_reset_idle(kind: str) -> None:
    made = rig()
    made.request("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    assert made.statuses(1) == ["Unavailable"]
    made.forget_sent()
    assert made.request("Reset", {"type": kind})[2] == {"status": "Accepted"}
    assert made.actions()[0] == "BootNotification"
    assert [made.statuses(n) for n in range(3)] == [["Available"], ["Unavailable"], ["Available"]]
    made.request("ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    assert made.statuses(1) == ["Unavailable", "Available"]


@pytest.mark.parametrize(("kind", "reason"), [("Hard", "HardReset"), ("Soft", "SoftReset")])
def test_tc_015_and_016_reset_in_transaction(kind: str, reason: str) -> None:
    made = rig()
    charging(made)
    assert made.request("Reset", {"type": kind})[2] == {"status": "Accepted"}
    assert [p["reason"] for p in made.calls("StopTransaction")] == [reason]
    assert "BootNotification" in made.actions()
    assert made.statuses(1)[-1] in ("Finishing", "Preparing")
    assert made.statuses(2)[-1] == "Available"


def test_tc_017_1_unlock_idle_socket() -> None:
    assert rig().request("UnlockConnector", {"connectorId": 1})[2] == {"status": "Unlocked"}


def test_tc_017_2_unlock_idle_fixed_cable() -> None:
    made = rig(hardware=FIXED)
    assert made.request("UnlockConnector", {"connectorId": 1})[2] == {"status": "NotSupported"}


def test_tc_018_1_unlock_in_transaction() -> None:
    made = rig()
    charging(made)
    assert made.request("UnlockConnector", {"connectorId": 1})[2] == {"status": "Unlocked"}
    assert made.calls("StopTransaction")[0]["reason"] == "UnlockCommand"
    assert made.statuses(1) == ["Finishing"]
    made.act("plug_out", connector_id=1)
    assert made.statuses(1) == ["Finishing", "Available"]


def test_tc_018_2_unlock_in_transaction_fixed_cable() -> None:
    made = rig(hardware=FIXED)
    charging(made)
    assert made.request("UnlockConnector", {"connectorId": 1})[2] == {"status": "NotSupported"}
    assert made.actions() == []


REQUIRED = {
    "AuthorizeRemoteTxRequests": None,
    "ClockAlignedDataInterval": False,
    "ConnectionTimeOut": False,
    "ConnectorPhaseRotation": False,
    "GetConfigurationMaxKeys": True,
    "HeartbeatInterval": False,
    "LocalAuthorizeOffline": False,
    "LocalPreAuthorize": False,
    "MeterValuesAlignedData": False,
    "MeterValuesSampledData": False,
    "MeterValueSampleInterval": False,
    "NumberOfConnectors": True,
    "ResetRetries": False,
    "StopTransactionOnInvalidId": False,
    "StopTxnAlignedData": False,
    "StopTxnSampledData": False,
    "SupportedFeatureProfiles": True,
    "TransactionMessageAttempts": False,
    "TransactionMessageRetryInterval": False,
    "UnlockConnectorOnEVSideDisconnect": None,
}
"""Key -> whether it is read-only; None: both are allowed."""


def test_tc_019_retrieve_configuration() -> None:
    made = rig()
    answer = made.request("GetConfiguration", {"key": ["SupportedFeatureProfiles"]})[2]
    assert "unknownKey" not in answer
    everything = made.request("GetConfiguration", {"key": []})[2]["configurationKey"]
    access = {entry["key"]: entry["readonly"] for entry in everything}
    for key, readonly in REQUIRED.items():
        assert key in access
        assert readonly in (None, access[key]), key
    most = made.request("GetConfiguration", {"key": ["GetConfigurationMaxKeys"]})[2]
    count = int(most["configurationKey"][0]["value"])
    names = list(access)[:count]
    answer = made.request("GetConfiguration", {"key": names})[2]
    assert [entry["key"] for entry in answer["configurationKey"]] == names
    assert "unknownKey" not in answer


def test_tc_021_set_configuration() -> None:
    made = rig()
    set_key(made, "MeterValueSampleInterval", "17")
    answer = made.request("GetConfiguration", {"key": ["metervaluesampleinterval"]})[2]
    expected = {"key": "MeterValueSampleInterval", "readonly": False, "value": "17"}
    assert answer["configurationKey"] == [expected]
