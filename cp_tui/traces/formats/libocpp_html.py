"""libocpp of EVerest: the same log as rows of a table of HTML, perhaps still being written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry, entry_at
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import FRAME_MAX, settle
from cp_tui.traces.lines import Line
from cp_tui.traces.record import FrameDirection, LinkEvent, LinkKind

TABLE = '<table class="log">'
_ROW = re.compile(r'<tr class="(ChargePoint|CentralSystem|SYS)"')
DIRECTIONS = {
    "ChargePoint": FrameDirection.TO_CSMS,
    "CentralSystem": FrameDirection.TO_CHARGE_POINT,
}
_EVENTS = {
    "Connected": LinkKind.OPEN,
    "Disconnected": LinkKind.CLOSE,
    "Session logging started": LinkKind.ROTATION,
}


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the rows of a log."""
    first: Line | None = None
    parts: list[str] = []
    size = 0
    for line in source.lines():
        begins = _ROW.search(line.text)
        if begins:
            if first is not None:
                yield from _row(first, "\n".join(parts))
            first, parts, size = line, [], 0
        if first is not None and size < FRAME_MAX:
            parts.append(line.text)
            size += len(line.text)
            first.last = line.last
    if first is not None:
        yield from _row(first, "\n".join(parts))


def _row(line: Line, text: str) -> Iterator[LogEntry]:
    for found in _ROW.finditer(text):
        row = text[found.start() :].partition("</tr>")[0]
        entry = entry_at(line)
        entry.time = _content(row, "<td", "</td>").strip()
        if found[1] == "SYS":
            event = next((event for words, event in _EVENTS.items() if words in row), None)
            if event is not None:
                entry.link = LinkEvent(event)
                yield entry
            continue
        frame = _content(row, "<pre", "</pre>")
        if not frame:
            continue
        entry.direction = DIRECTIONS[found[1]]
        entry.text = frame.replace("&lt;", "<").replace("&gt;", ">")
        entry.is_exact = False
        settle(entry)
        yield entry


def _content(row: str, begin: str, end: str) -> str:
    """Give what is in the first element of a kind, which may have no end yet."""
    return row.partition(begin)[2].partition(">")[2].partition(end)[0]


FORMAT = TraceFormat("libocpp-html", entries)
