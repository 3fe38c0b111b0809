"""Which program has written a log, told by its first lines: whichever fits first.

Each test wants a frame by its own rule in one line at least, as logs begin with banners.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from cp_tui.traces.direction import DIRECTION_OF
from cp_tui.traces.documents import DocumentError, items_of
from cp_tui.traces.formats import (
    evcc,
    json_in_text,
    open_ocpp_trace,
    own,
    plain_frames,
    python_logging,
    steve,
)
from cp_tui.traces.formats.json_records import decoded
from cp_tui.traces.formats.trace_format import TraceFormat
from cp_tui.traces.frames import BEGIN
from cp_tui.traces.lines import Line, lines_of
from cp_tui.traces.opening import TraceText
from cp_tui.traces.unwrap import Wrapper, wrapper_of

LINES_MAX = 2_000
"""That are looked at."""
CHARACTERS_MAX = 4 << 20
LAYERS_MAX = 3
"""Of collectors around each other."""
ITEMS_MAX = 50
"""Of a document, that are looked at."""

FORMATS: Mapping[str, TraceFormat] = MappingProxyType(
    {
        each.FORMAT.id: each.FORMAT
        for each in (
            own,
            open_ocpp_trace,
            steve,
            evcc,
            python_logging,
            json_in_text,
            plain_frames,
        )
    }
)
"""Id -> format."""


class Recognised(Struct, frozen=True):
    """What a text is."""

    format: TraceFormat
    wrappers: tuple[Wrapper, ...] = ()


_JSON_TESTS: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("open-ocpp-trace", open_ocpp_trace.is_record),
    ("cp-tui", own.is_record),
    ("frames", plain_frames.is_frame),
)
"""Format -> whether a JSON value is a record of it; the first that fits one value."""

_FIXED_TEXTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("steve", steve.HOW.head),
    ("evcc", evcc.HOW.head),
    ("python-logging", python_logging.HOW.head),
)
"""Format -> the head of an entry with a frame."""


def recognised(text: TraceText, wanted: str | None = None) -> Recognised | None:
    """Say what a text is; None: no frame was found in any way."""
    sample = _sample(text)
    found = _document(text, sample)
    if found is None:
        found = _by_lines(sample)
    if wanted is not None:
        return Recognised(FORMATS[wanted], found.wrappers if found else ())
    return found


def _sample(text: TraceText) -> list[Line]:
    sample: list[Line] = []
    left = CHARACTERS_MAX
    with text.open() as stream:
        for line in islice(lines_of(stream), LINES_MAX):
            left -= len(line.text)
            sample.append(line)
            if left < 0:
                break
    return sample


def _document(text: TraceText, sample: list[Line]) -> Recognised | None:
    """Say what a text is that is one JSON value."""
    filled = [line.text.strip() for line in sample if line.text.strip()][:2]
    if not filled or not filled[0].startswith(("{", "[")):
        return None
    if decoded(filled[0]) is not None and len(filled) > 1:
        return None
    try:
        items = [
            (item.pattern, item.text)
            for item in islice(items_of(text.open(), frozenset({""})), ITEMS_MAX)
        ]
    except DocumentError:
        return None
    for pattern, item in items:
        id = _of_item(pattern, decoded(item))
        if id is not None:
            return Recognised(FORMATS[id])
    return None


def _of_item(pattern: str, value: Any) -> str | None:
    if pattern == "/*" and (value in (2, 3, 4) and not isinstance(value, bool)):
        return "frames"
    return next((id for id, fits in _JSON_TESTS if fits(value)), None)


def _by_lines(sample: list[Line]) -> Recognised | None:
    """Say what a text is that has an entry a line, or several lines for each."""
    wrappers: list[Wrapper] = []
    lines = sample
    for _ in range(LAYERS_MAX + 1):
        id = _json_lines(lines)
        if id is not None:
            return Recognised(FORMATS[id], tuple(wrappers))
        wrapper = wrapper_of(lines)
        if wrapper is None or len(wrappers) == LAYERS_MAX:
            break
        wrappers.append(wrapper)
        lines = list(wrapper.unwrapped(iter(lines)))
    id = _fixed_text(lines)
    return None if id is None else Recognised(FORMATS[id], tuple(wrappers))


def _json_lines(lines: list[Line]) -> str | None:
    """Say what lines of JSON are; one bad line at the end may be one that is being written."""
    filled = [line.text.strip() for line in lines if line.text.strip()]
    if not filled or not all(text.startswith(("{", "[")) for text in filled[:20]):
        return None
    values = [decoded(text) for text in filled]
    if sum(value is None for value in values[:-1]) > len(values) // 10:
        return None
    for id, fits in _JSON_TESTS:
        if any(fits(value) for value in values):
            return id
    return None


def _fixed_text(lines: list[Line]) -> str | None:
    """Say what lines of text are, by the most heads of entries that fit."""
    hits = {
        id: sum(pattern.search(line.text) is not None for line in lines)
        for id, pattern in _FIXED_TEXTS
    }
    best = max(hits, key=hits.__getitem__)
    if hits[best]:
        return best
    if any(BEGIN.search(line.text) for line in lines):
        return "json-in-text"
    return None


def actions_in(text: TraceText) -> Iterator[str]:
    """Give the actions that a log without frames speaks of."""
    words = re.compile(rf"\b(?:{'|'.join(DIRECTION_OF)})\b")
    seen: set[str] = set()
    for line in _sample(text):
        for found in words.finditer(line.text):
            if found[0] not in seen:
                seen.add(found[0])
                yield found[0]
