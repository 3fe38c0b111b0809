"""The pane of the status history: every change of every connector, with code and cause."""

from __future__ import annotations

from typing import ClassVar

from cp_tui.tui.maintenance.status_history_text import (
    change_id,
    matching,
    status_change_facts,
    status_change_fields,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.filtered_pane import FilteredPane
from cp_tui.tui.widgets.line_table import LineTable


class StatusHistoryPane(FilteredPane):
    """The changes that this screen knows of, newest first."""

    NAME = "status_history"
    TITLE = "Status history"
    FILTER_HINT = "filter: a number is a connector; words of status, code, cause, error"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"status_changes", "connectors"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Code: the transition of S 4.9. The letter is the state before, the digit the one after:",
        "A1 Available, B2 Preparing, C3 Charging, D4 SuspendedEV, E5 SuspendedEVSE,",
        "F6 Finishing, G7 Reserved, H8 Unavailable, I9 Faulted. So B3: Preparing to Charging.",
        "In the filter a number alone is a connector: 2 shows the changes of connector 2.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(id="status_history-table"))

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the changes that pass the filter."""
        changes = matching(snapshot.status_changes, self.words)
        empty = "nothing has changed since the boot"
        self.table.set_empty_text("no change matches the filter" if self.words else empty)
        records = {change_id(change): change for change in changes}
        with self.following_newest():
            self.fill_table(status_change_fields(changes, clock), records.items())
        self.note_count(len(changes), len(snapshot.status_changes), clock.csms_mark)

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a change."""

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            found = (c for c in snapshot.status_changes if change_id(c) == record)
            change = next(found, None)
            return status_change_facts(change, clock) if change is not None else []

        return "Status change", facts
