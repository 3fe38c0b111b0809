"""The pane of the configuration keys: value and source of each, a filter, and facts about one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from cp_tui.tui.configuration.keys_text import key_fields, key_line, key_source, matching
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.filtered_pane import FilteredPane
from cp_tui.tui.widgets.line_table import LineTable


class KeysPane(FilteredPane):
    """Every configuration key."""

    DEFAULT_CSS = """
    KeysPane FactLines { height: 1; }
    """

    NAME = "keys"
    TITLE = "Keys"
    FILTER_HINT = "filter: words of name, value, source"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"configuration", "cursor.keys"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "◉ monitored: its changes are shown. * custom, yours to edit. ! waits for a reboot.",
        "Set by: default, settings (file, environment, options), CSMS, operator, or hardware.",
        "The filter takes words of name, value, source; also custom, monitored, reboot, readonly.",
        "Enter opens everything about the key, with its changes.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(empty="no key is known yet", id="keys-table"))
        self._facts = FactLines(id="key-facts")
        # They scroll with the mouse; for the keyboard, enter opens the details.
        self._facts.can_focus = False

    def compose_body(self) -> ComposeResult:
        """A filter that hides until it is wanted, a table, and a line about one key."""
        yield from super().compose_body()
        yield self._facts

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the keys that pass the filter, and facts about the one under the cursor."""
        entries = matching(snapshot.configuration, self.words)
        self.fill_table(
            key_fields(clock, self.size.width), [(entry.key, entry) for entry in entries]
        )
        empty = "no key matches the filter" if self.words else "no key is known yet"
        self.table.set_empty_text(empty)
        entry = snapshot.entry(self.table.cursor_key)
        self._facts.show(key_line(entry, clock) if entry else [])
        self.note_count(len(entries), len(snapshot.configuration))

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a key, with its changes."""
        return "Configuration key", key_source(record)
