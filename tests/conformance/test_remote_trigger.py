"""The official test cases of the RemoteTrigger profile (OCTT, 2024-04)."""

from __future__ import annotations

from tests.charge_point.rig import rig


def test_tc_054_trigger() -> None:
    made = rig()
    for message, payload, sent in (
        ("MeterValues", {"connectorId": 1}, "MeterValues"),
        ("Heartbeat", {}, "Heartbeat"),
        ("StatusNotification", {"connectorId": 1}, "StatusNotification"),
    ):
        made.forget_sent()
        answer = made.request("TriggerMessage", {"requestedMessage": message, **payload})
        assert answer[2] == {"status": "Accepted"}
        assert made.actions() == [sent]
    made.forget_sent()
    made.request("TriggerMessage", {"requestedMessage": "StatusNotification"})
    assert [p["connectorId"] for p in made.calls("StatusNotification")] == [0, 1, 2]
    for message in ("DiagnosticsStatusNotification", "FirmwareStatusNotification"):
        answer = made.request("TriggerMessage", {"requestedMessage": message})
        assert answer[2] == {"status": "Accepted"}
        assert made.calls(message) == [{"status": "Idle"}]
    answer = made.request("TriggerMessage", {"requestedMessage": "BootNotification"})
    assert answer[2] == {"status": "Rejected"}


def test_tc_055_trigger_rejected() -> None:
    made = rig()
    payload = {"requestedMessage": "MeterValues", "connectorId": 3}
    assert made.request("TriggerMessage", payload)[2] == {"status": "Rejected"}
    assert made.actions() == []
