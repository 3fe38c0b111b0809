"""A line of `Content` as it is painted."""

from __future__ import annotations

from rich.segment import Segment
from textual.content import Content
from textual.markup import parse_style
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from cp_tui.tui.text.units import cut


def painted(
    widget: Widget,
    line: Content,
    width: int,
    base: Style | None = None,
    variables: dict[str, str] | None = None,
) -> Strip:
    """The line in the colours of the widget, or in those of `base`, cut or padded to `width`.

    Names of colours are those of the theme in use, unless other `variables` are given.
    """
    base = base or widget.visual_style

    def parse(style: str | Style) -> Style:
        if isinstance(style, Style):
            return style
        # The parser of styles takes those of the theme in use, whatever it is given.
        return Style.parse(style) if variables is None else parse_style(style, variables)

    if line.cell_length > width:
        line = cut(line, width)
    pieces = line.render(base, end="", parse_style=parse)
    segments = [Segment(text, style.rich_style) for text, style in pieces]
    return Strip(segments).adjust_cell_length(width, base.rich_style)
