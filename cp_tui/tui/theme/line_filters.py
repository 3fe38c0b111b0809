"""The last thing before a line goes to the terminal: in few colours, in none, or in ASCII alone.

What is drawn stays as it is; here it becomes what a poor terminal can show.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color as RichColor, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from cp_tui.tui.theme.colors import Colors
from cp_tui.tui.theme.palette import Palette, Rgb, palette_of_16, palette_of_256

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


class FewColors(LineFilter):
    """Sends no colours but those of a palette, each pair as legible as it was."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._style = lru_cache(STYLES_MAX)(self._in_palette)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give each segment colours that there are."""
        ground = background.rgb
        return [
            Segment(text, style and self._style(style, ground), control)
            for text, style, control in segments
        ]

    def _in_palette(self, style: Style, behind: Rgb) -> Style:
        """The colours of a terminal that have a name stay, and so does what has no colour."""
        ink, ground = _rgb(style.color), _rgb(style.bgcolor)
        if style.reverse:
            ink, ground = ground, ink
        shown_ink = shown_ground = None
        if ink is not None:
            shown_ink, shown_ground = self._palette.pair(ink, ground or behind)
        if ground is None:
            shown_ground = None
        elif shown_ground is None:
            shown_ground = self._palette.nearest(ground)
        if style.reverse:
            shown_ink, shown_ground = shown_ground, shown_ink
        return style + Style.from_color(_numbered(shown_ink), _numbered(shown_ground))


def few_colors(colors: Colors) -> list[LineFilter]:
    """What a line has to pass where a terminal has some colours, but not all."""
    palettes = {Colors.SIXTEEN: palette_of_16, Colors.PALETTE: palette_of_256}
    return [FewColors(palettes[colors]())] if colors in palettes else []


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


def _rgb(color: RichColor | None) -> Rgb | None:
    """The parts of a 24-bit colour."""
    if color is None or color.type is not ColorType.TRUECOLOR or color.triplet is None:
        return None
    return color.triplet.red, color.triplet.green, color.triplet.blue


def _numbered(number: int | None) -> RichColor | None:
    return None if number is None else RichColor.from_ansi(number)


def _brightness(color: RichColor | None, otherwise: Color) -> float:
    if color is None or color.is_default:
        return otherwise.brightness
    # Also for the sixteen colours, whose brightness is up to the terminal; this is the usual one.
    return Color(*color.get_truecolor()).brightness
