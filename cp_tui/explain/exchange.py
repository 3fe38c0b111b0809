"""A frame with its other half: the request and the response that stand in them, read for judging.

A payload with a flaw is judged by its flaws, and read all the same where its fields have values
that can be understood: a field too many must not hide a transaction from the other rules.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import Struct

from cp_tui.explain.as_meant import as_meant
from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import shown_text
from cp_tui.ocpp.validation import Defect, judge, quoted
from cp_tui.traces.record import LENGTHS, Record, RecordKind


class Half(Struct, frozen=True, gc=False):
    """One frame of an exchange, with what it says."""

    record: Record
    message: WireModel | None = None
    """None: it says nothing that can be read, or is a CALLERROR."""
    defects: tuple[Defect, ...] = ()
    """What is wrong with its payload."""


class KnownExchange(Struct, frozen=True, gc=False):
    """What is known of a CALL and its answer at the record in hand."""

    action: Action | None
    """None: OCPP 1.6 has no such action, or nobody knows which CALL was answered."""
    call: Half | None
    """None: the record in hand is an answer, and its CALL is not in the log."""
    answer: Half | None = None
    """None: the record in hand is the CALL."""
    is_call: bool = True
    """Whether the record in hand is the CALL."""

    @property
    def asked(self) -> Record | None:
        """The CALL as the log has it."""
        return self.call.record if self.call else None

    @property
    def request(self) -> WireModel | None:
        return self.call.message if self.call else None

    @property
    def response(self) -> WireModel | None:
        return self.answer.message if self.answer else None


_BY_NAME = {action.value: action for action in Action}


def shown_action(record: Record) -> str:
    """Give the action of a frame for people; one that OCPP 1.6 has not is the words of a peer."""
    return action_named(record.action) or quoted(shown_text(record.action))


def action_named(name: str) -> Action | None:
    """Return the action of this name; None: OCPP 1.6 has none such."""
    return _BY_NAME.get(name)


def read_half(record: Record, action: Action | None) -> Half:
    """Read the payload of a frame, by the action of its exchange."""
    frame = record.frame
    is_result = record.kind is RecordKind.CALL_RESULT
    if frame is None or record.is_truncated or action is None:
        return Half(record)
    if not is_result and record.kind is not RecordKind.CALL:
        return Half(record)
    if len(frame.elements) < LENGTHS[record.kind]:
        return Half(record)
    # J 4.2.1 tolerates null as an empty payload.
    payload = {} if frame.payload is None else frame.payload
    if not isinstance(payload, dict):
        return Half(record)
    model = SPEC[action].response if is_result else SPEC[action].request
    if not payload:
        return Half(record, *_empty(model))
    return Half(record, *_read(model, payload))


@cache
def _empty(model: type[WireModel]) -> tuple[WireModel | None, tuple[Defect, ...]]:
    """Read the payload that nearly every second frame of a log has: none is."""
    return _read(model, {})


def _read(
    model: type[WireModel], payload: dict[str, Any]
) -> tuple[WireModel | None, tuple[Defect, ...]]:
    message, defects = judge(model, payload)
    return message or as_meant(model, payload), defects
