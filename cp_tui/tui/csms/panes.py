"""The panes of the CSMS screen: its actions, scenarios, state, and the exchanges that it saw."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual import on
from textual.content import Content

from cp_tui.ocpp.action import Action, RequestDirection
from cp_tui.tui.compose.actions import profile_word
from cp_tui.tui.compose.benches import RAW
from cp_tui.tui.compose.examples import sent_by
from cp_tui.tui.csms.actions import run, send, send_raw
from cp_tui.tui.csms.exchanges_text import exchange_columns, exchange_facts
from cp_tui.tui.csms.scenarios_text import (
    STEP_LABEL_WIDTH,
    run_facts,
    scenario_columns,
    scenario_facts,
    scenario_lines,
)
from cp_tui.tui.csms.text import csms_facts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock, with_words
from cp_tui.tui.widgets.bars import ActionWanted
from cp_tui.tui.widgets.facts_pane import FactsPane
from cp_tui.tui.widgets.table_pane import TablePane

STANDING = ("Has", "Answers", "Attach")
"""What is known of the CSMS whatever it plays."""


class ActionLine(Struct, frozen=True):
    """A request that the CSMS can send."""

    action: Action | None
    """None: a raw frame."""
    profile: str

    @property
    def id(self) -> str:
        """Names the line."""
        return self.action.value if self.action else "raw"


LINES = (
    *(
        ActionLine(action, profile_word(action))
        for action in sent_by(RequestDirection.TO_CHARGE_POINT)
    ),
    ActionLine(None, "Text"),
)
ACTION_COLUMNS: tuple[Column[ActionLine], ...] = (
    Column("Action", 20, lambda line: Content(line.action or "raw frame"), is_flexible=True),
    Column("Profile", 14, lambda line: Content.styled(line.profile, "$text-muted"), rank=1),
)

STATE_ROWS_TALL = 8
"""From so many rows on, the steps of the scenario are shown with the state."""


class CsmsActionsPane(TablePane):
    """Every request that the CSMS can send."""

    NAME = "csms-actions"
    TITLE = "Actions"
    SHOWS = frozenset({"csms"})
    EMPTY = "no action matches"
    FILTER = "filter: words of action, profile, !not this"
    FILTERS_ITSELF = True
    HELP_SENTENCES = (
        "Every request that a CSMS can send to a charge point, by feature profile.",
        "Enter opens its form; it is sent as it stands, and the answer is shown below the form.",
        "A raw frame is any text at all, malformed on purpose if you like.",
    )

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the actions that pass the filter."""
        found = with_words(LINES, self.words, lambda line: f"{line.id} {line.profile}")
        self.fill_table(ACTION_COLUMNS, [(line.id, line) for line in found])
        self.note_count(len(found), len(LINES))

    @on(TablePane.Opened)
    def _wanted(self, event: TablePane.Opened) -> None:
        """Enter sends it, after its form is filled."""
        event.stop()
        # It bubbles behind the word of where the cursor is, so that the app knows that by then.
        self.post_message(ActionWanted((send_raw if event.record == RAW else send).id))


