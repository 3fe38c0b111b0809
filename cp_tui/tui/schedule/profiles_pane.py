"""The pane of the installed charging profiles: what each does now, and its periods."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from cp_tui.ocpp.plural import count
from cp_tui.tui.schedule.periods_text import period_facts, period_list
from cp_tui.tui.schedule.profiles_text import (
    in_order,
    profile_details,
    profile_fields,
    profile_lines,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane

CHART_ROWS, SMALL_CHART_ROWS = 4, 1


class ProfilesPane(TablePane):
    """Every installed profile; beside or below it, what the selected one says."""

    DEFAULT_CSS = """
    ProfilesPane Horizontal { height: 1fr; layout: vertical; }
    ProfilesPane LineTable { height: 1fr; }
    ProfilesPane FactLines { height: 4; }
    """

    NAME = "profiles"
    TITLE = "Profiles"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"profiles", "cursor.profiles"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Every installed charging profile: connector (0: all), id, purpose, stack level, kind.",
        "Now: the limit that it sets, and where; armed: it would, if a transaction started now.",
        "Else why it sets none. Next: when it says something else.",
        "Below: its periods, in seconds from its start. Enter opens everything about it.",
    )

    def __init__(self, hints: str = "", *, glyphs: Glyphs = Glyphs.EIGHTH) -> None:
        empty = "no charging profile is installed: the hardware limits apply"
        super().__init__(hints, LineTable(empty=empty, id="profiles-table"))
        self._glyphs = glyphs.value
        self._facts = FactLines(label_width=7, id="profile-facts")
        # They scroll with the mouse; for the keyboard, enter opens the details.
        self._facts.can_focus = False

    def compose_body(self) -> ComposeResult:
        """A table and the facts about one row."""
        with Horizontal():
            yield self.table
            yield self._facts

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the profiles, and what the one under the cursor says."""
        entries = in_order(snapshot.profiles)
        records = [(str(each.profile.charging_profile_id), each) for each in entries]
        self.fill_table(profile_fields(clock), records)
        key = self.table.cursor_key
        entry = snapshot.profile(int(key)) if key is not None else None
        if entry is None:
            self._facts.show([])
        else:
            width = max(10, self._facts.size.width - 1)
            has_room = self._facts.size.height > 2 * CHART_ROWS
            rows = CHART_ROWS if has_room else SMALL_CHART_ROWS
            chart = period_facts(entry.profile, width, rows, self._glyphs)
            self._facts.show([*chart, *profile_lines(entry, clock)])
        self.note(Content(count(len(entries), "installed", "installed") if entries else ""))

    @property
    def table_width(self) -> int:
        """The table may share the width with the facts."""
        return self.table.size.width or self.size.width

    def details(self, record: str) -> tuple[str, FactSource]:
        """Everything about a profile, with its periods."""
        profile_id = int(record)

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            entry = snapshot.profile(profile_id)
            if entry is None:
                return [Fact("", Content(f"Profile #{profile_id} is no longer installed."))]
            periods = Fact("Periods", period_list(entry.profile, "·"))
            return [*profile_details(entry, clock), periods]

        return "Charging profile", facts
