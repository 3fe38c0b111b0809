"""A frame found in a text and taken apart: where it begins, where it ends, what was cut off.

A decoder reads from the bracket on; a search for the last bracket would trip over those in texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

import msgspec

from cp_tui.ocpp.json_array import harmless, load_from
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.record import ParsedFrame, RecordKind

FRAME_MAX = 1 << 20
"""Characters of a frame that is put together from several lines."""

DEPTH_MAX = 500
"""Brackets within each other; the deepest frame needs seven."""

SHALLOW = 100
"""Of a frame that was read anew; no message is so deep."""
BEGIN = re.compile(r"\[\s*[234]\s*,")
_BEGUN = re.compile(r"\s*\[\s*[234]?\s*$")
_HEAD = re.compile(r'\[\s*([234])\s*,\s*("(?:[^"\\]|\\.)*"|-?\d+)\s*,?(?:\s*("(?:[^"\\]|\\.)*"))?')
_MARK = re.compile(r'[][{}"]')
_STRING_END = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
CUT_MARK = re.compile(r"(?: ?\[?\.\.\.\]?|…|>)\s*$")
"""How consoles and pagers show that there was more."""
_MASK = re.compile(r'\*\*\*|<redacted>|"x{3,}"|\[REDACTED\]', re.IGNORECASE)
TYPES: Mapping[str, int] = MappingProxyType({"CALL": 2, "CALLRESULT": 3, "CALLERROR": 4})
"""Name of a message type -> its number (J 4.1.3)."""
KIND_OF_TYPE: Mapping[int, RecordKind] = MappingProxyType(
    {2: RecordKind.CALL, 3: RecordKind.CALL_RESULT, 4: RecordKind.CALL_ERROR}
)
_OPENING = {"]": "[", "}": "{"}
_QUICK = msgspec.json.Decoder()


class Ending(Enum):
    """How a text with brackets ends."""

    CLOSED = "closed"
    OPEN = "open"
    """It goes on, or was cut off."""
    BROKEN = "broken"
    """A bracket closes what was not opened: nothing that follows can mend it."""


def take_apart(entry: LogEntry) -> Ending:
    """Read the frame in the text of an entry; its text becomes that of the frame alone."""
    entry.is_settled = True
    text = entry.text
    found = BEGIN.search(text)
    if found is None:
        # Printed prettily, a frame may have no more than its bracket on the first line.
        return Ending.OPEN if _BEGUN.match(text) else Ending.BROKEN
    begin = found.start()
    text = text[begin:].rstrip() if begin else text.rstrip()
    try:
        elements = _QUICK.decode(text)
        end = len(text)
    except (ValueError, RecursionError):
        try:
            elements, end = load_from(text)
            elements = without_halves(elements, text)
        except (ValueError, RecursionError):
            ending, end = ending_of(text)
            entry.text = text[:end]
            return ending if ending is not Ending.CLOSED else Ending.BROKEN
    entry.text, entry.elements = text[:end], elements
    return Ending.CLOSED


def without_halves(value: Any, text: str) -> Any:
    """Give a value without halves of surrogate pairs, which nothing can write down again."""
    return harmless(value, SHALLOW) if "\\u" in text else value


class Brackets:
    """Follows the brackets of a value that comes in pieces, each looked at once."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._is_in_string = self._is_escaped = False

    def feed(self, text: str) -> tuple[Ending, int]:
        """Take in the next piece; say whether all is closed, and where in this piece."""
        at = int(self._is_escaped and bool(text))
        self._is_escaped = False
        while True:
            if self._is_in_string:
                end = _STRING_END.match(text, at)
                if end is None:
                    self._is_escaped = (len(text) - len(text.rstrip("\\"))) % 2 == 1
                    return Ending.OPEN, len(text)
                at, self._is_in_string = end.end(), False
                if not self._waiting:
                    return Ending.CLOSED, at
            found = _MARK.search(text, at)
            if found is None:
                return Ending.OPEN, len(text)
            mark, at = found[0], found.end()
            if mark == '"':
                self._is_in_string = True
            elif mark in _OPENING:
                if not self._waiting or self._waiting.pop() != _OPENING[mark]:
                    return Ending.BROKEN, len(text)
                if not self._waiting:
                    return Ending.CLOSED, at
            elif len(self._waiting) >= DEPTH_MAX:
                return Ending.BROKEN, len(text)
            else:
                self._waiting.append(mark)


def ending_of(text: str) -> tuple[Ending, int]:
    """Say whether all brackets of a text are closed, and where it ends then."""
    return Brackets().feed(text)


def truncate(entry: LogEntry) -> None:
    """Keep what can be read at the head of a frame that was cut off."""
    entry.text = CUT_MARK.sub("", entry.text)
    found = _HEAD.match(entry.text)
    entry.is_truncated = entry.is_settled = True
    if found:
        parts = (found[2], found[3] if found[1] == "2" else None)
        try:
            told = [_QUICK.decode(each) for each in parts if each]
        except ValueError:
            return  # Its head is spoiled as well.
        entry.elements = [int(found[1]), *told]


def settle(entry: LogEntry) -> None:
    """Take the frame of an entry apart that ends with its text: one that is open was cut off."""
    if take_apart(entry) is Ending.OPEN:
        truncate(entry)


def put_together(entry: LogEntry, elements: list[Any]) -> None:
    """Give an entry the frame of a log that has its elements, and not the text of the wire."""
    entry.elements, entry.is_settled, entry.is_exact = elements, True, False
    entry.text = msgspec.json.encode(elements).decode()


def kind_of(elements: list[Any] | None) -> RecordKind:
    number = elements[0] if elements else None
    if type(number) is not int or len(elements or ()) < 2:
        return RecordKind.UNREADABLE
    return KIND_OF_TYPE.get(number, RecordKind.UNREADABLE)


def id_of(elements: list[Any]) -> str:
    """Give the message id as a text, as which it is compared."""
    found = elements[1] if len(elements) > 1 else ""
    if isinstance(found, str):
        return found
    try:
        return msgspec.json.encode(found).decode()
    except (OverflowError, RecursionError, UnicodeError):
        # Too large a number, too deep a list, no Unicode: it is no id, and none that compares.
        return ""


def action_of(elements: list[Any]) -> str:
    """Give the action of a CALL."""
    found = elements[2] if len(elements) > 2 else ""
    return found if isinstance(found, str) else ""


def parsed(elements: list[Any], action: str) -> ParsedFrame:
    """Give a frame by its parts; the action of an answer is that of its CALL."""
    number = elements[0] if elements else None
    head = (number if type(number) is int else None, id_of(elements))
    count, everything = len(elements), tuple(elements)
    match kind_of(elements):
        case RecordKind.CALL:
            payload = elements[3] if count > 3 else None
            return ParsedFrame(*head, action_of(elements), payload, elements=everything)
        case RecordKind.CALL_RESULT:
            payload = elements[2] if count > 2 else None
            return ParsedFrame(*head, action, payload, elements=everything)
        case RecordKind.CALL_ERROR:
            code, description, details = (*elements, None, None, None)[2:5]
            return ParsedFrame(
                *head,
                action,
                code=code if isinstance(code, str) else "",
                description=description if isinstance(description, str) else "",
                details=details,
                elements=everything,
            )
    return ParsedFrame(*head, elements=everything)


def is_masked(text: str) -> bool:
    """Whether values of a frame are replaced by something that stands for them."""
    # Nearly no frame is: a search without a pattern says so in no time.
    text = text.lower()
    may_be = "*" in text or '"xxx' in text or "redacted" in text
    return may_be and _MASK.search(text) is not None
