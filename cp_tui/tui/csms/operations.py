"""What the actions on the CSMS of a demo do, written against the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue
from textual.content import Content

from cp_tui.demo.csms_variables import CsmsBehaviour
from cp_tui.ocpp.action import Action, RequestDirection
from cp_tui.ocpp.datatypes import AuthorizationStatus
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.ocpp.units import number
from cp_tui.tui.actions.command_form import choices, filled
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk, Form, FormField
from cp_tui.tui.actions.drafts import Bench, ComposeEnd
from cp_tui.tui.compose.examples import sent_by
from cp_tui.tui.compose.operations import RAW, action_at_bench, at_bench, raw_at_bench
from cp_tui.tui.csms.text import STORY, ScenarioLine, run_facts, scenario_lines, scenario_state
from cp_tui.tui.dashboard.operations import sends
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text

NORMAL_TAGS = "empty: no tag has a verdict of its own"


def to_csms(method: str, params: Mapping[str, JsonValue] | None = None) -> CommandCall:
    """A call that goes to the CSMS."""
    return CommandCall(method, params or {}, is_for_csms=True)


BENCH = Bench(
    "csms",
    "CSMS sends",
    "The CSMS sends it to the charge point as it stands. The charge point takes it in earnest: "
    "keys are set, profiles installed, transactions started and stopped.",
    lambda action, payload: to_csms("send", {"action": action, "payload": dict(payload)}),
    lambda text: to_csms("send_raw", {"text": text}),
)


# --- sending --------------------------------------------------------------------------------------


async def send(desk: Desk) -> None:
    """Fill the form of the selected action; elsewhere choose one first."""
    selected = desk.snapshot.cursors.get("csms-actions")
    end = ComposeEnd.ANOTHER
    if desk.screen == "csms" and selected is not None and selected != RAW:
        end = await action_at_bench(desk, BENCH, Action(selected))
    if end is ComposeEnd.ANOTHER:
        await at_bench(desk, BENCH, sent_by(RequestDirection.TO_CHARGE_POINT))


async def send_raw(desk: Desk) -> None:
    """Write a whole frame of the CSMS."""
    if await raw_at_bench(desk, BENCH) is ComposeEnd.ANOTHER:
        await at_bench(desk, BENCH, sent_by(RequestDirection.TO_CHARGE_POINT))


# --- scenarios ------------------------------------------------------------------------------------


async def run(desk: Desk) -> None:
    """Run the selected scenario, and show its steps; elsewhere choose one first."""
    scenario = desk.snapshot.cursors.get("csms-scenarios") if desk.screen == "csms" else None
    scenario = scenario or await desk.choose("Run which scenario?", _choices(desk))
    if scenario is None:
        return
    if scenario == STORY:
        await desk.command(to_csms("play_story"))
        return
    await desk.command(to_csms("run_scenario", {"scenario": scenario}))
    show_steps(desk)


async def steps(desk: Desk) -> None:
    """Show the steps of the scenario that runs or ran last."""
    show_steps(desk)


def show_steps(desk: Desk) -> None:
    """Follow a scenario until it is put away; it goes on all the same."""
    desk.show(
        "Scenario, step by step",
        lambda snapshot, clock: run_facts(snapshot.csms.scenarios.run, clock),
    )


stop = sends("stop_scenario", is_for_csms=True)
"""Stop the scenario or the story."""


async def story(desk: Desk) -> None:
    """Pause the story, or have it told again."""
    is_on = desk.snapshot.csms.scenarios.is_story_on
    await desk.command(to_csms("stop_scenario" if is_on else "play_story"))


def _choices(desk: Desk) -> list[Choice]:
    return [_choice(desk, line) for line in scenario_lines(desk.snapshot.csms)]


def _choice(desk: Desk, line: ScenarioLine) -> Choice:
    info = desk.snapshot.csms.scenario(line.id)
    about = safe_text(info.about) if info else Content("Over and over, until it is paused.")
    return Choice(line.id, safe_text(line.title), scenario_state(line), about)


# --- behaviour ------------------------------------------------------------------------------------


async def behaviour(desk: Desk) -> None:
    """Fill in how the CSMS is to answer."""
    now = desk.snapshot.csms.behaviour
    if now is not None:
        title = "How the CSMS answers"
        await desk.fill(Form(title, _fields(now), "Apply", _behaviour_call, _INTRO))


reset_behaviour = sends("reset_behaviour", is_for_csms=True)
_CLOSED = (
    Fact("Link", Content("the CSMS closes it with code 1001")),
    Fact("Then", Content("the charge point connects again by itself, and queues meanwhile")),
)
disconnect = sends(
    "disconnect",
    ConfirmQuestion("Close the connection at the CSMS?", _CLOSED, "Close it"),
    is_for_csms=True,
)


_INTRO = (
    Content("Faults: ACTION=silent, ACTION=delay 5 or ACTION=GenericError; * is every action."),
    Content("Tags: TAG=Blocked, with commas between; other tags as the line below says."),
)


def _fields(now: CsmsBehaviour) -> tuple[FormField, ...]:
    statuses = choices("set_behaviour", "unknown_id_tag", is_csms=True)
    tags = ", ".join(f"{tag}={status.value}" for tag, status in now.id_tags.items())
    faults = ", ".join(f"{action}={fault}" for action, fault in now.faults.items())
    examples = ("*=silent", "Heartbeat=GenericError", "StartTransaction=InternalError")
    registrations = choices("set_behaviour", "registration_status", is_csms=True)
    start = now.start_status.value if now.start_status else AuthorizationStatus.ACCEPTED.value
    return (
        FormField(
            "registration_status", "Boot", now.registration_status.value, choices=registrations
        ),
        FormField("interval_s", "Interval", str(now.interval_s), "seconds"),
        FormField("clock_offset_s", "Clock", f"{number(now.clock_offset_s)}", "seconds ahead"),
        FormField("id_tags", "Tags", tags, NORMAL_TAGS),
        FormField("unknown_id_tag", "Other tags", now.unknown_id_tag.value, choices=statuses),
        FormField("start_status", "Start", start, "Accepted: as the tag", choices=statuses),
        FormField("faults", "Faults", faults, "empty: none", examples),
    )


def _behaviour_call(values: Mapping[str, str]) -> CommandCall | str:
    params: dict[str, JsonValue] = {}
    for name in ("id_tags", "faults"):
        pairs = _pairs(values[name])
        if isinstance(pairs, str):
            return pairs
        params[name] = pairs
    others = {name: text for name, text in values.items() if name not in params}
    return filled(to_csms("set_behaviour", params), others)


def _pairs(text: str) -> dict[str, JsonValue] | str:
    """Read NAME=VALUE with commas between, or say which is none."""
    found: dict[str, JsonValue] = {}
    for part in text.split(","):
        name, sign, value = (each.strip() for each in part.partition("="))
        if not part.strip():
            continue
        if not (name and sign and value):
            return f"{part.strip()!r} is no NAME=VALUE; known codes: {_codes()}"
        found[name] = value
    return found


def _codes() -> str:
    codes: Sequence[str] = [code.value for code in ErrorCode]
    return ", ".join(codes)
