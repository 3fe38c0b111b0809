"""A pane around a table whose columns come and go with its width: it grows, it does not stretch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from textual import events

from cp_tui.tui.panes.pane import Pane
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.fields import Field, columns_of, fitting, row_of
from cp_tui.tui.view.words import Clock
from cp_tui.tui.widgets.line_table import Column, LineTable

T = TypeVar("T")


class TablePane(Pane):
    """Shows records as rows, and itself anew when its size changes."""

    def __init__(self, hints: str, table: LineTable) -> None:
        super().__init__(hints)
        self.table = table
        self._shown: tuple[Snapshot, Clock] | None = None
        self._columns: list[Column] = []

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what the engine said last."""
        self._shown = (snapshot, clock)
        self.fill(snapshot, clock)

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Fill the table and what is around it."""
        raise NotImplementedError

    def fill_table(self, fields: Sequence[Field[T]], records: Iterable[tuple[str, T]]) -> None:
        """Fill the table with what its width has room for; records come with their keys."""
        table = self.table
        kept = fitting(fields, self.table_width - 1)
        columns = columns_of(kept)
        if columns != self._columns:
            self._columns, cursor = columns, table.cursor_key
            table.set_rows(())
            table.set_columns(columns)
        else:
            cursor = None
        table.set_rows([row_of(key, record, kept) for key, record in records])
        if cursor is not None:
            table.move_cursor(cursor)

    @property
    def table_width(self) -> int:
        """The cells that the table has."""
        return self.size.width

    def take_focus(self) -> None:
        """Focus the table."""
        self.table.focus(scroll_visible=False)

    def on_resize(self, event: events.Resize) -> None:
        """Let columns come or go."""
        self.refill()

    def refill(self) -> None:
        """Show the same anew."""
        if self._shown is not None:
            self.fill(*self._shown)
