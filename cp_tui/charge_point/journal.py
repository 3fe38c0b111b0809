"""The record of every frame for people: secrets masked, responses paired with their request."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING

from cp_tui.charge_point.core import Core
from cp_tui.charge_point.location import shown_location, without_user_info
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord
from cp_tui.ocpp.frame import Call, CallError, CallResult

if TYPE_CHECKING:
    from pydantic import JsonValue

AUTHORIZATION_KEY = "authorizationkey"
MASK = "***"
REMEMBERED_MAX = 1_000
"""Requests whose answer is still awaited; a peer that never answers must not grow us."""
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


class Journal:
    """Turns frames into the events of the stream `messages`."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._requests: OrderedDict[tuple[Direction, str], tuple[str, datetime, int | None]] = (
            OrderedDict()
        )

    def call(self, direction: Direction, call: Call, reason: Reason | None = None) -> None:
        """Record a request."""
        connector = call.payload.get("connectorId")
        connector_id = connector if type(connector) is int else None
        self._requests[(direction, call.message_id)] = (call.action, self._core.now, connector_id)
        if len(self._requests) > REMEMBERED_MAX:
            self._requests.popitem(last=False)
        self._emit(
            direction,
            MessageKind.CALL,
            call.message_id,
            call.action,
            masked(call.action, call.payload),
            connector_id,
            reason=reason,
        )

    def result(
        self, direction: Direction, result: CallResult, reason: Reason | None = None
    ) -> None:
        """Record the answer to a request that went the other way."""
        action, latency_ms, connector_id = self._pair(direction, result.message_id)
        status = result.payload.get("status")
        info = result.payload.get("idTagInfo")
        if status is None and isinstance(info, dict):
            status = info.get("status")
        self._emit(
            direction,
            MessageKind.CALLRESULT,
            result.message_id,
            action,
            masked(action, result.payload),
            connector_id,
            latency_ms=latency_ms,
            result=status if isinstance(status, str) else None,
            reason=reason,
        )

    def error(self, direction: Direction, error: CallError, reason: Reason | None = None) -> None:
        """Record a CALLERROR."""
        action, latency_ms, connector_id = self._pair(direction, error.message_id)
        self._emit(
            direction,
            MessageKind.CALLERROR,
            error.message_id,
            action,
            {"description": error.description, "details": dict(error.details)},
            connector_id,
            latency_ms=latency_ms,
            result=str(error.code),
            reason=reason,
        )

    def invalid(self, data: str | bytes, reason: Reason) -> None:
        """Record something that came in and is no frame."""
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        secret = AUTHORIZATION_KEY in text.lower()
        shown = without_user_info(text)[:TEXT_MAX]
        shown = f"({len(text)} characters, not shown)" if secret else shown
        self._emit(Direction.IN, MessageKind.INVALID, "", "", shown, None, reason=reason)

    def _pair(self, direction: Direction, message_id: str) -> tuple[str, float | None, int | None]:
        other = Direction.OUT if direction is Direction.IN else Direction.IN
        request = self._requests.pop((other, message_id), None)
        if request is None:
            return "", None, None
        action, sent_at, connector_id = request
        latency_ms = (self._core.now - sent_at).total_seconds() * 1000
        return action, round(latency_ms, 1), connector_id

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
    ) -> None:
        # The frames are JSON already: without validation the record costs half as much.
        record = MessageRecord.model_construct(
            time=self._core.now,
            direction=direction,
            kind=kind,
            message_id=message_id,
            action=action,
            payload=payload,
            connector_id=connector_id,
            latency_ms=latency_ms,
            result=result,
            reason=reason,
        )
        self._core.event("messages", record)
