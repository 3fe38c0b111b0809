"""A pane of facts that scroll: what there is to say about one thing, line by line."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.copying import Copyable, copyable, fields_of_facts
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.pane import Pane


class FactsPane(Pane):
    """Shows the facts of `facts_of`, anew whenever one of its variables has changed."""

    LABEL_WIDTH: ClassVar[int] = 8
    """Cells for the labels of the facts."""

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints)
        self.facts = FactLines(label_width=self.LABEL_WIDTH, id=f"{self.NAME}-facts")

    def compose_body(self) -> ComposeResult:
        """One list of facts."""
        yield self.facts

    @abstractmethod
    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """What there is to know."""

    def copyable(self, snapshot: Snapshot, clock: Clock) -> Copyable | None:
        """Each fact."""
        return copyable(fields_of_facts(self.facts_of(snapshot, clock)))

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the facts."""
        self.facts.show(self.facts_of(snapshot, clock))
