"""The pane of the configuration screen: every key, the changed ones, or those that differ."""

from __future__ import annotations

from typing import ClassVar

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from cp_tui.tui.configuration.file import differences
from cp_tui.tui.configuration.keys_text import key_details, key_fields, key_source, matching
from cp_tui.tui.configuration.text import (
    comparison_note,
    difference_facts,
    difference_fields,
    is_changed,
    matching_differences,
)
from cp_tui.tui.state.key_lens import SavedConfiguration
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.filtered_pane import FilteredPane
from cp_tui.tui.widgets.line_table import LineTable


class ConfigurationPane(FilteredPane):
    """A table of keys, and everything about the one under the cursor."""

    DEFAULT_CSS = """
    ConfigurationPane Horizontal { height: 1fr; layout: vertical; }
    ConfigurationPane FactLines { height: 4; }
    """

    NAME = "configuration"
    CURSOR = "keys"
    TITLE = "Configuration"
    FILTER_HINT = "filter: words of name, value, source"
    SHOWS: ClassVar[frozenset[str]] = frozenset(
        {"configuration", "configuration_changes", "lens", "cursor.keys"}
    )
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "◉ monitored: its changes are published. * custom, yours to edit. ! waits for a reboot.",
        "Set by: default, settings (file, environment, options), CSMS, operator, or hardware.",
        "Standard keys belong to the CSMS, which changes them with ChangeConfiguration.",
        "The filter takes words of name, value, source; also custom, monitored, reboot, readonly.",
        "AuthorizationKey is never shown, exported or compared.",
        "Enter opens everything about the key, with its changes.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(empty="no key is known yet", id="configuration-table"))
        self._facts = FactLines(label_width=7, id="configuration-facts")
        # They scroll with the mouse; for the keyboard, enter opens the details.
        self._facts.can_focus = False

    def compose_body(self) -> ComposeResult:
        """A filter that hides until it is wanted, a table, and the facts about one key."""
        yield self._filter
        with Horizontal():
            yield self.table
            yield self._facts

    @property
    def table_width(self) -> int:
        """The table may share the width with the facts."""
        return self.table.size.width or self.size.width

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what the lens lets through."""
        if snapshot.lens.saved is not None:
            self._fill_differences(snapshot, snapshot.lens.saved)
        else:
            self._fill_keys(snapshot, clock)

    def _fill_keys(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the keys that pass the filter, and facts about the one under the cursor."""
        is_changed_only = snapshot.lens.is_changed_only
        known = [e for e in snapshot.configuration if not is_changed_only or is_changed(e)]
        entries = matching(known, self.words)
        fields = key_fields(clock, self.table_width)
        self.fill_table(fields, [(entry.key, entry) for entry in entries])
        if self.words:
            empty = "no key matches the filter"
        else:
            empty = "every key has its default" if is_changed_only else "no key is known yet"
        self.table.set_empty_text(empty)
        entry = snapshot.entry(self.table.cursor_key) if entries else None
        self._facts.show(key_details(snapshot, entry, clock)[1:] if entry is not None else [])
        self.note_count(len(entries), len(known))
        if is_changed_only and not self.words:
            all_keys = len(snapshot.configuration)
            self.note(Content(f"{len(known)} of {all_keys} differ from their default"))

    def _fill_differences(self, snapshot: Snapshot, saved: SavedConfiguration) -> None:
        """Show the keys that are not the same here and in the file."""
        found = differences(snapshot.configuration, saved)
        shown = matching_differences(found, self.words)
        self.fill_table(difference_fields(), [(each.key, each) for each in shown])
        same = f"every key is as in {drawn(saved.name)}"
        self.table.set_empty_text("no difference matches the filter" if found else same)
        key = self.table.cursor_key
        difference = next((each for each in shown if each.key == key), None)
        facts: list[Fact] = difference_facts(difference) if difference is not None else []
        self._facts.show(facts)
        self.note(comparison_note(saved, len(found)))

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a key, with its changes."""
        return "Configuration key", key_source(record)

    def action_clear_filter(self) -> None:
        """Escape leaves the filter, then the comparison or the choice of changed keys."""
        if self.has_class("-filtering"):
            super().action_clear_filter()
        elif self._shown is not None and self._shown[0].lens.hides:
            self.call_later(self.run_action, "app.operate('configuration.all')")
        else:
            raise SkipAction
