"""The story of the demo: a depot with two sockets, told step by step, and every step checked.

It drives a real engine through its door and a real CSMS; nothing of what it reports is made up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from cp_tui.control.client import EngineConnection
from cp_tui.csms import steps
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.clearing import clear_the_stage
from cp_tui.csms.engine_view import EngineView
from cp_tui.csms.scenario import Scenario, Step, play
from cp_tui.csms.stage import DEADLINE_S, Stage, StoryFailed
from cp_tui.csms.steps import CUSTOM_KEYS

__all__ = ["CUSTOM_KEYS", "ROUND", "StoryFailed", "on_stage", "run_story"]

ROUND_PAUSE_S = 3.0
"""Between two rounds at pace 1."""


async def _complete(stage: Stage) -> None:
    stage.tell("Both cars are gone; the round is complete")


ROUND = Scenario(
    "story",
    "The story of the demo",
    "Two cars at a depot: limits, a refused tag, changed keys, a shared supply.",
    (
        Step("Put the stage in order", clear_the_stage),
        Step("Monitor two keys", steps.monitor_keys),
        Step("Set the profiles of the charge point", steps.set_station_profiles),
        Step("First car: plug in", steps.plug_in),
        Step("A blocked tag is refused", steps.refuse_a_tag),
        Step("First car: start with a tag", steps.start_with_a_tag),
        Step("Change keys, see the power", steps.change_monitored_keys),
        Step("Lower the limit of the first car", steps.lower_the_limit),
        Step("Transfer data both ways", steps.transfer_data),
        Step("See the limit rise again", steps.see_the_limit_rise),
        Step("Second car: plug in", lambda stage: steps.plug_in(stage, 2)),
        Step("Second car: start remotely", steps.start_remotely),
        Step("Two cars share the supply", steps.share_the_supply),
        Step("First car: stop with its tag", steps.stop_with_the_tag),
        Step("Second car: stop remotely", steps.stop_remotely),
        Step("Restore the keys", steps.restore_keys),
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
) -> AsyncIterator[Stage]:
    """Give a stage that follows the engine while it is open.

    `client` is a connection of its own to the engine, which is connected to `csms`, or about to
    be. `pace` stretches the pauses between the steps; 0 leaves none. Each check has `deadline_s`.
    """
    view = EngineView(client)
    following = asyncio.create_task(view.follow())
    try:
        yield Stage(client, csms, charge_point_id, view, report, pace=pace, deadline_s=deadline_s)
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
    ) as stage:
        while True:
            await play(ROUND, stage, began)
            if not loop:
                return
            await asyncio.sleep(ROUND_PAUSE_S * pace)
            await stage.next_step()
