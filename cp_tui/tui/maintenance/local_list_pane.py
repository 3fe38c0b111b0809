"""The pane of the local authorization list: its version, and the tags that the engine tells."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.tags import list_facts, matching, shown_of, tag_facts, tag_fields
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.filtered_pane import FilteredPane
from cp_tui.tui.widgets.line_table import LineTable


class LocalListPane(FilteredPane):
    """What SendLocalList has brought."""

    DEFAULT_CSS = """
    LocalListPane FactLines { height: 1; }
    """

    NAME = "local_list"
    TITLE = "Local list"
    FILTER_HINT = "filter: words of tag, status, group"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"local_list"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "The list of tags that the CSMS has sent (S 3.5.2); only SendLocalList changes it.",
        "It beats the cache. After its expiry date a tag counts as Expired.",
        "The first hundred tags are shown; u looks up any tag, shown or not.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(id="local_list-table"))
        self._facts = FactLines(id="local_list-facts")
        self._facts.can_focus = False

    def compose_body(self) -> ComposeResult:
        """The list as a whole above its tags."""
        yield self._facts
        yield from super().compose_body()

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the tags that pass the filter."""
        known, time = snapshot.local_list, snapshot.schedule_time(clock.now)
        self._facts.show(list_facts(known, clock))
        entries = known.entries if known else ()
        found = matching(entries, self.words, time)
        self.table.set_empty_text("no tag matches the filter" if self.words else "no tag")
        self.fill_table(tag_fields(found, clock, time), [(each.id_tag, each) for each in found])
        self.note(Content(shown_of(len(found), len(entries), known.count if known else 0)))

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a tag of the list."""

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            entries = snapshot.local_list.entries if snapshot.local_list else ()
            entry = next((each for each in entries if each.id_tag == record), None)
            if entry is None:
                return [Fact("", Content("This tag is no longer among those shown."))]
            return tag_facts(entry, clock, snapshot.schedule_time(clock.now))

        return "Tag of the local list", facts
