"""The lines of a text, each with its place and none longer than fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from msgspec import Struct

LINE_MAX = 1 << 20
"""Bytes of a line that are kept; the longest frames in the field have some 20,000."""

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Line(Struct, gc=False):
    """One line of a log, or several that a collector had parted."""

    number: int
    last: int
    offset: int
    """In bytes from the begin of the text."""
    text: str
    outer: str = ""
    """The time that a collector has put before it."""
    is_cut: bool = False
    """Longer than LINE_MAX; the rest is left out."""


def lines_of(stream: IO[bytes], cut: list[int] | None = None) -> Iterator[Line]:
    """Give the lines of a text without colour codes and NUL bytes, from its first.

    `cut` gets the numbers of those that are too long.
    """
    number = offset = 0
    while piece := stream.readline(LINE_MAX):
        number += 1
        at = offset
        offset += len(piece)
        is_cut = len(piece) == LINE_MAX and not piece.endswith(b"\n")
        if is_cut:
            if cut is not None:
                cut.append(number)
            while (rest := stream.readline(LINE_MAX)) and not rest.endswith(b"\n"):
                offset += len(rest)
            offset += len(rest)
        text = piece.decode("utf-8", "replace").rstrip("\r\n")
        if "\x1b" in text:
            text = _COLOUR.sub("", text)
        if "\0" in text:
            text = text.replace("\0", "")
        yield Line(number, number, at, text, "", is_cut)
