"""tshark: fields of each packet of a capture, a row for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cp_tui.traces.documents import DocumentError
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.handshake import charger_of, handshake
from cp_tui.traces.formats.json_records import is_document, records_of
from cp_tui.traces.formats.table import delimiter_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import BEGIN, settle
from cp_tui.traces.record import FrameDirection, LinkEvent, LinkKind

_EVENTS = {"8": LinkKind.CLOSE, "9": LinkKind.PING, "10": LinkKind.PONG, "0xa": LinkKind.PONG}
_TEXTS = ("websocket.payload.text", "websocket.payload", "data-text-lines", "text")
STREAMS_MAX = 10_000
MESSAGES_MAX = 1_000
"""In one packet."""


def is_header(text: str) -> bool:
    """Say whether a line names the columns of such a table."""
    return "frame.time" in text or "websocket." in text


def is_packet(value: Any) -> bool:
    """Say whether a JSON value is a packet of the other shape, of `-T json`."""
    layers = value.get("_source") if isinstance(value, dict) else None
    text = str(layers)
    return isinstance(layers, dict) and "layers" in layers and BEGIN.search(text) is not None


class _Packet:
    """One row, by the names of its fields."""

    def __init__(self, cells: dict[str, str], line: int | None, offset: int) -> None:
        self.cells, self.line, self.offset = cells, line, offset

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "").strip()

    @property
    def sender(self) -> str:
        ip = self["ip.src"] or self["ipv6.src"]
        return f"{ip}:{self['tcp.srcport']}" if ip or self["tcp.srcport"] else ""

    @property
    def text(self) -> str:
        found = next((self[name] for name in _TEXTS if BEGIN.search(self[name])), "")
        if found:
            return found
        return next((each for each in self.cells.values() if BEGIN.search(each)), "")

    @property
    def time(self) -> str:
        return self["frame.time_epoch"] or self["frame.time"]


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find frames and events of the connections of a capture."""
    clients: dict[str, tuple[str, str | None]] = {}
    """Of each stream: who has opened it, and the charge point by the path."""
    for packet in _packets(source):
        stream = packet["tcp.stream"]
        url = packet["http.request.uri"] or packet["http.request.full_uri"]
        if url and len(clients) < STREAMS_MAX:
            clients[stream] = packet.sender, charger_of(url)
            secret = packet["http.authorization"]
            event = handshake(url, [("Authorization", secret)] if secret else [], is_tls=False)
            yield _entry(packet, clients, event)
        yield from _of_packet(packet, clients)


def _of_packet(packet: _Packet, clients: dict[str, tuple[str, str | None]]) -> Iterator[LogEntry]:
    text = packet.text
    for code in packet["websocket.opcode"].split(","):
        event = _EVENTS.get(code.strip().lower())
        if event is not None:
            yield _entry(packet, clients, LinkEvent(event))
    # Several messages in one packet stand one behind the other, parted by commas.
    for _ in range(MESSAGES_MAX):
        found = BEGIN.search(text)
        if found is None:
            return
        entry = _entry(packet, clients)
        rest = entry.text = text[found.start() :]
        settle(entry)
        text = rest[len(entry.text) :] if entry.text else ""
        yield entry


def _entry(
    packet: _Packet, clients: dict[str, tuple[str, str | None]], event: LinkEvent | None = None
) -> LogEntry:
    entry = LogEntry(packet.line, packet.line, packet.offset, link=event)
    entry.time = packet.time
    entry.connection = packet["tcp.stream"] or None
    client = clients.get(packet["tcp.stream"])
    if client is None:
        entry.token = packet.sender
    else:
        sender, entry.charger = client
        is_client = packet.sender == sender
        entry.direction = FrameDirection.TO_CSMS if is_client else FrameDirection.TO_CHARGE_POINT
    return entry


def _packets(source: LogSource) -> Iterator[_Packet]:
    if is_document(source):
        try:
            yield from _json_packets(source)
        except DocumentError:
            return
        return
    lines = source.lines()
    header = next((line for line in lines if line.text.strip()), None)
    if header is None:
        return
    delimiter = delimiter_of(header.text)
    names = [name.strip().strip('"') for name in header.text.split(delimiter)]
    for line in lines:
        cells = line.text.split(delimiter, len(names) - 1)
        yield _Packet(dict(zip(names, cells, strict=False)), line.number, line.offset)


def _json_packets(source: LogSource) -> Iterator[_Packet]:
    """Read the other shape, of `-T json` with the same fields."""
    for found in records_of(source, frozenset({""})):
        value = found.value if isinstance(found.value, dict) else {}
        layers = value.get("_source", {})
        layers = layers.get("layers", {}) if isinstance(layers, dict) else {}
        cells = {
            name: ",".join(map(str, each)) if isinstance(each, list) else str(each)
            for name, each in (layers.items() if isinstance(layers, dict) else ())
        }
        if cells:
            yield _Packet(cells, found.line, found.offset)


FORMAT = TraceFormat("tshark", entries)
