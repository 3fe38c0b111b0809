"""The pane of the findings: the gravest first, with all there is to say about the selected one."""

from __future__ import annotations

from textual import on
from textual.content import Content
from textual.message import Message

from cp_tui.ocpp.plural import count
from cp_tui.tui.messages.findings_text import finding_columns, finding_facts, finding_key
from cp_tui.tui.state.log_state import LogPlace, main_frame
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.log_words import counts, under_way, verdict
from cp_tui.tui.text.words import Clock, joined
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane


class FindingsPane(TablePane):
    """Everything that departs from the standard."""

    DEFAULT_CSS = """
    FindingsPane FactLines { height: 9; }
    """

    NAME = "findings"
    TITLE = "Findings"
    FACTS = "beside"
    LABEL_WIDTH = 7
    SHOWS = frozenset({"log", "cursor.findings"})
    COPIED_FIRST = "What"
    NEWEST_FIRST = True
    HELP_SENTENCES = (
        "What departs from the standard in this log, the gravest first.",
        "× error: against a must of the standard. ! warning: against a should. · note.",
        "At fault: the charge point, the CSMS, the network, or the log itself.",
        "Enter goes to the frame that shows it; every screen then tells what was known there.",
        "Where the log does not tell what a rule has to know, the rule is silent.",
    )

    class Wanted(Message):
        """Somebody wants to see the frame that shows a finding."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show what is found so far."""
        place = snapshot.log
        if place is None:
            return
        records = [(finding_key(each), each) for each in place.findings]
        found = self.fill_table(finding_columns(place.findings, clock), records)
        self.facts.show([] if found is None else finding_facts(found, clock))
        self.note(joined([verdict(place.findings), _elsewhere(place, self._key)]))

    def __init__(self, hints: str = "", key: str = "") -> None:
        """`key` chooses among the charge points of the log."""
        super().__init__(hints)
        self._key = key

    def why_empty(self, snapshot: Snapshot) -> str:
        """Nothing is found, or nothing yet."""
        place = snapshot.log
        if place is None or self.words:
            return super().why_empty(snapshot)
        if place.is_reading or place.is_judging:
            return f"nothing found yet, {under_way(place).plain}"
        return "nothing departs from the standard, as far as the log tells"

    @on(LineTable.Selected)
    def _go_there(self, event: LineTable.Selected) -> None:
        event.stop()
        event.prevent_default()
        found = self.table.record(event.key)
        if found is not None:
            self.post_message(self.Wanted(main_frame(found)))


def _elsewhere(place: LogPlace, key: str) -> Content:
    """`T 2 others ×3 !1`: that more charge points speak in the log, and what is found there."""
    others = len(place.chargers) - 1
    if others < 1:
        return Content("")
    words = f"{key} {count(others, 'other')}".strip()
    return Content.assemble(words, " ", counts(place.elsewhere))
