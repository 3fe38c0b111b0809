"""The record of every frame for people: secrets masked, responses paired with their request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord, NotedFrame
from cp_tui.charge_point.variables.message import PAYLOAD_MAX, bounded, payload_of
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import FIRST
from cp_tui.ocpp.frame import Call, CallError, CallResult, Frame
from cp_tui.ocpp.model import Payload, WireModel
from cp_tui.ocpp.redaction import redacted, redacted_all_through, shown_text

if TYPE_CHECKING:
    from pydantic import JsonValue

REMEMBERED_MAX = 1_000
"""Requests whose answer is still awaited; a peer that never answers must not grow us."""


class _Request(Struct, frozen=True):
    """What the answer to a request wants to know of it."""

    action: str
    sent_at: datetime
    connector_id: int | None
    is_composed: bool


_UNKNOWN = _Request("", FIRST, None, False)
"""Stands for the request of an answer that nobody waits for."""


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

    def note(
        self,
        direction: Direction,
        message: Frame,
        text: str | bytes = "",
        reason: Reason | None = None,
        *,
        is_composed: bool = False,
        flaws: tuple[str, ...] = (),
    ) -> None:
        """Record a frame; `text` is the one that was read, where it is a proper frame."""
        result, payload = None, payload_of(message)
        match message:
            case Call(message_id, action):
                kind, latency_ms = MessageKind.CALL, None
                request = self._remember(
                    direction, message_id, action, payload.get("connectorId"), is_composed
                )
            case CallResult(message_id):
                kind, result = MessageKind.CALLRESULT, _status(payload)
                request, latency_ms = self._pair(direction, message_id)
            case CallError(message_id, code):
                kind, result = MessageKind.CALLERROR, str(code)
                request, latency_ms = self._pair(direction, message_id)
        is_composed = is_composed or request.is_composed
        shown: JsonValue = redacted(request.action, payload)
        if is_composed or shown is not payload or len(text) > PAYLOAD_MAX:
            text = ""
        if is_composed:
            shown = redacted_all_through(shown)
        self._emit(
            direction,
            kind,
            message_id,
            request,
            latency_ms,
            text,
            shown,
            result=result,
            reason=reason,
            is_composed=is_composed,
            flaws=flaws,
        )

    def sent_call(self, message_id: str, action: Action, request: WireModel, text: str) -> None:
        """Record a request of the charge point, which holds no secret."""
        connector = vars(request).get("connector_id")
        known = self._remember(Direction.OUT, message_id, action, connector)
        self._emit(Direction.OUT, MessageKind.CALL, message_id, known, None, text)

    def sent_result(
        self, message_id: str, response: Payload, text: str, reason: Reason | None
    ) -> None:
        """Record the answer to a request of the CSMS, which holds no secret."""
        request, latency_ms = self._pair(Direction.OUT, message_id)
        status = getattr(response, "status", None)
        result = None if status is None else str(status)
        kind = MessageKind.CALLRESULT
        self._emit(
            Direction.OUT, kind, message_id, request, latency_ms, text, result=result, reason=reason
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
            request,
            latency_ms,
            "",
            shown_text(text),
            reason=reason,
            is_composed=request.is_composed,
            flaws=flaws,
        )

    def composed_text(self, text: str, reason: Reason) -> None:
        """Record something that a person sent and that is no frame."""
        self._emit(
            Direction.OUT,
            MessageKind.INVALID,
            "",
            _UNKNOWN,
            None,
            "",
            shown_text(text),
            reason=reason,
            is_composed=True,
        )

    def _remember(
        self,
        direction: Direction,
        message_id: str,
        action: str,
        connector_id: object,
        is_composed: bool = False,
    ) -> _Request:
        request = _Request(
            action,
            self._turn.now,
            connector_id if type(connector_id) is int else None,
            is_composed,
        )
        self._requests[(direction, message_id)] = request
        if len(self._requests) > REMEMBERED_MAX:
            self._requests.popitem(last=False)
        return request

    def _pair(self, direction: Direction, message_id: str) -> tuple[_Request, float | None]:
        """Find the request that an answer of this direction is for, and how long it took."""
        other = Direction.OUT if direction is Direction.IN else Direction.IN
        request = self._requests.pop((other, message_id), None)
        if request is None:
            return _UNKNOWN, None
        latency_ms = (self._turn.now - request.sent_at).total_seconds() * 1000
        return request, round(latency_ms, 1)

    def _emit(
        self,
        direction: Direction,
        kind: MessageKind,
        message_id: str,
        request: _Request,
        latency_ms: float | None,
        text: str | bytes,
        payload: JsonValue = None,
        *,
        result: str | None = None,
        reason: Reason | None = None,
        is_composed: bool = False,
        flaws: tuple[str, ...] = (),
    ) -> None:
        head = MessageRecord(
            time=self._turn.now,
            direction=direction,
            kind=kind,
            message_id=message_id,
            action=request.action,
            payload=None if text else bounded(payload),
            connector_id=request.connector_id,
            latency_ms=latency_ms,
            result=result,
            is_composed=is_composed,
            reason=reason,
            flaws=flaws,
        )
        noted = NotedFrame(head, text)
        # Nobody may ever look at it: a long one is not kept for that.
        self._turn.event(
            "messages", noted if len(text) <= PAYLOAD_MAX else NotedFrame(noted.record())
        )


def _status(payload: Mapping[str, JsonValue]) -> str | None:
    """Give the status of a CALLRESULT, or of the tag that it tells of."""
    status, info = payload.get("status"), payload.get("idTagInfo")
    if status is None and isinstance(info, dict):
        status = info.get("status")
    return status if isinstance(status, str) else None
