"""The panes of the configuration keys: all of them, the newest changes, and the keys in short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.actions import SkipAction
from textual.content import Content

from cp_tui.ocpp.plural import count
from cp_tui.tui.configuration.actions import show_all
from cp_tui.tui.configuration.changes_text import change_columns, change_facts, change_lines
from cp_tui.tui.configuration.file import differences
from cp_tui.tui.configuration.keys_text import (
    all_about_key,
    first_wanted,
    key_columns,
    key_details,
    key_line,
    matching,
)
from cp_tui.tui.configuration.text import (
    comparison_note,
    difference_columns,
    difference_facts,
    is_changed,
    matching_differences,
)
from cp_tui.tui.state.key_lens import SavedConfiguration
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.gaps import divided
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.bars import ActionWanted
from cp_tui.tui.widgets.table_pane import TablePane


class KeyTablePane(TablePane):
    """A table about configuration keys; enter tells everything about one, with its changes."""

    DETAILS = "Configuration key"

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints)
        self._keys: Mapping[str, str] = {}
        """From the key of a row to the configuration key that it is about, where they differ."""

    def record_of(self, row: str) -> str:
        """The configuration key that a row is about."""
        return self._keys.get(row, row)

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Everything about a key, with its changes."""
        return all_about_key(record, snapshot, clock)


