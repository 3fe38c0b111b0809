"""Records written down again, as Open OCPP Trace 1.1: the one format that many tools read.

Secrets are masked in whatever is written. A frame without a time or a direction, or that cannot be
read, has no place in that format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from cp_tui.ocpp.redaction import redacted_all_through, shown_text
from cp_tui.traces.formats.open_ocpp_trace import DIRECTIONS
from cp_tui.traces.frames import KIND_OF_TYPE, TYPES
from cp_tui.traces.privacy import PrivateNames
from cp_tui.traces.record import LENGTHS, ParsedFrame, Record, RecordKind
from cp_tui.traces.shown import shown_details, shown_payload

_WORDS = {direction: word for word, direction in DIRECTIONS.items()}
_NAMES = {KIND_OF_TYPE[number]: name for name, number in TYPES.items()}
_WITH_KEYS = frozenset({"ChangeConfiguration", "GetConfiguration", ""})
"""Actions whose frames may have the value of a key away from its name: cut off, or elsewhere."""


def can_be_written(record: Record) -> bool:
    """Say whether the format has a place for a record."""
    is_frame = record.kind in _NAMES and record.frame is not None
    return is_frame and record.at is not None and record.direction is not None


def trace_lines(records: Iterable[Record], names: PrivateNames | None = None) -> Iterator[str]:
    """Give a line for each frame that can be written; with stand-ins where names are given."""
    for record in records:
        if can_be_written(record):
            yield msgspec.json.encode(written(record, names)).decode()


def written(record: Record, names: PrivateNames | None = None) -> dict[str, Any]:
    """Give one record of the format."""
    frame = record.frame
    assert frame is not None
    assert record.at is not None
    assert record.direction is not None
    payload, details = shown_payload(record), shown_details(frame)
    # The format has no place for more elements than there may be.
    beyond = frame.elements[LENGTHS[record.kind] :]
    rest = [frame.message_id, frame.action, frame.code, frame.description, *beyond]
    # Of a frame that was cut off there are only the texts to look at.
    is_whole = (
        record.action not in _WITH_KEYS and shown_text(record.raw) == record.raw
        if record.is_truncated
        else payload == frame.payload
        and details == frame.details
        and redacted_all_through(rest) == rest
        and not (beyond and record.action in _WITH_KEYS)
    )
    message_id, charger = shown_text(frame.message_id), record.charger
    if names is not None:
        payload, details = names.disguised(payload), names.disguised(details)
        message_id = names.stand_in(message_id)
        if charger:
            # Some make their ids of their identity and a number.
            own = re.compile(re.escape(charger), re.IGNORECASE)
            message_id = own.sub(names.stand_in(charger), message_id)
        charger = charger and names.disguised_text(charger)
    found: dict[str, Any] = {
        "schemaVersion": "1.1",
        "timestamp": instant(record.at),
        "ocppVersion": "1.6",
        "transport": "json",
        "direction": _WORDS[record.direction],
        "messageType": _NAMES[record.kind],
        "messageId": message_id,
    }
    if charger:
        found["chargePointId"] = charger
    found |= _content(record, frame, payload, details, names)
    if names is None and record.is_raw_exact and is_whole:
        found["raw"] = record.raw
    if record.is_truncated:
        found["meta"] = {"truncated": True}
    return found


def _content(
    record: Record, frame: ParsedFrame, payload: Any, details: Any, names: PrivateNames | None
) -> dict[str, Any]:
    match record.kind:
        case RecordKind.CALL:
            return {"action": shown_text(frame.action), "payload": payload}
        case RecordKind.CALL_RESULT:
            return {"payload": payload}
    description = shown_text(frame.description)
    if names is not None:
        description = names.disguised_text(description)
    code = shown_text(frame.code)
    return {"error": {"code": code, "description": description, "details": details}}


def instant(at: datetime) -> str:
    """Write an instant as exactly as it is known."""
    has_micros = at.microsecond % 1000 != 0
    text = at.isoformat(timespec="microseconds" if has_micros else "milliseconds")
    return text.replace("+00:00", "Z")
