"""The pane of the sessions that did not start: who refused, and which key decides."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.transactions.refusals_text import (
    refusal_facts,
    refusal_fields,
    refusal_id,
    refusal_source,
)
from cp_tui.tui.widgets.facts_pane import FactsPane


class RefusalsPane(FactsPane):
    """The attempts to start that were refused, the newest first."""

    DEFAULT_CSS = """
    RefusalsPane FactLines { height: 3; }
    """

    NAME = "refusals"
    TITLE = "Not started"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"refusals", "configuration", "cursor.refusals"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Sessions that somebody wanted and that did not start, the newest first.",
        "Refused by: local list, cache, CSMS, offline rule, reservation, fault, connector,",
        "connection timeout (tag and cable did not both come), operator, or another rule.",
        "Below: the tag, and the configuration key that decides, with its value.",
    )

    LABEL_WIDTH = 5

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, "no attempt to start was refused")

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the refusals, and everything about the one under the cursor."""
        refusals = snapshot.refusals[::-1]
        with self.following_newest():
            self.fill_table(refusal_fields(clock), [(refusal_id(r), r) for r in refusals])
        key = self.table.cursor_key
        refusal = next((r for r in refusals if refusal_id(r) == key), None)
        self.facts.show(refusal_facts(snapshot, refusal, clock) if refusal is not None else [])
        self.note(Content(f"{len(refusals)}" if refusals else ""))

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a refusal, with the values that were compared."""
        return "Not started", refusal_source(record)
