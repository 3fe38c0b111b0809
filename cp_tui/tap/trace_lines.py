"""What a tap writes down: Open OCPP Trace, secrets masked, as the charge point itself writes it."""

from __future__ import annotations

from typing import Any

from cp_tui.charge_point.variables import MessageKind
from cp_tui.engine.trace_line import (
    SCHEMA_VERSION,
    Ours,
    TraceDirection,
    TraceError,
    TraceLine,
    TraceMeta,
)
from cp_tui.ocpp.redaction import redacted_all_through, redacted_as_read, shown_text
from cp_tui.traces.record import FrameDirection, ParsedFrame, Record, RecordKind

_KINDS = {
    RecordKind.CALL: MessageKind.CALL,
    RecordKind.CALL_RESULT: MessageKind.CALLRESULT,
    RecordKind.CALL_ERROR: MessageKind.CALLERROR,
}


def tapped_line(record: Record, latency_ms: float | None) -> TraceLine | None:
    """Write a frame as the format wants it; None: the format has no place for what is none."""
    frame, kind = record.frame, _KINDS.get(record.kind)
    if frame is None or kind is None or record.at is None or record.direction is None:
        return None
    is_call = kind is MessageKind.CALL
    is_error = kind is MessageKind.CALLERROR
    ours = Ours(
        action="" if is_call else frame.action,
        latency_ms=latency_ms,
        connection=record.connection or "",
    )
    to_csms = record.direction is FrameDirection.TO_CSMS
    return TraceLine(
        schema_version=SCHEMA_VERSION,
        timestamp=record.at,
        transport="json",
        ocpp_version="1.6",
        charge_point_id=record.charger or "",
        direction=TraceDirection.TO_CSMS if to_csms else TraceDirection.TO_CHARGE_POINT,
        message_type=kind,
        message_id=frame.message_id,
        action=frame.action if is_call else None,
        payload=None if is_error else _shown(frame, record.raw),
        error=_error(frame) if is_error else None,
        meta=TraceMeta(ours),
    )


def _shown(frame: ParsedFrame, text: str) -> Any:
    payload = frame.payload
    if isinstance(payload, dict):
        return redacted_as_read(frame.action, payload, text)
    return redacted_all_through(payload)


def _error(frame: ParsedFrame) -> TraceError:
    details = redacted_all_through(frame.details)
    return TraceError(frame.code, shown_text(frame.description), details)
