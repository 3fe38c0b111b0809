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
    Received,
    TurnedAway,
)
from cp_tui.csms.outcome import OutcomeKind
from cp_tui.demo.csms_variables import Exchange, ExchangeKind
from cp_tui.ocpp.action import action_of
from cp_tui.ocpp.frame import CallError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import redacted_payload

if TYPE_CHECKING:
    from collections.abc import Mapping

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
            action, request = action_of(event.request), _payload(event.request)
            answer = _payload(event.answer) if isinstance(event.answer, WireModel) else None
        case Called():
            action, request = action_of(event.request), _payload(event.request)
            answer = None if event.response is None else _payload(event.response)
        case Composed():
            action, request = event.action, bounded(event.text)
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
            return ExchangeKind.CONNECTION, True, "connected with subprotocol ocpp1.6"
        case Disconnected():
            is_fine = event.close_code in CLOSED_IN_ORDER
            words = f"disconnected, close code {event.close_code}"
            return ExchangeKind.CONNECTION, is_fine, words
        case TurnedAway():
            return ExchangeKind.CONNECTION, False, f"turned away: {event.why}"
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


def _payload(message: WireModel) -> JsonValue:
    return bounded(redacted_payload(message))
