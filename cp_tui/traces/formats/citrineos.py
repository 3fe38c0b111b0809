"""CitrineOS: rows of its table of messages, as GraphQL answer, JSON or CSV, often newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cp_tui.ocpp.frame import SUBPROTOCOL
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.json_records import JsonRecord, decoded, records_of
from cp_tui.traces.formats.table import rows_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.record import FrameDirection

DIRECTIONS = {"cs": FrameDirection.TO_CSMS, "csms": FrameDirection.TO_CHARGE_POINT}
THROUGH = frozenset({"", "/data", "/data/OCPPMessages", "/OCPPMessages"})
NEEDED = ("stationId", "origin", "message")


def is_row(value: Any) -> bool:
    """Say whether a JSON value is a row of the table."""
    return isinstance(value, dict) and all(name in value for name in NEEDED)


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the rows of an export."""
    tenants = {found.value.get("tenantId") for found in _rows(source)}
    for found in _rows(source):
        yield _entry_of(found, has_tenants=len(tenants) > 1)


def _rows(source: LogSource) -> Iterator[JsonRecord]:
    first = next((line.text.lstrip() for line in source.lines() if line.text.strip()), "")
    if first.startswith(("{", "[")):
        yield from (found for found in records_of(source, THROUGH) if is_row(found.value))
        return
    for row in rows_of(source):
        value = row.named()
        message = value.get("message", "")
        told = decoded(message)
        if is_row(value):
            yield JsonRecord({**value, "message": message if told is None else told}, row.line)


def _entry_of(found: JsonRecord, *, has_tenants: bool) -> LogEntry:
    value = found.value
    entry = found.entry()
    entry.time = str(value.get("timestamp") or "")
    entry.direction = DIRECTIONS.get(str(value["origin"]).lower())
    entry.charger = str(value["stationId"])
    if has_tenants:
        entry.charger = f"{value.get('tenantId')}:{entry.charger}"
    entry.extra = {name: value[name] for name in ("state", "tenantId") if name in value} or None
    entry.is_settled = True
    message = value["message"]
    if isinstance(message, str):
        entry.text = message  # What could not be read is stored as it came.
        return entry
    entry.is_exact = False
    if isinstance(message, list):
        entry.elements = message
    entry.text = msgspec.json.encode(message).decode()
    protocol = value.get("protocol")
    if isinstance(protocol, str) and protocol and protocol != SUBPROTOCOL:
        entry.note, entry.is_placed, entry.elements = "log.other_protocol", False, None
    return entry


FORMAT = TraceFormat("citrineos", entries, is_sorted=True)
