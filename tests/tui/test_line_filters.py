"""What a poor terminal is sent in the place of colours and signs."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from cp_tui.tui.theme.line_filters import ASCII_SIGNS, AsciiOnly, NoColors, ascii_text, colourless

BLACK = Color(0, 0, 0)


@given(st.text())
def test_ascii_takes_as_many_cells_as_what_it_stands_for(text: str) -> None:
    written = ascii_text(text)
    assert written.isascii()
    assert len(written) == sum(cell_len(sign) if not sign.isascii() else 1 for sign in text)


def test_every_sign_has_one_cell_and_one_that_stands_for_it() -> None:
    assert {
        sign: other
        for sign, other in ASCII_SIGNS.items()
        if cell_len(sign) != 1 or len(other) != 1 or not other.isascii()
    } == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("─━│", "-=|"), ("┌╮", "++"), ("█▓", "##"), ("Müller–Ås", "Muller-As"), ("柱", "??")],
)
def test_lines_blocks_and_letters_stay_what_they_are(text: str, expected: str) -> None:
    (segment,) = AsciiOnly().apply([Segment(text, Style(bold=True))], BLACK)
    assert segment.text == expected
    assert segment.style == Style(bold=True)


@pytest.mark.parametrize(
    ("style", "is_reverse"),
    [
        ("white on black", False),
        ("black on white", True),
        ("#ffffff on #4a4a4a", True),
        ("#ffffff on #202020", False),
        ("white on black reverse", True),
        ("black on white reverse", False),
        ("red", False),
        ("default on default", False),
    ],
)
def test_a_ground_that_stands_out_is_shown_in_reverse(style: str, is_reverse: bool) -> None:
    (segment,) = NoColors().apply([Segment("x", Style.parse(f"{style} bold"))], BLACK)
    assert segment.style is not None
    assert (segment.style.color, segment.style.bgcolor) == (None, None)
    assert bool(segment.style.reverse) is is_reverse
    assert segment.style.bold


def test_other_attributes_are_kept() -> None:
    kept = colourless(Style(bold=True, underline=True, strike=True, dim=True, color="red"))
    assert (kept.bold, kept.underline, kept.strike, kept.dim) == (True, True, True, True)
