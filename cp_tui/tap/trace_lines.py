"""What a tap writes down: Open OCPP Trace, secrets masked, as the charge point itself writes it."""

from __future__ import annotations

from cp_tui.charge_point.variables import MessageKind
from cp_tui.engine.trace_line import (
    SCHEMA_VERSION,
    Ours,
    TraceDirection,
    TraceError,
    TraceLine,
    TraceMeta,
)
from cp_tui.follow.messages import KINDS
from cp_tui.ocpp.redaction import shown_text
from cp_tui.traces.record import FrameDirection, Record
from cp_tui.traces.shown import shown_details, shown_payload


def tapped_line(record: Record, latency_ms: float | None) -> TraceLine | None:
    """Write a frame as the format wants it; None: the format has no place for what is none."""
    frame, kind = record.frame, KINDS.get(record.kind)
    if frame is None or kind is None or record.at is None or record.direction is None:
        return None
    is_call, action = kind is MessageKind.CALL, shown_text(frame.action)
    error = None
    if kind is MessageKind.CALLERROR:
        error = TraceError(
            shown_text(frame.code), shown_text(frame.description), shown_details(frame)
        )
    ours = Ours(
        action="" if is_call else action,
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
        message_id=shown_text(frame.message_id),
        action=action if is_call else None,
        payload=shown_payload(record) if error is None else None,
        error=error,
        meta=TraceMeta(ours),
    )
