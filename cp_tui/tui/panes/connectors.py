"""The connectors pane: a line each, and below it what matters about the one under the cursor."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from cp_tui.tui.panes.fact_lines import FactLines
from cp_tui.tui.panes.table_pane import TablePane
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.connectors import connector_facts, connector_fields
from cp_tui.tui.view.words import Clock
from cp_tui.tui.widgets.line_table import LineTable


class ConnectorsPane(TablePane):
    """Connector 0, the charge point as a whole, and each connector."""

    DEFAULT_CSS = """
    ConnectorsPane LineTable { height: auto; min-height: 2; }
    ConnectorsPane FactLines { height: 1fr; }
    """

    NAME = "connectors"
    TITLE = "Connectors"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"connectors", "charging_schedules", "cursor"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "One line per connector; 0 is the charge point as a whole. Limit: what it may take now.",
        "Below: errors, why the last start was refused, the session, where the limit comes from.",
        "Enter opens everything about the connector with its status changes and their causes.",
    )

    class Moved(Message):
        """The cursor came to another connector."""

        def __init__(self, connector_id: int) -> None:
            super().__init__()
            self.connector_id = connector_id

    class Opened(Message):
        """The details of a connector are wanted."""

        def __init__(self, connector_id: int) -> None:
            super().__init__()
            self.connector_id = connector_id

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(empty="no connector is known yet", id="connectors-table"))
        self._facts = FactLines(id="connector-facts")
        # They scroll with the mouse; for the keyboard, enter opens the details.
        self._facts.can_focus = False

    def compose_body(self) -> ComposeResult:
        """A table and the facts about one row."""
        yield self.table
        yield self._facts

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the lines, and the facts about the one under the cursor."""
        records = [(str(c.connector_id), c) for c in snapshot.connectors]
        is_first = not self.table.rows
        self.fill_table(connector_fields(snapshot, clock), records)
        if is_first:
            self.table.move_cursor(str(snapshot.connector_id))
        connector = snapshot.connector(snapshot.connector_id)
        self._facts.show(connector_facts(connector, clock) if connector else [])

    @on(LineTable.Highlighted)
    def _moved(self, event: LineTable.Highlighted) -> None:
        event.stop()
        if event.key is not None:
            self.post_message(self.Moved(int(event.key)))

    @on(LineTable.Selected)
    def _opened(self, event: LineTable.Selected) -> None:
        event.stop()
        self.post_message(self.Opened(int(event.key)))
