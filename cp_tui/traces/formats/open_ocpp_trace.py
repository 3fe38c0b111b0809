"""Open OCPP Trace 1.0 and 1.1: a record for each frame, as JSON Lines or in one array."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.json_records import JsonRecord, records_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import TYPES, put_together, take_apart, truncate
from cp_tui.traces.record import FrameDirection, LinkEvent, LinkKind

DIRECTIONS: Mapping[str, FrameDirection] = {
    "cp-to-csms": FrameDirection.TO_CSMS,
    "csms-to-cp": FrameDirection.TO_CHARGE_POINT,
}
_KNOWN = ("meta", "connectorId", "schemaVersion")


def is_record(value: Any) -> bool:
    """Say whether a JSON value is a record of this format."""
    if not isinstance(value, dict) or value.get("direction") not in DIRECTIONS:
        return False
    return value.get("messageType") in TYPES


def entries(recording: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a trace."""
    for found in records_of(recording, frozenset({""})):
        if is_record(found.value):
            entry = _entry_of(found)
            yield from _gap(found, entry)
            yield entry


def _gap(found: JsonRecord, entry: LogEntry) -> Iterator[LogEntry]:
    """Say that a tap could not write for a while, and frames of a charge point are missing."""
    missing = _ours(found.value).get("missing")
    if type(missing) is int and missing > 0:
        gap = found.entry()
        gap.link = LinkEvent(LinkKind.ROTATION)
        gap.time, gap.charger = entry.time, entry.charger
        yield gap


def _ours(value: dict[str, Any]) -> dict[str, Any]:
    meta = value.get("meta")
    ours = meta.get("cp-tui") if isinstance(meta, dict) else None
    return ours if isinstance(ours, dict) else {}


def _entry_of(found: JsonRecord) -> LogEntry:
    """Read one record; its text wins over the fields beside it."""
    value = found.value
    entry = found.entry()
    entry.time = str(value.get("timestamp") or "")
    entry.direction = DIRECTIONS[value["direction"]]
    charger = value.get("chargePointId")
    entry.charger = charger if isinstance(charger, str) and charger else None
    # A frame that a person has made on purpose, and the connection that `tap` wrote down.
    ours = _ours(value)
    entry.is_injected = ours.get("is_composed") is True
    connection = ours.get("connection")
    connection = connection if isinstance(connection, str) and connection else None
    entry.connection = connection
    entry.extra = {name: value[name] for name in _KNOWN if name in value} or None
    if _is_other_protocol(value):
        entry.note = "log.other_protocol"
        entry.is_placed = False
        entry.is_settled = True
        return entry
    raw = value.get("raw")
    if isinstance(raw, str) and raw:
        entry.text = raw
        take_apart(entry)
        if entry.text != raw.strip():
            # The text is all that passed; a frame with something around it is none.
            entry.text, entry.elements = raw, None
        if entry.elements is None and "truncat" in str(value.get("meta")):
            truncate(entry)
        elif not connection and not _agrees(value, entry.elements):
            entry.note = "log.damaged"
        return entry
    put_together(entry, _built(value))
    # Whatever a tap could not take apart without loss has its text beside it.
    entry.is_exact = bool(connection)
    return entry


def _is_other_protocol(value: dict[str, Any]) -> bool:
    version = value.get("ocppVersion")
    is_other_version = isinstance(version, str) and not version.startswith("1.6")
    return value.get("transport") == "soap" or is_other_version


def _built(value: dict[str, Any]) -> list[Any]:
    number = TYPES[value["messageType"]]
    head = [number, value.get("messageId")]
    payload = value.get("payload")
    if number == 2:
        return [*head, value.get("action"), {} if payload is None else payload]
    if number == 3:
        return [*head, {} if payload is None else payload]
    error = value.get("error")
    error = error if isinstance(error, dict) else {}
    return [*head, error.get("code"), error.get("description") or "", error.get("details") or {}]


def _agrees(value: dict[str, Any], elements: list[Any] | None) -> bool:
    """Say whether the text and the fields beside it tell the same."""
    if elements is None:
        return True
    built = _built(value)
    if "payload" not in value and built[0] != 4:
        return built[: 3 if built[0] == 2 else 2] == elements[: 3 if built[0] == 2 else 2]
    return built == elements or built[0] == 4 == elements[0]


FORMAT = TraceFormat("open-ocpp-trace", entries)
