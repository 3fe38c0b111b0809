"""What is recorded, printed and exported holds no secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cp_tui.ocpp.core import ChangeConfigurationRequest
from cp_tui.ocpp.firmware_management import GetDiagnosticsRequest, UpdateFirmwareRequest
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import redacted_as_read, redacted_message, shown_location, shown_text

if TYPE_CHECKING:
    from pydantic import JsonValue

SECRET = "hunter2hunter2hunter2"
LOCATION = f"ftp://user:{SECRET}@127.0.0.1/in"


def test_passwords_are_masked_wherever_they_stand() -> None:
    messages: tuple[WireModel, ...] = (
        ChangeConfigurationRequest(key="authorizationKEY", value=SECRET),
        GetDiagnosticsRequest(location=LOCATION),
        UpdateFirmwareRequest(location=LOCATION, retrieve_date=datetime(2026, 1, 5, tzinfo=UTC)),
    )
    for message in messages:
        shown = str(redacted_message(message).to_payload())
        assert SECRET not in shown
        assert "***" in shown


def test_everything_else_stays_as_it_is() -> None:
    message = ChangeConfigurationRequest(key="HeartbeatInterval", value="60")
    assert redacted_message(message) is message


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("ftp://h/x", "ftp://h/x"),
        ("ftp://u:p@h/x", "ftp://***@h/x"),
        ("ftp://u:p@ss/w?o:rd@h:21/x", "ftp://***@h:21/x"),
        ("https://token@h/x", "https://***@h/x"),
        ("https://h/x?X-Amz-Signature=1#a", "https://h/x?***"),
        ("u:p@h/x", "***@h/x"),
        ("", ""),
    ],
)
def test_a_location_is_shown_without_its_secrets(location: str, expected: str) -> None:
    assert shown_location(location) == expected


def test_a_very_long_location_is_cut_and_masked_all_the_same() -> None:
    location = "ftp://user:" + "secret" * 100_000 + "@host/file"
    assert shown_location(location) == "ftp://***@host/file"
    assert len(shown_location("http://" + "h" * 10_000)) <= 310


def test_a_text_of_no_known_form_is_shown_without_credentials() -> None:
    assert shown_text('"a://b:c@d" "e://f"') == '"a://***@d" "e://f"'


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeConfiguration", {"key": "WifiPassword", "value": SECRET}),
        ("GetConfiguration", {"configurationKey": [{"key": "WifiPassword", "value": SECRET}]}),
        ("GetConfiguration", {"configurationKey": [{"key": "LogServer", "value": LOCATION}]}),
        ("DataTransfer", {"vendorId": "V", "data": f'{{"password": "{SECRET}"}}'}),
        ("DataTransfer", {"vendorId": "V", "data": {"clientSecret": SECRET}}),
        ("ChangeConfiguration", {"status": f"password={SECRET}"}),
    ],
)
def test_passwords_of_vendors_are_masked_too(action: str, payload: dict[str, JsonValue]) -> None:
    shown = json.dumps(redacted_as_read(action, payload, json.dumps(payload)))
    assert SECRET not in shown
    assert "***" in shown
