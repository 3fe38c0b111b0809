"""The answer to get_configuration_key as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from cp_tui.tui.actions.outcome import KeyResult
from cp_tui.tui.dialogs.dialog import COPY_KEYS, READER_KEYS, Dialog
from cp_tui.tui.terminal.line_input import LineInput
from cp_tui.tui.text.columns import Column, row_of
from cp_tui.tui.text.copying import Copyable, copyable, fields_of_row
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import with_words
from cp_tui.tui.widgets.line_table import LineTable


class KeyTableDialog(Dialog[None]):
    """Keys with value and access; unknown ones say so."""

    DEFAULT_CSS = """
    KeyTableDialog > .box { width: 100; height: 100%; max-height: 40; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *COPY_KEYS,
        *READER_KEYS,
        Meaning.FILTER.bound("filter", "Filter", "keys.filter"),
        Meaning.SORT.bound("app.operate('screen.sort')", "Sort", "keys.sort"),
        Meaning.SORT_BACK.bound("app.operate('screen.sort_back')", "Turn round", "keys.sort-back"),
    ]

    def __init__(self, keys: Sequence[KeyResult]) -> None:
        super().__init__()
        self._keys = keys
        self._filter: Input | None = None

    def compose(self) -> ComposeResult:
        """One table."""
        with Vertical(classes="box"):
            yield LineTable(empty="no key was answered")

    async def begin(self) -> None:
        """Show the keys."""
        unknown = sum(1 for key in self._keys if key.read_only is None)
        summary = f"Configuration keys: {len(self._keys) - unknown} known, {unknown} unknown"
        self.titled(summary, "/ filters · o sorts · escape closes")
        self._show("")
        self.query_one(LineTable).focus()

    def copyable(self) -> Copyable | None:
        """The key under the cursor."""
        table = self.query_one(LineTable)
        key = table.record(table.cursor_key or "")
        return None if key is None else copyable(fields_of_row(COLUMNS, key), key, first="Value")

    def _show(self, words: str) -> None:
        table = self.query_one(LineTable)
        records = [(f"{index}", key) for index, key in enumerate(self._keys)]
        found = with_words(records, words, lambda each: row_of(*each, COLUMNS).plain)
        table.set_empty_text("no key matches the filter" if words else "no key was answered")
        table.show(COLUMNS, found)

    def action_filter(self) -> None:
        """Type words that the rows must hold."""
        if self._filter is None:
            self._filter = LineInput(placeholder="filter: words of a row, !word leaves out")
            self.mount(self._filter, before=self.query_one(LineTable))
        self._filter.focus()

    def action_give_up(self) -> None:
        """Leave the filter, then the dialog."""
        if self._filter is None:
            super().action_give_up()
            return
        self._filter.remove()
        self._filter = None
        self._show("")
        self.query_one(LineTable).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._filter is not None:
            self._show(event.value)

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(LineTable).focus()


def _value(key: KeyResult) -> Content:
    if key.read_only is None:
        return Content.styled("unknown key", "$text-warning")
    return Content.styled("not set", "$text-muted") if key.value is None else safe_text(key.value)


def _access(key: KeyResult) -> Content:
    if key.read_only is None:
        return Content("")
    return Content.styled("read only" if key.read_only else "read-write", "$text-muted")


COLUMNS: tuple[Column[KeyResult], ...] = (
    Column("Key", 40, lambda key: safe_text(key.key)),
    Column("Value", 8, _value, is_flexible=True),
    Column("Access", 10, _access, rank=1),
)
