"""The simulator ocpp-cp-simulator: objects one a line, or text in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cp_tui.traces.entry import LogEntry, entry_at
from cp_tui.traces.formats.by_line import LineFormat, entries_by_line
from cp_tui.traces.formats.json_records import decoded
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import settle
from cp_tui.traces.record import FrameDirection

DIRECTIONS = {"Sent": FrameDirection.TO_CSMS, "Received": FrameDirection.TO_CHARGE_POINT}
HOW = LineFormat(
    head=re.compile(r"^\[(?P<time>[^\]]*)\] \[\w+\] \[\w+\] (?P<way>Sent|Received): (?=\[)"),
    ways=DIRECTIONS,
    begin=re.compile(r"\[\d{4}-"),
)


def is_message(value: Any) -> bool:
    """Say whether a JSON value is a message of the simulator."""
    if not isinstance(value, dict) or not isinstance(value.get("message"), str):
        return False
    return value["message"].startswith(("Sent: [", "Received: [")) and "timestamp" in value


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a log of the simulator."""
    first = next((line.text for line in source.lines() if line.text.strip()), "")
    if not first.lstrip().startswith("{"):
        yield from entries_by_line(source, HOW)
        return
    for line in source.lines():
        value = decoded(line.text)
        if not is_message(value):
            continue
        entry = entry_at(line)
        word, _, entry.text = value["message"].partition(": ")
        entry.direction = DIRECTIONS[word]
        entry.time = str(value["timestamp"])
        name = value.get("cpId")
        entry.charger = name if isinstance(name, str) and name else None
        settle(entry)
        yield entry


FORMAT = TraceFormat("shiv3", entries)
