"""HAR: what a browser or a proxy has recorded, with the messages of each WebSocket."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from cp_tui.traces.documents import items_of
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.handshake import charger_of, handshake
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.record import FrameDirection, LinkEvent

_ENTRY = "/log/entries/*"
_MESSAGE = f"{_ENTRY}/_webSocketMessages/*"
THROUGH = frozenset({"", "/log", "/log/entries", _ENTRY, f"{_ENTRY}/_webSocketMessages"})
# The client is the charge point.
DIRECTIONS = {"send": FrameDirection.TO_CSMS, "receive": FrameDirection.TO_CHARGE_POINT}
CONNECTIONS_MAX = 10_000
BINARY_OPCODE = 2


class _Connection(Struct):
    link: LinkEvent | None = None
    charger: str | None = None
    time: str = ""
    parts: dict[str, Any] = field(default_factory=dict)
    has_messages: bool = False


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find handshakes and messages of a recording."""
    connections = _connections(source)
    begun: set[str] = set()
    for item in items_of(source.open(), THROUGH):
        if item.pattern != _MESSAGE:
            continue
        number = item.pointer.split("/")[3]
        connection = connections.get(number, _Connection())
        if number not in begun:
            begun.add(number)
            if connection.link is not None:
                yield LogEntry(
                    offset=item.offset,
                    pointer=f"/log/entries/{number}",
                    link=connection.link,
                    time=connection.time,
                    charger=connection.charger,
                    connection=number,
                )
        value = item.value
        direction = DIRECTIONS.get(str(value.get("type"))) if isinstance(value, dict) else None
        if direction is None:
            continue
        text = _text(value)
        yield LogEntry(
            offset=item.offset,
            pointer=item.pointer,
            text=text,
            time=str(value.get("time") or ""),
            charger=connection.charger,
            connection=number,
            direction=direction,
        )


def _connections(source: LogSource) -> dict[str, _Connection]:
    """Read the handshakes first, since some programs write them behind the messages."""
    found: dict[str, _Connection] = {}
    number, current = "", _Connection()
    for item in items_of(source.open(), THROUGH):
        steps = item.pointer.split("/")
        if len(steps) < 5 or steps[2] != "entries":
            continue
        if steps[3] != number:
            number, current = steps[3], _Connection()
        match steps[4]:
            case "request" | "response":
                current.parts[steps[4]] = item.value
            case "startedDateTime":
                current.time = str(item.value or "")
            case "_webSocketMessages":
                current.has_messages = True
        if current.has_messages and len(found) < CONNECTIONS_MAX:
            found[number] = current
    for connection in found.values():
        _describe(connection)
    return found


def _describe(connection: _Connection) -> None:
    request = connection.parts.pop("request", None)
    response = connection.parts.pop("response", None)
    if not isinstance(request, dict) or not isinstance(request.get("url"), str):
        return
    is_answered = isinstance(response, dict)
    status = response.get("status") if isinstance(response, dict) else None
    connection.link = handshake(
        request["url"],
        _headers(request),
        _headers(response) if is_answered else None,
        status if isinstance(status, int) else None,
    )
    connection.charger = charger_of(request["url"])


def _headers(part: dict[str, Any]) -> list[tuple[str, str]]:
    headers = part.get("headers")
    return [
        (str(each.get("name")), str(each.get("value")))
        for each in (headers if isinstance(headers, list) else [])
        if isinstance(each, dict)
    ]


def _text(value: dict[str, Any]) -> str:
    data = value.get("data")
    if not isinstance(data, str):
        return ""
    if value.get("opcode") == BINARY_OPCODE:
        try:
            return base64.b64decode(data, validate=True).decode("utf-8", "replace")
        except (ValueError, binascii.Error):
            return data
    return data


FORMAT = TraceFormat("har", entries)
