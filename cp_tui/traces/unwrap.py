"""What collectors put around the lines of a log: taken off, and their times kept.

The time of a collector is often later than that of the program, but may have the zone that the
other one lacks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from cp_tui.traces.formats.json_records import decoded
from cp_tui.traces.lines import LINE_MAX, Line

SHARE = 0.8
"""Of the lines that are not empty: so many have to be wrapped, as banners are not."""


Unwrap = Callable[[Iterator[Line]], Iterator[Line]]
"""Takes off what one kind of collector has put around lines."""


def _by_prefix(pattern: re.Pattern[str]) -> Unwrap:
    """Take a prefix off each line; a group `time` is the time of the collector."""

    def unwrapped(lines: Iterator[Line]) -> Iterator[Line]:
        for line in lines:
            found = pattern.match(line.text)
            if found is not None:
                line.text = line.text[found.end() :]
                line.outer = found.groupdict().get("time") or line.outer
            yield line

    return unwrapped


_DOCKER_COMPOSE = re.compile(r"[\w.-]+ *\| ")
_SYSLOG = re.compile(
    r"(?P<time>[^\W\d_]{3,5}\.? +\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) "
    r"[\w.-]+ [\w./@-]+(?:\[\d+\])?: "
)
_QUOTE = re.compile(r"(?:> ?)+(?=\S)")
_MONITOR = re.compile(r"(?P<time>\d\d:\d\d:\d\d\.\d{3}) > ")
"""Of a serial line."""
_CRI = re.compile(r"(?P<time>\d{4}-\d\d-\d\dT\S+) (?:stdout|stderr) (?P<flag>[FP]) ")
_FENCE = re.compile(r"\s*(?:```|~~~)")


def _cri(lines: Iterator[Line]) -> Iterator[Line]:
    """Join the pieces that a container runtime marks as partial."""
    waiting: Line | None = None
    for line in lines:
        found = _CRI.match(line.text)
        if found is None:
            yield line
            continue
        line.text, line.outer = line.text[found.end() :], found["time"]
        if waiting is not None:
            line = _joined(waiting, line)
        waiting = line if found["flag"] == "P" else None
        if waiting is None:
            yield line
    if waiting is not None:
        yield waiting


def _joined(first: Line, second: Line) -> Line:
    if len(first.text) < LINE_MAX:
        first.text += second.text
    first.last = second.last
    return first


_TEXTS = ("log", "message", "msg", "MESSAGE")
_TIMES = ("@timestamp", "timestamp", "time", "ts", "__REALTIME_TIMESTAMP")


def _text_within(value: Any) -> str | None:
    """Give the line that a JSON object of a collector holds."""
    if isinstance(value, dict):
        for name in _TEXTS:
            if isinstance(value.get(name), str):
                return str(value[name])
    return None


def _json_objects(lines: Iterator[Line]) -> Iterator[Line]:
    """Take the line out of each object; what docker has cut at 16 KiB is joined."""
    waiting: Line | None = None
    for line in lines:
        value = decoded(line.text)
        text = _text_within(value)
        if text is None:
            continue
        line.outer = _time_of(value) or line.outer
        line.text = text.rstrip("\r\n")
        if waiting is not None:
            line = _joined(waiting, line)
        is_piece = "log" in value and "stream" in value and not text.endswith("\n")
        waiting = line if is_piece else None
        if waiting is None:
            yield line
    if waiting is not None:
        yield waiting


def _time_of(value: dict[str, Any]) -> str:
    for name in _TIMES:
        found = value.get(name)
        if name.startswith("__") and isinstance(found, str) and found.isdigit():
            return str(int(found) / 1e6)
        if isinstance(found, str | int | float):
            return str(found)
    return ""


def _entities(lines: Iterator[Line]) -> Iterator[Line]:
    for line in lines:
        if "&" in line.text:
            line.text = html.unescape(line.text)
        yield line


def _fences(lines: Iterator[Line]) -> Iterator[Line]:
    return (line for line in lines if not _FENCE.match(line.text))


def wrapper_of(lines: list[Line]) -> Unwrap | None:
    """Say what is around the lines; None: nothing that is known."""
    filled = [line.text for line in lines if line.text.strip()]
    if not filled:
        return None
    if any(_FENCE.match(text) for text in (filled[0], filled[-1])):
        return _fences
    if _share(filled, _CRI.match) >= SHARE:
        return _cri
    for pattern in (_DOCKER_COMPOSE, _SYSLOG, _QUOTE, _MONITOR):
        if _share(filled, pattern.match) >= SHARE:
            return _by_prefix(pattern)
    if filled[0].startswith("{") and _share(filled, _is_wrapped) >= SHARE:
        return _json_objects
    # Frames of a web page, with `&quot;` for each quotation mark.
    if any("[2,&quot;" in text or "[3,&quot;" in text for text in filled):
        return _entities
    return None


def _share(texts: list[str], fits: Callable[[str], object]) -> float:
    return sum(map(bool, map(fits, texts))) / len(texts)


def _is_wrapped(text: str) -> bool:
    return _text_within(decoded(text)) is not None
