"""What a person composed for a charge point, and what came of it, in words and as JSON.

Pure: texts and frames in, values out.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.ocpp import frame
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.errors import UNREADABLE_ID, OcppError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import redacted, redacted_all_through
from cp_tui.ocpp.validation import parse_request, parse_response

if TYPE_CHECKING:
    from pydantic import JsonValue


class OutcomeKind(StrEnum):
    """What came of a message; the names that the engine uses for its own composed messages."""

    CALLRESULT = "CALLRESULT"
    CALLERROR = "CALLERROR"
    INVALID = "invalid"
    """An answer that is no OCPP frame."""
    TIMEOUT = "timeout"
    LOST = "lost"
    """The connection went before the answer."""
    SENT = "sent"
    """Nothing that has to be answered."""


class ComposedOutcome(Struct, frozen=True):
    """The answer to a composed message, or why there is none."""

    kind: OutcomeKind
    message_id: str
    action: str = ""
    payload: JsonValue = None
    """Of a CALLRESULT; of a CALLERROR its details."""
    code: str = ""
    description: str = ""
    latency_ms: float | None = None
    defect: str = ""
    """What is wrong with the answer by the model of its action; empty: nothing."""

    @property
    def words(self) -> str:
        """The outcome in short."""
        match self.kind:
            case OutcomeKind.CALLRESULT:
                return json.dumps(self.payload, ensure_ascii=False)
            case OutcomeKind.CALLERROR:
                return f"{self.code}: {self.description}"
            case OutcomeKind.INVALID:
                return f"no valid answer: {self.description}"
            case OutcomeKind.TIMEOUT:
                return "no answer in time"
            case OutcomeKind.LOST:
                return "the connection went before the answer"
            case OutcomeKind.SENT:
                return "sent; no answer is due"

    def to_json(self) -> dict[str, JsonValue]:
        """The outcome for the door, with the names that the engine uses."""
        found: dict[str, JsonValue] = {"message_id": self.message_id, "kind": self.kind.value}
        match self.kind:
            case OutcomeKind.CALLRESULT:
                found["payload"] = self.payload
            case OutcomeKind.CALLERROR:
                found |= {"code": self.code, "description": self.description}
                found["details"] = self.payload
            case OutcomeKind.INVALID:
                found["description"] = self.description
        if self.latency_ms is not None:
            found["latency_ms"] = self.latency_ms
        return found

    def masked(self) -> ComposedOutcome:
        """The outcome without secrets, for the record."""
        payload = self.payload
        shown = redacted(self.action, payload) if isinstance(payload, dict) else payload
        return replace(self, payload=redacted_all_through(shown))


class JudgedText(Struct, frozen=True):
    """A message that a person wrote as text, as the CSMS understands it before it is sent."""

    message_id: str
    """Under which an answer comes."""
    action: str = ""
    """Of a CALL."""
    shown: JsonValue = ""
    """The payload of a CALL, else the text, without secrets."""
    is_owed_an_answer: bool = False
    request: WireModel | None = None
    """The request, where it is valid."""


def read_composed(text: str) -> JudgedText:
    """Read a text that a person wrote for the wire, however malformed it is."""
    try:
        message = frame.parse(text)
    except OcppError as error:
        is_owed = error.answerable and error.message_id != UNREADABLE_ID
        return JudgedText(
            error.message_id, shown=redacted_all_through(text), is_owed_an_answer=is_owed
        )
    if not isinstance(message, frame.Call):
        return JudgedText(UNREADABLE_ID, shown=redacted_all_through(text))
    try:
        request = parse_request(message.action, message.payload)
    except OcppError:
        request = None
    shown = redacted_all_through(redacted(message.action, message.payload))
    return JudgedText(message.message_id, message.action, shown, True, request)


def outcome_of(
    answer: frame.CallResult | frame.CallError, action: str, latency_ms: float
) -> ComposedOutcome:
    """Say what an answer is, and what is wrong with it."""
    if isinstance(answer, frame.CallError):
        return ComposedOutcome(
            OutcomeKind.CALLERROR,
            answer.message_id,
            action,
            answer.details,
            str(answer.code),
            answer.description,
            latency_ms,
        )
    defect = ""
    if action in set(Action):
        try:
            parse_response(Action(action), answer.payload)
        except OcppError as error:
            defect = f"{error.code}: {error.description}"
    return ComposedOutcome(
        OutcomeKind.CALLRESULT,
        answer.message_id,
        action,
        answer.payload,
        latency_ms=latency_ms,
        defect=defect,
    )
