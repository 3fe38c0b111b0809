"""Logs of any program that prints frames: what stands before one says who, when and which way.

Nothing is known of such a log but that there are frames in it, bare, in quotes, or in the text of
a JSON object, and perhaps cut into pieces of a fixed width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from cp_tui.traces.direction import token_of
from cp_tui.traces.entry import LogEntry, entry_at
from cp_tui.traces.formats.by_line import ANY_BEGIN, Growing, unquoted
from cp_tui.traces.formats.json_records import decoded
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import BEGIN, CUT_MARK, Ending, settle, take_apart, truncate
from cp_tui.traces.lines import Line
from cp_tui.traces.naming import HeadedFrame, headed, naming_place, words_before
from cp_tui.traces.times import FIND

QUOTED = re.compile(r'\[\s*[234]\s*,\s*\\+"')
OBJECT = re.compile(r'\{\s*"')
_ARROW = re.compile(r"(?:<?[-=]{1,3}>|<[-=]{1,3}|>>?|<<?|[➡⬅]\ufe0f?)$")
_WORD = re.compile(r"\w{1,30}\s?:?$")
NAMING_LINES_MAX = 20_000
"""From which it is told where a line names the charge point."""
DEPTH_MAX = 4
"""Objects and texts within each other, that are looked into."""


def entries(recording: LogSource) -> Iterator[LogEntry]:
    """Find the frames of a log."""
    growing: Growing | None = None
    prefix = ""
    named_at = naming_place(_headed(recording))
    for line in recording.lines():
        if growing is not None:
            rest = _continuation(line.text, prefix)
            if rest is not None:
                if growing.go_on(rest, line):
                    yield growing.entry
                    growing = None
                continue
            yield growing.given_up()
            growing = None
        begin = BEGIN.search(line.text)
        if begin is None:
            continue
        inner = _within_object(line.text, begin.start())
        if inner is not None:
            yield _inside(line, *inner)
            continue
        entry = _begun(line, begin.start())
        if named_at is not None:
            words = words_before(line.text[: begin.start()])
            entry.charger = words[named_at] if named_at < len(words) else None
        if take_apart(entry) is not Ending.OPEN:
            yield entry
        elif line.is_cut or CUT_MARK.search(line.text):
            truncate(entry)
            yield entry
        else:
            growing, prefix = Growing(entry), _prefix(line.text[: begin.start()])
    if growing is not None:
        yield growing.given_up()


def _headed(recording: LogSource) -> Iterator[HeadedFrame]:
    """Give the frames of a log with what stands before them, as far as lines begin with one."""
    for line in islice(recording.lines(), NAMING_LINES_MAX):
        begin = BEGIN.search(line.text)
        if begin is not None:
            frame = headed(line.text[: begin.start()], line.text[begin.start() :])
            if frame is not None:
                yield frame


def _begun(line: Line, at: int) -> LogEntry:
    entry = entry_at(line)
    entry.is_placed = False
    head = line.text[:at]
    entry.token = token_of(head)
    if time := FIND.search(head):
        entry.time = time[0]
    text = line.text[at:]
    entry.text = unquoted(text) if QUOTED.match(text) else text
    return entry


def _prefix(head: str) -> str:
    """Give what the pieces of one frame begin with alike: the head without its arrow."""
    head = head.rstrip(' "')
    without_arrow = _ARROW.sub("", head)
    return (without_arrow if without_arrow != head else _WORD.sub("", head)).rstrip()


def _continuation(text: str, prefix: str) -> str | None:
    """Give what a line adds to a frame that is open; None: it is something else."""
    stripped = prefix.strip()
    if stripped:
        # A line of the same place of the program, at the same time.
        return text[len(prefix) :] if text.startswith(prefix) else _bare(text)
    return _bare(text)


def _bare(text: str) -> str | None:
    """Take a line that has no head at all, as charge points that print prettily have them."""
    if ANY_BEGIN.match(text) or (BEGIN.match(text.lstrip()) is not None):
        return None
    return f"\n{text}"


def _within_object(text: str, at: int) -> tuple[str, str, dict[str, Any]] | None:
    """Find a frame in a text of a JSON object that stands in a line before a place.

    Gives the frame, the name of its field and the object around it.
    """
    found = OBJECT.search(text, 0, at)
    if found is None or not text.rstrip().endswith("}"):
        return None
    value = decoded(text[found.start() :].rstrip())
    return _in(value, DEPTH_MAX) if isinstance(value, dict) else None


def _in(value: dict[str, Any], depth: int) -> tuple[str, str, dict[str, Any]] | None:
    for name, each in value.items():
        if isinstance(each, str) and BEGIN.match(each.lstrip()):
            return each, name, value
        inner = decoded(each) if isinstance(each, str) and each.startswith("{") else each
        if isinstance(inner, dict) and depth and (found := _in(inner, depth - 1)):
            return found
    return None


def _inside(line: Line, frame: str, name: str, around: dict[str, Any]) -> LogEntry:
    entry = entry_at(line)
    entry.is_placed = False
    entry.text = frame
    entry.token = token_of(name) or token_of(str(around.get("direction") or ""))
    times = (around.get(each) for each in ("ts", "timestamp", "time", "@timestamp"))
    inner = next((each for each in times if isinstance(each, str)), "")
    before = FIND.search(line.text)
    entry.time = inner or (before[0] if before else "")
    if inner and before and not entry.outer and line.text.find(inner) != before.start():
        entry.outer = before[0]
    settle(entry)
    return entry


FORMAT = TraceFormat("json-in-text", entries, is_logged=True)
