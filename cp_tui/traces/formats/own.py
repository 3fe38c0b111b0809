"""What cp-tui itself writes: the export of messages, and the stream of them.

Secrets are masked in both already, and frames put together anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.json_records import JsonRecord, records_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import TYPES
from cp_tui.traces.record import FrameDirection

DIRECTIONS = {"out": FrameDirection.TO_CSMS, "in": FrameDirection.TO_CHARGE_POINT}
_EXTRAS = ("latency_ms", "result", "reason", "connector_id", "is_ignored", "flaws", "number")


def is_record(value: Any) -> bool:
    """Say whether a JSON value is a record of either shape."""
    if not isinstance(value, dict) or value.get("direction") not in DIRECTIONS:
        return False
    is_streamed = value.get("kind") in (*TYPES, "invalid") and "message_id" in value
    return "time" in value and ("frame" in value or is_streamed)


def entries(recording: LogSource) -> Iterator[LogEntry]:
    """Find the entries of an export."""
    for found in records_of(recording, frozenset({""})):
        if is_record(found.value):
            yield _entry_of(found)


def _entry_of(found: JsonRecord) -> LogEntry:
    value = found.value
    entry = found.entry()
    entry.time = str(value["time"])
    entry.direction = DIRECTIONS[value["direction"]]
    entry.is_exact, entry.is_settled = False, True
    entry.is_injected = value.get("is_composed") is True
    entry.extra = {name: value[name] for name in _EXTRAS if value.get(name)} or None
    frame = value["frame"] if "frame" in value else _frame_of(value)
    if isinstance(frame, list):
        entry.elements = frame
    entry.text = frame if isinstance(frame, str) else msgspec.json.encode(frame).decode()
    return entry


def _frame_of(value: dict[str, Any]) -> Any:
    """Put a frame together from the fields of the stream."""
    number = TYPES.get(value["kind"])
    payload = value.get("payload")
    match number:
        case None:
            return payload
        case 2:
            return [2, value["message_id"], value.get("action"), payload]
        case 3:
            return [3, value["message_id"], payload]
    told = payload if isinstance(payload, dict) else {}
    code, description = value.get("result") or "", told.get("description", "")
    return [4, value["message_id"], code, description, told.get("details", {})]


FORMAT = TraceFormat("cp-tui", entries)
