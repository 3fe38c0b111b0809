"""The pane of the link history: each attempt to connect, the step that failed, what to check."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from cp_tui.charge_point.variables import LinkAttempt
from cp_tui.tui.maintenance.link_history_text import (
    attempt_facts,
    attempt_fields,
    attempt_id,
    attempt_lines,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane


class LinkHistoryPane(TablePane):
    """The outcomes that this screen knows of, newest first; below, the one under the cursor."""

    DEFAULT_CSS = """
    LinkHistoryPane LineTable { height: 1fr; }
    LinkHistoryPane FactLines { height: 3; }
    """

    NAME = "link_history"
    TITLE = "Link history"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"link_attempts", "link"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "One line for each attempt that ended, and for each link that ended or was stopped.",
        "Result names the step that failed: DNS, TCP, TLS, HTTP, subprotocol.",
        "Try counts since the link was last open. Below: cause and what to check, in full.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(empty="no attempt yet", id="link_history-table"))
        self._facts = FactLines(id="link_history-facts")
        # They scroll with the mouse; for the keyboard, enter opens the details.
        self._facts.can_focus = False
        self._attempts: dict[str, LinkAttempt] = {}

    def compose_body(self) -> ComposeResult:
        """A table and the facts about one row."""
        yield self.table
        yield self._facts

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the attempts, newest first."""
        self._attempts = {attempt_id(each): each for each in reversed(snapshot.link_attempts)}
        with self.following_newest():
            self.fill_table(attempt_fields(snapshot.link_attempts, clock), self._attempts.items())
        self._show_facts()

    @on(LineTable.Highlighted)
    def _show_facts(self) -> None:
        """Cause and check of the attempt under the cursor."""
        found = self._attempts.get(self.table.cursor_key or "")
        self._facts.show(attempt_lines(found) if found is not None else [])

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about an attempt."""

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            found = (each for each in snapshot.link_attempts if attempt_id(each) == record)
            attempt = next(found, None)
            return attempt_facts(attempt, clock) if attempt is not None else []

        return "Attempt to connect", facts
