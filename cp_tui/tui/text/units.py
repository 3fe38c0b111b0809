"""A value stays with its unit, wherever a line is broken or cut off. Pure."""

from __future__ import annotations

import re

from textual.content import Content

ELLIPSIS = "…"

_UNIT = r"(?:(?:[kM]?Wh?|m?A|m?V|VA|k?varh?|ms|s|min|h|d|days?|[kKMG]?i?B|bytes?|phases?|ph)\b|%)"
NUMBER_AND_UNIT = re.compile(
    rf"(?<=\d) (?={_UNIT})"
    # And between the paper and the section of a rule: S 3.13, JE 3.10, T TC_003.
    r"|(?<=\b[SEJWT]) (?=[A-Z]*\d|TC_)|(?<=\bJE) (?=\d)"
)
"""The blank between a number and its unit, and within the name of a rule: no line breaks there."""

_VALUE = re.compile(rf"(?<![\w.,])[+-]?\d[\d.,]*(?: {_UNIT})+")


def cut(text: Content, width: int) -> Content:
    """The text in so many cells, with an ellipsis where it was longer.

    What is left of a value could be taken for another one (`11.04 kW`, `1`, `11 k`): it goes as a
    whole, unless nothing stands before it.
    """
    if text.cell_length <= width:
        return text
    if width < 1:
        return Content("")
    end = kept(text.plain, len(text.truncate(width - 1).plain))
    return text.truncate(width - 1)[:end].append(ELLIPSIS)


def kept(text: str, end: int) -> int:
    """How much of a text is kept where no more than its first `end` characters can be."""
    for value in _VALUE.finditer(text):
        if value.start() < end < value.end():
            return len(text[: value.start()].rstrip()) or end
        if value.start() >= end:
            break
    return end
