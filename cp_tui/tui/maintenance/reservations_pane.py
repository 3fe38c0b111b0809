"""The pane of the reservations: in force with the time that is left, ended with the reason."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content

from cp_tui.tui.maintenance.reservations_text import (
    reservation_facts,
    reservation_fields,
    reservation_lines,
    reservation_of,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.words import Clock, joined
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane


class ReservationsPane(TablePane):
    """Every reservation, those in force first."""

    NAME = "reservations"
    TITLE = "Reservations"
    # The link as well: each frame is an occasion to tell anew how much time is left.
    SHOWS: ClassVar[frozenset[str]] = frozenset({"reservations", "link"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "ReserveNow (S 5.13): a connector is held for one tag, or for the tags of a group.",
        "Conn any: connector 0 is reserved, one connector is kept free.",
        "The time left is as of the instant in the title. Enter tells everything about one.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(empty="no reservation", id="reservations-table"))

    def compose_body(self) -> ComposeResult:
        """A table."""
        yield self.table

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the reservations, and as of when the time left is told."""
        time = snapshot.schedule_time(clock.now)
        lines = reservation_lines(snapshot.reservations)
        self.fill_table(reservation_fields(lines, clock, time), [(line.id, line) for line in lines])
        active = sum(line.ended is None for line in lines)
        note = f"{active} in force, as of {clock.minute(clock.now)}" if active else ""
        self.note(joined([note, clock.csms_mark if lines else ""]))

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a reservation."""

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            line = reservation_of(snapshot.reservations, record)
            if line is None:
                return [Fact("", Content("This reservation is no longer listed."))]
            return reservation_facts(line, clock, snapshot.schedule_time(clock.now))

        return "Reservation", facts
