"""Payloads that are refused: with which code, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import AuthorizeRequest
from cp_tui.ocpp.errors import DESCRIPTION_LENGTH_MAX, ErrorCode, OcppError
from cp_tui.ocpp.validation import cut_short, parse_request, parse_response

FORMATION = ErrorCode.FORMATION_VIOLATION
TYPE = ErrorCode.TYPE_CONSTRAINT_VIOLATION
OCCURENCE = ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION
PROPERTY = ErrorCode.PROPERTY_CONSTRAINT_VIOLATION

ASK, SET = "GetCompositeSchedule", "SetChargingProfile"
SCHEDULE = {"connectorId": 1, "duration": 600}


def refusal(action: str, payload: dict[str, Any]) -> OcppError:
    """Return the error that answers the request, after checking what holds for all of them."""
    with pytest.raises(OcppError) as caught:
        parse_request(action, payload, "7")
    error = caught.value
    assert error.message_id == "7"
    assert error.answerable
    assert len(error.description) <= DESCRIPTION_LENGTH_MAX
    assert error.description.isascii()
    assert error.description.isprintable()
    assert error.__context__ is None, "the values that were refused must not travel with the error"
    return error


def profile(**schedule: Any) -> dict[str, Any]:
    """Build a SetChargingProfile payload with one thing in its schedule changed."""
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.1}],
                **schedule,
            },
        },
    }


@pytest.mark.parametrize(
    ("action", "payload", "code", "words"),
    [
        ("Authorize", {}, FORMATION, "idTag is missing"),
        ("Heartbeat", {"a": 1}, FORMATION, "a is not a field of this message"),
        (ASK, {**SCHEDULE, "connector_id": 1}, FORMATION, "connector_id is not"),
        (ASK, {"connector_id": 1, "duration": 1}, FORMATION, "connectorId is m"),
        (SET, profile(min_charging_rate=1), FORMATION, "min_charging_rate is not"),
        ("Authorize", {"idTag": 1}, TYPE, "idTag must be a string"),
        ("Authorize", {"idTag": "x" * 21}, TYPE, "idTag must have at most 20 characters, has 21"),
        (ASK, {**SCHEDULE, "duration": "1"}, TYPE, "duration must be an integer"),
        (ASK, {**SCHEDULE, "duration": 1.0}, TYPE, "duration must be an integer"),
        (ASK, {**SCHEDULE, "duration": True}, TYPE, "duration must be an integer"),
        (ASK, {**SCHEDULE, "chargingRateUnit": 1}, TYPE, "must be a string"),
        (ASK, {**SCHEDULE, "chargingRateUnit": None}, TYPE, "is null; an unset"),
        ("GetConfiguration", {"key": "a"}, TYPE, "key must be a list"),
        ("GetConfiguration", {"key": ["a", 1]}, TYPE, "key[1] must be a string"),
        (SET, {"connectorId": 1, "csChargingProfiles": []}, TYPE, "be an object"),
        (SET, profile(minChargingRate="1"), TYPE, "Rate must be a number"),
        ("ReserveNow", {"expiryDate": 1}, FORMATION, "is missing"),
        ("StatusNotification", {"connectorId": 1, "timestamp": 5}, FORMATION, "is missing"),
        ("MeterValues", {"connectorId": 1, "meterValue": []}, OCCURENCE, "at least 1 entry"),
        ("Reset", {"type": "soft"}, PROPERTY, "type is \"soft\", must be 'Hard' or 'Soft'"),
        ("Reset", {"type": ""}, PROPERTY, "type is \"\", must be 'Hard' or 'Soft'"),
        (ASK, {**SCHEDULE, "chargingRateUnit": "VA"}, PROPERTY, "must be 'A' or"),
        (SET, profile(chargingRateUnit="VA"), PROPERTY, 'gRateUnit is "VA", must'),
        (SET, profile(minChargingRate=8.15), PROPERTY, "Rate is 8.15, must have at"),
        (
            SET,
            profile(chargingSchedulePeriod=[{"startPeriod": 0, "limit": 1e20}]),
            PROPERTY,
            "chargingSchedulePeriod[0].limit is 1e+20, must be a number below 10^14",
        ),
        (SET, profile(startSchedule="soon"), PROPERTY, 'startSchedule is "soon", must'),
        ("CancelReservation", {"reservationId": 2**63}, PROPERTY, "must fit into 64 bits"),
        ("CancelReservation", {"reservationId": -(2**63) - 1}, PROPERTY, "must fit into 64 bits"),
        ("Authorize", {"idTag": "é"}, PROPERTY, "idTag must be printable ASCII"),
        ("Authorize", {"idTag": "\x7f"}, PROPERTY, "idTag must be printable ASCII"),
        ("DataTransfer", {"vendorId": "a", "data": "\ud800"}, PROPERTY, "data must be Unicode"),
    ],
)
def test_each_defect_has_its_code_and_names_the_field(
    action: str, payload: dict[str, Any], code: ErrorCode, words: str
) -> None:
    """The mapping of design choice 8; E 3.24 and E 3.38 fix the enumerations."""
    error = refusal(action, payload)
    assert error.code is code
    assert words in error.description


def test_a_bad_item_is_not_reported_as_a_list_too_short() -> None:
    sample = {"value": "1", "measurand": "Bogus"}
    values = [{"timestamp": "2026-01-05T08:00:00Z", "sampledValue": [sample]}]
    error = refusal("MeterValues", {"connectorId": 1, "meterValue": values})
    assert error.code is PROPERTY
    assert error.description.startswith('meterValue[0].sampledValue[0].measurand is "Bogus", must')


def test_of_several_defects_the_most_basic_one_is_reported() -> None:
    payload: dict[str, Any] = {"connectorId": "1", "chargingRateUnit": "VA", "duration": 1}
    assert refusal(ASK, payload).code is TYPE
    assert refusal(ASK, {**payload, "extra": None}).code is FORMATION


def test_an_unknown_action_is_not_implemented() -> None:
    for action in ("StartTheCar", "authorize", "AuthorizeRequest", "", "\x1b[31m", "é" * 1000):
        assert refusal(action, {}).code is ErrorCode.NOT_IMPLEMENTED


def test_a_response_with_a_defect_is_never_answered() -> None:
    with pytest.raises(OcppError) as caught:
        parse_response(Action.HEARTBEAT, {"currentTime": "soon"}, "7")
    assert caught.value.code is PROPERTY
    assert not caught.value.answerable
    assert caught.value.message_id == "7"


def test_a_correct_payload_becomes_its_model() -> None:
    assert parse_request("Authorize", {"idTag": "A"}) == AuthorizeRequest(id_tag="A")


@pytest.mark.parametrize(
    "payload",
    [
        {"value": "s3cr3t-s3cr3t-s3cr3t" * 30},
        {"value": "s3cr3t-é"},
        {"value": ["s3cr3t"]},
        {"value": {"s": "s3cr3t"}},
        {"value": "s3cr3t", "extra": "s3cr3t"},
        {"val": "s3cr3t"},
        {"value": None, "extra": "s3cr3t"},
    ],
)
def test_the_value_of_a_key_is_never_quoted(payload: dict[str, Any]) -> None:
    error = refusal("ChangeConfiguration", {"key": "AuthorizationKey", **payload})
    assert "s3cr3t" not in f"{error!r} {error} {error.description}"


@pytest.mark.parametrize("text", ["x" * 1000, "é" * 1000, "\x1b]52;" * 100, '"' * 1000, "\\" * 61])
def test_little_of_a_value_is_quoted(text: str) -> None:
    for payload in ({"type": text}, {"type": "Soft", text: 1}):
        description = refusal("Reset", payload).description
        assert len(description) < 60 + len("type is \"...\", must be 'Hard' or 'Soft'") + 10


def test_foreign_fields_and_nulls_are_dropped_where_that_is_asked_for() -> None:
    payload: dict[str, Any] = {"type": "Soft", "vendorField": {"a": 1}}
    with pytest.raises(OcppError):
        parse_request("Reset", payload)
    assert parse_request("Reset", payload, drops_foreign=True).to_payload() == {"type": "Soft"}
    nulls: dict[str, Any] = {"vendorId": "v", "messageId": None}
    assert parse_request("DataTransfer", nulls, drops_foreign=True).to_payload() == {
        "vendorId": "v"
    }
    with pytest.raises(OcppError):
        parse_request("Reset", {"type": "Tepid", "x": 1}, drops_foreign=True)


def test_the_name_of_a_secret_is_none_and_what_may_hold_one_is_not_quoted() -> None:
    assert cut_short("AuthorizationKey") == "AuthorizationKey"
    assert "hunter2" not in cut_short("AuthorizationKey=hunter2")
