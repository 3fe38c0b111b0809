"""The simulator of SAP e-mobility: many charge points in one file, in the clock of its machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.by_line import LineFormat, LinkWords, entries_by_line
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.record import FrameDirection, LinkKind

_TIME = (
    r"(?:(?P<level>\w{1,10}): )?"
    r"(?P<time>\d[\d/.-]{5,12},? \d\d?:\d\d:\d\d(?:[\s\u202f\u00a0][AaPp]\.?[Mm]\.?)?) "
)
HOW = LineFormat(
    head=re.compile(
        rf"(?<!\S)(?:{_TIME})?(?P<id>\S{{1,200}}) \| \S{{1,200}} (?P<way>>>|<<) "
        r"Command '\w*' .{0,100}?payload: (?=\[)"
    ),
    ways={">>": FrameDirection.TO_CSMS, "<<": FrameDirection.TO_CHARGE_POINT},
    begin=re.compile(r"\w+: \d"),
    links=(
        LinkWords(re.compile(r"(?<!\S)(?P<id>\S{1,200}) \| \S{1,200}?onOpen\b"), LinkKind.OPEN),
        LinkWords(re.compile(r"(?<!\S)(?P<id>\S{1,200}) \| \S{1,200}?onClose\b"), LinkKind.CLOSE),
    ),
)


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a log of the simulator."""
    return entries_by_line(source, HOW)


FORMAT = TraceFormat("sap-simulator", entries, is_logged=True)
