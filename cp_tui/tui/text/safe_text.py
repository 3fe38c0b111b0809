"""The gate to the screen for text that was not written in our source: CSMS, files, operators.

`ocpp.printable` says what may be shown at all. On the screen a text must not be markup either, and
each character takes the cells that the screen thinks it takes, or is shown by a picture or an
escape.
"""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len
from textual.content import Content

from cp_tui.ocpp.printable import escape, is_printable

CONTROL_PICTURES = 0x2400
"""The pictures of C0, from U+2400 (NUL) on, in the order of the controls."""

PICTURE_OF_DELETE = "\u2421"

MARKS_MAX = 2
"""Combining marks kept on one letter: languages need two, a pile of them hides other text."""

FLAGS = "\U0001f1e6", "\U0001f1ff"
"""First and last letter of flags: how many cells one takes is up to its neighbour and terminal."""

WIDE_FILLER = "\u115f"
"""Takes two cells and shows nothing."""

TAB_WIDTH = 4

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def drawn(text: str) -> str:
    """Show by something visible what a terminal could obey or hide, or counts otherwise."""
    if text.isascii() and text.isprintable():
        return text
    pieces: list[str] = []
    marks = MARKS_MAX
    for character in text:
        if unicodedata.category(character) == "Mn" and not _is_variation_selector(character):
            marks += 1
            pieces.append(character if marks <= MARKS_MAX else _named(character))
        elif _is_plain(character):
            marks = 0
            pieces.append(character)
        else:
            marks = MARKS_MAX
            pieces.append(_named(character))
    return "".join(pieces)


def drawn_lines(text: str) -> str:
    """What `drawn` does, but line breaks stay as they are meant, and tabs become blanks."""
    return "\n".join(drawn(line.expandtabs(TAB_WIDTH)) for line in _LINE_BREAK.split(text))


def safe_text(text: str, style: str = "") -> Content:
    """The cleaned text as `Content`, never markup; `style` is ours, such as `$text-muted`."""
    return Content.styled(drawn(text), style)


def _is_plain(character: str) -> bool:
    """Whether a character shows itself and takes at least one cell, on every terminal."""
    # Fillers, joiners and enclosing marks show themselves, but take no cell of their own.
    takes_cells = character != WIDE_FILLER and cell_len(character) > 0
    return is_printable(character) and takes_cells and not FLAGS[0] <= character <= FLAGS[1]


def _is_variation_selector(character: str) -> bool:
    """Whether it only changes the form, or the width, of what stands before it."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _named(character: str) -> str:
    """A visible name for a character: a control picture, else an escape as in source code."""
    code = ord(character)
    if code < 0x20:
        return chr(CONTROL_PICTURES + code)
    return PICTURE_OF_DELETE if code == 0x7F else escape(character)
