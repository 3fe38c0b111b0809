"""Programs on the Python library ocpp: Home Assistant and openWB are CSMS, simulators are not.

Its logger says `send` and `receive message`; who that is, the file decides by vote. What the
library below it logs is the same frame again, shortened, and counts for the connection only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.by_line import LineFormat, LinkWords, entries_by_line
from cp_tui.traces.formats.handshake import HandshakeLines, charger_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.lines import Line
from cp_tui.traces.record import ChargerFrom, LinkKind

_SOCKET = r"\[?\bwebsockets\.(?:server|client|protocol)\b.{0,100}?"
_HTTP = re.compile(_SOCKET + r"[<>] (?P<text>GET /.*|HTTP/1.*|[\w-]+: .*)$")
HOW = LineFormat(
    head=re.compile(
        r"(?:^|[\[\s:]|everest\.)ocpp\b\]?[\s:-]*(?:(?:DEBUG|INFO|WARNING|ERROR)[\s:-]+)?"
        r"(?:(?P<id>[^\s\[\]]{0,200}?): ?)?(?P<way>receive message|send message|send|Rx:|Tx:)\s*"
        r"(?=\[)"
    ),
    begin=re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:|[A-Z]+:[\w.]+:"),
    links=(
        LinkWords(re.compile(_SOCKET + r"= connection is OPEN"), LinkKind.OPEN),
        LinkWords(re.compile(_SOCKET + r"= connection is CLOSED"), LinkKind.CLOSE),
        LinkWords(re.compile(_SOCKET + r"[<>] PING\b"), LinkKind.PING),
        LinkWords(re.compile(_SOCKET + r"[<>] PONG\b"), LinkKind.PONG),
    ),
)
_WORDS = {
    "send message": "send",
    "receive message": "receive",
    "Rx:": "receive",
    "Tx:": "send",
}


def entries(recording: LogSource) -> Iterator[LogEntry]:
    """Find the entries of a log of the library."""
    http = HandshakeLines()

    def lines() -> Iterator[Line]:
        for line in recording.lines():
            if "websockets." in line.text and (found := _HTTP.search(line.text)):
                http.take(found["text"])
            yield line

    for entry in entries_by_line(LogSource(recording.open, lines), HOW):
        entry.token = _WORDS.get(entry.token, entry.token)
        if entry.link and entry.link.event is LinkKind.OPEN and (event := http.finish()):
            charger = charger_of(event.url)
            yield LogEntry(
                entry.line,
                entry.last_line,
                entry.offset,
                link=event,
                time=entry.time,
                charger=charger,
                charger_from=ChargerFrom.PATH,
            )
        yield entry


FORMAT = TraceFormat("python-logging", entries, is_logged=True)
