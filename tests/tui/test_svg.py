"""Pictures in SVG: block signs are shapes without gaps, text stands in its cells, all is there."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, TerminalTheme

from cp_tui.tui.start.screenshot import svg_of
from cp_tui.tui.svg.blocks import SHAPES
from cp_tui.tui.svg.drawing import CELL_WIDTH, LINE_HEIGHT, Drawing
from cp_tui.tui.svg.still import svg_picture
from tests.tui.driving import screen

THEME: TerminalTheme = DEFAULT_TERMINAL_THEME
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*segments: Segment) -> ET.Element:
    return ET.fromstring(f"<g>{Drawing(THEME).line(segments)}</g>")


def edges(rectangle: ET.Element) -> tuple[float, ...]:
    x, y, width, height = (float(rectangle.get(name, "")) for name in ("x", "y", "width", "height"))
    left, right = x / CELL_WIDTH, (x + width) / CELL_WIDTH
    return tuple(round(v, 2) for v in (left, y / LINE_HEIGHT, right, (y + height) / LINE_HEIGHT))


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("▂", [(0, 0.75, 1, 1)]),
        ("  ██▌", [(2, 0, 4, 1), (4, 0, 4.5, 1)]),
        ("▀▀▀", [(0, 0, 3, 0.5)]),
        ("▌▌", [(0, 0, 0.5, 1), (1, 0, 1.5, 1)]),
        ("▞", [(0.5, 0, 1, 0.5), (0, 0.5, 0.5, 1)]),
    ],
)
def test_parts_of_cells_are_rectangles_and_neighbours_are_one(
    text: str, shapes: list[tuple[float, ...]]
) -> None:
    line = drawn(Segment(text))
    assert [edges(each) for each in line.iter("rect")] == shapes
    assert list(line.iter("text")) == []


def test_text_stands_in_its_cells_beside_what_is_a_shape() -> None:
    line = drawn(Segment(" a <b> ▁ 漢c ", Style(bold=True)))
    texts = [(each.text, each.get("x"), each.get("textLength")) for each in line.iter("text")]
    assert texts == [("a\xa0<b>", "12.2", "61"), ("漢c", "109.8", "36.6")]


def test_what_lies_behind_is_drawn_once_for_neighbours_and_not_where_it_is_everywhere() -> None:
    red = Style(bgcolor="#ff0000")
    line = drawn(Segment("a", red), Segment("b", red + Style(bold=True)), Segment("c"))
    assert [edges(each) for each in line.iter("rect")] == [(0, 0, 2, 1)]
    drawing = Drawing(THEME, [[Segment("abc", red)]])
    assert drawing.background == "#ff0000"
    assert "<rect" not in drawing.line([Segment("abc", red)])
    reverse = Drawing(THEME)
    reverse.line([Segment("a", Style(color="#00ff00", bgcolor="#ff0000", reverse=True))])
    assert "fill:#00ff00" in reverse.css
    assert "fill:#ff0000" in reverse.css


def test_every_sign_of_the_block_elements_has_a_shape() -> None:
    assert set(SHAPES) == {chr(code) for code in range(0x2580, 0x25A0)}
    for shape in (each for shapes in SHAPES.values() for each in shapes):
        assert 0 <= shape.left < shape.right <= 1
        assert 0 <= shape.top < shape.bottom <= 1


def test_a_picture_is_a_document_that_needs_nothing_else() -> None:
    text = svg_picture([[Segment("a & b")], [Segment("▁▂▃")]], 10, "the <title>", THEME)
    root = ET.fromstring(text)
    assert root.findtext(f"{SVG}title") == "the <title>"
    assert [each.text for each in root.iter(f"{SVG}text")] == ["the <title>", "a\xa0&\xa0b"]
    assert "url(" not in text
    assert "<script" not in text


async def test_the_picture_of_a_screen_has_its_words_and_no_block_signs() -> None:
    async with screen() as drive:
        root = ET.fromstring(svg_of(drive.app))
    assert root.findtext(f"{SVG}title") == "cp-tui CP001"
    said = "".join(each.text or "" for each in root.iter(f"{SVG}text"))
    assert "Connectors" in said
    assert not set(said) & set(SHAPES)
