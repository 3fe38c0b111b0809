"""The console of mitmproxy: a head for each message, its text indented below; no times."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cp_tui.traces.entry import LogEntry, entry_at
from cp_tui.traces.formats.by_line import Growing
from cp_tui.traces.formats.handshake import charger_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.lines import Line
from cp_tui.traces.record import FrameDirection, LinkEvent, LinkKind

HEAD = re.compile(
    r"(?<!\S)(?P<client>\S{1,100}:\d+) (?P<arrow>->|<-) WebSocket (?:text|binary) message "
    r"(?:->|<-) (?P<url>\S+)"
)
_CLOSED = re.compile(
    r"WebSocket connection closed by (?:client|server)(?:: (?P<code>\d+) ?(?P<reason>.*))?"
)
_INJECTED = re.compile(r"\((?:injected|dropped)[^)]*\)")
DIRECTIONS = {"->": FrameDirection.TO_CSMS, "<-": FrameDirection.TO_CHARGE_POINT}


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the messages of a console."""
    growing: Growing | None = None
    for line in source.lines():
        head = HEAD.search(line.text)
        if head is None and growing is not None:
            if line.text.startswith("    "):
                if growing.go_on(line.text[4:], line):
                    yield growing.entry
                    growing = None
                continue
            yield from _given_up(growing)
            growing = None
        if head is not None:
            if growing is not None:
                yield from _given_up(growing)
            growing = Growing(_begun(line, head))
        elif closed := _CLOSED.search(line.text):
            entry = entry_at(line)
            code = closed["code"]
            event = LinkEvent(
                LinkKind.CLOSE, int(code) if code else None, (closed["reason"] or "")[:200]
            )
            entry.link = event
            yield entry
    if growing is not None:
        yield from _given_up(growing)


def _given_up(growing: Growing) -> Iterator[LogEntry]:
    entry = growing.given_up()
    if entry.text.strip():
        yield entry


def _begun(line: Line, head: re.Match[str]) -> LogEntry:
    entry = entry_at(line)
    entry.direction = DIRECTIONS[head["arrow"]]
    entry.charger = charger_of(f"ws://{head['url']}")
    entry.connection = head["client"]
    entry.is_injected = _INJECTED.search(line.text) is not None
    return entry


FORMAT = TraceFormat("mitmproxy", entries)
