"""Text from outside never reaches the terminal as a command, and never lies about its width."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len
from textual.strip import Strip
from wcwidth import wcwidth

from cp_tui.tui.text.safe_text import drawn, safe_text
from tests.tiers import tier

HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Me"})
UNIFORM = (
    range(0x3400, 0xA000),
    range(0xAC00, 0xD7A0),
    range(0xE000, 0xF900),
    range(0x17000, 0x1B000),
)
"""Ideographs, syllables, private use, Tangut: of each block all are alike."""
IN_FULL = tuple(
    code for code in range(0x20000) if not any(code in block and code % 61 for block in UNIFORM)
)
CHARACTERS = [
    chr(code)
    for plane in (
        tier(IN_FULL, deep=range(0x20000)),
        range(0x20000, 0xE0000, 97),
        range(0xE0000, sys.maxunicode, tier(61, deep=7)),
    )
    for code in plane
]
"""All of the first two planes; of large and uniform blocks, and of the rest, a sample."""


def test_no_code_point_leaves_a_control_or_an_invisible_character_behind() -> None:
    for character in CHARACTERS:
        shown = drawn(character)
        assert shown
        assert not HARMFUL & {unicodedata.category(piece) for piece in shown}, ascii(character)
        assert cell_len(shown) > 0, ascii(character)


def test_every_code_point_is_as_wide_for_a_terminal_as_for_the_screen() -> None:
    for character in CHARACTERS:
        shown = drawn(f"a{character}b")
        assert sum(map(wcwidth, shown)) == cell_len(shown), ascii(character)


def test_every_code_point_class_is_harmless_in_a_rendered_strip() -> None:
    by_class: dict[str, str] = {}
    for character in CHARACTERS:
        name = unicodedata.category(character)
        if len(by_class.setdefault(name, "")) < 300:
            by_class[name] += character
    assert len(by_class) == 30
    for text in by_class.values():
        content = safe_text(text)
        strip = Strip(content.render_segments())
        assert strip.cell_length == content.cell_length
        assert not [code for code in map(ord, strip.text) if code < 0x20 or 0x7F <= code <= 0x9F]
        assert strip.text.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Depot north", "Depot north"),
        ("\x1b]2;owned\x1b\\", "␛]2;owned␛\\"),
        ("\x9b31mred", "\\x9b31mred"),
        ("a\x00b\x07c\x7f", "a␀b␇c␡"),
        ("one\r\ntwo\tthree", "one␍␊two␉three"),
        ("gro\u202eteid", "gro\\u202eteid"),
        ("a\u200bb\u2028c\ufeffd", "a\\u200bb\\u2028c\\ufeffd"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("☎\ufe0f", "☎\\ufe0f"),
        ("Zürich Ελλάδα 東京 📦", "Zürich Ελλάδα 東京 📦"),
        ("e\u0301tat", "e\u0301tat"),
        ("\u0301x", "\\u0301x"),
        ("\U0001f1e9\U0001f1ea", "\\U0001f1e9\\U0001f1ea"),
        ("a\u115fb", "a\\u115fb"),
        ("z" + "\u0335" * 4, "z\u0335\u0335\\u0335\\u0335"),
    ],
)
def test_characters_without_a_visible_form_are_shown_by_name(text: str, shown: str) -> None:
    assert drawn(text) == shown


def test_markup_stays_text() -> None:
    assert safe_text("[/red] [@click=app.quit]tap[/]").plain == "[/red] [@click=app.quit]tap[/]"
    assert safe_text("[b]x").spans == []


def test_the_style_covers_the_whole_text_after_cleaning() -> None:
    (span,) = safe_text("a\x9bb", "$text-muted").spans
    assert (span.start, span.end, span.style) == (0, 6, "$text-muted")


@given(st.text(st.characters(codec=None)))
def test_the_width_of_cleaned_text_is_the_sum_of_its_characters(text: str) -> None:
    shown = drawn(text)
    assert cell_len(shown) == sum(map(cell_len, shown))


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert drawn(drawn(text)) == drawn(text)
