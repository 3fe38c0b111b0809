"""ExtendedTriggerMessage: each of its messages, and what it shares with TriggerMessage (W 5.5)."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.ocpp.security_enumerations import ExtendedMessageTrigger
from tests.charge_point.rig import Rig, rig
from tests.charge_point.securing import CPO, SERIAL, reason_of


def triggered(made: Rig, message: str, connector_id: int | None = None) -> str:
    """Ask for a message; give the status."""
    payload: dict[str, Any] = {"requestedMessage": message}
    if connector_id is not None:
        payload["connectorId"] = connector_id
    status: str = made.request("ExtendedTriggerMessage", payload)[2]["status"]
    return status


SENT = {
    "LogStatusNotification": ("LogStatusNotification", {"status": "Idle"}),
    "FirmwareStatusNotification": ("SignedFirmwareStatusNotification", {"status": "Idle"}),
    "Heartbeat": ("Heartbeat", {}),
}


@pytest.mark.parametrize("message", SENT)
def test_the_answer_comes_first_then_the_message(message: str) -> None:
    made = rig()
    action, payload = SENT[message]
    assert triggered(made, message) == "Accepted"
    assert [frame[0] for frame in made.sent] == [3, 2]
    assert made.calls(action) == [payload]


def test_statuses_and_values_of_one_connector_or_all() -> None:
    made = rig()
    assert triggered(made, "StatusNotification") == "Accepted"
    assert [each["connectorId"] for each in made.calls("StatusNotification")] == [0, 1, 2]
    assert triggered(made, "MeterValues", 2) == "Accepted"
    assert [each["connectorId"] for each in made.calls("MeterValues")] == [2]
    assert triggered(made, "MeterValues", 3) == "Rejected"


def test_a_boot_is_only_triggered_before_the_csms_has_accepted() -> None:
    made = rig()
    assert triggered(made, "BootNotification") == "Rejected"
    assert reason_of(made, "ExtendedTriggerMessage").id == "trigger.already_accepted"


def test_a_certificate_is_asked_for() -> None:
    made = rig(keys={"CpoName": CPO}, charge_box_serial_number=SERIAL)
    assert triggered(made, "SignChargePointCertificate") == "Accepted"
    assert len(made.calls("SignCertificate")) == 1


def test_each_of_its_messages_is_known() -> None:
    made = rig(keys={"CpoName": CPO}, charge_box_serial_number=SERIAL)
    statuses = {message: triggered(made, message) for message in ExtendedMessageTrigger}
    rejected = {message for message, status in statuses.items() if status != "Accepted"}
    assert rejected == {ExtendedMessageTrigger.BOOT_NOTIFICATION}


def test_another_message_is_an_error() -> None:
    payload = {"requestedMessage": "DiagnosticsStatusNotification"}
    assert rig().request("ExtendedTriggerMessage", payload)[0] == 4
