"""A frame as a line of the trace: Open OCPP Trace 1.1, with what the charge point thought of it.

The fields are those that other tools read; what they have no place for (the reason, the flaws of an
answer, how long it took) stands in `meta`, under our name. What is no frame is an event of the
charge point like any other; a tap, which has no events, writes its text into a line.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import DecodeError, Struct, field

from cp_tui.charge_point.codec import JsonValue, decode, encode
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord

SCHEMA_VERSION = "1.1"


class TraceDirection(StrEnum):
    """Who sent a frame, in the words of the format."""

    TO_CSMS = "cp-to-csms"
    TO_CHARGE_POINT = "csms-to-cp"


class TraceError(Struct, frozen=True, omit_defaults=True):
    """What a CALLERROR says."""

    code: str
    description: JsonValue = ""
    details: JsonValue = None


class Ours(Struct, frozen=True, omit_defaults=True):
    """What only the charge point itself knows of a frame."""

    action: str = ""
    """Of an answer: the action of its request."""
    latency_ms: float | None = None
    result: str | None = None
    is_composed: bool = False
    reason: Reason | None = None
    flaws: tuple[str, ...] = ()
    is_ignored: bool = False
    connection: str = ""
    """Of a tap: over which WebSocket connection it went, counted from 1."""
    is_no_frame: bool = False
    """Of a tap: only the text counts; the format wants a type, and has none for this."""
    missing: int = 0
    """Of a tap: so many frames of this charge point before are in no file."""


class TraceMeta(Struct, frozen=True, omit_defaults=True):
    """What a tool says beyond the format."""

    ours: Ours = field(name="cp-tui", default=Ours())


class TraceLine(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A record of Open OCPP Trace."""

    schema_version: str
    timestamp: datetime
    transport: str
    ocpp_version: str
    charge_point_id: str
    direction: TraceDirection
    message_type: MessageKind
    message_id: str = ""
    action: str | None = None
    """Of a CALL."""
    connector_id: int | None = None
    payload: JsonValue = None
    error: TraceError | None = None
    """Of a CALLERROR."""
    raw: str | None = None
    """Of a tap: the text, of what the fields cannot hold."""
    meta: TraceMeta | None = None


def trace_line(record: MessageRecord, charge_point_id: str) -> TraceLine:
    """Write a frame as the format wants it; it is a frame, and not something that is none."""
    assert record.kind is not MessageKind.INVALID
    is_call = record.kind is MessageKind.CALL
    payload, error = record.payload, None
    if record.kind is MessageKind.CALLERROR:
        known = payload if isinstance(payload, dict) else {"details": payload}
        description, details = known.get("description", ""), known.get("details")
        payload, error = None, TraceError(record.result or "", description, details)
    ours = Ours(
        action="" if is_call else record.action,
        latency_ms=record.latency_ms,
        result=record.result,
        is_composed=record.is_composed,
        reason=record.reason,
        flaws=record.flaws,
        is_ignored=record.is_ignored,
    )
    is_out = record.direction is Direction.OUT
    return TraceLine(
        schema_version=SCHEMA_VERSION,
        timestamp=record.time,
        transport="json",
        ocpp_version="1.6",
        charge_point_id=charge_point_id,
        direction=TraceDirection.TO_CSMS if is_out else TraceDirection.TO_CHARGE_POINT,
        message_type=record.kind,
        message_id=record.message_id,
        action=record.action if is_call else None,
        connector_id=record.connector_id,
        payload=payload,
        error=error,
        meta=None if ours == Ours() else TraceMeta(ours),
    )


def written_line(record: MessageRecord, charge_point_id: str) -> bytes:
    """Write a frame as a line, without its newline."""
    return encode(trace_line(record, charge_point_id))


def record_of(line: bytes) -> MessageRecord | None:
    """Read a line back; None where it is none of ours, or not whole."""
    try:
        read = decode(TraceLine, line)
    except DecodeError:
        return None
    ours, payload = read.meta.ours if read.meta else Ours(), read.payload
    if read.error is not None:
        payload = {"description": read.error.description, "details": read.error.details}
    is_out = read.direction is TraceDirection.TO_CSMS
    return MessageRecord(
        time=read.timestamp,
        direction=Direction.OUT if is_out else Direction.IN,
        kind=read.message_type,
        message_id=read.message_id,
        action=read.action or ours.action,
        payload=payload,
        connector_id=read.connector_id,
        latency_ms=ours.latency_ms,
        result=ours.result,
        is_composed=ours.is_composed,
        reason=ours.reason,
        flaws=ours.flaws,
        is_ignored=ours.is_ignored,
    )
