"""The pane of the authorization cache: what the CSMS last said about each tag, and how long ago."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.tags import cache_facts, cached_fields, matching, shown_of, tag_facts
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.filtered_pane import FilteredPane
from cp_tui.tui.widgets.line_table import LineTable


class CachePane(FilteredPane):
    """The tags that the CSMS was asked about."""

    DEFAULT_CSS = """
    CachePane FactLines { height: 1; }
    """

    NAME = "cache"
    TITLE = "Cache"
    FILTER_HINT = "filter: words of tag, status, group"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"authorization_cache"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "What the CSMS last said about each tag (S 3.5.1), newest first; kept over a restart.",
        "A tag of the local list is never in the cache.",
        "The newest hundred are shown; u looks up any tag, shown or not.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(id="cache-table"))
        self._facts = FactLines(id="cache-facts")
        self._facts.can_focus = False

    def compose_body(self) -> ComposeResult:
        """The cache as a whole above its tags."""
        yield self._facts
        yield from super().compose_body()

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the tags that pass the filter."""
        known, time = snapshot.authorization_cache, snapshot.schedule_time(clock.now)
        self._facts.show(cache_facts(known))
        entries = known.entries if known else ()
        found = matching(entries, self.words, time)
        self.table.set_empty_text("no tag matches the filter" if self.words else "no tag")
        self.fill_table(cached_fields(found, clock, time), [(each.id_tag, each) for each in found])
        self.note(Content(shown_of(len(found), len(entries), known.count if known else 0)))

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a cached tag."""

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            known = snapshot.authorization_cache
            entries = known.entries if known else ()
            entry = next((each for each in entries if each.id_tag == record), None)
            if entry is None:
                return [Fact("", Content("This tag is no longer among those shown."))]
            return tag_facts(entry, clock, snapshot.schedule_time(clock.now))

        return "Tag of the cache", facts