class CsmsScenariosPane(TablePane):
    """The story, and every scenario; beside them the steps of the selected one."""

    DEFAULT_CSS = """
    CsmsScenariosPane FactLines { display: none; }
    """

    NAME = "csms-scenarios"
    TITLE = "Scenarios"
    EMPTY = "no CSMS yet"
    SHOWS = frozenset({"csms", "cursor.csms-scenarios"})
    FACTS = "beside"
    LABEL_WIDTH = STEP_LABEL_WIDTH
    HELP_SENTENCES = (
        "Each plays a chapter with the charge point and the CSMS that run now, and checks both.",
        "Enter runs it and shows its steps; what runs is stopped first, the story pauses.",
        "A step fails where the charge point or the CSMS does not do what the standard asks.",
        "Where there is room, the steps of the selected one stand beside the list.",
    )

    def __init__(self, hints: str = "") -> None:
        super().__init__(hints)
        self._facts_for: tuple[object, ...] = ()

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the scenarios, each with its state."""
        lines = scenario_lines(snapshot.csms) if snapshot.csms.is_here else []
        line = self.fill_table(scenario_columns(), [(line.id, line) for line in lines])
        width, room = self.facts.size
        wanted = (line, snapshot.csms.scenarios, width, room)
        # With every exchange the pane is filled anew, and to fit the steps takes a while.
        if room and wanted != self._facts_for:
            self._facts_for = wanted
            facts = scenario_facts(line, snapshot.csms, width, room) if line is not None else []
            self.facts.show(facts)

    @on(TablePane.Opened)
    def _wanted(self, event: TablePane.Opened) -> None:
        """Enter runs it."""
        event.stop()
        self.post_message(ActionWanted(run.id))


class CsmsStatePane(FactsPane):
    """Who is connected, how the CSMS behaves, and what is played."""

    NAME = "csms-state"
    TITLE = "CSMS"
    SHOWS = frozenset({"csms"})
    HELP_SENTENCES = (
        "Has: the charge point that is connected, and how its newest boot was answered.",
        "Answers: what the CSMS does on purpose that a correct one would not do.",
        "Plays: the scenario that runs or ran last, its step, and what was seen to happen.",
    )
    LABEL_WIDTH = 7

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """The state, and the steps where there is room."""
        facts = csms_facts(snapshot.csms, clock)
        run = snapshot.csms.scenarios.run
        if self.size.height < STATE_ROWS_TALL or run is None:
            return facts
        head, *steps = run_facts(run, clock, is_short=True)
        facts = [*(fact for fact in facts if fact.label in STANDING), Fact("", Content("")), head]
        # The step that runs and the line after it stay in sight, whatever came before.
        room = self.size.height - 1 - len(facts)
        return facts + steps[max(0, min(run.step + 2, len(steps)) - room) :]

    def on_resize(self) -> None:
        """Show more or less."""
        self.refill()


class CsmsExchangesPane(TablePane):
    """The exchanges as the CSMS saw them, the newest first."""

    DEFAULT_CSS = """
    CsmsExchangesPane FactLines { display: none; height: 12; }
    """

    NAME = "csms-exchanges"
    TITLE = "Exchanges"
    EMPTY = "nothing was exchanged yet"
    FACTS = "below"
    LABEL_WIDTH = 7
    NEWEST_FIRST = True
    DETAILS = "Exchange"
    GONE = "It was too long ago: the screen has forgotten it."
    STEPS = True
    SHOWS = frozenset({"csms", "cursor.csms-exchanges"})
    HELP_SENTENCES = (
        "Requests with their answers, as the CSMS saw them.",
        "in: from the charge point; out: to it.",
        "! the CSMS found something wrong, or the answer refuses.",
        "Enter opens request and answer in full; up and down go to the next one.",
    )

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the exchanges."""
        state = snapshot.csms
        numbered = list(enumerate(state.exchanges, start=state.first))
        records = [(str(number), exchange) for number, exchange in reversed(numbered)]
        exchange = self.fill_table(exchange_columns(state.exchanges, clock), records)
        self.facts.show(exchange_facts(exchange, clock) if exchange is not None else [])
        bad = sum(not exchange.is_good for exchange in state.exchanges)
        total = len(state.exchanges)
        self.note(Content(f"{total}, {bad} with !" if bad else f"{total}" if total else ""))

    @property
    def follows_newest(self) -> bool:
        """On the newest exchange the cursor stays on the newest, unless somebody reads it."""
        return super().follows_newest and self.app.screen is self.screen

    @property
    def moves_by_itself(self) -> bool:
        """The cursor moves with every exchange."""
        return self.follows_newest

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """Request and answer in full."""
        exchange = snapshot.csms.exchange(int(record))
        return exchange_facts(exchange, clock) if exchange is not None else ()
