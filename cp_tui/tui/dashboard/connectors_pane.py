"""The connectors pane: a line each, and below it what matters about the one under the cursor."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.connectors import (
    connector_details,
    connector_facts,
    connector_fields,
    connectors_with,
)
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.filtered_pane import FilteredPane
from cp_tui.tui.widgets.line_table import LineTable


class ConnectorsPane(FilteredPane):
    """Connector 0, the charge point as a whole, and each connector."""

    DEFAULT_CSS = """
    ConnectorsPane LineTable { height: auto; min-height: 2; }
    ConnectorsPane FactLines { height: 1fr; }
    """

    NAME = "connectors"
    TITLE = "Connectors"
    FILTER_HINT = "filter: number, status, tag"
    SHOWS: ClassVar[frozenset[str]] = frozenset(
        {"connectors", "charging_schedules", "cursor.connectors"}
    )
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "One line per connector; 0 is the charge point as a whole. Limit: what it may take now.",
        "Below: errors, why the last start was refused, the session, where the limit comes from.",
        "Enter opens everything about the connector with its status changes and their causes.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(empty="no connector is known yet", id="connectors-table"))
        self._facts = FactLines(id="connector-facts")
        # They scroll with the mouse; for the keyboard, enter opens the details.
        self._facts.can_focus = False

    def compose_body(self) -> ComposeResult:
        """A filter that hides until it is wanted, a table, and the facts about one row."""
        yield from super().compose_body()
        yield self._facts

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the lines, and the facts about the one under the cursor."""
        found = connectors_with(snapshot.connectors, self.words)
        records = [(str(c.connector_id), c) for c in found]
        is_first = not self.table.rows
        self.fill_table(connector_fields(snapshot, clock), records)
        if is_first:
            self.table.move_cursor(str(snapshot.connector_id))
        self.table.set_empty_text(
            "no connector matches the filter" if self.words else "no connector is known yet"
        )
        connector = snapshot.connector(snapshot.connector_id)
        self._facts.show(connector_facts(connector, clock) if connector else [])
        if self.words:
            self.note_count(len(found), len(snapshot.connectors))
        else:
            self.note(Content(""))

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a connector, with its status changes."""
        connector_id = int(record)

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            connector = snapshot.connector(connector_id)
            return connector_details(snapshot, connector, clock) if connector else []

        return f"Connector {connector_id}" if connector_id else "Charge point (connector 0)", facts
