"""A line of `Content` as it is painted, and which of its cells have changed: no others are sent.

Over a slow line a digit that has gone on costs its own cell, not the line in which it stands. Lines
are compared as they are painted, with their colours, and not as they are meant: so nothing can
forget to say that it has changed. `ExactUpdate` sees to it that no more than that is sent.
"""

from __future__ import annotations

from itertools import zip_longest

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget


def painted(widget: Widget, line: Content, width: int, base: Style | None = None) -> Strip:
    """The line in the colours of the widget, or in those of `base`, cut or padded to `width`."""
    base = base or widget.visual_style
    variables = widget.app.theme_variables

    def parse(style: str | Style) -> Style:
        return style if isinstance(style, Style) else Style.parse(style, variables)

    if line.cell_length > width:
        line = line.truncate(width, ellipsis=True)
    pieces = line.render(base, end="", parse_style=parse)
    segments = [Segment(text, style.rich_style) for text, style in pieces]
    return Strip(segments).adjust_cell_length(width, base.rich_style)


def changed_cells(before: Strip, after: Strip) -> tuple[int, int] | None:
    """Give the first cell that looks different, and the one after the last; None: none does."""
    old, new = _cells(before), _cells(after)
    changed = [x for x, (a, b) in enumerate(zip_longest(old, new)) if a != b]
    if not changed:
        return None
    if any(len(sign) > 1 for sign, _ in (*old, *new)):
        # A cut loses the mark of the character before it.
        return 0, max(len(old), len(new))
    return changed[0], changed[-1] + 1


def _cells(strip: Strip) -> list[tuple[str, object]]:
    """A strip cell by cell; a wide character is in both of its cells, a mark with what it marks."""
    cells: list[tuple[str, object]] = []
    for segment in strip:
        for character in segment.text:
            width = cell_len(character)
            if width:
                cells += [(character, segment.style)] * width
            elif cells:
                cells[-1] = (cells[-1][0] + character, cells[-1][1])
    return cells
