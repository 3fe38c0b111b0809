"""What a tap writes down: Open OCPP Trace, secrets masked, as the charge point itself writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

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
from cp_tui.ocpp.json_array import harmless
from cp_tui.ocpp.redaction import MASK, redacted, redacted_all_through, shown_text, sounds_secret
from cp_tui.traces.frames import SHALLOW
from cp_tui.traces.record import LENGTHS, FrameDirection, ParsedFrame, Record
from cp_tui.traces.shown import is_harmless, shown_details, shown_payload

if TYPE_CHECKING:
    from pydantic import JsonValue


_VALUE_ACTIONS = frozenset({"ChangeConfiguration", "GetConfiguration"})
"""Actions whose frames may have the value of a key in an element that they should not have."""


def tapped_line(record: Record, latency_ms: float | None, missing: int = 0) -> TraceLine:
    """Write what passed as the format wants it, behind so many frames that could not be written.

    What the fields cannot hold, an id that is no text or something that is no frame at all, has its
    text beside them, which wins over them.
    """
    assert record.at is not None
    kind, error, raw = KINDS.get(record.kind), None, None
    frame = record.frame if kind is not None else None
    is_call = kind is None or kind is MessageKind.CALL
    action = "" if frame is None else _shown_text(frame.action)
    if frame is not None and kind is MessageKind.CALLERROR:
        error = TraceError(
            _shown_text(frame.code), _shown_text(frame.description), shown_details(frame)
        )
    if frame is None or not _fits(record, frame):
        raw = _shown_raw(record)
    ours = Ours(
        action="" if is_call else action,
        latency_ms=latency_ms,
        connection=record.connection or "",
        is_no_frame=frame is None,
        missing=missing,
    )
    to_csms = record.direction is FrameDirection.TO_CSMS
    return TraceLine(
        schema_version=SCHEMA_VERSION,
        timestamp=record.at,
        transport="json",
        ocpp_version="1.6",
        charge_point_id=record.charger or "",
        direction=TraceDirection.TO_CSMS if to_csms else TraceDirection.TO_CHARGE_POINT,
        message_type=kind or MessageKind.CALL,
        message_id="" if frame is None else _shown_text(frame.message_id),
        action=action if is_call else None,
        payload=shown_payload(record) if error is None else None,
        error=error,
        raw=raw,
        meta=TraceMeta(ours),
    )


def _shown_text(text: str) -> str:
    return shown_text(harmless(text, SHALLOW))


def _fits(record: Record, frame: ParsedFrame) -> bool:
    """Say whether the fields of the format hold all that a frame says."""
    elements = frame.elements
    if len(elements) != LENGTHS[record.kind]:
        return False
    *texts, last = elements[1:]
    is_of_its_types = last is not None and all(isinstance(each, str) for each in texts)
    return is_of_its_types and (
        is_harmless(record.raw) or harmless(elements[1:], SHALLOW) == elements[1:]
    )


def _shown_raw(record: Record) -> str:
    """Give the text of what passed; where there may be a secret in it, written anew without it."""
    text = record.raw
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        # In what is no JSON nobody can tell a secret from the words beside it.
        return f"({len(text)} characters, not shown)" if sounds_secret(text) else shown_text(text)
    shown = harmless(value, SHALLOW)
    if isinstance(shown, list):
        parts = [_without_values(each) for each in shown]
        if record.frame is not None and record.frame.action in _VALUE_ACTIONS:
            most = LENGTHS.get(record.kind, len(parts))
            parts[most:] = [MASK] * len(parts[most:])
        shown = parts
    shown = redacted_all_through(_without_values(shown))
    # A name that stands twice in an object is read once: its text may hold more than its value.
    is_plain = "\\u00" not in text and not sounds_secret(text) and shown_text(text) == text
    return text if is_plain and shown == value else json.dumps(shown)


def _without_values(value: JsonValue) -> JsonValue:
    """Mask as in a ChangeConfiguration, which a frame without its shape may be meant as."""
    return redacted("ChangeConfiguration", value) if isinstance(value, dict) else value
