"""The virtual charge point of solidstudio: arrows for who spoke, in the clock of its machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.by_line import LineFormat, LinkWords, entries_by_line
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.record import FrameDirection, LinkKind

HOW = LineFormat(
    head=re.compile(
        r"(?P<way>Sending message|Responding with|Receive message) (?:➡|⬅)\ufe0f?\s*(?=\[)"
    ),
    ways={
        "Sending message": FrameDirection.TO_CSMS,
        "Responding with": FrameDirection.TO_CSMS,
        "Receive message": FrameDirection.TO_CHARGE_POINT,
    },
    begin=re.compile(r"\d{4}-\d\d-\d\d[ T]"),
    links=(
        LinkWords(
            re.compile(r"Connection closed\. code=(?P<code>\d+)(?:,? reason=(?P<reason>.*))?"),
            LinkKind.CLOSE,
        ),
        LinkWords(re.compile(r"Received PING"), LinkKind.PING, FrameDirection.TO_CHARGE_POINT),
        LinkWords(re.compile(r"Received PONG"), LinkKind.PONG, FrameDirection.TO_CHARGE_POINT),
    ),
)


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a log of this charge point."""
    return entries_by_line(source, HOW)


FORMAT = TraceFormat("vcp", entries, is_logged=True)
