"""The record of every frame for people: secrets masked, responses paired with their request."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from pydantic_core import to_json

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.redaction import shown_location, without_user_info
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord
from cp_tui.ocpp.frame import Call, CallError, CallResult

if TYPE_CHECKING:
    from pydantic import JsonValue

AUTHORIZATION_KEY = "authorizationkey"
MASK = "***"
REMEMBERED_MAX = 1_000
"""Requests whose answer is still awaited; a peer that never answers must not grow us."""
PAYLOAD_MAX = 65_536
"""Longest payload that is kept whole, in characters; 1,000 messages are kept for those who come
later, and a frame may be of 1 MB."""
TEXT_MAX = 4_000
"""Longest text of a broken frame that is kept for people to look at."""


def masked(action: str, payload: JsonValue) -> JsonValue:
    """Copy a payload without the secrets that it may hold."""
    if not isinstance(payload, dict):
        return payload
    shown = dict(payload)
    key = shown.get("key")
    if (
        action == "ChangeConfiguration"
        and "value" in shown
        and (not isinstance(key, str) or key.strip().lower() == AUTHORIZATION_KEY)
    ):
        shown["value"] = MASK
    location = shown.get("location")
    if isinstance(location, str):
        shown["location"] = shown_location(location)
    return shown


def deep_masked(value: JsonValue) -> JsonValue:
    """Copy what a person composed, without the AuthorizationKey wherever it was put.

    Whatever stands beside its name, in an object or a list, may be the key.
    """
    if isinstance(value, str):
        return MASK if AUTHORIZATION_KEY in value.lower() and not _is_name(value) else value
    if isinstance(value, list):
        has_name = any(map(_is_name, value))
        return [_beside_name(each) if has_name else deep_masked(each) for each in value]
    if not isinstance(value, dict):
        return value
    has_name = any(map(_is_name, value.values()))
    return {
        name: MASK
        if AUTHORIZATION_KEY in name.lower()
        else _beside_name(each)
        if has_name
        else deep_masked(each)
        for name, each in value.items()
    }


def _is_name(value: JsonValue) -> bool:
    return isinstance(value, str) and value.strip().lower() == AUTHORIZATION_KEY


def _beside_name(value: JsonValue) -> JsonValue:
    return value if _is_name(value) or isinstance(value, bool) else MASK


class _Request(Struct, frozen=True):
    """What the answer to a request wants to know of it."""

    action: str
    sent_at: datetime
    connector_id: int | None
    is_composed: bool


class Journal:
    """Turns frames into the events of the stream `messages`."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._requests: OrderedDict[tuple[Direction, str], _Request] = OrderedDict()

    def is_awaited(self, message_id: str) -> bool:
        """Say whether an answer to a request that the charge point itself sent may still come."""
        request = self._requests.get((Direction.OUT, message_id))
        return request is not None and not request.is_composed

    def action_of(self, message_id: str) -> str:
        """Give the action of a request that went out and has no answer yet; empty: not known."""
        request = self._requests.get((Direction.OUT, message_id))
        return request.action if request else ""

    def call(
        self,
        direction: Direction,
        call: Call,
        reason: Reason | None = None,
        *,
        is_composed: bool = False,
    ) -> None:
        """Record a request."""
        connector = call.payload.get("connectorId")
        connector_id = connector if type(connector) is int else None
        payload = masked(call.action, call.payload)
        self._requests[(direction, call.message_id)] = _Request(
            call.action, self._turn.now, connector_id, is_composed
        )
        if len(self._requests) > REMEMBERED_MAX:
            self._requests.popitem(last=False)
        self._emit(
            direction,
            MessageKind.CALL,
            call.message_id,
            call.action,
            deep_masked(payload) if is_composed else payload,
            connector_id,
            reason=reason,
            is_composed=is_composed,
        )

    def result(
        self,
        direction: Direction,
        result: CallResult,
        reason: Reason | None = None,
        *,
        is_composed: bool = False,
        flaws: tuple[str, ...] = (),
    ) -> None:
        """Record the answer to a request that went the other way."""
        request, latency_ms = self._pair(direction, result.message_id)
        is_composed = is_composed or (request is not None and request.is_composed)
        action = request.action if request else ""
        payload = masked(action, result.payload)
        status = result.payload.get("status")
        info = result.payload.get("idTagInfo")
        if status is None and isinstance(info, dict):
            status = info.get("status")
        self._emit(
            direction,
            MessageKind.CALLRESULT,
            result.message_id,
            action,
            deep_masked(payload) if is_composed else payload,
            request.connector_id if request else None,
            latency_ms=latency_ms,
            result=status if isinstance(status, str) else None,
            reason=reason,
            is_composed=is_composed,
            flaws=flaws,
        )

    def error(
        self,
        direction: Direction,
        error: CallError,
        reason: Reason | None = None,
        *,
        is_composed: bool = False,
        flaws: tuple[str, ...] = (),
    ) -> None:
        """Record a CALLERROR."""
        request, latency_ms = self._pair(direction, error.message_id)
        is_composed = is_composed or (request is not None and request.is_composed)
        payload: JsonValue = {"description": error.description, "details": dict(error.details)}
        self._emit(
            direction,
            MessageKind.CALLERROR,
            error.message_id,
            request.action if request else "",
            deep_masked(payload) if is_composed else payload,
            request.connector_id if request else None,
            latency_ms=latency_ms,
            result=str(error.code),
            reason=reason,
            is_composed=is_composed,
            flaws=flaws,
        )

    def invalid(
        self,
        data: str | bytes,
        reason: Reason,
        message_id: str = "",
        flaws: tuple[str, ...] = (),
    ) -> None:
        """Record something that came in and is no frame, with the id of what it answers."""
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        request, latency_ms = self._pair(Direction.IN, message_id)
        self._emit(
            Direction.IN,
            MessageKind.INVALID,
            message_id,
            request.action if request else "",
            _shown(text),
            request.connector_id if request else None,
            latency_ms=latency_ms,
            reason=reason,
            is_composed=request is not None and request.is_composed,
            flaws=flaws,
        )

    def composed_text(self, text: str, reason: Reason) -> None:
        """Record something that a person sent and that is no frame."""
        kind = MessageKind.INVALID
        shown = _shown(text)
        self._emit(Direction.OUT, kind, "", "", shown, None, reason=reason, is_composed=True)

    def _pair(self, direction: Direction, message_id: str) -> tuple[_Request | None, float | None]:
        other = Direction.OUT if direction is Direction.IN else Direction.IN
        request = self._requests.pop((other, message_id), None)
        if request is None:
            return None, None
        latency_ms = (self._turn.now - request.sent_at).total_seconds() * 1000
        return request, round(latency_ms, 1)

    def _emit(
        self,
        direction: Direction,
        kind: MessageKind,
        message_id: str,
        action: str,
        payload: JsonValue,
        connector_id: int | None,
        *,
        latency_ms: float | None = None,
        result: str | None = None,
        reason: Reason | None = None,
        is_composed: bool = False,
        flaws: tuple[str, ...] = (),
    ) -> None:
        # The frames are JSON already: without validation the record costs half as much.
        record = MessageRecord.model_construct(
            time=self._turn.now,
            direction=direction,
            kind=kind,
            message_id=message_id,
            action=action,
            payload=_bounded(payload),
            connector_id=connector_id,
            latency_ms=latency_ms,
            result=result,
            is_composed=is_composed,
            reason=reason,
            flaws=flaws,
        )
        self._turn.event("messages", record)


def _bounded(payload: JsonValue) -> JsonValue:
    text = to_json(payload)
    if len(text) <= PAYLOAD_MAX:
        return payload
    begin = text[:PAYLOAD_MAX].decode("utf-8", "ignore")
    return f"{begin}… (cut: {len(text)} bytes)"


def _shown(text: str) -> str:
    if AUTHORIZATION_KEY in text.lower():
        return f"({len(text)} characters, not shown)"
    return without_user_info(text)[:TEXT_MAX]
