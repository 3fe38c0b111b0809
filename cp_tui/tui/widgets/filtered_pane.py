"""A table with a filter above it, which hides until it is wanted."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.words import joined
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane


class FilteredPane(TablePane):
    """Shows the records that hold the words of the filter."""

    DEFAULT_CSS = """
    FilteredPane LineTable { height: 1fr; }
    FilteredPane > Input { display: none; }
    FilteredPane.-filtering > Input { display: block; }
    """

    FILTER_HINT: ClassVar[str] = "filter"
    """What stands in the empty filter."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_filter", "Show all again", show=False, id="pane.clear-filter"),
    ]

    def __init__(self, hints: str, table: LineTable) -> None:
        super().__init__(hints, table)
        self._filter = Input(placeholder=self.FILTER_HINT, compact=True)
        self._filter.cursor_blink = False
        # Textual would give it the focus, and the keys, although nobody sees it.
        self._filter.can_focus = False

    @property
    def words(self) -> str:
        """What is typed into the filter."""
        return self._filter.value

    def compose_body(self) -> ComposeResult:
        """The filter above the table."""
        yield self._filter
        yield self.table

    def note_count(self, shown: int, total: int, mark: str = "") -> None:
        """Say beside the title how many there are, and how many pass the filter; then the mark."""
        matching = f"{shown} of {total} match {drawn(self.words)!r}" if self.words else ""
        number = matching or (f"{total}" if total else "")
        self.note(joined([number, mark if number else ""]))

    def open_filter(self, words: str | None = None) -> None:
        """Show the filter and type into it; `words` stand in it already."""
        if words is not None:
            self._filter.value = words
        self.add_class("-filtering")
        self._filter.can_focus = True
        self._filter.focus()

    def action_clear_filter(self) -> None:
        """Show every record again."""
        if not self.has_class("-filtering"):
            raise SkipAction
        self._filter.value = ""
        self.remove_class("-filtering")
        self._filter.can_focus = False
        self.take_focus()

    @on(Input.Changed)
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.refill()

    @on(Input.Submitted)
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.take_focus()
