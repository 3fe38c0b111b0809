"""How many colours a terminal is sent, and which: as its environment says, or as was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from rich.color import Color as RichColor, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from cp_tui.cli import parser
from cp_tui.settings.model import ScreenColors
from cp_tui.tui.theme.colors import AUTO, Colors, TerminalColors, terminal_colors
from cp_tui.tui.theme.line_filters import FewColors, few_colors
from cp_tui.tui.theme.palette import (
    Palette,
    Rgb,
    contrast,
    difference,
    luminance,
    oklab,
    palette_of_16,
    palette_of_256,
    rgb_of,
)
from tests.tui.driving import screen

BLACK = Color(0, 0, 0)

RGB = st.tuples(*[st.integers(0, 255)] * 3)
PALETTES = st.sampled_from([palette_of_16(), palette_of_256()])
ALWAYS_THERE = 4.5
"""On any ground black or white has at least this contrast (WCAG 2)."""


def ratio(one: Rgb, other: Rgb) -> float:
    return contrast(luminance(one), luminance(other))


@pytest.mark.parametrize(
    ("environment", "asked", "expected"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, None, Colors.TRUE),
        ({"TERM": "screen", "COLORTERM": "24bit"}, None, Colors.TRUE),
        ({"TERM": "xterm-256color"}, None, Colors.PALETTE),
        ({"TERM": "tmux-256color", "COLORTERM": "yes"}, None, Colors.PALETTE),
        ({"TERM": "xterm-kitty"}, None, Colors.TRUE),
        ({"TERM": "alacritty"}, None, Colors.TRUE),
        ({"TERM": "xterm-direct"}, None, Colors.TRUE),
        ({"TERM": "xterm"}, None, Colors.SIXTEEN),
        ({"TERM": "linux"}, None, Colors.SIXTEEN),
        ({}, None, Colors.SIXTEEN),
        ({"COLORTERM": "truecolor", "NO_COLOR": ""}, None, Colors.NONE),
        ({"COLORTERM": "truecolor", "NO_COLOR": ""}, "16", Colors.SIXTEEN),
        ({"TERM": "linux"}, "truecolor", Colors.TRUE),
        ({"TERM": "linux"}, AUTO, Colors.SIXTEEN),
        ({"TERM": "xterm-kitty"}, "none", Colors.NONE),
    ],
)
def test_what_was_asked_for_comes_first_then_no_color_then_colorterm_then_term(
    environment: dict[str, str], asked: str | None, expected: Colors
) -> None:
    assert terminal_colors(environment, asked).colors is expected


def test_it_is_said_who_says_so() -> None:
    assert terminal_colors({"TERM": "tmux-256color"}, None) == TerminalColors(
        Colors.PALETTE, "TERM is tmux-256color, and COLORTERM says nothing of 24 bits"
    )
    assert "NO_COLOR" in terminal_colors({"NO_COLOR": "1"}, None).why
    assert "--colors" in terminal_colors({"NO_COLOR": "1"}, "256").why


def test_option_setting_and_screen_know_the_same_words() -> None:
    assert set(parser.COLORS) == {*ScreenColors} == {AUTO, *(each.value for each in Colors)}


def test_the_numbers_stand_for_the_colours_of_xterm() -> None:
    steps = (0, 95, 135, 175, 215, 255)
    cube = [(red, green, blue) for red in steps for green in steps for blue in steps]
    greys = [(8 + 10 * step,) * 3 for step in range(24)]
    assert [rgb_of(number) for number in range(16, 256)] == [*cube, *greys]


@given(PALETTES, st.data())
def test_a_colour_that_there_is_stays_what_it_is(palette: Palette, data: st.DataObject) -> None:
    ink, ground = (data.draw(st.sampled_from(palette.entries)) for _ in range(2))
    assert palette.pair(ink.rgb, ground.rgb) == (ink.number, ground.number)


@given(RGB)
def test_no_other_colour_looks_more_alike(rgb: Rgb) -> None:
    palette = palette_of_256()
    found = difference(oklab(rgb_of(palette.nearest(rgb))), oklab(rgb))
    assert all(difference(entry.lab, oklab(rgb)) >= found for entry in palette.entries)


@given(PALETTES, RGB, RGB)
def test_what_could_be_read_can_be_read(palette: Palette, ink: Rgb, ground: Rgb) -> None:
    shown = tuple(map(rgb_of, palette.pair(ink, ground)))
    least = min(ratio(ink, ground), palette.contrast_kept)
    most = max(contrast(entry.luminance, luminance(shown[1])) for entry in palette.entries)
    assert ratio(*shown) >= min(least, most)
    assert ratio(*shown) >= min(least, ALWAYS_THERE)
    assert palette.pair(ink, ground)[1] == palette.nearest(ground)


@given(st.sampled_from(Colors), RGB, RGB, st.booleans())
def test_a_line_has_only_colours_that_the_terminal_has(
    colors: Colors, ink: Rgb, ground: Rgb, is_reverse: bool
) -> None:
    style = Style(
        color=RichColor.from_rgb(*ink), bgcolor=RichColor.from_rgb(*ground), reverse=is_reverse
    )
    line = [Segment("x", style), Segment("y"), Segment("z", Style(color="red"))]
    for each in few_colors(colors):
        line = each.apply(line, BLACK)
    shown = line[0].style
    assert shown is not None
    assert shown.color is not None
    assert shown.bgcolor is not None
    kinds = {
        Colors.PALETTE: ColorType.EIGHT_BIT,
        Colors.SIXTEEN: ColorType.STANDARD,
    }
    expected = kinds.get(colors, ColorType.TRUECOLOR)
    assert (shown.color.type, shown.bgcolor.type) == (expected, expected)
    assert shown.reverse is is_reverse
    assert line[1:] == [Segment("y"), Segment("z", Style(color="red"))]


@pytest.mark.parametrize(
    ("rgb", "ground", "number"),
    [
        ((17, 22, 28), (17, 22, 28), 0),
        ((213, 220, 228), (17, 22, 28), 7),
        ((118, 211, 154), (17, 22, 28), 10),
        ((255, 145, 137), (17, 22, 28), 9),
        ((23, 107, 60), (250, 250, 247), 2),
        ((173, 31, 38), (250, 250, 247), 1),
        ((29, 38, 48), (250, 250, 247), 0),
    ],
)
def test_of_sixteen_colours_grey_stays_grey_and_green_green(
    rgb: Rgb, ground: Rgb, number: int
) -> None:
    assert palette_of_16().pair(rgb, ground)[0] == number


def test_in_reverse_the_colour_of_the_text_is_the_ground() -> None:
    style = Style(color="#11161c", bgcolor="#0d1118", reverse=True)
    plain = Style(color="#0d1118", bgcolor="#11161c")
    palette = FewColors(palette_of_256())
    (reverse,), (other,) = (palette.apply([Segment("x", s)], BLACK) for s in (style, plain))
    assert reverse.style is not None
    assert other.style is not None
    assert (reverse.style.color, reverse.style.bgcolor) == (other.style.bgcolor, other.style.color)


@pytest.mark.parametrize(
    ("colors", "kinds", "expected"),
    [
        (Colors.TRUE, {ColorType.TRUECOLOR}, {"#11161c", "#1b3750"}),
        (Colors.PALETTE, {ColorType.EIGHT_BIT}, {"color(233)", "color(17)"}),
        (Colors.SIXTEEN, {ColorType.STANDARD}, {"color(0)"}),
        (Colors.NONE, set(), {"none"}),
    ],
)
async def test_a_screen_is_painted_in_the_colours_of_its_terminal(
    colors: Colors, kinds: set[ColorType], expected: set[str]
) -> None:
    async with screen(colors=TerminalColors(colors, "it is tried")) as drive:
        grounds, found = set[str](), set[ColorType]()
        for segment in (each for strip in drive.strips() for each in strip):
            style = segment.style or Style.null()
            found |= {color.type for color in (style.color, style.bgcolor) if color is not None}
            grounds.add(style.bgcolor.name if style.bgcolor else "none")
        assert found == kinds
        # Behind most of it, and behind the row with the cursor.
        assert expected <= grounds
