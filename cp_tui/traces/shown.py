"""What may be shown of a frame of a log, or written down: what it says without its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cp_tui.ocpp.json_array import harmless
from cp_tui.ocpp.redaction import redacted_all_through, redacted_as_read
from cp_tui.traces.frames import SHALLOW
from cp_tui.traces.record import ParsedFrame, Record

if TYPE_CHECKING:
    from pydantic import JsonValue


def shown_payload(record: Record) -> JsonValue:
    """Give the payload of a CALL or CALLRESULT: itself where it holds no secret."""
    frame = record.frame
    if frame is None:
        return None
    payload = frame.payload if is_harmless(record.raw) else harmless(frame.payload, SHALLOW)
    if isinstance(payload, dict):
        return redacted_as_read(frame.action, payload, record.raw)
    return redacted_all_through(payload)


def shown_details(frame: ParsedFrame) -> JsonValue:
    """Give the details of a CALLERROR."""
    return redacted_all_through(harmless(frame.details, SHALLOW))


def is_harmless(raw: str) -> bool:
    """Whether nothing in a frame is nested too deep or no Unicode; most are told at a glance."""
    return "\\u" not in raw and raw.count("{") + raw.count("[") <= SHALLOW
