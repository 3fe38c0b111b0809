"""One long JSON document read item by item, as exports of browsers and databases are.

Containers on the way to the items are walked through; each item is given as a text. Only one item
is in memory at a time.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Any

from msgspec import Struct

from cp_tui.traces.frames import Brackets, Ending, without_halves

CHUNK = 1 << 16
ITEM_MAX = 4 << 20
"""Characters of one item; of a longer one the rest is left out."""
_BLANK = re.compile(r"[\s\x00]*")
_DECODER = json.JSONDecoder()
_SCALAR = re.compile(r'[^\s,\]}"{\[]+')


class DocumentItem(Struct):
    """A value of a document."""

    pattern: str
    """Where it is, with `*` for each number: `/events/*`."""
    pointer: str
    line: int
    """From 1, on which it begins."""
    offset: int
    value: Any
    """None: it is no JSON, or larger than ITEM_MAX."""


class DocumentError(Exception):
    """It is no JSON document, or no longer from here on."""


class _Cursor:
    """A place in a text that is read in chunks."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._is_done = False
        self.text = ""
        self.at = 0
        self._counted = 0
        """Up to where lines and bytes of the text are counted."""
        self._line = 1
        self._offset = 0

    def fill(self) -> bool:
        """Read on; False: there is no more."""
        if self._is_done:
            return False
        self.place()
        self.text, self.at, self._counted = self.text[self.at :], 0, 0
        piece = self._stream.read(CHUNK)
        self._is_done = not piece
        self.text += self._decode(piece, not piece)
        return not self._is_done

    def place(self) -> tuple[int, int]:
        """Give line and offset in bytes."""
        passed = self.text[self._counted : self.at]
        self._line += passed.count("\n")
        self._offset += len(passed.encode("utf-8", "replace"))
        self._counted = self.at
        return self._line, self._offset

    def peek(self) -> str:
        """Give the next character that is no blank, without taking it; empty at the end."""
        while True:
            found = _BLANK.match(self.text, self.at)
            assert found
            self.at = found.end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.fill():
                return ""

    def value(self) -> Any:
        """Take the value that begins here and read it."""
        self.peek()
        try:
            found, end = _DECODER.raw_decode(self.text, self.at)
        except (ValueError, RecursionError):
            text, is_cut = self.capture(ITEM_MAX)
            return None if is_cut else _read(text)
        if end == len(self.text) and isinstance(found, int | float):
            return _read(self.capture(ITEM_MAX)[0])  # There may be further digits.
        found = without_halves(found, self.text[self.at : end])
        self.at = end
        return found

    def capture(self, most: int) -> tuple[str, bool]:
        """Take the value that begins here; gives its text, and whether it was cut."""
        if self.peek() not in '[{"':
            return self._scalar(), False
        brackets, size = Brackets(), 0
        parts: list[str] = []
        while True:
            piece = self.text[self.at :]
            ending, end = brackets.feed(piece)
            if ending is Ending.BROKEN:
                raise DocumentError
            if size < most:
                parts.append(piece[:end])
            size += end
            self.at += end
            if ending is Ending.CLOSED:
                return "".join(parts), size > most
            if not self.fill():
                return "".join(parts), True

    def _scalar(self) -> str:
        parts = []
        while found := _SCALAR.match(self.text, self.at):
            parts.append(found[0])
            self.at = found.end()
            if self.at < len(self.text) or not self.fill():
                break
        if not parts:
            raise DocumentError
        return "".join(parts)


def _read(text: str) -> Any:
    try:
        return without_halves(_DECODER.decode(text), text)
    except (ValueError, RecursionError):
        return None


def items_of(
    stream: IO[bytes], through: frozenset[str], skip: frozenset[str] = frozenset()
) -> Iterator[DocumentItem]:
    """Give the items of a document; `through` are the patterns of what is walked through.

    A document that ends too early, as one that is still being written does, gives what is there.

    Raises:
        DocumentError: it is none.
    """
    with stream:
        yield from _walk(_Cursor(stream), "", "", through, skip)


def _walk(
    cursor: _Cursor, pattern: str, pointer: str, through: frozenset[str], skip: frozenset[str]
) -> Iterator[DocumentItem]:
    first = cursor.peek()
    if pattern not in through or first not in ("{", "["):
        line, offset = cursor.place()
        if pattern in skip:
            cursor.capture(0)
        else:
            yield DocumentItem(pattern, pointer, line, offset, cursor.value())
        return
    cursor.at += 1
    is_object = first == "{"
    closing = "}" if is_object else "]"
    number = 0
    while (mark := cursor.peek()) not in ("", closing):
        if mark == "," and number:
            cursor.at += 1
            if cursor.peek() in ("", closing):
                continue
        name = _name(cursor) if is_object else str(number)
        number += 1
        step = name if is_object else "*"
        yield from _walk(cursor, f"{pattern}/{step}", f"{pointer}/{name}", through, skip)
    cursor.at += bool(mark)


def _name(cursor: _Cursor) -> str:
    if cursor.peek() != '"':
        raise DocumentError
    text, _ = cursor.capture(1000)
    if cursor.peek() != ":":
        raise DocumentError
    cursor.at += 1
    return text[1:-1]
