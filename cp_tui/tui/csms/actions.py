"""The actions on the CSMS of a demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from pydantic import JsonValue
from textual.content import Content

from cp_tui.demo.csms_variables import CsmsBehaviour
from cp_tui.demo.pacing import SPEEDS
from cp_tui.ocpp.datatypes import AuthorizationStatus
from cp_tui.ocpp.units import number
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk, Form, FormField
from cp_tui.tui.compose.actions import at_bench
from cp_tui.tui.compose.benches import AT_CSMS, RAW
from cp_tui.tui.csms.scenarios_text import (
    STORY,
    ScenarioLine,
    run_facts,
    scenario_lines,
    scenario_state,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock

csms_action = partial(action, screens="csms", when=conditions.at_csms)
"""What the actions on the CSMS share."""

NORMAL_TAGS = "empty: no tag has a verdict of its own"


def to_csms(
    method: str, params: Mapping[str, JsonValue] | None = None, *, shows_itself: bool = False
) -> CommandCall:
    """A call that goes to the CSMS."""
    return CommandCall(method, params or {}, is_for_csms=True, shows_itself=shows_itself)


@csms_action(
    "csms.send",
    "Send an action of the CSMS",
    means=Meaning.COMPOSE,
    short="Send",
    pane="csms-actions",
)
async def send(desk: Desk) -> None:
    """The form of the selected action of the CSMS; its answer as the charge point gave it."""
    selected = desk.snapshot.cursors.get("csms-actions") if desk.screen == "csms" else None
    await at_bench(desk, AT_CSMS, None if selected == RAW else selected)


@csms_action(
    "csms.raw",
    "Send a raw frame of the CSMS",
    means=Meaning.COMPOSE_RAW,
    short="Raw",
    pane="csms-actions",
)
async def send_raw(desk: Desk) -> None:
    """The text of a whole frame of the CSMS, malformed on purpose if you like."""
    await at_bench(desk, AT_CSMS, RAW)


@csms_action("csms.run", "Run a scenario", means=Meaning.RUN, short="Run", pane="csms-scenarios")
async def run(desk: Desk) -> None:
    """Play the selected scenario with the charge point that runs, and check every step."""
    scenario = desk.snapshot.cursors.get("csms-scenarios") if desk.screen == "csms" else None
    scenario = scenario or await desk.choose("Run which scenario?", _choices(desk))
    if scenario is None:
        return
    if scenario == STORY:
        await desk.command(to_csms("play_story"))
        return
    await desk.command(to_csms("run_scenario", {"scenario": scenario}))
    await show_steps.run(desk)


@csms_action(
    "csms.steps",
    "Steps of the scenario",
    means=Meaning.DETAILS,
    short="Steps",
    pane="csms-scenarios",
    when=conditions.csms,
)
async def show_steps(desk: Desk) -> None:
    """Each step of the scenario that runs or ran last, with what was seen to happen."""
    desk.show(
        "Scenario, step by step",
        lambda snapshot, clock: run_facts(snapshot.csms.scenarios.run, clock),
    )


@csms_action(
    "csms.stop",
    "Stop the scenario or the story",
    means=Meaning.REMOVE,
    short="Stop it",
    pane="csms-scenarios",
)
async def stop(desk: Desk) -> None:
    """Stop what is played; the network cable is plugged in where a scenario has pulled it."""
    await desk.command(to_csms("stop_scenario"))


@csms_action(
    "csms.story",
    "Pause or play the story",
    means=Meaning.PAUSE,
    short="Story",
    # On 2 the list pauses; on the dashboard the vehicle gives way while a story is told.
    screens="csms,dashboard,configuration,schedule,transactions,maintenance",
    pane="csms-state",
)
async def story(desk: Desk) -> None:
    """The story of the demo is told over and over; paused, the charge point is yours."""
    state = desk.snapshot.csms
    if not state.is_playing:
        await desk.command(to_csms("play_story"))
        return
    method = "resume" if _is_paused(desk) else "pause"
    await desk.command(to_csms(method, shows_itself=True))


@csms_action(
    "csms.step", "One step of the story", means=Meaning.STEP, screens="", when=conditions.played
)
async def step(desk: Desk) -> None:
    """The next step is played now, without a pause; the one after waits for you."""
    await desk.command(to_csms("step", shows_itself=True))


@csms_action(
    "csms.slower",
    "Tell the story more slowly",
    means=Meaning.SLOWER,
    screens="",
    when=conditions.played,
)
async def slower(desk: Desk) -> None:
    """The pauses of the story get twice as long; what the charge point does takes its time."""
    await _change_speed(desk, [speed for speed in reversed(SPEEDS) if speed < _speed(desk)])


@csms_action(
    "csms.faster",
    "Tell the story faster",
    means=Meaning.FASTER,
    screens="",
    when=conditions.played,
)
async def faster(desk: Desk) -> None:
    """The pauses of the story get half as long; what the charge point does takes its time."""
    await _change_speed(desk, [speed for speed in SPEEDS if speed > _speed(desk)])


def _asked(desk: Desk, *methods: str) -> CommandCall | None:
    """The newest of these calls that has no answer yet.

    Keys that come in one packet are faster than what the CSMS tells: the next one goes on from
    where the one before it leads.
    """
    under_way = [run.call for run in desk.runs if run.outcome is None and run.call.is_for_csms]
    return next((call for call in reversed(under_way) if call.method in methods), None)


def _is_paused(desk: Desk) -> bool:
    call = _asked(desk, "pause", "resume", "step")
    return desk.snapshot.csms.scenarios.is_paused if call is None else call.method != "resume"


def _speed(desk: Desk) -> float:
    call = _asked(desk, "set_speed")
    speed = None if call is None else call.params["speed"]
    return speed if isinstance(speed, float) else desk.snapshot.csms.scenarios.speed


async def _change_speed(desk: Desk, further: Sequence[float]) -> None:
    if not further:
        desk.refuse(Content(f"{number(_speed(desk))}x is the end of it"))
        return
    await desk.command(to_csms("set_speed", {"speed": further[0]}, shows_itself=True))


@csms_action("csms.attach", "Open a second screen of the demo", screens="", when=conditions.csms)
async def attach(desk: Desk) -> None:
    """The command that shows the charge point and the CSMS of this demo in another terminal."""

    def facts(snapshot: Snapshot, _clock: Clock) -> list[Fact]:
        return [
            Fact("Command", safe_text(snapshot.csms.demo.attach or "not known yet", "bold")),
            Fact("", Content("in another terminal of this machine, as often as you like; with")),
            Fact("", Content("--read-only it only looks. The demo ends with its first screen.")),
        ]

    desk.show("A second screen", facts)


def _choices(desk: Desk) -> list[Choice]:
    return [_choice(desk, line) for line in scenario_lines(desk.snapshot.csms)]


def _choice(desk: Desk, line: ScenarioLine) -> Choice:
    info = desk.snapshot.csms.scenario(line.id)
    about = safe_text(info.about) if info else Content("Over and over, until it is paused.")
    return Choice(line.id, safe_text(line.title), scenario_state(line), about)


@csms_action(
    "csms.behaviour", "How the CSMS answers", means=Meaning.EDIT, short="Behave", pane="csms-state"
)
async def behaviour(desk: Desk) -> None:
    """Boot status, clock, tags, silence, errors: what the CSMS does wrong on purpose."""
    now = desk.snapshot.csms.behaviour
    if now is not None:
        call = to_csms("set_behaviour")
        await desk.fill(Form("How the CSMS answers", _fields(now), "Apply", call, _INTRO))


@csms_action(
    "csms.reset_behaviour", "Let the CSMS answer correctly again", means=Meaning.REMOVE_MANY
)
async def reset_behaviour(desk: Desk) -> None:
    """Take back everything that it does wrong on purpose."""
    await desk.command(to_csms("reset_behaviour"))


@csms_action("csms.disconnect", "Let the CSMS close the connection", means=Meaning.NETWORK)
async def disconnect(desk: Desk) -> None:
    """The CSMS closes the WebSocket of the charge point; asks first."""
    facts = (
        Fact("Link", Content("the CSMS closes it with code 1001")),
        Fact("Then", Content("the charge point connects again by itself, and queues meanwhile")),
    )
    if await desk.ask(ConfirmQuestion("Close the connection at the CSMS?", facts, "Close it")):
        await desk.command(to_csms("disconnect"))


_INTRO = (
    Content("Faults: ACTION=silent, ACTION=delay 5 or ACTION=GenericError; * is every action."),
    Content("Tags: TAG=Blocked, with commas between; other tags as the line below says."),
)


def _fields(now: CsmsBehaviour) -> tuple[FormField, ...]:
    tags = ", ".join(f"{tag}={status.value}" for tag, status in now.id_tags.items())
    faults = ", ".join(f"{action}={fault}" for action, fault in now.faults.items())
    examples = ("*=silent", "Heartbeat=GenericError", "StartTransaction=InternalError")
    start = now.start_status.value if now.start_status else AuthorizationStatus.ACCEPTED.value
    return (
        FormField("registration_status", "Boot", now.registration_status.value),
        FormField("interval_s", "Interval", str(now.interval_s), "seconds"),
        FormField("clock_offset_s", "Clock", f"{number(now.clock_offset_s)}", "seconds ahead"),
        FormField("id_tags", "Tags", tags, NORMAL_TAGS),
        FormField("unknown_id_tag", "Other tags", now.unknown_id_tag.value),
        FormField("start_status", "Start", start, "Accepted: as the tag"),
        FormField("certificates", "Certificates", now.certificates.value),
        FormField("faults", "Faults", faults, "empty: none", examples),
    )