class KeysPane(KeyTablePane):
    """Every configuration key, and a line about the one under the cursor."""

    DEFAULT_CSS = """
    KeysPane FactLines { height: 1; }
    """

    NAME = "keys"
    COPIED_FIRST = "Value"
    TITLE = "Keys"
    SHOWS = frozenset({"configuration", "cursor.keys"})
    HELP_SENTENCES = (
        "◉ monitored: its changes are shown.",
        "* custom, yours to edit.",
        "! waits for a reboot.",
        "Set by: default, settings (file, environment, options), CSMS, operator, or hardware.",
        "The filter takes words of name, value, source; also custom, monitored, reboot, readonly.",
        "First the monitored keys, then the changed ones, then those that are often asked for.",
        "Enter opens everything about the key, with its changes.",
    )
    EMPTY = "no key is known yet"
    UNSEEN = "no key was seen yet"
    FILTER = "filter: words of name, value, source; !word leaves out"
    FILTERS_ITSELF = True
    NO_MATCH = "no key matches the filter"
    FACTS = "below"

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the keys that pass the filter, and facts about the one under the cursor."""
        entries = first_wanted(matching(snapshot.configuration, self.words))
        columns = key_columns(entries, clock, self.table_width)
        self.fill_table(columns, [(entry.key, entry) for entry in entries])
        entry = snapshot.entry(self.table.cursor_key)
        self.facts.show(key_line(entry, clock) if entry else [])
        self.note_count(len(entries), len(snapshot.configuration))


class ConfigurationPane(KeyTablePane):
    """Every key, the changed ones, or those that differ from a file; everything about one."""

    DEFAULT_CSS = """
    ConfigurationPane FactLines { height: 4; }
    """

    NAME = "configuration"
    COPIED_FIRST = "Value"
    CURSOR = "keys"
    TITLE = "Configuration"
    SHOWS = frozenset({"configuration", "configuration_changes", "lens", "cursor.keys"})
    HELP_SENTENCES = (
        "◉ monitored: its changes are published.",
        "* custom, yours to edit.",
        "! waits for a reboot.",
        "Set by: default, settings (file, environment, options), CSMS, operator, or hardware.",
        "Standard keys belong to the CSMS, which changes them with ChangeConfiguration.",
        "The filter takes words of name, value, source; also custom, monitored, reboot, readonly.",
        "AuthorizationKey is never shown, exported or compared.",
        "Enter opens everything about the key, with its changes.",
    )
    EMPTY = "no key is known yet"
    UNSEEN = "no key was seen yet"
    FILTER = "filter: words of name, value, source; !word leaves out"
    FILTERS_ITSELF = True
    NO_MATCH = "no key matches the filter"
    FACTS = "beside"
    LABEL_WIDTH = 7

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what the lens lets through."""
        if snapshot.lens.saved is not None:
            self._fill_differences(snapshot, snapshot.lens.saved)
        else:
            self._fill_keys(snapshot, clock)

    def why_empty(self, snapshot: Snapshot) -> str:
        """No key passes the lens, or the filter behind it."""
        saved = snapshot.lens.saved
        if saved is not None:
            has_any = bool(differences(snapshot.configuration, saved))
            same = f"every key is as in {drawn(saved.name)}"
            return "no difference matches the filter" if has_any else same
        if snapshot.lens.is_changed_only and not self.words:
            return "no change was seen" if snapshot.watched else "every key has its default"
        return super().why_empty(snapshot)

    def _fill_keys(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the keys that pass the filter, and facts about the one under the cursor."""
        is_changed_only = snapshot.lens.is_changed_only
        known = [e for e in snapshot.configuration if not is_changed_only or is_changed(e)]
        entries = matching(known, self.words)
        columns = key_columns(entries, clock, self.table_width)
        entry = self.fill_table(columns, [(entry.key, entry) for entry in entries])
        self.facts.show(key_details(snapshot, entry, clock)[1:] if entry is not None else [])
        self.note_count(len(entries), len(known))
        if is_changed_only and not self.words:
            all_keys = len(snapshot.configuration)
            self.note(Content(f"{len(known)} of {all_keys} differ from their default"))

    def _fill_differences(self, snapshot: Snapshot, saved: SavedConfiguration) -> None:
        """Show the keys that are not the same here and in the file."""
        found = differences(snapshot.configuration, saved)
        shown = matching_differences(found, self.words)
        difference = self.fill_table(difference_columns(), [(each.key, each) for each in shown])
        self.facts.show(difference_facts(difference) if difference is not None else [])
        self.note(comparison_note(saved, len(found)))

    def action_clear_filter(self) -> None:
        """Escape leaves the filter, then the comparison or the choice of changed keys."""
        if self._filter is not None:
            super().action_clear_filter()
        elif self._shown is not None and self._shown[0].lens.hides:
            self.post_message(ActionWanted(show_all.id))
        else:
            raise SkipAction


class KeyChangesPane(KeyTablePane):
    """Every attempt to change a key, refused ones too, the newest first."""

    DEFAULT_CSS = """
    KeyChangesPane FactLines { height: 3; }
    """

    NAME = "key_changes"
    COPIED_FIRST = "Old → new"
    TITLE = "Last changes"
    SHOWS = frozenset({"configuration", "configuration_changes", "cursor.key_changes"})
    HELP_SENTENCES = (
        "Every attempt to change a key since the start, by the CSMS or the operator, newest first.",
        "Rejected: the old value stays; below stands the rule that decided.",
        "stored: changed before the last start. at start: read from the settings.",
        "Enter opens everything about the key.",
    )
    EMPTY = "every key has its default; nobody has changed one"
    UNSEEN = "no change was seen"
    NEWEST_FIRST = True
    FACTS = "beside"

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the changes, and everything about the one under the cursor."""
        lines = change_lines(snapshot)
        self._keys = {line.id: line.key for line in lines}
        told = {(c.key, c.time): c for c in snapshot.configuration_changes}
        records = divided(
            [(line.id, line) for line in lines],
            snapshot.gaps.get("configuration_changes", ()),
            clock,
            [told.get((line.key, line.at)) if line.at else None for line in lines],
        )
        line = self.fill_table(change_columns(lines, clock), records)
        self.facts.show(change_facts(line, clock) if line is not None else [])
        # Of one that is only watched, they stand when they passed.
        mark = "" if snapshot.watched else clock.csms_mark
        words = f"{count(len(lines), 'change')}  {mark}".rstrip()
        self.note(Content(words if lines else ""))
