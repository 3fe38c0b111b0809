"""The last thing before a line goes to the terminal: without colours, or in ASCII alone.

What is drawn stays as it is; here it becomes what a poor terminal can show.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

STYLES_MAX = 1024
TEXTS_MAX = 4096

LIGHT, DARK = Color(255, 255, 255), Color(0, 0, 0)
"""Text and ground where a style says nothing."""

RAISED = 0.25
"""A ground of this brightness stands for a selection; in the theme `mono` the others are darker."""

SIGNS = "─━│┃·…×→←↑↓▶▼▲●○◉◌◐◒◇◆■▌░▒▁▂▃▄▅▆✓✗≤≥–—“”‘’\N{NO-BREAK SPACE}"
ASCII = "-=||-~x><^v>v^*o@.%%o##>::__--==+x<>--\"\"'' "
ASCII_SIGNS = dict(zip(SIGNS, ASCII, strict=True))
"""Signs that mean something; each takes one cell before and after."""

BOX_DRAWING = range(0x2500, 0x2580)
BLOCK_ELEMENTS = range(0x2580, 0x25A0)


class NoColors(LineFilter):
    """Sends no colour: a ground that stands out, such as that of a cursor, is shown in reverse."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Take the colours out of a line."""
        return [
            Segment(text, style and colourless(style), control) for text, style, control in segments
        ]


class AsciiOnly(LineFilter):
    """Sends nothing above 0x7E: other signs become similar ones, as wide as they were."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Write a line in ASCII."""
        return [Segment(ascii_text(text), style, control) for text, style, control in segments]


@lru_cache(STYLES_MAX)
def colourless(style: Style) -> Style:
    """The attributes of a style; reverse where the ground stands out."""
    ground = (style.color, LIGHT) if style.reverse else (style.bgcolor, DARK)
    return style.without_color + Style(reverse=_brightness(*ground) > RAISED)


@lru_cache(TEXTS_MAX)
def ascii_text(text: str) -> str:
    """A text in ASCII, cell by cell."""
    return text if text.isascii() else "".join(map(_ascii, text))


def _ascii(character: str) -> str:
    if character.isascii():
        return character
    if (sign := ASCII_SIGNS.get(character)) is not None:
        return sign
    if ord(character) in BOX_DRAWING:
        return "+"
    if ord(character) in BLOCK_ELEMENTS:
        return "#"
    width = cell_len(character)
    # A letter with an accent is still the letter.
    letter = unicodedata.normalize("NFKD", character)[:1]
    return letter if letter.isascii() and letter.isprintable() and width == 1 else "?" * width


def _brightness(color: RichColor | None, otherwise: Color) -> float:
    if color is None or color.is_default:
        return otherwise.brightness
    # Also for the sixteen colours, whose brightness is up to the terminal; this is the usual one.
    return Color(*color.get_truecolor()).brightness
