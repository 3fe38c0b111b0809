"""Facts to read: details of a connector or a key, the report of a stop, the commands, help."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from cp_tui.tui.desk import FactSource
from cp_tui.tui.dialogs.dialog import Dialog
from cp_tui.tui.panes.fact_lines import FactLines
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.words import Clock


class FactsDialog(Dialog[None]):
    """Facts that follow what the engine says while they are shown."""

    DEFAULT_CSS = """
    FactsDialog > .box { width: 100; max-width: 100%; }
    """

    def __init__(
        self,
        title: str,
        source: FactSource,
        snapshot: Snapshot,
        clock: Clock,
        *,
        label_width: int = 9,
    ) -> None:
        super().__init__()
        self._title = title
        self._source = source
        self._first = (snapshot, clock)
        self._label_width = label_width

    def compose(self) -> ComposeResult:
        """A list of facts."""
        with Vertical(classes="box"):
            yield FactLines(label_width=self._label_width)

    def on_mount(self) -> None:
        """Show them."""
        self.titled(self._title, "arrows scroll · escape closes")
        self.show(*self._first)
        self.query_one(FactLines).focus()

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Make the facts anew."""
        self.query_one(FactLines).show(self._source(snapshot, clock))
