"""What the CSMS says about what it saw: every kind of event, good and bad, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from cp_tui.csms.event_log import (
    Called,
    Composed,
    Connected,
    Disconnected,
    Event,
    Malformed,
    Received,
    TurnedAway,
)
from cp_tui.csms.outcome import ComposedOutcome, OutcomeKind, outcome_of, read_composed
from cp_tui.demo.csms_variables import ExchangeKind
from cp_tui.demo.exchanges import exchange_of
from cp_tui.ocpp.core import (
    AuthorizeRequest,
    AuthorizeResponse,
    ChangeConfigurationRequest,
    HeartbeatRequest,
    HeartbeatResponse,
    ResetRequest,
    ResetResponse,
)
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo, ResetStatus, ResetType
from cp_tui.ocpp.errors import UNREADABLE_ID, ErrorCode
from cp_tui.ocpp.frame import CallError, CallResult

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
CP = "CP001"
RESET = ResetRequest(type=ResetType.HARD)


def composed(outcome: ComposedOutcome) -> Composed:
    return Composed(AT, CP, "Reset", {"type": "Hard"}, outcome)


@pytest.mark.parametrize(
    ("event", "kind", "is_good", "verdict"),
    [
        (Connected(AT, CP), "connection", True, "connected with subprotocol ocpp1.6"),
        (Disconnected(AT, CP, 1001), "connection", True, "disconnected, close code 1001"),
        (Disconnected(AT, CP, 1006), "connection", False, "disconnected, close code 1006"),
        (TurnedAway(AT, CP, "no id"), "connection", False, "turned away: no id"),
        (
            Malformed(AT, CP, ErrorCode.GENERIC_ERROR, "no JSON", True),
            "malformed",
            False,
            "answered with GenericError: no JSON",
        ),
        (
            Malformed(AT, CP, ErrorCode.FORMATION_VIOLATION, "short", False),
            "malformed",
            False,
            "an answer that cannot be taken: FormationViolation: short",
        ),
        (
            Received(AT, CP, "1", HeartbeatRequest(), HeartbeatResponse(current_time=AT)),
            "received",
            True,
            "valid, answered",
        ),
        (
            Received(
                AT,
                CP,
                "1",
                AuthorizeRequest(id_tag="A"),
                AuthorizeResponse(id_tag_info=IdTagInfo(status=AuthorizationStatus.BLOCKED)),
            ),
            "received",
            False,
            "valid, answered Blocked",
        ),
        (
            Received(AT, CP, "1", HeartbeatRequest(), None),
            "received",
            False,
            "not answered, on purpose",
        ),
        (
            Received(AT, CP, "1", HeartbeatRequest(), CallError("1", ErrorCode.SECURITY_ERROR)),
            "received",
            False,
            "answered with SecurityError: ",
        ),
        (
            Called(AT, CP, RESET, ResetResponse(status=ResetStatus.ACCEPTED)),
            "called",
            True,
            "Accepted",
        ),
        (
            Called(AT, CP, RESET, ResetResponse(status=ResetStatus.REJECTED)),
            "called",
            False,
            "Rejected",
        ),
        (Called(AT, CP, RESET, None, "Timeout: late"), "called", False, "Timeout: late"),
        (
            composed(ComposedOutcome(OutcomeKind.CALLRESULT, "1", "Reset", {"status": "Accepted"})),
            "composed",
            True,
            "Accepted",
        ),
        (
            composed(ComposedOutcome(OutcomeKind.TIMEOUT, "1")),
            "composed",
            False,
            "no answer in time",
        ),
        (
            composed(ComposedOutcome(OutcomeKind.SENT, "1")),
            "composed",
            True,
            "sent; no answer is due",
        ),
    ],
)
def test_every_event_is_an_exchange_with_a_verdict(
    event: Event, kind: str, is_good: bool, verdict: str
) -> None:
    exchange = exchange_of(event)
    assert exchange.kind == ExchangeKind(kind)
    assert (exchange.is_good, exchange.verdict) == (is_good, verdict)


def test_request_and_answer_are_told_without_the_key() -> None:
    request = ChangeConfigurationRequest(key="AuthorizationKey", value="0123456789abcdef0123")
    exchange = exchange_of(Called(AT, CP, request, None, "Offline"))
    assert exchange.request == {"key": "AuthorizationKey", "value": "***"}


@pytest.mark.parametrize(
    ("text", "message_id", "action", "is_owed", "is_valid"),
    [
        ('[2,"a","Reset",{"type":"Hard"}]', "a", "Reset", True, True),
        ('[2,"a","Reset",{"type":"Tepid"}]', "a", "Reset", True, False),
        ('[2,"a","Nonsense",{}]', "a", "Nonsense", True, False),
        ('[2,"a","Reset"]', "a", "", True, False),
        ('[3,"a",{}]', UNREADABLE_ID, "", False, False),
        ('[3,"a"]', "a", "", False, False),
        ("[2,", UNREADABLE_ID, "", False, False),
        ('[9,"a"]', UNREADABLE_ID, "", False, False),
    ],
)
def test_a_composed_text_is_read_for_what_it_is(
    text: str, message_id: str, action: str, is_owed: bool, is_valid: bool
) -> None:
    found = read_composed(text)
    assert (found.message_id, found.action) == (message_id, action)
    assert (found.is_owed_an_answer, found.request is not None) == (is_owed, is_valid)


def test_an_answer_that_does_not_fit_names_its_defect() -> None:
    assert outcome_of(CallResult("1", {"status": "Accepted"}), "Reset", 1.0).defect == ""
    assert "status" in outcome_of(CallResult("1", {}), "Reset", 1.0).defect
    assert outcome_of(CallResult("1", {}), "Nonsense", 1.0).defect == ""


def test_an_outcome_crosses_the_door_with_the_names_of_the_engine() -> None:
    error = CallError("1", ErrorCode.GENERIC_ERROR, "no", {"a": 1})
    expected: dict[str, JsonValue] = {
        "message_id": "1",
        "kind": "CALLERROR",
        "code": "GenericError",
        "description": "no",
        "details": {"a": 1},
        "latency_ms": 2.5,
    }
    assert outcome_of(error, "Reset", 2.5).to_json() == expected
    invalid = ComposedOutcome(OutcomeKind.INVALID, "1", description="a CALLRESULT has 3 elements")
    assert invalid.to_json()["description"] == "a CALLRESULT has 3 elements"
    assert "no valid answer" in invalid.words
