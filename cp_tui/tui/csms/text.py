"""The CSMS of a demo in words: its actions, scenarios with their steps, exchanges, behaviour."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from textual.content import Content

from cp_tui.demo.csms_variables import (
    CsmsBehaviour,
    Exchange,
    ExchangeKind,
    RunState,
    ScenarioInfo,
    ScenarioRun,
)
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.length import exact
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.text.answer import json_line
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock, joined, seconds

QUIET = "$text-muted"
GOOD, BAD, ODD = "bold $text-success", "bold $text-error", "bold $text-warning"

STATE_STYLES: Mapping[RunState, str] = {
    RunState.WAITING: QUIET,
    RunState.RUNNING: ODD,
    RunState.PASSED: GOOD,
    RunState.FAILED: BAD,
    RunState.STOPPED: ODD,
}

DIRECTIONS: Mapping[ExchangeKind, str] = {
    ExchangeKind.RECEIVED: "in",
    ExchangeKind.CALLED: "out",
    ExchangeKind.COMPOSED: "out",
    ExchangeKind.CONNECTION: "link",
    ExchangeKind.MALFORMED: "in",
}

STORY = "story"


class ActionLine(Struct, frozen=True):
    """A request that the CSMS can send."""

    action: Action | None
    """None: a raw frame."""
    profile: str

    @property
    def id(self) -> str:
        """Names the line."""
        return self.action.value if self.action else "raw"


def action_line_columns() -> list[Column[ActionLine]]:
    """The columns of the list of actions."""
    return [
        Column("Action", 20, lambda line: Content(line.action or "raw frame"), is_flexible=True),
        Column("Profile", 14, lambda line: Content.styled(line.profile, QUIET), rank=1),
    ]


# --- scenarios ------------------------------------------------------------------------------------


class ScenarioLine(Struct, frozen=True):
    """A scenario, or the story, and how it stands."""

    id: str
    title: str
    steps: int
    state: RunState | None
    step: int = 0
    is_story: bool = False


def scenario_lines(state: CsmsState) -> list[ScenarioLine]:
    """The story, then the scenarios."""
    run, scenarios = state.scenarios.run, state.scenarios
    lines = [_line(STORY, "The story of the demo", None, run, scenarios.is_story_on)]
    return lines + [_line(each.id, each.title, each, run, False) for each in scenarios.available]


def _line(
    line_id: str, title: str, info: ScenarioInfo | None, run: ScenarioRun | None, is_on: bool
) -> ScenarioLine:
    is_mine = run is not None and run.id == line_id
    steps = len(run.steps) if run is not None and is_mine else len(info.steps) if info else 0
    if run is not None and is_mine:
        return ScenarioLine(line_id, title, steps, run.state, run.step, info is None)
    last = info.last if info else RunState.RUNNING if is_on else None
    return ScenarioLine(line_id, title, steps, last, 0, info is None)


def scenario_columns() -> list[Column[ScenarioLine]]:
    """The columns of the list of scenarios."""
    return [
        Column("Scenario", 18, lambda line: safe_text(line.title), is_flexible=True),
        Column("State", 14, scenario_state),
        Column("Steps", 5, lambda line: _number(line.steps), "right", rank=1),
    ]


def scenario_state(line: ScenarioLine) -> Content:
    """How a scenario stands, in two words."""
    if line.state is None:
        return Content.styled("paused" if line.is_story else "", QUIET)
    if line.state is RunState.RUNNING:
        text = f"step {line.step} of {line.steps}" if line.step else "running"
    elif line.state is RunState.FAILED:
        text = f"failed at {line.step}" if line.step else "failed"
    else:
        text = line.state.value
    return Content.styled(text, STATE_STYLES[line.state])


def _number(number: int) -> Content:
    return Content.styled(str(number) if number else "", QUIET)


def run_facts(run: ScenarioRun | None, clock: Clock, *, is_short: bool = False) -> list[Fact]:
    """The steps of the scenario that runs or ran last, each with what was seen to happen.

    The short form says that only of the step that runs, or that failed.
    """
    if run is None:
        return [Fact("", Content("No scenario has run yet."))]
    since = f"since {clock.time(run.started_at)}"
    head = joined(
        [
            safe_text(run.title, "bold"),
            Content.styled(run.state.value, STATE_STYLES[run.state]),
            f"at {clock.time(run.finished_at)}" if run.finished_at else since,
        ]
    )
    facts = [Fact("", head)]
    for number, step in enumerate(run.steps, start=1):
        word = Content.styled(f"{step.state.value:<8}", STATE_STYLES[step.state])
        facts.append(Fact(f"{number:>2}", Content.assemble(word, " ", safe_text(step.title))))
        if is_short and step.state not in (RunState.RUNNING, RunState.FAILED):
            continue
        told = "$text-error" if step.state is RunState.FAILED else QUIET
        facts += [Fact(" ", safe_text(f"· {line}", told)) for line in step.told]
    return facts


# --- exchanges ------------------------------------------------------------------------------------


def exchange_columns(clock: Clock) -> list[Column[Exchange]]:
    """The columns of the log of exchanges."""
    return [
        Column("Time", 8, lambda e: Content(clock.short(e.at))),
        Column("Dir", 4, lambda e: Content(DIRECTIONS[e.kind])),
        Column("Action", 24, _action),
        Column("The CSMS says", 32, verdict, is_flexible=True),
        Column("Charge point", 14, lambda e: safe_text(e.charge_point_id, QUIET), rank=1),
    ]


def _action(exchange: Exchange) -> Content:
    if exchange.action:
        return safe_text(exchange.action)
    words = {ExchangeKind.CONNECTION: "connection", ExchangeKind.MALFORMED: "malformed"}
    return Content.styled(words.get(exchange.kind, "raw frame"), QUIET)


def verdict(exchange: Exchange) -> Content:
    """What the checks of the CSMS came to; a sign tells good from bad without a colour."""
    sign = Content("  ") if exchange.is_good else Content.styled("! ", "bold $text-warning")
    return Content.assemble(sign, safe_text(exchange.verdict))


def exchange_facts(exchange: Exchange, clock: Clock) -> list[Fact]:
    """Everything about an exchange."""
    way = {
        ExchangeKind.RECEIVED: "the charge point asked, the CSMS answered",
        ExchangeKind.CALLED: "the CSMS asked, the charge point answered",
        ExchangeKind.COMPOSED: "composed at this screen, sent as it stands",
        ExchangeKind.CONNECTION: "the connection",
        ExchangeKind.MALFORMED: "something that is no OCPP",
    }[exchange.kind]
    facts = [
        Fact("Action", Content.assemble(_action(exchange), Content.styled(f" · {way}", QUIET))),
        Fact("Time", Content(clock.time(exchange.at))),
        Fact("Who", safe_text(exchange.charge_point_id or "unknown")),
        Fact("Verdict", verdict(exchange)),
    ]
    if exchange.request is not None:
        facts.append(Fact("Request", json_line(exchange.request)))
    if exchange.answer is not None:
        facts.append(Fact("Answer", json_line(exchange.answer)))
    return facts


# --- state ----------------------------------------------------------------------------------------


def csms_facts(state: CsmsState, clock: Clock) -> list[Fact]:
    """Who is connected, how the CSMS behaves, what is played."""
    if not state.is_here:
        words = "waiting for the CSMS" if state.is_ours else "this screen did not start the CSMS"
        return [Fact("", Content.styled(words, "$text-warning"))]
    facts = [_charge_point(state, clock)]
    if state.behaviour is not None:
        facts.append(Fact("Answers", behaviour_words(state.behaviour)))
    run = state.scenarios.run
    if run is None:
        facts.append(Fact("Plays", Content("nothing")))
        return facts
    facts.append(Fact("Plays", _playing(run)))
    told = next((step.told[-1] for step in reversed(run.steps) if step.told), "")
    if told:
        is_bad = run.state is RunState.FAILED
        facts.append(Fact("", safe_text(told, "$text-error" if is_bad else QUIET)))
    return facts


def _charge_point(state: CsmsState, clock: Clock) -> Fact:
    connected = [each for each in state.charge_points if each.is_connected]
    if not connected:
        return Fact("Has", Content.styled("no charge point is connected", ODD))
    first = connected[0]
    status = first.registration_status
    parts: list[Content | str] = [
        safe_text(first.charge_point_id, "bold"),
        status.value if status else "never booted here",
        safe_text(f"{first.vendor} {first.model} {first.firmware_version}".strip()),
        f"since {clock.time(first.since)}",
    ]
    if len(connected) > 1:
        parts.append(f"and {len(connected) - 1} more")
    return Fact("Has", joined(parts))


def _playing(run: ScenarioRun) -> Content:
    state = Content.styled(run.state.value, STATE_STYLES[run.state])
    at = min(max(run.step, 1), len(run.steps)) - 1
    step: Content | str = ""
    if run.state is not RunState.PASSED and run.steps:
        step = safe_text(f"step {at + 1} of {len(run.steps)}: {run.steps[at].title}")
    return joined([safe_text(run.title, "bold"), state, step])


def behaviour_words(behaviour: CsmsBehaviour) -> Content:
    """What the CSMS does that a correct and friendly one would not."""
    if behaviour.is_normal:
        return Content("everything, correctly")
    odd: list[str] = []
    if behaviour.registration_status.value != "Accepted":
        odd.append(f"boots with {behaviour.registration_status.value}")
    if behaviour.clock_offset_s:
        odd.append(f"clock {seconds(behaviour.clock_offset_s)}")
    if behaviour.start_status is not None:
        odd.append(f"StartTransaction with {behaviour.start_status.value}")
    if behaviour.unknown_id_tag.value != "Accepted":
        odd.append(f"unknown tags with {behaviour.unknown_id_tag.value}")
    odd += [f"{action} {fault}" for action, fault in behaviour.faults.items()]
    words = ", ".join(odd) or f"interval {exact(behaviour.interval_s)}, tags changed"
    return safe_text(words, ODD)
