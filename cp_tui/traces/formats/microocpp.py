"""MicroOcpp: the console of a firmware; no times, lines cut at 255 characters, reboots between."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.by_line import LineFormat, LinkWords, entries_by_line
from cp_tui.traces.formats.handshake import charger_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.record import ChargerFrom, FrameDirection, LinkKind

_TO_CSMS, _TO_CHARGE_POINT = FrameDirection.TO_CSMS, FrameDirection.TO_CHARGE_POINT
_MARK = r"\[(?:MO|AO)\] "
HOW = LineFormat(
    head=re.compile(
        r"\[(?:MO|AO|OcppOperation|OcppEngine|OcppMessage)\] "
        r"(?P<way>Send|Recv|Sent|Received)(?: \w+ \(\w+\))?: (?=\[)"
    ),
    ways={
        "Send": _TO_CSMS,
        "Sent": _TO_CSMS,
        "Recv": _TO_CHARGE_POINT,
        "Received": _TO_CHARGE_POINT,
    },
    begin=re.compile(r"\[\w+\] |[EWID] \(\d+\) |ets [A-Z]|rst:|\d\d:\d\d:\d\d"),
    links=(
        LinkWords(
            re.compile(_MARK + r".{0,100}?\bConnected \(path: (?P<id>[^)]*)\)"), LinkKind.OPEN
        ),
        LinkWords(
            re.compile(_MARK + r".{0,100}?\b(?:Disconnected|Connection closed)\b"), LinkKind.CLOSE
        ),
        LinkWords(re.compile(_MARK + r"Recv: WS ping"), LinkKind.PING, _TO_CHARGE_POINT),
        LinkWords(re.compile(_MARK + r"Recv: WS pong"), LinkKind.PONG, _TO_CHARGE_POINT),
        LinkWords(re.compile(_MARK + r"Send: WS ping"), LinkKind.PING, _TO_CSMS),
        LinkWords(re.compile(r"^(?:ets [A-Z][a-z]{2} +\d+ \d{4}|rst:0x)"), LinkKind.REBOOT),
    ),
)


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a console."""
    for entry in entries_by_line(source, HOW):
        if entry.link and entry.charger:
            entry.charger = charger_of(entry.charger)
            entry.charger_from = ChargerFrom.PATH
        yield entry


FORMAT = TraceFormat("microocpp", entries, is_logged=True)
