"""Logs that have an entry a line, the frame behind a head that a pattern describes.

A frame may go on over further lines, where a charge point has printed it prettily: until its
brackets are closed, or until another entry begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from cp_tui.traces.entry import LogEntry, entry_at
from cp_tui.traces.formats.trace_format import LogSource
from cp_tui.traces.frames import CUT_MARK, FRAME_MAX, Brackets, Ending, take_apart, truncate
from cp_tui.traces.lines import Line
from cp_tui.traces.record import FrameDirection, LinkEvent, LinkKind
from cp_tui.traces.times import FIND


class LinkWords(Struct, frozen=True):
    """Words of an entry that tell of the connection; groups: code, reason, id."""

    pattern: re.Pattern[str]
    event: LinkKind
    direction: FrameDirection | None = None


class LineFormat(Struct, frozen=True):
    """How a program writes an entry."""

    head: re.Pattern[str]
    """Ends where the frame begins; groups: time, id, connection, way, others are extras.
    Without a group for it, the time is the first one in the line."""
    ways: Mapping[str, FrameDirection] = MappingProxyType({})
    """What the words of the group `way` mean; empty: the file decides by vote."""
    begin: re.Pattern[str] | None = None
    """How any entry begins; None: with a time."""
    links: tuple[LinkWords, ...] = ()
    link_head: re.Pattern[str] | None = None
    """What stands before the words of a link event; the same groups as in `head`."""
    is_placed: bool = True
    """Whether what stands behind the head is a frame even where it cannot be read."""
    is_below: bool = False
    """Whether the frame begins on the line after the head."""
    prepare: Callable[[str], str] | None = None
    """Undoes what the program does to the text of a frame."""


ANY_BEGIN = re.compile(
    r"\W{0,3}(?:\w+ *\W{0,3})?\s?(?:\d{4}[-/]\d\d?[-/]\d\d?|\d\d?[./:]\d\d?[./:]\d\d)"
)


class Growing:
    """A frame whose end has not come yet."""

    def __init__(self, entry: LogEntry) -> None:
        self.entry = entry
        self._parts = [entry.text]
        self._size = len(entry.text)
        self._brackets = Brackets()
        self._brackets.feed(entry.text)

    def go_on(self, text: str, line: Line) -> bool:
        """Take in what follows, and say whether the frame has come to an end."""
        self.entry.last_line = line.last
        if self._size > FRAME_MAX:
            return False
        self._parts.append(text)
        self._size += len(text)
        if self._brackets.feed(text)[0] is Ending.OPEN:
            return False
        self.entry.text = "".join(self._parts)
        take_apart(self.entry)
        return True

    def given_up(self) -> LogEntry:
        """Give what there is: another entry has begun before the end came."""
        self.entry.text = "".join(self._parts)
        truncate(self.entry)
        return self.entry


def entries_by_line(recording: LogSource, how: LineFormat) -> Iterator[LogEntry]:
    """Find the entries of a log."""
    begin = how.begin or ANY_BEGIN
    growing: Growing | None = None
    for line in recording.lines():
        found = how.head.search(line.text)
        if growing is not None:
            if found is None and not begin.match(line.text):
                if growing.go_on(f"\n{line.text}", line):
                    yield growing.entry
                    growing = None
                continue
            yield growing.given_up()
            growing = None
        if found is None:
            if how.links and (event := link_of(line, how)):
                yield event
            continue
        entry = _begun(line, found, how)
        if not (how.is_below and not entry.text.strip()) and _is_over(entry, line):
            yield entry
        else:
            growing = Growing(entry)
    if growing is not None:
        yield growing.given_up()


def _begun(line: Line, found: re.Match[str], how: LineFormat) -> LogEntry:
    entry = entry_at(line)
    entry.is_placed = how.is_placed
    fill(entry, found, how.ways)
    _find_time(entry, line.text[: found.end()])
    text = line.text[found.end() :]
    entry.text = how.prepare(text) if how.prepare else text
    return entry


def _is_over(entry: LogEntry, line: Line) -> bool:
    """Say whether a frame has its end on the line where it begins, or can never have one."""
    text = entry.text
    if take_apart(entry) is not Ending.OPEN:
        return True
    if line.is_cut or CUT_MARK.search(text):
        truncate(entry)
        return True
    return False


def _find_time(entry: LogEntry, text: str) -> None:
    if not entry.time and (time := FIND.search(text)):
        entry.time = time[0]


def fill(entry: LogEntry, found: re.Match[str], ways: Mapping[str, FrameDirection]) -> None:
    """Take what the groups of a pattern have found."""
    extra: dict[str, str] = {}
    for name, value in found.groupdict().items():
        if value is None:
            continue
        match name:
            case "time":
                entry.time = value
            case "id":
                entry.charger = value.strip() or None
            case "connection":
                entry.connection = value
            case "way":
                if ways:
                    entry.direction = ways.get(value)
                else:
                    entry.token = value
            case _:
                extra[name] = value
    if extra:
        entry.extra = extra


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r"}


def unquoted(text: str) -> str:
    """Undo the backslashes of a text that was put into quotes."""
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), text)


def link_of(line: Line, how: LineFormat) -> LogEntry | None:
    """Read a line that tells of the connection."""
    for words in how.links:
        found = words.pattern.search(line.text)
        if found is None:
            continue
        entry = entry_at(line)
        if how.link_head and (head := how.link_head.search(line.text)):
            fill(entry, head, how.ways)
        told = found.groupdict()
        code = told.pop("code", None)
        entry.link = LinkEvent(
            words.event,
            code=int(code) if code else None,
            reason=(told.pop("reason", None) or "")[:200],
        )
        if told.get("id"):
            entry.charger = told["id"]
        if told.get("time"):
            entry.time = told["time"]
        entry.direction = words.direction
        _find_time(entry, line.text)
        return entry
    return None
