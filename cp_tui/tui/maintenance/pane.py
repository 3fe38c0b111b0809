"""The overview of the maintenance screen: every subject with its key and its state in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult

from cp_tui.tui.maintenance.text import Subject, subject_fields
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane


class MaintenancePane(TablePane):
    """A line for each subject; the one under the cursor is shown in full beside it."""

    NAME = "maintenance"
    TITLE = "Maintenance"
    SHOWS: ClassVar[frozenset[str]] = frozenset(
        {
            "firmware",
            "diagnostics",
            "reservations",
            "local_list",
            "authorization_cache",
            "link",
            "identity",
            "status_changes",
            "link_attempts",
            "engine",
        }
    )
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Every subject with its state in a line; the one under the cursor is shown in full.",
        "The letter before a subject jumps to it; enter or tab goes into what is shown.",
        "u looks up a tag: what would happen if it were shown to the reader now, and why.",
    )

    def __init__(self, hints: str, keys: Mapping[Subject, str]) -> None:
        super().__init__(hints, LineTable(id="maintenance-table"))
        self._keys = keys

    def compose_body(self) -> ComposeResult:
        """A table."""
        yield self.table

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the state of each subject."""
        fields = subject_fields(self._keys, snapshot, clock)
        self.fill_table(fields, [(subject.value, subject) for subject in Subject])
