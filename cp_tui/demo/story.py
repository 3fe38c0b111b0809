"""The story of the demo: a depot with two sockets, told step by step, and every step checked.

It drives a real engine through its door and a real CSMS; nothing of what it reports is made up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo import story_steps
from cp_tui.demo.charge_point_watch import ChargePointWatch
from cp_tui.demo.preparation import clear_the_stage
from cp_tui.demo.scenario import Scenario, Step, play
from cp_tui.demo.step_context import DEADLINE_S, StepContext, StoryFailed
from cp_tui.demo.story_steps import CUSTOM_KEYS
from cp_tui.rpc.client import EngineConnection

__all__ = ["CUSTOM_KEYS", "ROUND", "StoryFailed", "on_stage", "run_story"]

ROUND_PAUSE_S = 3.0
"""The pause between two rounds at pace 1."""


async def _complete(context: StepContext) -> None:
    context.tell("Both cars are gone; the round is complete")


ROUND = Scenario(
    "story",
    "The story of the demo",
    "Two cars at a depot: limits, a refused tag, changed keys, a shared supply.",
    (
        Step("Put the context in order", clear_the_stage),
        Step("Monitor two keys", story_steps.monitor_keys),
        Step("Set the profiles of the charge point", story_steps.set_station_profiles),
        Step("First car: plug in", story_steps.plug_in),
        Step("A blocked tag is refused", story_steps.refuse_a_tag),
        Step("First car: start with a tag", story_steps.start_with_a_tag),
        Step("Change keys, see the power", story_steps.change_monitored_keys),
        Step("Lower the limit of the first car", story_steps.lower_the_limit),
        Step("Transfer data both ways", story_steps.transfer_data),
        Step("See the limit rise again", story_steps.see_the_limit_rise),
        Step("Second car: plug in", lambda context: story_steps.plug_in(context, 2)),
        Step("Second car: start remotely", story_steps.start_remotely),
        Step("Two cars share the supply", story_steps.share_the_supply),
        Step("First car: stop with its tag", story_steps.stop_with_the_tag),
        Step("Second car: stop remotely", story_steps.stop_remotely),
        Step("Restore the keys", story_steps.restore_keys),
        Step("The round is complete", _complete),
    ),
)


@asynccontextmanager
async def on_stage(
    client: EngineConnection,
    csms: CentralSystem,
    charge_point_id: str,
    report: Callable[[str], None],
    *,
    pace: float = 1.0,
    deadline_s: float = DEADLINE_S,
) -> AsyncIterator[StepContext]:
    """Open a context for a play: it follows the engine's variables for as long as it is open.

    `client` is a connection of its own to the engine, which is connected to `csms`, or about to be.
    `pace` stretches the pauses between the steps; 0 leaves none. Each check has `deadline_s`.
    """
    view = ChargePointWatch(client)
    following = asyncio.create_task(view.follow())
    try:
        yield StepContext(
            client, csms, charge_point_id, view, report, pace=pace, deadline_s=deadline_s
        )
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def run_story(
    client: EngineConnection,
    csms: CentralSystem,
    charge_point_id: str,
    report: Callable[[str], None],
    *,
    pace: float = 1.0,
    loop: bool = False,
    deadline_s: float = DEADLINE_S,
    began: Callable[[int], None] = lambda step: None,
) -> None:
    """Tell the story once, or with `loop` until cancelled; `StoryFailed` when a check fails.

    `began` hears the index of each step of a round as it begins.
    """
    async with on_stage(
        client, csms, charge_point_id, report, pace=pace, deadline_s=deadline_s
    ) as context:
        while True:
            await play(ROUND, context, began)
            if not loop:
                return
            await asyncio.sleep(ROUND_PAUSE_S * pace)
            await context.next_step()
