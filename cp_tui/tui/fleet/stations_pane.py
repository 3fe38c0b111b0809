"""The list of the charge points of a fleet: of ten thousand only those in sight are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import JsonValue
from textual import on
from textual.content import Content
from textual.message import Message

from cp_tui.charge_point.codec import converted
from cp_tui.fleet.fleet import StationRow
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.tui.fleet import text
from cp_tui.tui.fleet.news import PAGE
from cp_tui.tui.state.fleet_state import StationPage
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column, Row, row_of
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.styles import BOLD_ODD
from cp_tui.tui.text.words import Clock, joined
from cp_tui.tui.widgets.table_pane import NOT_KNOWN, TablePane

PAGE_ROWS = 200
"""How many are asked for: those in sight, and some before and after."""
GONE = "the fleet is gone"
ORDERS = {
    "Charge point": "id",
    "phase": "phase",
    "queue": "queue",
    "tx": "transactions",
    "misbehaves": "kind",
    "last error": "error",
}
"""What the list may be sorted by, by the title of the column."""
HIGHEST_FIRST = frozenset({"queue", "transactions"})
NO_POWER = re.compile(re.escape(text.PHASES[StationPhase.OFF][0]), re.IGNORECASE)
"""Its word is two, where a filter is read word by word."""
PHASE_WORDS = {word.casefold(): phase.value for phase, (word, _) in text.PHASES.items()} | {
    phase.value: phase.value for phase in text.PHASES
}


class StationRows:
    """The rows of a page; those outside of it are asked for when they are seen."""

    def __init__(
        self,
        page: StationPage,
        columns: Sequence[Column[StationRow]],
        missing: Callable[[], object],
    ) -> None:
        self._page = page
        self._columns = columns
        self._missing = missing

    def __len__(self) -> int:
        return self._page.count

    def row(self, index: int) -> Row:
        """The row of a charge point, or an empty one until it is known."""
        found = self._page.row(index)
        if found is None:
            self._missing()
            return Row(f"#{index}", tuple(Content("") for _ in self._columns))
        return row_of(self.key(index), found, self._columns)

    def key(self, index: int) -> str:
        """The id; of twins the second one has a mark behind it."""
        found = self._page.row(index)
        if found is None:
            return f"#{index}"
        before = self._page.row(index - 1)
        return found.id if before is None or before.id != found.id else f"{found.id}#2"

    def find(self, key: str) -> int | None:
        """Where in this page it is."""
        first = self._page.offset
        places = range(first, first + len(self._page.rows))
        return next((each for each in places if self.key(each) == key), None)


def asked_of(words: str) -> dict[str, JsonValue]:
    """What a filter asks for: phases, `queue`, `misbehaving`, else words of the other cells."""
    asked: dict[str, JsonValue] = {}
    phases: list[JsonValue] = []
    left_out: list[JsonValue] = []
    rest = []
    for word in NO_POWER.sub(StationPhase.OFF, words).split():
        bare, is_wanted = word.removeprefix("!").casefold(), not word.startswith("!")
        if bare in PHASE_WORDS:
            (phases if is_wanted else left_out).append(PHASE_WORDS[bare])
        elif bare == "queue":
            asked["has_queue"] = is_wanted
        elif bare == "misbehaving":
            asked["is_misbehaving"] = is_wanted
        else:
            rest.append(word)
    if left_out:
        there = phases or [phase.value for phase in text.PHASES]
        phases = [each for each in there if each not in left_out]
    if phases:
        asked["phases"] = phases
    if rest:
        asked["text"] = " ".join(rest)[:100]
    return asked


class FleetStationsPane(TablePane):
    """Every charge point, with its phase, its queue and its newest error."""

    NAME = "charge-points"
    TITLE = "Charge points"
    SHOWS = frozenset({PAGE, "cursor.charge-points"})
    EMPTY = "no charge point has power yet"
    FILTER = "filter: words; charging, waiting ...; queue; misbehaving; !word leaves out"
    FILTERS_ITSELF = True
    FACTS = "below"
    DEFAULT_CSS = "FleetStationsPane FactLines { height: 2; }"
    HELP_SENTENCES = (
        "Every charge point of the fleet; enter opens its own dashboard, q comes back.",
        "The filter takes words of an id, a kind of misbehaviour or the newest error, the word of"
        " a phase, queue (a message waits) and misbehaving; ! before any leaves out what has it.",
        "It can be sorted by id, phase, queue and transactions.",
    )

    class Wanted(Message):
        """Another part of the list is to be seen, or the same anew."""

    class Chosen(Message):
        """The dashboard of a charge point is wanted."""

        def __init__(self, station_id: str) -> None:
            super().__init__()
            self.station_id = station_id

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints)
        self._asked: Mapping[str, JsonValue] | None = None

    def wanted(self) -> dict[str, JsonValue]:
        """What to ask for what is in sight now."""
        top = max(0, int(self.table.scroll_offset.y) - PAGE_ROWS // 4)
        asked = asked_of(self.words)
        order = self.table.order
        by = ORDERS.get(order.column) if order is not None else None
        if by is not None and order is not None:
            asked["order"] = by
            asked["is_turned"] = order.is_down is not (by in HIGHEST_FIRST)
        return {**asked, "offset": top, "limit": PAGE_ROWS}

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the page, and ask for another where the filter or the order has changed."""
        if snapshot.fleet is None:
            return
        page, columns = snapshot.fleet.page, text.station_columns(clock)
        self.table.set_columns(columns)
        self.table.set_source(StationRows(page, columns, self._ask))
        self.facts.show(text.station_facts(page.row(self.table.cursor_row), clock))
        if not snapshot.fleet.is_here:
            # Nobody is there to look for more, nor for what a filter wants.
            self.note(
                Content.styled(f"{len(page.rows)} of {page.count} are left, {GONE}", BOLD_ODD)
            )
            return
        asked = _whole(self.wanted())
        match = f"match {drawn(self.words)!r}" if self.words else ""
        hint = Content.styled("enter opens its dashboard", "$text-muted")
        number = f"{page.count} {match}".rstrip() if page.asked == asked else NOT_KNOWN
        self.note(joined([number, hint]))
        if asked != self._asked:
            self._asked = asked
            self._ask()

    def why_empty(self, snapshot: Snapshot) -> str:
        """Only a fleet that has answered says that there is none."""
        fleet = snapshot.fleet
        if fleet is None or fleet.page.asked != _whole(self.wanted()):
            return NOT_KNOWN
        return super().why_empty(snapshot)

    def _ask(self) -> None:
        self.post_message(self.Wanted())

    @on(TablePane.Opened)
    def _wanted_one(self, event: TablePane.Opened) -> None:
        """Enter opens its dashboard."""
        event.stop()
        if not event.record.startswith("#"):
            self.post_message(self.Chosen(event.record.removesuffix("#2")))


def page_of(result: Any, wanted: Mapping[str, JsonValue]) -> StationPage:
    """Read what the fleet answered to what was asked."""
    rows = tuple(converted(StationRow, each) for each in result["rows"])
    return StationPage(result["count"], converted(int, wanted["offset"]), rows, _whole(wanted))


def _whole(wanted: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What was asked of the list, wherever in it somebody is."""
    return {name: each for name, each in wanted.items() if name not in ("offset", "limit")}
