"""A scenario: named steps, played in order against a context; how far it is can be watched.

It knows nothing of what the steps do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from msgspec import Struct

from cp_tui.demo.step_context import StepContext, StoryFailed

BRIEF_MAX = 41
"""What is left of a line of 80 beside the keys of all screens, the name of the dashboard, the
number and the speed."""


class Step(Struct, frozen=True):
    """One step, with its checks."""

    title: str
    act: Callable[[StepContext], Awaitable[None]]
    """Raises `StoryFailed` where a check fails."""
    now: str = ""
    """What happens and why, in a sentence for somebody who watches; empty: the title says it.

    It must be true in every round, from when the step begins to do something until the next does.
    """
    brief: str = ""
    """The same where there is little room: at most `BRIEF_MAX` characters."""
    check: str = ""
    """What to look at where it fails, after "Check"."""
    hold_s: float = 0.0
    """How long what has come of it is left to be looked at, at speed 1."""


class Scenario(Struct, frozen=True):
    """What a charge point and a CSMS go through together."""

    id: str
    title: str
    about: str
    """What it shows, in a sentence."""
    steps: tuple[Step, ...]


async def play(
    scenario: Scenario, context: StepContext, began: Callable[[int], None] = lambda step: None
) -> None:
    """Take the steps in order; `began` hears the index of each. Raises `StoryFailed`.

    A step begins when it does something: before that it is paced, or held for as long as somebody
    likes, and nothing of it is true yet.
    """
    pacing = context.pacing

    def begins(index: int) -> None:
        pacing.step_begins()
        began(index)

    for index, step in enumerate(scenario.steps):
        await pacing.begin_step()
        context.expect_step(partial(begins, index))
        try:
            await step.act(context)
        except StoryFailed as failure:
            context.begin_step()
            pacing.end_step()
            if step.check:
                raise StoryFailed(f"{failure} Check {step.check}.") from failure
            raise
        context.begin_step()
        pacing.end_step()
        await pacing.rest(step.hold_s)
