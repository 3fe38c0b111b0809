"""The record of every frame for people: secrets masked, responses paired with their request.

An answer names no action (J 4.2.2), so the requests without one are remembered until it comes: each
record then says what it answers and how long that took.

Most frames are never looked at. So of one that holds no secret the text is kept as it stands, and
the record is made of it when somebody reads the stream (`NotedFrame`). One that holds a secret is
masked here and now: what is not kept cannot leak.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord, NotedFrame
from cp_tui.charge_point.variables.message import PAYLOAD_MAX, bounded, payload_of, status_of
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import took_ms
from cp_tui.ocpp.frame import Call, CallError, CallResult, Frame
from cp_tui.ocpp.model import Payload, WireModel
from cp_tui.ocpp.redaction import redacted_all_through, redacted_as_read, shown_text

if TYPE_CHECKING:
    from pydantic import JsonValue

REMEMBERED_MAX = 1_000
"""How many requests without an answer are remembered, against a peer that never answers."""


class Journal:
    """Turns frames into the events of the stream `messages`."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._requests: OrderedDict[tuple[Direction, str], MessageRecord] = OrderedDict()
        """Those that have no answer yet, without their payloads."""

    def is_awaited(self, message_id: str) -> bool:
        """Say whether an answer to a request that the charge point itself sent may still come."""
        request = self._requests.get((Direction.OUT, message_id))
        return request is not None and not request.is_composed

    def has_request(self, message_id: str) -> bool:
        """Say whether a request with this id went out and has no answer yet."""
        return (Direction.OUT, message_id) in self._requests

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
        is_ignored: bool = False,
        answers: MessageRecord | None = None,
    ) -> None:
        """Record a frame; `text` is the one that was read, where it is a proper frame.

        `answers`: the composed text that it answers, which is no request and may have no id.
        """
        payload = payload_of(message)
        match message:
            case Call(message_id, action):
                connector = payload.get("connectorId")
                head = self._call(direction, message_id, shown_text(action), connector, is_composed)
            case CallResult(message_id):
                kind, result = MessageKind.CALLRESULT, status_of(payload)
                result = None if result is None else shown_text(result)
                head = self._answer(direction, kind, message_id, result, reason, flaws, is_composed)
            case CallError(message_id, code):
                kind, result = MessageKind.CALLERROR, shown_text(str(code))
                head = self._answer(direction, kind, message_id, result, reason, flaws, is_composed)
        if answers is not None:
            latency_ms = took_ms(answers.time, self._turn.now)
            head = replace(head, latency_ms=latency_ms, is_composed=True)
        if is_ignored:
            head = replace(head, is_ignored=True)
        shown = redacted_as_read(head.action, payload, text)
        if head.is_composed:
            self._emit(head, redacted_all_through(shown))
        elif text and shown is payload and len(text) <= PAYLOAD_MAX:
            self._emit_late(head, text)
        else:
            self._emit(head, shown)

    def sent_call(
        self,
        message_id: str,
        action: Action,
        request: WireModel,
        text: str,
        reason: Reason | None = None,
    ) -> None:
        """Record a request of the charge point, which holds no secret."""
        connector = vars(request).get("connector_id")
        head = self._call(Direction.OUT, message_id, action, connector, False)
        self._emit_late(head if reason is None else replace(head, reason=reason), text)

    def sent_result(
        self, message_id: str, response: Payload, text: str, reason: Reason | None
    ) -> None:
        """Record the answer to a request of the CSMS, which holds no secret."""
        status = getattr(response, "status", None)
        result = None if status is None else str(status)
        kind = MessageKind.CALLRESULT
        self._emit_late(self._answer(Direction.OUT, kind, message_id, result, reason), text)

    def invalid(
        self,
        data: str | bytes,
        reason: Reason,
        message_id: str = "",
        flaws: tuple[str, ...] = (),
    ) -> None:
        """Record something that came in and is no frame, with the id of what it answers."""
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        head = self._answer(Direction.IN, MessageKind.INVALID, message_id, None, reason, flaws)
        self._emit(head, shown_text(text))

    def composed_text(self, text: str, reason: Reason, message_id: str = "") -> MessageRecord:
        """Record something that a person sent and that is no frame, with the id in it, if any."""
        head = MessageRecord(
            time=self._turn.now,
            direction=Direction.OUT,
            kind=MessageKind.INVALID,
            message_id=message_id,
            action="",
            payload=None,
            is_composed=True,
            reason=reason,
        )
        self._emit(head, shown_text(text))
        return head

    def _call(
        self,
        direction: Direction,
        message_id: str,
        action: str,
        connector_id: object,
        is_composed: bool,
    ) -> MessageRecord:
        """Begin the record of a request, and remember it for the one of its answer."""
        head = MessageRecord(
            time=self._turn.now,
            direction=direction,
            kind=MessageKind.CALL,
            message_id=message_id,
            action=action,
            payload=None,
            connector_id=connector_id if type(connector_id) is int else None,
            is_composed=is_composed,
        )
        self._requests[(direction, message_id)] = head
        if len(self._requests) > REMEMBERED_MAX:
            self._requests.popitem(last=False)
        return head

    def _answer(
        self,
        direction: Direction,
        kind: MessageKind,
        message_id: str,
        result: str | None,
        reason: Reason | None,
        flaws: tuple[str, ...] = (),
        is_composed: bool = False,
    ) -> MessageRecord:
        """Begin the record of an answer, with what is known of its request."""
        now = self._turn.now
        other = Direction.OUT if direction is Direction.IN else Direction.IN
        request = self._requests.pop((other, message_id), None)
        return MessageRecord(
            time=now,
            direction=direction,
            kind=kind,
            message_id=message_id,
            action="" if request is None else request.action,
            payload=None,
            connector_id=None if request is None else request.connector_id,
            latency_ms=None if request is None else took_ms(request.time, now),
            result=result,
            is_composed=is_composed or (request is not None and request.is_composed),
            reason=reason,
            flaws=flaws,
        )

    def _emit(self, head: MessageRecord, payload: JsonValue) -> None:
        self._turn.event("messages", NotedFrame(replace(head, payload=bounded(payload))))

    def _emit_late(self, head: MessageRecord, text: str | bytes) -> None:
        noted = NotedFrame(head, text)
        # Nobody may ever look at it: a long one is not kept for that.
        kept = noted if len(text) <= PAYLOAD_MAX else NotedFrame(noted.record())
        self._turn.event("messages", kept)
