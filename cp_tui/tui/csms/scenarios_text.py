"""The scenarios of the demo in words: how each stands, and the steps of the one that runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, zip_longest

from msgspec import Struct
from textual.content import Content

from cp_tui.demo.csms_variables import (
    RunState,
    ScenarioInfo,
    ScenarioRun,
)
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact, fact_lines
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_GOOD, BOLD_ODD, QUIET
from cp_tui.tui.text.words import Clock, joined

STATE_STYLES: Mapping[RunState, str] = {
    RunState.WAITING: QUIET,
    RunState.RUNNING: BOLD_ODD,
    RunState.PASSED: BOLD_GOOD,
    RunState.FAILED: BOLD_BAD,
    RunState.STOPPED: BOLD_ODD,
}

STORY = "story"

STEP_LABEL_WIDTH = 2
"""Cells for the number of a step."""


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


def scenario_facts(line: ScenarioLine, state: CsmsState, width: int, room: int) -> list[Fact]:
    """What a scenario shows, and each of its steps with what it does.

    Of the one that runs or ran last also how each step went. Where `room` lines of this width are
    not enough for both, a step is told without its title, or in short; the one that runs stays in
    sight.
    """
    info = state.scenarios.story if line.is_story else state.scenario(line.id)
    if info is None:
        return []
    run = state.scenarios.run
    run = run if run is not None and run.id == line.id else None
    title = joined([safe_text(info.title, "bold"), scenario_state(line)])
    head = [Fact("", title), Fact("", safe_text(info.about))]

    def fits(facts: list[Fact]) -> bool:
        return len(fact_lines(facts, width, STEP_LABEL_WIDTH)) <= room

    forms = (
        [[title, about] if about else [title] for title, about, _ in _told(info)],
        [[about or title] for title, about, _ in _told(info)],
        [[brief or title] for title, _, brief in _told(info)],
    )
    for form in forms:
        steps = [_step_facts(index, texts, run) for index, texts in enumerate(form)]
        if fits(facts := [*head, *chain.from_iterable(steps)]):
            return facts
    above = max(0, run.step - 2) if run is not None else 0
    for first in range(1, above + 1):
        if fits(facts := [*head, *chain.from_iterable(steps[first:])]):
            break
    return facts


def _told(info: ScenarioInfo) -> Iterator[tuple[str, str, str]]:
    """The title of each step, what it does, and the same in short."""
    return zip_longest(info.steps, info.abouts, info.briefs, fillvalue="")


def _step_facts(index: int, texts: Sequence[str], run: ScenarioRun | None) -> list[Fact]:
    first, *others = texts
    head = safe_text(first)
    if run is not None and index < len(run.steps):
        state = run.steps[index].state
        head = Content.assemble(Content.styled(f"{state.value:<8} ", STATE_STYLES[state]), head)
    label = f"{index + 1:>{STEP_LABEL_WIDTH}}"
    return [Fact(label, head), *(Fact(" ", safe_text(each, QUIET)) for each in others)]


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
