"""A record of a log as the screen shows it: a frame with secrets masked, as the engine tells it."""

from __future__ import annotations

from contextlib import suppress

from msgspec import ValidationError
from msgspec.structs import replace

from cp_tui.charge_point.codec import JsonValue, converted
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord, NotedFrame
from cp_tui.charge_point.variables.message import PAYLOAD_MAX, bounded, status_of
from cp_tui.engine.trace_line import Ours, TraceMeta
from cp_tui.explain.finding import Finding
from cp_tui.ocpp.calendar import FIRST, took_ms
from cp_tui.ocpp.frame import shape_defect
from cp_tui.ocpp.json_array import load_quickly
from cp_tui.ocpp.redaction import shown_text
from cp_tui.traces.record import FrameDirection, Record, RecordKind
from cp_tui.traces.shown import shown_details, shown_payload

KINDS = {
    RecordKind.CALL: MessageKind.CALL,
    RecordKind.CALL_RESULT: MessageKind.CALLRESULT,
    RecordKind.CALL_ERROR: MessageKind.CALLERROR,
}

WORD_MAX = 200
"""Characters of an id, an action or a code; the standard has none longer than 50."""


def message_record(
    record: Record, latency_ms: float | None, call: Record | None = None
) -> MessageRecord:
    """Give a frame as a row of the screen; one without a time stands at the first there is.

    `call` is the one that it answers, where that is known.
    """
    ours = _ours(record)
    return replace(
        _head(record, latency_ms, call),
        payload=bounded(_payload(record)),
        is_composed=ours.is_composed,
        reason=ours.reason,
        flaws=ours.flaws,
        is_ignored=ours.is_ignored,
    )


def _ours(record: Record) -> Ours:
    """What a charge point of ours has written down with a frame; of any other nothing."""
    meta = record.extra.get("meta")
    with suppress(ValidationError):
        return converted(TraceMeta, meta).ours
    return Ours()


def noted_frame(
    record: Record,
    latency_ms: float | None,
    call: Record | None,
    findings: tuple[Finding, ...] = (),
) -> NotedFrame:
    """Give a frame as an event, whose payload is read again only when somebody looks.

    What was found about it stands with it, as the engine says what is wrong with an answer.
    """
    head = _head(record, latency_ms, call)
    if findings:
        head = replace(head, flaws=tuple(each.text for each in findings))
    payload = _payload(record)
    if _is_plain(record) and record.frame is not None and payload is record.frame.payload:
        return NotedFrame(head, record.raw)
    return NotedFrame(replace(head, payload=bounded(payload)))


def _is_plain(record: Record) -> bool:
    """Whether the text of a frame can be read as it stands, whenever somebody wants to see it."""
    raw, frame = record.raw, record.frame
    return (
        frame is not None
        and isinstance(frame.payload, dict)
        and record.is_raw_exact
        and record.kind in (RecordKind.CALL, RecordKind.CALL_RESULT)
        and len(raw) <= PAYLOAD_MAX
        and not shape_defect(frame.elements)
        and load_quickly(raw) is not None
    )


def latency_ms(record: Record, call: Record | None) -> float | None:
    """How long an answer took; None: it is none, or the log cannot tell."""
    if call is None or call.at is None or record.at is None or record.pair is None:
        return None
    return took_ms(call.at, record.at)


def _head(record: Record, latency: float | None, call: Record | None) -> MessageRecord:
    frame = record.frame
    kind = KINDS.get(record.kind, MessageKind.INVALID)
    payload = frame.payload if frame else None
    result = None
    if kind is MessageKind.CALLRESULT and isinstance(payload, dict):
        result = status_of(payload)
        result = None if result is None else _shown_word(result)
    elif kind is MessageKind.CALLERROR and frame is not None:
        result = _shown_word(frame.code)
    asked = record if kind is MessageKind.CALL else call
    return MessageRecord(
        time=record.at or FIRST,
        direction=Direction.IN
        if record.direction is FrameDirection.TO_CHARGE_POINT
        else Direction.OUT,
        kind=kind,
        message_id=_shown_word(frame.message_id) if frame else "",
        action=_shown_word(record.action),
        payload=None,
        connector_id=None if asked is None else _connector_of(asked),
        latency_ms=latency,
        result=result,
    )


def _shown_word(text: str) -> str:
    """Give what a peer wrote where a word stands, without secrets, fit to be written down."""
    return shown_text(text)[:WORD_MAX].encode("utf-8", "replace").decode()


def _connector_of(call: Record) -> int | None:
    payload = call.frame.payload if call.frame else None
    connector = payload.get("connectorId") if isinstance(payload, dict) else None
    return connector if type(connector) is int else None


def _payload(record: Record) -> JsonValue:
    """What may be shown of a frame."""
    frame = record.frame
    if frame is None or record.kind not in KINDS:
        return shown_text(record.raw)
    if record.kind is RecordKind.CALL_ERROR:
        return {
            "description": shown_text(frame.description),
            "details": shown_details(frame),
        }
    return shown_payload(record)
