"""Tables of any portal: which column is what is told by what the columns hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from msgspec import Struct

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.json_records import decoded
from cp_tui.traces.formats.table import TableRow, rows_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import BEGIN, TYPES, put_together, settle
from cp_tui.traces.times import stamp_of

SAMPLE = 200
"""Rows by which the columns are told."""
MOST = 0.5
ALL = 0.9
WAYS_MAX = 3
"""Different words of a column that tells the direction."""

_WHO = re.compile(
    r"^(?:id|.*charge[ _-]?(?:point|box|r)s?.*|.*station.*|.*ladepunkt.*|cp[ _-]?id|cp|box|evse.*"
    r"|device.*)$",
    re.IGNORECASE,
)
_WAY = re.compile(r"direction|richtung|origin|sender|source|from|in/?out|way", re.IGNORECASE)
_ACTION = re.compile(r"^(?:action|command|operation|message[ _]?name|aktion)$", re.IGNORECASE)
_ID = re.compile(r"^(?:message|correlation|unique|call|request)?[ _-]?id$", re.IGNORECASE)
_TYPE = re.compile(r"^(?:message)?[ _-]?type$|^typ$", re.IGNORECASE)
_SPOILED = re.compile(r"^\d[.,]\d+E\+\d+$")
"""What a spreadsheet makes of a long number."""
_TYPES = {each: number for name, number in TYPES.items() for each in (name.lower(), f"{number}")}


class Columns(Struct):
    """The numbers of the columns that tell something."""

    frames: list[int]
    time: int | None = None
    charger: int | None = None
    way: int | None = None
    message_id: int | None = None
    action: int | None = None
    type: int | None = None
    payload: int | None = None
    """Where no column has frames, they are built from this one and those before."""


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the frames of a table."""
    columns = columns_of([*islice(rows_of(source), SAMPLE)])
    if columns is None:
        return
    for row in rows_of(source):
        if columns.frames:
            for number in columns.frames:
                if text := _cell(row, number):
                    yield _entry_of(row, columns, text)
        elif (built := _built(row, columns)) is not None:
            entry = _entry_of(row, columns, "")
            put_together(entry, built)
            yield entry


def columns_of(rows: list[TableRow]) -> Columns | None:
    """Tell what each column holds; None: there are no frames and nothing to build them from."""
    if not rows:
        return None
    names = rows[0].names
    texts = [[_cell(row, number) for row in rows] for number in range(len(names))]

    def share(number: int, fits: Callable[[str], bool]) -> float:
        filled = [text for text in texts[number] if text]
        return sum(map(fits, filled)) / len(filled) if filled else 0.0

    numbers = range(len(names))
    found = Columns([n for n in numbers if share(n, _is_frame) > MOST])
    rest = [n for n in numbers if n not in found.frames]
    found.time = next((n for n in rest if share(n, _is_time) >= ALL), None)
    rest = [n for n in rest if n != found.time]
    found.action = next((n for n in rest if _ACTION.match(names[n])), None)
    if not found.frames:
        found.message_id = next((n for n in rest if _ID.match(names[n])), None)
        found.type = next((n for n in rest if _TYPE.match(names[n])), None)
        found.payload = next((n for n in rest if share(n, _is_object) > MOST), None)
        if None in (found.payload, found.message_id):
            return None
    taken = (found.action, found.message_id, found.type, found.payload)
    rest = [n for n in rest if n not in taken]
    found.charger = next((n for n in rest if _WHO.match(names[n])), None)
    rest = [n for n in rest if n != found.charger]
    few = [n for n in rest if 1 < len(set(filter(None, texts[n]))) <= WAYS_MAX]
    found.way = next((n for n in few if _WAY.search(names[n])), None)
    return found


def _entry_of(row: TableRow, columns: Columns, text: str) -> LogEntry:
    entry = LogEntry(row.line, row.last_line, row.offset, text=text, is_settled=True)
    entry.time = _cell(row, columns.time)
    entry.charger = _cell(row, columns.charger) or None
    entry.token = _cell(row, columns.way).lower()
    if text:
        settle(entry)
    if _SPOILED.match(_cell(row, columns.message_id)):
        entry.note = "log.damaged"
    return entry


def _built(row: TableRow, columns: Columns) -> list[Any] | None:
    """Put a frame together from the columns of a row."""
    payload = decoded(_cell(row, columns.payload))
    action = _cell(row, columns.action)
    number = _TYPES.get(_cell(row, columns.type).lower().replace(" ", ""), 2 if action else 3)
    head = [number, _cell(row, columns.message_id)]
    if payload is None or not head[1]:
        return None
    if number == 4:
        told = payload if isinstance(payload, dict) else {}
        return [*head, *(told.get(each, "") for each in ("errorCode", "errorDescription")), {}]
    return [*head, action, payload] if number == 2 else [*head, payload]


def _cell(row: TableRow, number: int | None) -> str:
    return row.cells[number].strip() if number is not None and number < len(row.cells) else ""


def _is_frame(text: str) -> bool:
    return BEGIN.match(text) is not None


def _is_object(text: str) -> bool:
    return isinstance(decoded(text), dict)


def _is_time(text: str) -> bool:
    return stamp_of(text) is not None


FORMAT = TraceFormat("csv", entries)
