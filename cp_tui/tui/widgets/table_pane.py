"""A pane around a table whose columns come and go with its width: it grows, it does not stretch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, TypeVar

from textual import events, on
from textual.message import Message

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import FactSource
from cp_tui.tui.text.fields import Field, FieldRows, columns_of, fitting
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.pane import Pane

T = TypeVar("T")

NOT_KNOWN = "not known yet"
"""Stands in a table until the engine has said what belongs there."""


class TablePane(Pane):
    """Shows records as rows, and itself anew when its size changes."""

    CURSOR: ClassVar[str] = ""
    """The name under which the snapshot knows what the cursor is on; empty: the pane's own."""

    STEPS: ClassVar[bool] = False
    """Whether the dialog about a record goes to the next one with the arrow keys."""

    class Moved(Message):
        """The cursor came to another record."""

        def __init__(self, cursor: str, record: str, *, by_itself: bool) -> None:
            super().__init__()
            self.cursor = cursor
            self.record = record
            self.by_itself = by_itself
            """Nobody waits to see it: the cursor follows what is new."""

    class Opened(Message):
        """Everything about a record is wanted."""

        def __init__(self, pane: TablePane, record: str) -> None:
            super().__init__()
            self.pane = pane
            self.record = record

    def __init__(self, hints: str, table: LineTable) -> None:
        super().__init__(hints)
        self.table = table
        self._text_when_empty = table.empty_text
        table.set_empty_text(NOT_KNOWN)
        self._shown: tuple[Snapshot, Clock] | None = None
        self._columns: list[Column] = []

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what the engine said last."""
        if self._shown is None:
            self.table.set_empty_text(self._text_when_empty)
        self._shown = (snapshot, clock)
        self.fill(snapshot, clock)

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Fill the table and what is around it."""
        raise NotImplementedError

    def details(self, record: str) -> tuple[str, FactSource] | None:
        """Title and facts of the dialog about a record; None: there is nothing to open."""
        return None

    @property
    def moves_by_itself(self) -> bool:
        """Whether the cursor follows what is new."""
        return False

    def record_of(self, row: str) -> str:
        """The record that a row is about, by the key of the row."""
        return row

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
        table.set_source(FieldRows(tuple(records), kept))
        if cursor is not None:
            table.move_cursor(cursor)

    @contextmanager
    def following_newest(self) -> Iterator[None]:
        """Fill a table whose newest row is the first: a cursor that was there stays there."""
        is_at_newest = self.table.cursor_row == 0
        yield
        if is_at_newest:
            self.table.action_cursor("home")

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

    @on(LineTable.Highlighted)
    def _moved(self, event: LineTable.Highlighted) -> None:
        event.stop()
        if event.key is not None:
            cursor, record = self.CURSOR or self.NAME, self.record_of(event.key)
            self.post_message(self.Moved(cursor, record, by_itself=self.moves_by_itself))

    @on(LineTable.Selected)
    def _opened(self, event: LineTable.Selected) -> None:
        event.stop()
        self.post_message(self.Opened(self, self.record_of(event.key)))
