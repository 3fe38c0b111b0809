"""The weather of the network in words: which is set, what it does now, which there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from cp_tui.charge_point.variables import NetworkView
from cp_tui.ocpp.plural import count
from cp_tui.tui.actions.desk import Choice
from cp_tui.tui.dashboard.one_alarm import Alarm, Remedy, Urgency
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_ODD
from cp_tui.tui.text.words import Clock, joined

FAIR = "fair"
"""The weather that leaves everything as it is."""
NOTHING = "nothing is wrong at the moment"
CHOOSE = Remedy("charge_point.weather", "sets another")


def weather_alarm(snapshot: Snapshot, clock: Clock, *, is_acting: bool) -> Iterator[Alarm]:
    """What the weather that is set does now, so that nobody looks for another cause.

    A failure says itself which weather has done it, so this comes behind all that is graver.

    `is_acting`: only where it does something; else only where it does nothing.
    """
    network = snapshot.network
    if network is None or network.weather == FAIR or bool(network.doing) is not is_acting:
        return
    since = f", since {clock.time(network.since)}" if network.since and network.doing else ""
    # Its name and what it does come first: a line that is too short loses its end.
    name, doing = drawn(network.weather), drawn(network.doing) or NOTHING
    text = f"Network: {name}: {doing} (seed {network.seed}{since})"
    then = "changes" if network.until else ""
    yield Alarm(Urgency.ODD, text, then, network.until, CHOOSE)


def weather_fact(network: NetworkView | None) -> list[Fact]:
    """The line of the connection: nothing where the network is as it is."""
    if network is None or network.weather == FAIR:
        return []
    return [Fact("Net", Content.styled(f"weather {_name(network)}", BOLD_ODD))]


def weather_details(network: NetworkView | None, clock: Clock) -> list[Fact]:
    """What it does now, and what has become of frames, connections and attempts to connect."""
    if network is None or network.weather == FAIR:
        return []
    until = f"until {clock.time(network.until)}" if network.until else ""
    frames = f"{network.lost} lost, {network.doubled} doubled, {network.delayed} late"
    cut = f"{count(network.cut, 'connection')} cut"
    failed = f"{count(network.not_connected, 'attempt')} to connect failed"
    return [
        Fact("Does", joined([safe_text(network.doing or NOTHING), until])),
        Fact("Frames", joined([frames, cut, failed])),
    ]


def weather_choices(network: NetworkView) -> Sequence[Choice]:
    """Every weather, with its sentence; the one that is set says so."""
    return [
        Choice(
            each.name,
            safe_text(each.name.replace("_", " ")),
            Content("is set" if each.name == network.weather else ""),
            safe_text(each.about),
            also=(each.name,),
        )
        for each in network.weathers
    ]


def _name(network: NetworkView) -> str:
    return f"{drawn(network.weather)}, seed {network.seed}"
