"""The panes of the CSMS screen: its actions, scenarios, state, and the exchanges that it saw."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from cp_tui.ocpp.action import RequestDirection
from cp_tui.tui.compose.actions import RAW, profile_word
from cp_tui.tui.compose.examples import sent_by
from cp_tui.tui.csms.text import (
    ActionLine,
    action_line_fields,
    csms_facts,
    exchange_facts,
    exchange_fields,
    run_facts,
    scenario_fields,
    scenario_lines,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.bars import ActionBar
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.filtered_pane import FilteredPane
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.pane import Pane
from cp_tui.tui.widgets.table_pane import TablePane

LINES = (
    *(
        ActionLine(action, profile_word(action))
        for action in sent_by(RequestDirection.TO_CHARGE_POINT)
    ),
    ActionLine(None, "Text"),
)
STATE_ROWS_TALL = 8
"""From so many rows on, the steps of the scenario are shown with the state."""


class CsmsActionsPane(FilteredPane):
    """Every request that the CSMS can send."""

    NAME = "csms-actions"
    TITLE = "Actions"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"csms"})
    FILTER_HINT = "filter: words of action, profile"
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Every request that a CSMS can send to a charge point, by feature profile.",
        "Enter opens its form; it is sent as it stands, and the answer is shown below the form.",
        "A raw frame is any text at all, malformed on purpose if you like.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(empty="no action matches", id="csms-actions-table"))

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the actions that pass the filter."""
        wanted = self.words.casefold().split()
        found = [
            line
            for line in LINES
            if all(word in f"{line.id} {line.profile}".casefold() for word in wanted)
        ]
        self.fill_table(action_line_fields(), [(line.id, line) for line in found])
        self.note_count(len(found), len(LINES))

    @on(TablePane.Opened)
    def _wanted(self, event: TablePane.Opened) -> None:
        """Enter sends it, after its form is filled."""
        event.stop()
        # It bubbles behind the word of where the cursor is, so that the app knows that by then.
        self.post_message(ActionBar.Clicked("csms.raw" if event.record == RAW else "csms.send"))


class CsmsScenariosPane(TablePane):
    """The story, and every scenario."""

    NAME = "csms-scenarios"
    TITLE = "Scenarios"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"csms"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Each plays a chapter with the charge point and the CSMS that run now, and checks both.",
        "Enter runs it and shows its steps; what runs is stopped first, the story pauses.",
        "A step fails where the charge point or the CSMS does not do what the standard asks.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints, LineTable(empty="no CSMS yet", id="csms-scenarios-table"))

    def compose_body(self) -> ComposeResult:
        """One table."""
        yield self.table

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the scenarios, each with its state."""
        lines = scenario_lines(snapshot.csms) if snapshot.csms.is_here else []
        self.fill_table(scenario_fields(), [(line.id, line) for line in lines])

    @on(TablePane.Opened)
    def _wanted(self, event: TablePane.Opened) -> None:
        """Enter runs it."""
        event.stop()
        self.post_message(ActionBar.Clicked("csms.run"))


class CsmsStatePane(Pane):
    """Who is connected, how the CSMS behaves, and what is played."""

    NAME = "csms-state"
    TITLE = "CSMS"
    SHOWS: ClassVar[frozenset[str]] = frozenset({"csms"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Has: the charge point that is connected, and how its newest boot was answered.",
        "Answers: what the CSMS does on purpose that a correct one would not do.",
        "Plays: the scenario that runs or ran last, its step, and what was seen to happen.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints)
        self._facts = FactLines(label_width=7, id="csms-facts")
        self._shown: tuple[Snapshot, Clock] | None = None

    def compose_body(self) -> ComposeResult:
        """Lines."""
        yield self._facts

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the state, and the steps where there is room."""
        self._shown = (snapshot, clock)
        facts = csms_facts(snapshot.csms, clock)
        if self.size.height >= STATE_ROWS_TALL and snapshot.csms.scenarios.run is not None:
            run = snapshot.csms.scenarios.run
            head, *steps = run_facts(run, clock, is_short=True)
            facts = [*facts[:2], Fact("", Content("")), head]
            # The step that runs and the line after it stay in sight, whatever came before.
            room = self.size.height - 1 - len(facts)
            facts += steps[max(0, min(run.step + 2, len(steps)) - room) :]
        self._facts.show(facts)

    def on_resize(self) -> None:
        """Show more or less."""
        if self._shown is not None:
            self.show(*self._shown)


class CsmsExchangesPane(TablePane):
    """The exchanges as the CSMS saw them, the newest first."""

    NAME = "csms-exchanges"
    TITLE = "Exchanges"
    STEPS = True
    SHOWS: ClassVar[frozenset[str]] = frozenset({"csms"})
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Requests with their answers, as the CSMS saw them. in: from the charge point, out: to it.",
        "! the CSMS found something wrong, or the answer refuses.",
        "Enter opens request and answer in full; up and down go to the next one.",
    )

    def __init__(self, hints: str = "") -> None:
        empty = "nothing was exchanged yet"
        super().__init__(hints, LineTable(empty=empty, id="csms-exchanges-table"))

    def compose_body(self) -> ComposeResult:
        """One table."""
        yield self.table

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the exchanges."""
        state = snapshot.csms
        numbered = list(enumerate(state.exchanges, start=state.first))
        records = [(str(number), exchange) for number, exchange in reversed(numbered)]
        follows = self.moves_by_itself
        self.fill_table(exchange_fields(clock), records)
        if follows:
            self.table.action_cursor("home")
        bad = sum(not exchange.is_good for exchange in state.exchanges)
        total = len(state.exchanges)
        self.note(Content(f"{total}, {bad} with !" if bad else f"{total}" if total else ""))

    @property
    def moves_by_itself(self) -> bool:
        """On the newest exchange the cursor stays on the newest, unless somebody reads it."""
        return self.table.cursor_row == 0 and self.app.screen is self.screen

    def details(self, record: str) -> tuple[str, FactSource]:
        """Request and answer in full."""

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            # The arrows move the cursor under the dialog, which follows it.
            exchange = snapshot.csms.exchange(int(self.table.cursor_key or record))
            if exchange is None:
                return [Fact("", Content("It was too long ago: the screen has forgotten it."))]
            return exchange_facts(exchange, clock)

        return "Exchange", facts
