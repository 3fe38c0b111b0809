"""Programs on the Go library ocpp-go: a CSMS names its charge points, a charge point the server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.by_line import LineFormat, LinkWords, entries_by_line, unquoted
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.record import FrameDirection, LinkKind

_QUOTED = re.compile(r'\[\s*\d\s*,\s*\\"')
_TO_CSMS, _TO_CHARGE_POINT = FrameDirection.TO_CSMS, FrameDirection.TO_CHARGE_POINT


def _prepare(text: str) -> str:
    """Undo the quotation of Go, up to the mark that closes it."""
    if not _QUOTED.match(text):
        return text
    end = re.match(r'(?:[^"\\]|\\.)*', text)
    return unquoted(end[0] if end else text)


HOW = LineFormat(
    head=re.compile(
        r"(?P<way>(?:sent|received) JSON message (?:to|from)(?: server)?(?=[ :]))"
        r"(?: (?P<id>[^:\s\"]+))?: (?=\[)"
    ),
    begin=re.compile(r'time="|\w{4,5}\[|\{"'),
    prepare=_prepare,
    links=(
        LinkWords(re.compile(r'msg="?new charge point (?P<id>\S*?) ?connected'), LinkKind.OPEN),
        LinkWords(re.compile(r"closed connection to (?P<id>[^\"\s]+)"), LinkKind.CLOSE),
        LinkWords(re.compile(r"ping received from (?P<id>[^\"\s:]+)"), LinkKind.PING, _TO_CSMS),
        LinkWords(re.compile(r"pong received from (?P<id>[^\"\s:]+)"), LinkKind.PONG, _TO_CSMS),
    ),
    ways={
        "sent JSON message to": _TO_CHARGE_POINT,
        "received JSON message from": _TO_CSMS,
        "sent JSON message to server": _TO_CSMS,
        "received JSON message from server": _TO_CHARGE_POINT,
    },
)


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a log of the library."""
    return entries_by_line(source, HOW)


FORMAT = TraceFormat("ocpp-go", entries, is_logged=True)
