"""SteVe: the log of its WebSocket, all charge points in one file, always in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.by_line import LineFormat, LinkWords, entries_by_line
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.record import FrameDirection, LinkKind

_HEAD = (
    r"\[(?P<level>\w+) *\] (?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d+) [^\[]*WebSocketLogger "
    r"(?:\((?P<thread>[^)]*)\) )?- \[chargeBoxId=(?P<id>[^,\]]*)"
    r"(?:, sessionId=(?P<connection>[^\]]*))?\] "
)
_TO_CHARGE_POINT = FrameDirection.TO_CHARGE_POINT
HOW = LineFormat(
    head=re.compile(_HEAD + r"(?P<way>Received|Sending): "),
    ways={"Received": FrameDirection.TO_CSMS, "Sending": _TO_CHARGE_POINT},
    begin=re.compile(r"\[\w+ *\] \d{4}-"),
    link_head=re.compile(_HEAD),
    links=(
        LinkWords(
            re.compile(r"WebSocketLogger .{0,300}?\] Connection is established"), LinkKind.OPEN
        ),
        LinkWords(
            re.compile(
                r"WebSocketLogger .{0,300}?\] Connection is closed, status: "
                r"CloseStatus\[code=(?P<code>\d+), reason=(?P<reason>[^\]]*)\]"
            ),
            LinkKind.CLOSE,
        ),
        LinkWords(
            re.compile(r"WebSocketLogger .{0,300}?\] Connection (?:is closed|ended unexpectedly)"),
            LinkKind.CLOSE,
        ),
        LinkWords(
            re.compile(r"WebSocketLogger .{0,300}?\] Sending ping message"),
            LinkKind.PING,
            _TO_CHARGE_POINT,
        ),
        LinkWords(
            re.compile(r"WebSocketLogger .{0,300}?\] Received pong message"),
            LinkKind.PONG,
            FrameDirection.TO_CSMS,
        ),
        LinkWords(
            re.compile(r"WebSocketLogger .{0,300}?\] Attempted to send to closed session: "),
            LinkKind.UNSENT,
            _TO_CHARGE_POINT,
        ),
    ),
)


def entries(recording: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a log of SteVe."""
    return (each for each in entries_by_line(recording, HOW) if not _is_soap(each))


def _is_soap(entry: LogEntry) -> bool:
    return entry.elements is None and entry.text.lstrip().startswith("<")


FORMAT = TraceFormat("steve", entries, is_utc=True)
