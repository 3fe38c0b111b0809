"""What is played, in one line for somebody who watches: what happens now, why, and what comes next.

Pure. What comes next is told as such for as long as nothing of it has happened. The same in shorter
ways stands behind the line: whoever shows it takes the first that fits.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from cp_tui.demo.csms_variables import RunState, ScenarioRun, Scenarios, ScenarioStep
from cp_tui.demo.pacing import NORMAL
from cp_tui.ocpp.units import number
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import joined

KEYS = (
    ("csms.slower", "slower"),
    ("csms.faster", "faster"),
    ("csms.step", "one step"),
    ("csms.story", "pause"),
)
"""What can be done about the pace, in the words of a line that has room for them."""


def story_lines(state: CsmsState, key_of: Callable[[str], str]) -> tuple[Content, ...]:
    """The line, then shorter ones; none where nothing is played.

    `key_of` gives the key of an action as it is printed.
    """
    scenarios, run = state.scenarios, state.scenarios.run
    if not state.is_here or run is None or not run.steps or run.step > len(run.steps):
        return ()
    if run.step == 0:
        return _before_the_first(run, scenarios)
    step, steps = run.steps[run.step - 1], len(run.steps)
    if run.state is RunState.FAILED and scenarios.is_story_on:
        why = step.told[-1] if step.told else step.title
        broken = Content.styled(f"broke off at {run.step} of {steps}", "bold $text-warning")
        return (joined([broken, safe_text(why)]),)
    if run.state is not RunState.RUNNING:
        return ()
    after = run.steps[run.step].title if run.step < steps else ""
    following = [_next(after)] if after else []
    pace = _pace(scenarios)
    head = _head(f"{run.step} of {steps}, {pace}")
    short_head = _head(f"{run.step}/{steps} {pace}")
    now, brief = _now(step), safe_text(step.brief or step.title, "$text")
    return (
        joined([head, now, *following, _keys(key_of, is_paused=scenarios.is_paused)]),
        joined([head, now, *following]),
        joined([head, now]),
        joined([short_head, brief, *following]),
        joined([short_head, brief]),
    )


def _before_the_first(run: ScenarioRun, scenarios: Scenarios) -> tuple[Content, ...]:
    if run.state is not RunState.RUNNING:
        return ()
    head = _head(f"0/{len(run.steps)} {_pace(scenarios)}")
    return (joined([head, _next(run.steps[0].title)]),)


def _next(title: str) -> Content:
    return safe_text(f"next: {title}", "$text-muted")


def _pace(scenarios: Scenarios) -> str:
    speed = f"{number(scenarios.speed)}x"
    if not scenarios.is_paused:
        return speed
    if scenarios.steps_asked:
        return f"{scenarios.steps_asked} more"
    # How it will go on: whoever changes that while it is paused sees it.
    return "paused" if scenarios.speed == NORMAL else f"paused {speed}"


def _head(text: str) -> Content:
    return Content.styled(text, "bold $text-accent")


def _now(step: ScenarioStep) -> Content:
    return safe_text(step.now or step.title, "$text")


def _keys(key_of: Callable[[str], str], *, is_paused: bool) -> Content:
    words = [
        f"{key} {'go on' if word == 'pause' and is_paused else word}"
        for action_id, word in KEYS
        if (key := key_of(action_id))
    ]
    return safe_text("  ".join(words), "$text-muted")
