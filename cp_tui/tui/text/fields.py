"""Columns that know how a record fills them, and how much room they need to be worth showing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Literal, TypeVar

from msgspec import Struct
from textual.content import Content

from cp_tui.tui.text.columns import Column, Row

T = TypeVar("T")

GAP = 1
"""Cells between two columns, and before the first."""


class Field(Struct, Generic[T], frozen=True):
    """A column of a table of records."""

    title: str
    width: int
    """Cells; where it is flexible, the least that is worth showing."""
    cell: Callable[[T], Content]
    align: Literal["left", "right"] = "left"
    rank: int = 0
    """Fields of the highest rank are left out first where the pane is narrow."""
    is_flexible: bool = False
    """It takes what the others leave."""


def fitting(fields: Sequence[Field[T]], width: int) -> list[Field[T]]:
    """The fields that a table of this width has room for, in their order; rank 0 always stays."""
    kept = list(fields)
    while sum(field.width + GAP for field in kept) > width:
        last = max(kept, key=lambda field: field.rank)
        if last.rank == 0:
            break
        kept.remove(last)
    return kept


def widest(texts: Iterable[str], least: int) -> int:
    """The cells that a column of these texts needs; never less than `least`."""
    return max(least, max(map(len, texts), default=0))


def columns_of(fields: Sequence[Field[T]]) -> list[Column]:
    """The columns of a table for these fields."""
    return [Column(f.title, None if f.is_flexible else f.width, f.align) for f in fields]


class FieldRows(Struct, Generic[T], frozen=True, eq=False):
    """The lines of records, each made when it is seen; records come with their keys."""

    records: Sequence[tuple[str, T]]
    fields: Sequence[Field[T]]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.records)

    def row(self, index: int) -> Row:
        """Make one."""
        return row_of(*self.records[index], self.fields)

    def key(self, index: int) -> str:
        """The key of one."""
        return self.records[index][0]

    def find(self, key: str) -> int | None:
        """Where a key is."""
        return next((n for n, (other, _) in enumerate(self.records) if other == key), None)


def row_of(key: str, record: T, fields: Sequence[Field[T]]) -> Row:
    """The line of one record."""
    return Row(key, tuple(field.cell(record) for field in fields))
