"""OCPP DebugKit: an object of events, events one a line, or the scenarios of its toolkit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cp_tui.traces.documents import items_of
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.json_records import is_document, records_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import put_together
from cp_tui.traces.record import FrameDirection

DIRECTIONS = {
    "CS_TO_CSMS": FrameDirection.TO_CSMS,
    "CSMS_TO_CS": FrameDirection.TO_CHARGE_POINT,
}
THROUGH = frozenset({"", "/events", "/trace", "/trace/events"})
"""A scenario holds the object as its `trace`."""


def is_event(value: Any) -> bool:
    """Say whether a JSON value is an event."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("message"), list)
        and "messageType" not in value
        and "origin" not in value
    )


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the events of a trace."""
    name = _station(source) if is_document(source) else None
    for found in records_of(source, THROUGH):
        value = found.value
        if not is_event(value):
            continue
        entry = found.entry()
        entry.charger = name
        entry.direction = DIRECTIONS.get(str(value.get("direction")))
        time = value.get("timestamp")
        entry.time = "" if time is None else str(time)
        put_together(entry, value["message"])
        yield entry


def _station(source: LogSource) -> str | None:
    """Read the name of the one charge point, wherever in the document it stands."""
    skip = frozenset({"/events", "/trace/events"})
    for item in items_of(source.open(), frozenset({"", "/trace"}), skip):
        if item.pattern in ("/metadata", "/trace/metadata"):
            name = item.value.get("stationId") if isinstance(item.value, dict) else None
            return name if isinstance(name, str) and name else None
    return None


FORMAT = TraceFormat("debugkit", entries)
