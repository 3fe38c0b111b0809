"""A table with facts about the row under the cursor, below it or, where it is wide, beside it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane


class FactsPane(TablePane):
    """Answers without a key what is asked about the selected row."""

    DEFAULT_CSS = """
    FactsPane Horizontal { height: 1fr; layout: vertical; }
    FactsPane LineTable { height: 1fr; }
    """

    LABEL_WIDTH: ClassVar[int] = 8

    def __init__(self, hints: str, empty: str) -> None:
        super().__init__(hints, LineTable(empty=empty, id=f"{self.NAME}-table"))
        self.facts = FactLines(label_width=self.LABEL_WIDTH, id=f"{self.NAME}-facts")
        # They scroll with the mouse; for the keyboard, enter opens the details.
        self.facts.can_focus = False

    def compose_body(self) -> ComposeResult:
        """A table and the facts about one row."""
        with Horizontal():
            yield self.table
            yield self.facts

    @property
    def table_width(self) -> int:
        """The table may share the width with the facts."""
        return self.table.size.width or self.size.width
