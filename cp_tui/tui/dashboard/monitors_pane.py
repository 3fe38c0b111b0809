"""The monitors pane: the keys that somebody watches, and how the CSMS changed them."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content

from cp_tui.ocpp.plural import count
from cp_tui.tui.configuration.keys_text import key_source
from cp_tui.tui.dashboard.monitors_text import monitor_fields, monitor_lines
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.filtered_pane import FilteredPane
from cp_tui.tui.widgets.line_table import LineTable


class MonitorsPane(FilteredPane):
    """Monitored keys, each with its changes under it."""

    NAME = "monitors"
    TITLE = "Monitors"
    FILTER_HINT = "filter: name of the key"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"monitors"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Each monitored key with its value; under it its changes by the CSMS, old → new.",
        "A key that the charge point does not know stays listed as unknown.",
        "m takes a monitor away here; on a configuration key it adds one.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(
            hints, LineTable(empty="nothing monitored; m on a key", id="monitors-table")
        )
        self._keys: dict[str, str] = {}
        """From the key of a line to the configuration key that it is about."""

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the monitored keys and their changes."""
        words = self.words.casefold().split()
        lines = [
            line
            for line in monitor_lines(snapshot.monitors)
            if all(word in line.monitor.key.casefold() for word in words)
        ]
        self._keys = {line.id: line.monitor.key for line in lines}
        self.fill_table(monitor_fields(clock), [(line.id, line) for line in lines])
        changes = len(snapshot.monitors.history)
        self.note(Content(count(changes, "change")) if changes else Content(""))

    def record_of(self, row: str) -> str:
        """The key that a line is about."""
        return self._keys[row]

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about the key, with its changes."""
        return "Configuration key", key_source(record)
