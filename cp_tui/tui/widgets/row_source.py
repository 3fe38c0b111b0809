"""Where a table has its rows from: from records that are there, or made as they are seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from cp_tui.tui.text.columns import Column, Divider, Row, row_of

T = TypeVar("T")


class RowSource(Protocol):
    """Rows that are made when they are seen: of a long list only what is visible costs anything."""

    def __len__(self) -> int:
        """How many there are."""

    def row(self, index: int) -> Row:
        """Make one."""

    def key(self, index: int) -> str:
        """The key of one, without making it."""

    def find(self, key: str) -> int | None:
        """Where a key is."""


class RecordRows(Struct, Generic[T], frozen=True, eq=False):
    """The lines of records, which come with their keys."""

    records: Sequence[tuple[str, T | Divider]] = ()
    columns: Sequence[Column[T]] = ()

    def __len__(self) -> int:
        return len(self.records)

    def row(self, index: int) -> Row:
        return row_of(*self.records[index], self.columns)

    def key(self, index: int) -> str:
        return self.records[index][0]

    def find(self, key: str) -> int | None:
        return next((n for n, (other, _) in enumerate(self.records) if other == key), None)
