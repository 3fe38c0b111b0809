"""The columns of a table: how a record fills each, and how wide each gets in the width there is.

Pure: no widget, no colour of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct
from textual.content import Content

from cp_tui.tui.text.units import cut

T = TypeVar("T")

MARGIN = 1
"""Cells before the first column: room for the cursor's marker."""

GAP = 1
"""Cells between two columns."""

FLEXIBLE_WIDTH_MIN = 8
"""A flexible column is given at least this, before columns without a rank are left out."""


class Column(Struct, Generic[T], frozen=True):
    """A column of a table of records."""

    title: str
    width: int
    """Cells; where it is flexible, the least that is worth showing."""
    cell: Callable[[T], Content]
    """What it says about a record."""
    align: Literal["left", "right"] = "left"
    rank: int = 0
    """In a table too narrow, columns of the highest rank go first, of equals the rightmost."""
    is_flexible: bool = False
    """It takes what the others leave."""
    order: Callable[[T], Any] | None = None
    """What records are sorted by, None for one that says nothing; without it by what the cell says.
    For times, and for numbers whose unit changes."""
    said: Callable[[T], str] | None = None
    """What the cell says without its pictures, such as a gauge or a sign: that is copied."""

    def is_alike(self, other: Column[Any]) -> bool:
        """Whether it takes the same place, whatever it says there."""
        return (self.title, self.width, self.align, self.rank, self.is_flexible) == (
            other.title,
            other.width,
            other.align,
            other.rank,
            other.is_flexible,
        )


class Row(Struct, frozen=True, eq=False):
    """One line: a key that stays the same while the cells change, and a cell for each column."""

    key: str
    cells: tuple[Content, ...]
    is_divider: bool = False
    """It has two cells: the second takes the place of all columns but the first."""

    @property
    def plain(self) -> str:
        """What it says, in all columns."""
        return " ".join(cell.plain for cell in self.cells)

    def is_same(self, other: Row) -> bool:
        """Whether it looks the same; `Content` compares its text only with `==`, not its styles."""
        return (
            self.key == other.key
            and self.is_divider is other.is_divider
            and len(self.cells) == len(other.cells)
            and all(map(Content.is_same, self.cells, other.cells))
        )


class Divider(Struct, frozen=True, eq=False):
    """Stands between records, where they come by their times, and is none itself."""

    time: str
    text: Content


def row_of(key: str, record: T | Divider, columns: Sequence[Column[T]]) -> Row:
    """The line of one record, or of what stands between two."""
    if isinstance(record, Divider):
        return Row(key, (Content(record.time), record.text), is_divider=True)
    return Row(key, tuple(column.cell(record) for column in columns))


def widest(texts: Iterable[str], least: int) -> int:
    """The cells that a column of these texts needs; never less than `least`."""
    return max(least, max(map(len, texts), default=0))


def widest_time(form: Callable[[datetime], str], instants: Iterable[datetime], least: int) -> int:
    """The same for instants: what lies between the first and the last needs no more than they."""
    known = [*instants]
    ends = (min(known), max(known)) if known else ()
    return widest(map(form, ends), least)


def time_column(
    title: str,
    form: Callable[[datetime], str],
    records: Iterable[T],
    at: Callable[[T], datetime | None],
    least: int,
    *,
    rank: int = 0,
) -> Column[T]:
    """A column of the instants of these records, as wide as they are written, sorted by time."""

    def cell(record: T) -> Content:
        instant = at(record)
        return Content("" if instant is None else form(instant))

    known = [instant for record in records if (instant := at(record)) is not None]
    return Column(title, widest_time(form, known, least), cell, rank=rank, order=at)


def fit_columns(columns: Sequence[Column[Any]], width: int, width_scrolled: int) -> tuple[int, ...]:
    """The width of each column so that a line never exceeds `width`; 0 means left out.

    Those with a rank go as long as another one has not all the room that is worth showing. If that
    is not enough, flexible ones become narrower than that, and only then the rightmost go.

    `width_scrolled` is what a scrollbar leaves of the table, whether there is one or not. By it is
    decided which ranks stay, so that no column goes when one row more needs a scrollbar.
    """
    kept = sorted(range(len(columns)), key=lambda index: (columns[index].rank, index))
    worth = [column.width for column in columns]
    while kept and columns[kept[-1]].rank and _needed(worth, kept) > width_scrolled:
        kept.pop()
    least = [FLEXIBLE_WIDTH_MIN if column.is_flexible else column.width for column in columns]
    while len(kept) > 1 and _needed(least, kept) > width:
        kept.pop()
    rest = max(0, width - _needed(least, kept))
    flexible = [index for index in sorted(kept) if columns[index].is_flexible]
    widths = [least[index] if index in kept else 0 for index in range(len(columns))]
    for place, index in enumerate(flexible):
        widths[index] += rest // len(flexible) + (place < rest % len(flexible))
    if len(kept) == 1:
        (only,) = kept
        widths[only] = max(0, min(widths[only], width - MARGIN))
    assert not kept or _needed(widths, kept) <= max(width, MARGIN), "a line wider than the table"
    return tuple(widths)


def divider_line(cells: Sequence[Content], widths: Sequence[int], width: int) -> Content:
    """What stands between two lines: a time, and a text as far as the table goes."""
    time, text = cells
    head = Content.assemble(" " * MARGIN, time.pad_right(widths[0] - time.cell_length), " " * GAP)
    return head.append(cut(text, width - head.cell_length))


def line_of(
    cells: Sequence[Content],
    columns: Sequence[Column[Any]],
    widths: Sequence[int],
) -> Content:
    """The cells as one line, each cut or padded to its column."""
    pieces: list[Content] = []
    for cell, column, width in zip(cells, columns, widths, strict=True):
        if not width:
            continue
        pieces.append(Content(" " * (GAP if pieces else MARGIN)))
        if cell.cell_length > width:
            cell = cut(cell, width)
        padding = width - cell.cell_length
        pieces.append(
            cell.pad_left(padding) if column.align == "right" else cell.pad_right(padding)
        )
    return Content("").join(pieces)


def _needed(widths: Sequence[int], kept: Sequence[int]) -> int:
    """The cells of a line with these columns."""
    return MARGIN + sum(widths[index] for index in kept) + GAP * max(0, len(kept) - 1)
