"""The panes of a fleet as a whole: phases, curve, bill, run, and the requests of both sides."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cp_tui.tui.fleet import curve, text
from cp_tui.tui.fleet.news import EVENTS, FLEET, REPORT
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.facts_pane import FactsPane
from cp_tui.tui.widgets.table_pane import TablePane

QUEUE_ROWS_FROM = 11
"""Lines from which the messages that wait have a curve of their own."""
QUEUE_ROWS = 3


class FleetFactsPane(FactsPane):
    """Facts that depend on the width that there is."""

    def on_resize(self) -> None:
        """Show more or less."""
        self.refill()


class FleetPhasesPane(FleetFactsPane):
    """How many charge points are in each phase, as bars."""

    NAME = "fleet-phases"
    TITLE = "Charge points"
    SHOWS = frozenset({FLEET})
    HELP_SENTENCES = (
        "How many charge points are in each phase now, with those that misbehave.",
        "charging: a transaction runs; Accepted: the CSMS has accepted the boot; open: connected,"
        " and not Accepted yet.",
        "waiting: it waits before its next attempt to connect; no power: it is switched off.",
    )

    def __init__(self, hints: str, glyphs: Glyphs) -> None:
        super().__init__(hints)
        self._glyphs = glyphs.value

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """A bar for each phase."""
        fleet = snapshot.fleet
        view = fleet.view if fleet is not None else None
        return text.phase_facts(view, self.facts.size.width, self._glyphs)


class FleetCurvePane(FleetFactsPane):
    """How many were Accepted over the time of the run."""

    NAME = "fleet-curve"
    TITLE = "Accepted"
    SHOWS = frozenset({REPORT})
    HELP_SENTENCES = (
        "How many were Accepted, over all of the run; the texture above it are those that have"
        " power and are not Accepted.",
        "A mark below is a storm. In a tall terminal the messages that wait have a curve as well.",
    )

    def __init__(self, hints: str, glyphs: Glyphs) -> None:
        super().__init__(hints)
        self._glyphs = glyphs.value

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """The curve, line by line, and the time below."""
        fleet, (width, height) = snapshot.fleet, self.facts.size
        report = fleet.report if fleet is not None else None
        if fleet is None or report is None or not report.timeline or width < 8 or height < 2:
            return ()
        points = report.timeline
        found = curve.stretches(points, width - 1)
        # While a run is young, a second is wider than a cell.
        wide = max(1, (width - 1) // len(found))
        columns = curve.drawn_wide(found, wide)
        elapsed_s, glyphs = points[-1].at_s, self._glyphs
        most = max(each.on for each in columns)
        rows = height - 1
        has_queue = height >= QUEUE_ROWS_FROM
        if has_queue:
            rows -= QUEUE_ROWS + 1
        lines = curve.curve_lines(columns, rows, most, glyphs)
        view = fleet.view
        storms = () if view is None else view.storms
        began_s = [elapsed_s - (view.at - each.at).total_seconds() for each in storms if view]
        step = curve.step_of(elapsed_s, width - 1) / wide
        axis = curve.axis_line(len(columns), step, elapsed_s, began_s, width - 1, glyphs.now)
        lines.append(axis)
        if has_queue:
            waited = max(each.queue for each in columns)
            words = f"messages that wait, {waited} at most" if waited else "no message has waited"
            lines.append(Content.styled(words, "$text-muted"))
            lines += curve.queue_lines(columns, QUEUE_ROWS, glyphs)
        if view is not None:
            self.note(Content(f"{view.counts.accepted} of {view.counts.wanted}"))
        return [Fact("", line) for line in lines]


class FleetBillPane(FleetFactsPane):
    """What is billed of what was charged."""

    NAME = "fleet-bill"
    TITLE = "Bill"
    SHOWS = frozenset({FLEET, REPORT})
    LABEL_WIDTH = 7
    HELP_SENTENCES = (
        "Billed: transactions whose start, stop and MeterValues the CSMS has acknowledged.",
        "Lost: the charge point gave a message up, or the time to settle was over. Doubled: a"
        " transactionId that two transactions have.",
        "Values: MeterValues of transactions. Again: the answer was lost, so it was sent again.",
        "Before: transactions that an earlier run has left in the store of --store.",
    )

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """The sums."""
        return text.bill_facts(snapshot.fleet) if snapshot.fleet is not None else ()


class FleetRunPane(FleetFactsPane):
    """What runs and comes next, and how the fleet itself fares."""

    NAME = "fleet-run"
    TITLE = "Run"
    SHOWS = frozenset({FLEET, REPORT})
    LABEL_WIDTH = 6
    HELP_SENTENCES = (
        "Now and Next: the stage or the storm that is on, and what comes.",
        "Link: connections that were lost, attempts in vain. Back: how long it took until 99 %"
        " were Accepted again after more than a tenth was lost.",
        "Itself: how busy the fleet keeps its core, and how late its timers are: above 100 ms"
        " or 80 % the times are partly its own.",
    )

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """The run in words."""
        fleet, width = snapshot.fleet, self.facts.size.width
        return text.run_facts(fleet, clock, width) if fleet is not None else ()


class FleetEventsPane(FleetFactsPane):
    """What has happened to all of it."""

    NAME = "fleet-events"
    TITLE = "What happened"
    SHOWS = frozenset({EVENTS})
    LABEL_WIDTH = 9
    HELP_SENTENCES = (
        "Stages, storms, losses of more than a tenth and how long the return took; the newest"
        " stands first.",
        "In a terminal that is low the alarms have it, below what is wrong.",
    )

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """A line for each event."""
        return text.event_facts(snapshot.fleet.events, clock) if snapshot.fleet is not None else ()


class FleetRequestsPane(TablePane):
    """What the charge points asked, and how long the answers took."""

    NAME = "fleet-requests"
    TITLE = "Requests"
    SHOWS = frozenset({REPORT, "cursor.fleet-requests"})
    EMPTY = "no request has an end yet"
    DETAILS = "Requests"
    STEPS = True
    HELP_SENTENCES = (
        "Requests of charge points, by Action, and the time from the request to its answer.",
        "fail: CALLERROR, no answer in time, or the connection was lost. age: from the event at"
        " the charge point to its acknowledgement, with the wait in its queue.",
        "Enter opens all figures of one; up and down go to the next one.",
    )

    def fill(self, snapshot: Snapshot, clock: Clock) -> None:
        """A row for each Action."""
        report = snapshot.fleet.report if snapshot.fleet is not None else None
        actions = report.actions if report is not None else ()
        self.fill_table(text.REQUEST_COLUMNS, [(each.action, each) for each in actions])

    def everything(self, record: str, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """All figures of an Action."""
        report = snapshot.fleet.report if snapshot.fleet is not None else None
        actions = report.actions if report is not None else ()
        return text.request_facts(next((e for e in actions if e.action == record), None))


class FleetCommandsPane(FleetFactsPane):
    """What the CSMS asked, and what it was answered."""

    NAME = "fleet-commands"
    TITLE = "The CSMS asked"
    SHOWS = frozenset({REPORT})
    HELP_SENTENCES = ("Requests of the CSMS by Action, and how many had each answer.",)

    def facts_of(self, snapshot: Snapshot, clock: Clock) -> Sequence[Fact]:
        """A line for each Action."""
        return text.command_facts(snapshot.fleet.report if snapshot.fleet is not None else None)
