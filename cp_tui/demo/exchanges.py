"""What the CSMS saw, as exchanges with a verdict for people. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cp_tui.charge_point.variables.message import bounded
from cp_tui.csms.event_log import (
    Called,
    Composed,
    Connected,
    Disconnected,
    Event,
    Malformed,
    Noted,
    Received,
    TurnedAway,
)
from cp_tui.csms.outcome import OutcomeKind
from cp_tui.csms.shown import shown
from cp_tui.demo.csms_variables import Exchange, ExchangeKind
from cp_tui.ocpp.action import action_of
from cp_tui.ocpp.frame import CallError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import redacted_payload

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pydantic import JsonValue

REFUSING = frozenset({"Rejected", "NotSupported", "Failed", "UnlockFailed", "Faulted", "Occupied"})
"""Statuses of an answer that say no."""

CLOSED_IN_ORDER = (1000, 1001)


def exchange_of(event: Event) -> Exchange:
    """Turn an event of the CSMS into what its stream `exchange` publishes."""
    kind, is_good, verdict = _judged(event)
    action: str = ""
    request: JsonValue = None
    answer: JsonValue = None
    match event:
        case Received():
            action, request = action_of(event.request), _payload(event.request, event.at)
            if isinstance(event.answer, WireModel):
                answer = _payload(event.answer, event.at)
        case Called():
            action, request = action_of(event.request), _payload(event.request, event.at)
            answer = None if event.response is None else _payload(event.response, event.at)
        case Composed():
            action, request = event.action, bounded(shown(event.text, event.at))
            answer = bounded(event.outcome.payload)
    return Exchange(
        at=event.at,
        charge_point_id=event.charge_point_id,
        kind=kind,
        action=action,
        request=request,
        answer=answer,
        is_good=is_good,
        verdict=verdict,
    )


def _judged(event: Event) -> tuple[ExchangeKind, bool, str]:
    match event:
        case Connected():
            security = f", {event.security}" if event.security else ""
            return ExchangeKind.CONNECTION, True, f"connected with subprotocol ocpp1.6{security}"
        case Disconnected():
            is_fine = event.close_code in CLOSED_IN_ORDER
            words = f"disconnected, close code {event.close_code}"
            return ExchangeKind.CONNECTION, is_fine, words
        case TurnedAway():
            return ExchangeKind.CONNECTION, False, f"turned away: {event.why}"
        case Noted():
            return ExchangeKind.NOTE, event.is_good, event.words
        case Malformed():
            head = "answered with" if event.is_answered else "an answer that cannot be taken:"
            return ExchangeKind.MALFORMED, False, f"{head} {event.code}: {event.description}"
        case Received():
            return ExchangeKind.RECEIVED, *_verdict_on_answer(event.answer)
        case Called(response=None):
            return ExchangeKind.CALLED, False, event.failure or "no answer"
        case Called(response=response):
            assert response is not None
            status = _status(response.to_payload())
            return ExchangeKind.CALLED, status not in REFUSING, status or "answered"
        case Composed(outcome=outcome):
            if outcome.defect:
                words = f"the answer does not fit {event.action}: {outcome.defect}"
                return ExchangeKind.COMPOSED, False, words
            payload = outcome.payload
            status = _status(payload) if isinstance(payload, dict) else ""
            if outcome.kind is OutcomeKind.CALLRESULT:
                return ExchangeKind.COMPOSED, status not in REFUSING, status or "answered"
            return ExchangeKind.COMPOSED, outcome.kind is OutcomeKind.SENT, outcome.words


def _verdict_on_answer(answer: WireModel | CallError | None) -> tuple[bool, str]:
    """Say what the CSMS answered; it checks by its models, and whether the message is due."""
    match answer:
        case None:
            return False, "not answered, on purpose"
        case CallError():
            return False, f"answered with {answer.code}: {answer.description}"
        case _:
            payload = answer.to_payload()
            info = payload.get("idTagInfo")
            status = _status(info) if isinstance(info, dict) else _status(payload)
            is_good = status in ("", "Accepted", "Pending")
            return is_good, f"valid, answered {status}" if status else "valid, answered"


def _status(payload: Mapping[str, JsonValue]) -> str:
    status = payload.get("status")
    return status if isinstance(status, str) else ""


def _payload(message: WireModel, at: datetime) -> JsonValue:
    return bounded(shown(redacted_payload(message), at))
