"""The columns of a line: how wide each gets in the width there is, and cells laid out in them.

Pure: no widget, no colour of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from textual.content import Content

MARGIN = 1
"""Cells before the first column: room for the cursor's marker."""

GAP = 1
"""Cells between two columns."""

FLEXIBLE_WIDTH_MIN = 8
"""A column that takes the rest is given at least this, before others are left out."""


class Column(Struct, frozen=True):
    """A column of a table, with its width in cells."""

    title: str
    width: int | None = None
    """None: it takes what the others leave."""
    align: Literal["left", "right"] = "left"
    rank: int = 0
    """In a pane too narrow, columns of the highest rank go first, of equals the rightmost."""


class Row(Struct, frozen=True, eq=False):
    """One line: a key that stays the same while the cells change, and a cell for each column."""

    key: str
    cells: tuple[Content, ...]

    def is_same(self, other: Row) -> bool:
        """Whether it looks the same; `Content` compares its text only with `==`, not its styles."""
        return (
            self.key == other.key
            and len(self.cells) == len(other.cells)
            and all(map(Content.is_same, self.cells, other.cells))
        )


def fit_columns(columns: Sequence[Column], width: int) -> tuple[int, ...]:
    """The width of each column so that a line never exceeds `width`; 0 means left out."""
    order = sorted(range(len(columns)), key=lambda index: (columns[index].rank, index))
    kept = set(order)
    while len(kept) > 1 and _needed(columns, kept) > width:
        kept.remove(order.pop())
    rest = max(0, width - _needed(columns, kept))
    flexible = [index for index in sorted(kept) if columns[index].width is None]
    widths = [0] * len(columns)
    for index in kept:
        widths[index] = columns[index].width or FLEXIBLE_WIDTH_MIN
    for place, index in enumerate(flexible):
        widths[index] += rest // len(flexible) + (place < rest % len(flexible))
    if len(kept) == 1:
        (only,) = kept
        widths[only] = max(0, min(widths[only], width - MARGIN))
    return tuple(widths)


def line_of(
    cells: Sequence[Content], columns: Sequence[Column], widths: Sequence[int], ellipsis: str = "…"
) -> Content:
    """The cells as one line, each cut or padded to its column."""
    pieces: list[Content] = []
    for cell, column, width in zip(cells, columns, widths, strict=True):
        if not width:
            continue
        pieces.append(Content(" " * (GAP if pieces else MARGIN)))
        if cell.cell_length > width:
            cell = cell.truncate(width - 1).append(ellipsis)
        padding = width - cell.cell_length
        pieces.append(
            cell.pad_left(padding) if column.align == "right" else cell.pad_right(padding)
        )
    return Content("").join(pieces)


def _needed(columns: Sequence[Column], kept: set[int]) -> int:
    """The least width of a line with these columns."""
    widths = sum(columns[index].width or FLEXIBLE_WIDTH_MIN for index in kept)
    return MARGIN + widths + GAP * max(0, len(kept) - 1)
