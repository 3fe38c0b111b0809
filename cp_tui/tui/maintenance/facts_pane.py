"""What the subjects share that are no table: a list of facts that scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.pane import Pane


class MaintenanceFactsPane(Pane):
    """A pane of facts."""

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints)
        self._facts = FactLines(label_width=8, id=f"{self.NAME}-facts")

    def compose_body(self) -> ComposeResult:
        """One list of facts."""
        yield self._facts

    def facts(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """What there is to know."""
        raise NotImplementedError

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the facts."""
        self._facts.show(self.facts(snapshot, clock))
