"""The panes that only the dashboard has: the connection, the connectors, the monitored keys."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from cp_tui.ocpp.plural import count
from cp_tui.tui.actions import conditions
from cp_tui.tui.configuration.panes import KeyTablePane
from cp_tui.tui.dashboard.connection_text import connection_facts
from cp_tui.tui.dashboard.connectors_text import (
    connector_columns,
    connector_details,
    connector_facts,
    connectors_with,
)
from cp_tui.tui.dashboard.monitors_text import monitor_columns, monitor_facts, monitor_lines
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.words import Clock, with_words
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.facts_pane import FactsPane
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane

BROAD, HIGH = 84, 18
"""Cells from which the monitors have room for one of them beside the list, and lines from which
there is room for it at all."""


class ConnectionPane(FactsPane):
    """Does it talk to the CSMS, does the CSMS want it, and if not, why."""

    NAME = "connection"
    TITLE = "Connection"
    SHOWS = frozenset(
        {"link", "network", "registration", "identity", "security", "stop_report", "engine"}
    )
    HELP_SENTENCES = (
        "Socket: is the WebSocket to the CSMS open?",
        "Boot: did the CSMS accept the charge point?",
        "Clock: how far the CSMS is ahead (+) or behind (-), and the message that said so.",
        "Where connecting fails, the step is named (DNS, TCP, TLS, HTTP) with what to check.",
        "Net: the weather that makes the network bad, where somebody has set one.",
        "Stopped by the operator is not offline: nothing is tried or stored until restart.",
        "Its details show address, security profile, form of the key and server certificate.",
    )
    LABEL_WIDTH = 6

    def __init__(self, hints: str, details_hint: str) -> None:
        """`hints`: the keys that act while it is not connected; `details_hint`: always."""
        super().__init__(details_hint)
        self._waiting_hints = f"{hints}  {details_hint}"
        self._calm_hints = details_hint

    def wants_hints(self) -> bool:
        """The keys are named wherever the focus is: they work everywhere on the dashboard."""
        return True

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the facts, and the keys that help."""
        is_waiting = conditions.try_now(snapshot) is None
        self.hint(self._waiting_hints if is_waiting else self._calm_hints)
        super().fill(snapshot, clock)

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Socket, registration, clock and security, the most urgent first."""
        return connection_facts(snapshot, clock)


class ConnectorsPane(TablePane):
    """Connector 0, the charge point as a whole, and each connector; what matters about one."""

    DEFAULT_CSS = """
    ConnectorsPane LineTable { height: auto; min-height: 2; }
    ConnectorsPane FactLines { height: 1fr; }
    """

    NAME = "connectors"
    COPIED_FIRST = "Tx"
    TITLE = "Connectors"
    SHOWS = frozenset({"connectors", "charging_schedules", "cursor.connectors"})
    HELP_SENTENCES = (
        "One line per connector; 0 is the charge point as a whole.",
        "Limit: what it may take now. SoC: how full the battery is.",
        "Full: about when, at the power of now, where the battery is known.",
        "Below: errors, why the last start was refused, the session, where the limit comes from.",
        "Enter opens everything about the connector with its status changes and their causes.",
    )
    EMPTY = "no connector is known yet"
    UNSEEN = "no connector was seen yet"
    FILTER = "filter: number, status, tag, !not this"
    FILTERS_ITSELF = True
    NO_MATCH = "no connector matches the filter"
    FACTS = "below"

    def __init__(self, hints: str, glyphs: Glyphs) -> None:
        """`glyphs`: what the gauge of a battery is made of."""
        super().__init__(hints)
        self._glyphs = glyphs.value

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the lines, and the facts about the one under the cursor."""
        found = connectors_with(snapshot.connectors, self.words)
        is_first = self.table.cursor_key is None
        records = [(str(each.connector_id), each) for each in found]
        self.fill_table(connector_columns(snapshot, clock, self._glyphs), records)
        if is_first:
            self.table.move_cursor(str(snapshot.connector_id))
        here = self.table.cursor_key
        connector = next((each for each in found if str(each.connector_id) == here), None)
        self.facts.show(connector_facts(connector, clock) if connector else [])
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


class MonitorsPane(KeyTablePane):
    """The keys that somebody watches, each with its changes under it; beside them one in full."""

    DEFAULT_CSS = """
    MonitorsPane FactLines { height: 9; }
    MonitorsPane.-broad {
        #monitors-title { dock: top; }
        FactLines { dock: right; width: 50%; height: 100%; margin: 1 0 0 2; }
    }
    """

    NAME = "monitors"
    TITLE = "Monitors"
    SHOWS = frozenset({"monitors", "configuration", "configuration_changes", "cursor.monitors"})
    LABEL_WIDTH = 7
    HELP_SENTENCES = (
        "Each monitored key and its value; below what the CSMS changed, old → new, newest first.",
        "The same change again is counted in its line: 60 → 5 · 12 times, with the newest time.",
        "A key that the charge point does not know stays listed as unknown.",
        "m takes a monitor away here; on a configuration key it adds one.",
        "Where there is room, all about the key, or the change, under the cursor stands with them.",
    )
    EMPTY = "nothing monitored; m on a key"
    UNSEEN = "only watched: none can be set"
    _has_room = False
    """For everything about one of them."""
    FILTER = "filter: name of the key, !not this"
    FILTERS_ITSELF = True

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the monitored keys and their changes."""
        known = monitor_lines(snapshot.monitors)
        lines = with_words(known, self.words, lambda line: line.monitor.key)
        self._keys = {line.id: line.monitor.key for line in lines}
        line = self.fill_table(monitor_columns(lines, clock), [(line.id, line) for line in lines])
        if self._has_room:
            self.facts.show(monitor_facts(line, snapshot, clock) if line is not None else [])
        changes = len(snapshot.monitors.history)
        self.note(Content(count(changes, "change")) if changes else Content(""))

    def compose_body(self) -> ComposeResult:
        """The list, and on a large terminal one key, where it will have its place."""
        yield from super().compose_body()
        width, height = self.app.size
        self._make_room(width * 4 // 9, height // 2 - 3)
        if self._has_room:
            yield self.facts

    def _make_room(self, width: int, height: int) -> None:
        """Tell one key beside the list or below it, as there is room."""
        self._has_room = self.facts.display = height >= HIGH
        self.set_class(self._has_room and width >= BROAD, "-broad")

    def on_resize(self) -> None:
        """Say more or less."""
        self._make_room(*self.size)
        if self._has_room and not self.facts.is_attached:
            # Only where it is seen: every screen begins with this pane, and most are not so large.
            self.mount(self.facts)
        super().on_resize()

    @on(LineTable.Highlighted)
    def _other_line(self) -> None:
        # To everybody else a key and its changes are one record.
        if self._has_room and self._filled_for != self._to_fill_for():
            self.refill()
