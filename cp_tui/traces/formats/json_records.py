"""JSON values one after the other: a value a line, or the items of one array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from cp_tui.traces.documents import DocumentItem, items_of
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.trace_format import LogSource

_DECODER = msgspec.json.Decoder()


class JsonRecord(Struct, gc=False):
    """A JSON value and its place."""

    value: Any
    line: int
    last_line: int | None = None
    offset: int = 0
    pointer: str = ""
    outer: str = ""

    def entry(self) -> LogEntry:
        """Begin an entry where it stands."""
        return LogEntry(self.line, self.last_line, self.offset, self.pointer, outer=self.outer)


def records_of(recording: LogSource, through: frozenset[str]) -> Iterator[JsonRecord]:
    """Give the values of a log, by line or out of the containers that `through` names."""
    if is_document(recording):
        yield from (_of_item(item) for item in items_of(recording.open(), through))
        return
    for line in recording.lines():
        text = line.text.strip()
        if text:
            value = decoded(text)
            yield JsonRecord(value, line.number, line.last, line.offset, outer=line.outer)


def _of_item(item: DocumentItem) -> JsonRecord:
    return JsonRecord(item.value, item.line, None, item.offset, item.pointer)


def decoded(text: str) -> Any:
    """Read a JSON value; of what is none None."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def is_document(source: LogSource) -> bool:
    """Say whether a log is one JSON value that holds records, and not one a line."""
    lines = (line.text.strip() for line in source.lines())
    filled = (text for text in lines if text)
    first = next(filled, "")
    if not first.startswith(("{", "[")):
        return False
    value, second = decoded(first), next(filled, None)
    if value is None:
        # Of a line that is too long only the beginning is here: then the next one tells.
        return second is None or not isinstance(decoded(second), dict | list)
    return second is None and holds_records(value)


_CONTAINERS = ("log", "events", "trace", "data", "OCPPMessages")


def holds_records(value: Any) -> bool:
    """Say whether a JSON value that is a whole text holds records, and is not one itself."""
    if isinstance(value, dict):
        return any(isinstance(value.get(name), dict | list) for name in _CONTAINERS)
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict | list)
