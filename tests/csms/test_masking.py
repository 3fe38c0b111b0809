"""What the CSMS records and prints holds no secret."""

from __future__ import annotations

from datetime import UTC, datetime

from cp_tui.csms.masking import without_secrets
from cp_tui.ocpp.core import ChangeConfigurationRequest
from cp_tui.ocpp.firmware_management import GetDiagnosticsRequest, UpdateFirmwareRequest
from cp_tui.ocpp.model import WireModel

SECRET = "hunter2hunter2hunter2"
LOCATION = f"ftp://user:{SECRET}@127.0.0.1/in"


def test_passwords_are_masked_wherever_they_stand() -> None:
    messages: tuple[WireModel, ...] = (
        ChangeConfigurationRequest(key="authorizationKEY", value=SECRET),
        GetDiagnosticsRequest(location=LOCATION),
        UpdateFirmwareRequest(location=LOCATION, retrieve_date=datetime(2026, 1, 5, tzinfo=UTC)),
    )
    for message in messages:
        shown = str(without_secrets(message).to_payload())
        assert SECRET not in shown
        assert "***" in shown


def test_everything_else_stays_as_it_is() -> None:
    message = ChangeConfigurationRequest(key="HeartbeatInterval", value="60")
    assert without_secrets(message) is message
