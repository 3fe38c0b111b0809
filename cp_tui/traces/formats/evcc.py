"""evcc: a CSMS at home; local time, whole seconds, words that changed over the years."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.by_line import LineFormat, LinkWords, entries_by_line
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.record import FrameDirection, LinkKind

_TIME = r"\[ocpp *\] (?P<level>[A-Z]+) (?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) "
_TO_CSMS, _TO_CHARGE_POINT = FrameDirection.TO_CSMS, FrameDirection.TO_CHARGE_POINT
HOW = LineFormat(
    head=re.compile(
        _TIME + r"(?P<way>recv|send|sent JSON message to|sent|received JSON message from) "
        r"(?P<id>[^:\s]+): (?=\[)"
    ),
    ways={
        "recv": _TO_CSMS,
        "received JSON message from": _TO_CSMS,
        "send": _TO_CHARGE_POINT,
        "sent": _TO_CHARGE_POINT,
        "sent JSON message to": _TO_CHARGE_POINT,
    },
    begin=re.compile(r"\[[\w -]+\] [A-Z]+ \d{4}/"),
    link_head=re.compile(_TIME),
    links=(
        LinkWords(
            re.compile(
                r"\[ocpp *\] [A-Z]+ .{19} charge point connected(?:, registering)?: "
                r"(?P<id>\S+)"
            ),
            LinkKind.OPEN,
        ),
        LinkWords(
            re.compile(r"\[ocpp *\] [A-Z]+ .{19} charge point disconnected: (?P<id>\S+)"),
            LinkKind.CLOSE,
        ),
    ),
)


def entries(recording: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a log of evcc."""
    return entries_by_line(recording, HOW)


FORMAT = TraceFormat("evcc", entries, is_logged=True)
