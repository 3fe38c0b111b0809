"""The pane of the newest changes of configuration keys: who, when, from what, with which answer."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content

from cp_tui.ocpp.plural import count
from cp_tui.tui.configuration.changes_text import change_facts, change_fields, change_lines
from cp_tui.tui.configuration.keys_text import key_source
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.facts_pane import FactsPane


class KeyChangesPane(FactsPane):
    """Every attempt to change a key, refused ones too, the newest first."""

    DEFAULT_CSS = """
    KeyChangesPane FactLines { height: 3; }
    """

    NAME = "key_changes"
    TITLE = "Last changes"
    SHOWS: ClassVar[frozenset[str]] = frozenset(
        {"configuration", "configuration_changes", "cursor.key_changes"}
    )
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Every attempt to change a key since the start, by the CSMS or the operator, newest first.",
        "Rejected: the old value stays; below stands the rule that decided.",
        "stored: changed before the last start. at start: read from the settings.",
        "Enter opens everything about the key.",
    )
    LABEL_WIDTH = 6

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, "every key has its default; nobody has changed one")
        self._keys: dict[str, str] = {}
        """From the key of a line to the configuration key that it is about."""

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the changes, and everything about the one under the cursor."""
        lines = change_lines(snapshot)
        self._keys = {line.id: line.key for line in lines}
        with self.following_newest():
            self.fill_table(change_fields(clock), [(line.id, line) for line in lines])
        line = next((line for line in lines if line.id == self.table.cursor_key), None)
        self.facts.show(change_facts(line, clock) if line is not None else [])
        words = f"{count(len(lines), 'change')}  {clock.csms_mark}".rstrip()
        self.note(Content(words if lines else ""))

    def record_of(self, row: str) -> str:
        """The key that a line is about."""
        return self._keys[row]

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about the key, with its changes."""
        return "Configuration key", key_source(record)
