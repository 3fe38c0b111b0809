"""libocpp of EVerest: the log of a charge point, each frame printed over many lines.

An entry is written when a message is queued, so a CALL may stand some milliseconds before the
answer that it waited for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.by_line import LineFormat, LinkWords, entries_by_line
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.record import FrameDirection, LinkKind

DIRECTIONS = {
    "ChargePoint>CentralSystem": FrameDirection.TO_CSMS,
    "CentralSystem>ChargePoint": FrameDirection.TO_CHARGE_POINT,
    "ChargePoint": FrameDirection.TO_CSMS,
    "CentralSystem": FrameDirection.TO_CHARGE_POINT,
}
_SYSTEM = r"^\d{4}-\S+Z: SYS> "
HOW = LineFormat(
    head=re.compile(
        r"^(?P<time>\d{4}-\S+Z): (?P<way>ChargePoint>CentralSystem|CentralSystem>ChargePoint)"
        r" {0,2}(?P<name>\w*) *$"
    ),
    ways=DIRECTIONS,
    begin=re.compile(r"\d{4}-\S+Z: "),
    links=(
        LinkWords(re.compile(_SYSTEM + r"Connected\b"), LinkKind.OPEN),
        LinkWords(re.compile(_SYSTEM + r"Disconnected\b"), LinkKind.CLOSE),
        LinkWords(re.compile(_SYSTEM + r"Session logging started"), LinkKind.ROTATION),
    ),
    is_below=True,
)
CONSOLE = LineFormat(
    head=re.compile(r"\bocpp:OCPP\S*\s+::.{0,100}?(?P<way>ChargePoint|CentralSystem): (?=\[)"),
    ways=DIRECTIONS,
    begin=re.compile(r"\d{4}-\d\d-\d\d[ T]"),
)
"""What its console prints where it is told to do so in detail."""


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a log."""
    is_console = any(CONSOLE.head.search(line.text) for line in source.lines())
    has_begun = False
    for entry in entries_by_line(source, CONSOLE if is_console else HOW):
        # Printed prettily, it is no more the text that was on the wire.
        entry.is_exact = "\n" not in entry.text
        # The first words of a log that begins say nothing of what may be missing before.
        is_begin = entry.link is not None and entry.link.event is LinkKind.ROTATION
        if has_begun or not is_begin:
            yield entry
        has_begun = True


FORMAT = TraceFormat("libocpp-text", entries)
