"""How cells look, as codes for a terminal, and the shortest way from one look to another.

A terminal goes on writing as it was told last: only what is different has to be said. Rich would
say all of it for each piece of text and take it back behind it, which is most of what a screen in
24-bit colour sends. Which colours there are is no question here: the filters of the lines have
answered it (line_filters.py).
"""

from __future__ import annotations

from typing import NamedTuple

from rich.color import Color
from rich.style import Style

PENS_MAX = 4_096
"""More looks than this are no screen of ours; all are worked out anew then."""

CODES = {
    "bold": "1",
    "dim": "2",
    "italic": "3",
    "underline": "4",
    "blink": "5",
    "blink2": "6",
    "reverse": "7",
    "conceal": "8",
    "strike": "9",
    "underline2": "21",
    "frame": "51",
    "encircle": "52",
    "overline": "53",
}
"""Attributes of a style, and their codes of SGR (ECMA-48)."""

OFF = {
    **{"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28"},
    **{"9": "29", "21": "24", "51": "54", "52": "54", "53": "55"},
}
"""What takes an attribute back, and others with it."""

SEEN_ON_BLANKS = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""What shows where nothing is written."""
REVERSE = frozenset({"7"})
DEFAULT_FOREGROUND, DEFAULT_BACKGROUND = "39", "49"


class Pen(NamedTuple):
    """How a cell is written: codes of SGR."""

    attributes: frozenset[str] = frozenset()
    foreground: str = DEFAULT_FOREGROUND
    background: str = DEFAULT_BACKGROUND


PLAIN = Pen()
"""What a terminal writes with after a reset."""


class Pens:
    """The pens of the styles that are in use; the same pen is the same object."""

    def __init__(self) -> None:
        self._pens: dict[Pen, Pen] = {PLAIN: PLAIN}
        self._of_styles: dict[Style, tuple[Pen, Pen]] = {}
        self._ways: dict[tuple[Pen, Pen], str] = {}

    def of(self, style: Style | None) -> tuple[Pen, Pen]:
        """Give the pen of a style, and that of its blanks, for which less makes a difference."""
        if style is None:
            return PLAIN, PLAIN
        found = self._of_styles.get(style)
        if found is None:
            if len(self._of_styles) >= PENS_MAX:
                self._of_styles.clear()
            found = self._of_styles[style] = self._made(style)
        return found

    def way(self, before: Pen | None, after: Pen) -> str:
        """Give the shortest sequence from one pen to another; None: it is not known which it is."""
        if before == after:
            return ""
        if before is None:
            return _anew(after)
        found = self._ways.get((before, after))
        if found is None:
            if len(self._ways) >= PENS_MAX:
                self._ways.clear()
            found = self._ways[before, after] = min(_onward(before, after), _anew(after), key=len)
        return found

    def _made(self, style: Style) -> tuple[Pen, Pen]:
        attributes = frozenset(code for name, code in CODES.items() if getattr(style, name))
        foreground = self._code(style.color, True) or DEFAULT_FOREGROUND
        background = self._code(style.bgcolor, False) or DEFAULT_BACKGROUND
        pen = Pen(attributes, foreground, background)
        blank = pen if attributes & SEEN_ON_BLANKS else Pen(background=background)
        return self._pens.setdefault(pen, pen), self._pens.setdefault(blank, blank)

    @staticmethod
    def _code(color: Color | None, is_foreground: bool) -> str:
        if color is None:
            return ""
        return ";".join(color.get_ansi_codes(is_foreground))


def is_background(foreground: str, background: str) -> bool:
    """Whether two codes of 256 colours or of 24 bits name the same colour, before and behind."""
    return background.startswith("48;") and foreground == f"38;{background[3:]}"


def _anew(pen: Pen) -> str:
    colours = [
        *([pen.foreground] if pen.foreground != DEFAULT_FOREGROUND else []),
        *([pen.background] if pen.background != DEFAULT_BACKGROUND else []),
    ]
    return f"\x1b[{';'.join(['', *sorted(pen.attributes), *colours])}m"


def _onward(before: Pen, after: Pen) -> str:
    off = {OFF[code] for code in before.attributes - after.attributes}
    new = (code for code in after.attributes if code not in before.attributes or OFF[code] in off)
    codes = [*sorted(off), *sorted(new)]
    codes += [after.foreground] if before.foreground != after.foreground else []
    codes += [after.background] if before.background != after.background else []
    return f"\x1b[{';'.join(codes)}m"
