"""JSON values one after the other: a value a line, or the items of one array."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct

from cp_tui.traces.documents import DocumentItem, items_of
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.trace_format import LogSource

_DECODER = msgspec.json.Decoder()


class JsonRecord(Struct):
    """A JSON value and its place."""

    value: Any
    line: int
    last_line: int | None = None
    offset: int = 0
    pointer: str = ""
    pattern: str = ""
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
    return JsonRecord(decoded(item.text), item.line, None, item.offset, item.pointer, item.pattern)


def decoded(text: str) -> Any:
    """Read a JSON value; of what is none None."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def is_document(recording: LogSource) -> bool:
    """Say whether a log is one JSON value, and not one a line."""
    lines = (line.text.strip() for line in recording.lines())
    filled = (text for text in lines if text)
    first = next(filled, "")
    if not first.startswith(("{", "[")):
        return False
    return decoded(first) is None or next(chain(filled, [None])) is None
