"""The pane of the configuration keys: value and source of each, a filter, and facts about one."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from cp_tui.tui.panes.fact_lines import FactLines
from cp_tui.tui.panes.table_pane import TablePane
from cp_tui.tui.safe_text import clean
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.keys import key_fields, key_line, matching
from cp_tui.tui.view.words import Clock
from cp_tui.tui.widgets.line_table import LineTable


class KeysPane(TablePane):
    """Every configuration key."""

    DEFAULT_CSS = """
    KeysPane LineTable { height: 1fr; }
    KeysPane FactLines { height: 1; }
    KeysPane Input { display: none; }
    KeysPane.-filtering Input { display: block; }
    """

    NAME = "keys"
    TITLE = "Keys"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"configuration", "cursor"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "◉ monitored: its changes are shown. * custom, yours to edit. ! waits for a reboot.",
        "Set by: default, file, CSMS, operator, or station where it describes the hardware.",
        "The filter takes words of name, value, source; also custom, monitored, reboot, readonly.",
        "Enter opens everything about the key, with its changes.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_filter", "Show all keys", show=False, id="keys.clear-filter"),
    ]

    class Moved(Message):
        """The cursor came to another key."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Opened(Message):
        """The details of a key are wanted."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(empty="no key is known yet", id="keys-table"))
        self._filter = Input(placeholder="filter: words of name, value, source", compact=True)
        self._filter.cursor_blink = False
        self._facts = FactLines(id="key-facts")
        # They scroll with the mouse; for the keyboard, enter opens the details.
        self._facts.can_focus = False

    def compose_body(self) -> ComposeResult:
        """A filter that hides until it is wanted, a table, and a line about one key."""
        yield self._filter
        yield self.table
        yield self._facts

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the keys that pass the filter, and facts about the one under the cursor."""
        words = self._filter.value
        entries = matching(snapshot.configuration, words)
        self.fill_table(
            key_fields(clock, self.size.width), [(entry.key, entry) for entry in entries]
        )
        self.table.set_empty_text("no key matches the filter" if words else "no key is known yet")
        entry = snapshot.entry(self.table.cursor_key)
        self._facts.show(key_line(entry, clock) if entry else [])
        self.note(_count(len(entries), len(snapshot.configuration), words))

    def open_filter(self) -> None:
        """Show the filter and type into it."""
        self.add_class("-filtering")
        self._filter.focus()

    def action_clear_filter(self) -> None:
        """Show every key again."""
        if not self.has_class("-filtering"):
            raise SkipAction
        self._filter.value = ""
        self.remove_class("-filtering")
        self.take_focus()

    @on(Input.Changed)
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.refill()

    @on(Input.Submitted)
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.take_focus()

    @on(LineTable.Highlighted)
    def _moved(self, event: LineTable.Highlighted) -> None:
        event.stop()
        if event.key is not None:
            self.post_message(self.Moved(event.key))

    @on(LineTable.Selected)
    def _opened(self, event: LineTable.Selected) -> None:
        event.stop()
        self.post_message(self.Opened(event.key))


def _count(shown: int, total: int, words: str) -> Content:
    if not words:
        return Content(f"{total}" if total else "")
    return Content(f"{shown} of {total} match {clean(words)!r}")
