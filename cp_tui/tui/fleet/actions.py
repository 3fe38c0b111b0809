"""The actions on a fleet: storms, more charge points, the arrivals, the end of the run.

Nothing of the fleet itself is imported here: keymaps and papers know actions without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from pydantic import JsonValue
from textual.content import Content

from cp_tui.tui.actions.action import ScreenAction, action
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.conditions import READ_ONLY
from cp_tui.tui.actions.desk import ConfirmQuestion, Desk, Form, FormField
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock

RUNNING = "running"
SCREENS = "fleet,charge-points"
STORMS = ("network", "power", "reconnect")
_STORM_INTRO = (
    Content("network: their cable is out; power: they boot again when it is back;"),
    Content("reconnect: they close the connection in order, and connect again."),
)


def at_fleet(snapshot: Snapshot) -> str | None:
    """The fleet must be there, and take commands from this screen."""
    fleet = snapshot.fleet
    if fleet is None or not fleet.is_here:
        return "the fleet does not answer"
    return READ_ONLY if snapshot.is_read_only else None


def without_fleet(snapshot: Snapshot) -> bool:
    """No fleet is looked at."""
    return snapshot.fleet is None


def running(snapshot: Snapshot) -> str | None:
    """Its run must go on."""
    if (why := at_fleet(snapshot)) is not None:
        return why
    part = snapshot.fleet.part if snapshot.fleet is not None else None
    return None if part == RUNNING else f"the run is {part or 'not known yet'}"


fleet_action = partial(action, when=running, screens=SCREENS)
"""What the actions on a fleet share."""


def to_fleet(method: str, params: Mapping[str, JsonValue] | None = None) -> CommandCall:
    """A call that goes to the fleet."""
    return CommandCall(method, params or {}, is_for_fleet=True)


@fleet_action(
    "fleet.storm", "Start a storm", means=Meaning.NETWORK, short="Storm", pane="fleet-curve"
)
async def start_storm(desk: Desk) -> None:
    """Something happens to a share of the charge points, now: what, and for how long."""
    fields = (
        FormField("kind", "Kind", STORMS[0], choices=STORMS),
        FormField("share", "Share", "1", "of those that have power, 0 to 1", ("1", "0.5", "0.1")),
        FormField("down_s", "Down", "10", "how long power or network is away", keep="fleet.down"),
        FormField("wait_s", "Wait", "", "before they connect again; empty: as planned"),
        FormField("random_s", "Random", "", "up to so much on top of the wait"),
    )
    await desk.fill(
        Form("Start a storm", fields, "Start", to_fleet("start_storm"), _STORM_INTRO, "down_s")
    )


@fleet_action(
    "fleet.add",
    "Add charge points",
    means=Meaning.MORE,
    short="More",
    pane="fleet-phases",
)
async def add_stations(desk: Desk) -> None:
    """Switch on so many charge points more than the plan has, at once."""
    number = FormField("number", "How many", "10", keep="fleet.number")
    await desk.fill(Form("Add charge points", (number,), "Add", to_fleet("add_charge_points")))


@fleet_action("fleet.pause", "Pause or resume the arrivals", means=Meaning.PAUSE, short="Arrivals")
async def pause(desk: Desk) -> None:
    """No charge point comes or goes, and the plan's time stands still; cars and storms come."""
    fleet = desk.snapshot.fleet
    is_paused = fleet is not None and fleet.view is not None and fleet.view.is_paused
    if is_paused:
        await desk.command(to_fleet("resume_arrivals"))
    else:
        await desk.command(to_fleet("pause_arrivals"))


@fleet_action("fleet.end", "Settle and end the run", means=Meaning.FINISH, short="End")
async def end(desk: Desk) -> None:
    """Sessions end, and what is open is waited for; then come the bill and the report. Asks."""
    facts = (
        Fact("Then", Content("nobody arrives, sessions end, storms are over")),
        Fact("Waits", Content("until all is acknowledged, or the time to settle is over")),
    )
    if await desk.ask(ConfirmQuestion("Settle and end the run?", facts, "End it")):
        await desk.command(to_fleet("end"))


@action(
    "fleet.alarms",
    "Everything that is wrong with the run",
    means=Meaning.ALARMS,
    short="Alarms",
    screens=SCREENS,
    gives_way=without_fleet,
)
async def show_alarms(desk: Desk) -> None:
    """Each in full, the gravest first, with what the report says; and what has happened so far."""
    # Known to every screen by its name; what it tells of takes a tenth of a second to import.
    from cp_tui.tui.fleet.alarms import alarms
    from cp_tui.tui.fleet.text import event_facts

    def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
        fleet = snapshot.fleet
        if fleet is None:
            return []
        found = [Fact("", safe_text(each.words, each.style)) for each in alarms(fleet)]
        found = found or [Fact("", Content("nothing is wrong"))]
        if fleet.report is not None:
            is_told = not (fleet.has_ended and fleet.report.tested_nothing)
            held = [each.words for each in fleet.report.limits if each.is_held and is_told]
            found += [Fact("Note", safe_text(each)) for each in fleet.report.notes]
            found += [Fact("Held", safe_text(each)) for each in held]
        return [*found, Fact("", Content("")), *event_facts(fleet.events, clock)]

    desk.show("What is wrong, and what happened", facts, label_width=9)


ACTIONS: tuple[ScreenAction, ...] = (start_storm, add_stations, pause, end, show_alarms)
"""All of them, in the order of the palette."""
