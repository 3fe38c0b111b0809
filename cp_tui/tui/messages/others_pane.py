"""The pane of what ours would have answered otherwise: no fault of anybody by itself."""

from __future__ import annotations

from textual import on
from textual.content import Content

from cp_tui.ocpp.plural import count
from cp_tui.tui.messages.findings_panes import FindingsPane
from cp_tui.tui.messages.others_text import other_columns, ours_facts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.log_words import under_way
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane


class OthersPane(TablePane):
    """Requests of the CSMS to which our own charge point would have given another answer."""

    DEFAULT_CSS = """
    OthersPane FactLines { height: 2; }
    """

    NAME = "others"
    TITLE = "Ours would answer otherwise"
    FACTS = "below"
    LABEL_WIDTH = 7
    SHOWS = frozenset({"log", "cursor.others"})
    COPIED_FIRST = "Why"
    HELP_SENTENCES = (
        "A charge point of this program lives through the log, in the place of the real one.",
        "Requests of the CSMS that it would have answered otherwise stand here, with its reason.",
        "They are questions, not faults: what the log does not tell, it does not know either.",
        "Enter goes to the request. Filter of the messages: ours:differs.",
    )

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show them in the order of the log."""
        place = snapshot.log
        if place is None:
            return
        records = [(f"{each.place}", each) for each in place.others]
        other = self.fill_table(other_columns(place.others, clock), records)
        self.facts.show(ours_facts(other))
        self.note(Content(count(len(records), "request") if records else ""))

    def why_empty(self, snapshot: Snapshot) -> str:
        """All is answered alike, or not all is compared."""
        place = snapshot.log
        if place is None or self.words:
            return super().why_empty(snapshot)
        if place.is_reading or place.is_judging or place.is_comparing:
            return f"not known yet, {under_way(place).plain}"
        return "ours would have answered every request alike, as far as the log tells"

    @on(LineTable.Selected)
    def _go_there(self, event: LineTable.Selected) -> None:
        event.stop()
        event.prevent_default()
        self.post_message(FindingsPane.Wanted(int(event.key)))
