"""What flowed at a connector as a filled curve, under the line of what was allowed. Pure.

Form tells them apart, so that it needs no colour: what flowed is filled, a limit is a line, and
what is to come has a line only. A cell shows one sign: where both meet in one, what flowed is seen,
for then it is all that was allowed, as nearly as a cell can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from cp_tui.tui.theme.glyphs import GlyphSet, level_of
from cp_tui.tui.timeline.heat import heat
from cp_tui.tui.timeline.parts import Cell, Grid, Part
from cp_tui.tui.timeline.readout import Use

EDGE = 0.8
"""Of a cell: filled as far as this, it is full up to a line at its upper edge."""


class CurveColumn(Struct, frozen=True):
    """What is known of one stretch of time."""

    limit: Decimal | None
    """None: not known."""
    is_armed: bool = False
    """It is what a transaction would have got."""
    is_new: bool = False
    """It was another one before."""
    use: Use | None = None
    """None: still to come, or not known."""


def curve(
    columns: Sequence[CurveColumn], rows: int, scale: Decimal, glyphs: GlyphSet, has_texture: bool
) -> Grid:
    """The cells, row by row from the top; `scale` is what fills all rows."""
    drawn = [_column(each, rows, scale, glyphs, has_texture) for each in columns]
    return [[cells[row] for cells in drawn] for row in reversed(range(rows))]


def _column(
    column: CurveColumn, rows: int, scale: Decimal, glyphs: GlyphSet, has_texture: bool
) -> list[Cell]:
    """The cells of a column, from the bottom."""
    per_cell = len(glyphs.levels)
    use, limit = column.use, column.limit
    flowed = level_of(use.amount, scale, rows, glyphs) if use is not None else 0
    filled = [min(max(flowed - row * per_cell, 0), per_cell) for row in range(rows)]
    warm = [] if use is None else heat(use.amount, limit, scale, rows, glyphs)
    cells = [
        (glyphs.levels[part - 1], warm[row]) if part else (" ", Part.MEASURED)
        for row, part in enumerate(filled)
    ]
    if limit is None:
        if not flowed:
            cells[0] = (glyphs.unknown, Part.UNKNOWN)
    elif limit <= 0:
        if not flowed and column.is_new:
            # A gap could be anything; a limit of nothing says so where it begins.
            cells[0] = ("0", Part.ZERO)
    else:
        row, place = divmod(level_of(limit, scale, rows, glyphs) - 1, per_cell)
        # The line that is nearest to where a bar would end.
        nearest = ((place + 1) * len(glyphs.line) + 1) // (per_cell + 1)
        sign = glyphs.line[min(nearest, len(glyphs.line) - 1)]
        is_at_edge = sign == glyphs.line[-1] != glyphs.line[0]
        if not filled[row]:
            cells[row] = (sign, Part.ARMED if column.is_armed else Part.REAL)
        elif is_at_edge and filled[row] >= EDGE * per_cell and not has_texture:
            cells[row] = (sign, Part.LIMIT_OVER_MEASURED)
    marked = marked_row(use, scale, rows, glyphs) if use is not None else None
    if marked is not None:
        cells[marked] = (glyphs.violation, Part.VIOLATION)
    return cells


def marked_row(use: Use, scale: Decimal, rows: int, glyphs: GlyphSet) -> int | None:
    """Where, from the bottom, a mark says that it was too much; None: it was not."""
    if use.too_much is None:
        return None
    return max(0, level_of(use.too_much, scale, rows, glyphs) - 1) // len(glyphs.levels)
