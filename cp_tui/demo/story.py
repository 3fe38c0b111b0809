"""The story of the demo: a depot with two sockets, told step by step, and every step checked.

It drives a real engine through its door and a real CSMS; nothing of what it reports is made up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo import (
    scenario_steps as more,
    security_steps,
    story_offline as offline,
    story_profiles as profiles,
    story_security as security,
    story_steps,
)
from cp_tui.demo.charge_point_watch import ChargePointWatch
from cp_tui.demo.pacing import Pacing
from cp_tui.demo.preparation import clear_the_stage
from cp_tui.demo.scenario import Scenario, Step, play
from cp_tui.demo.step_context import DEADLINE_S, StepContext, StoryFailed
from cp_tui.demo.story_steps import CUSTOM_KEYS
from cp_tui.ocpp.units import amps
from cp_tui.rpc.client import ConnectionLost, EngineConnection, RpcError

__all__ = ["CUSTOM_KEYS", "ROUND", "StoryFailed", "on_stage", "run_story"]

ROUND_PAUSE_S = 4.0
"""The pause between two rounds at speed 1."""


async def _complete(context: StepContext) -> None:
    await context.lead()
    context.tell("Both cars are gone; the round is complete")


async def _restore_keys(context: StepContext) -> None:
    await story_steps.restore_keys(context)
    await security_steps.restore_name(context)


SUPPLY, DEFAULT = amps(profiles.SUPPLY_A), amps(profiles.DEFAULT_A)
LOWERED, RAISED = amps(profiles.LOWERED_A), amps(profiles.RAISED_A)
SHARE = amps(profiles.SUPPLY_A / 2)

ROUND = Scenario(
    "story",
    "The story of the demo",
    "Two cars at a depot: limits, a refused tag, a shared supply, a certificate, a forged "
    "firmware, a time without the network.",
    (
        Step(
            "Set the stage",
            clear_the_stage,
            "The story begins when the charge point is connected and Accepted, and both its "
            "connectors are free",
            "It must be connected, connectors free",
            hold_s=2,
        ),
        Step(
            "Watch two keys",
            story_steps.monitor_keys,
            "The story watches two configuration keys: whatever changes them shows under Monitors",
            "The story watches two keys: see Monitors",
        ),
        Step(
            "Limit depot and cars",
            story_steps.set_station_profiles,
            f"The CSMS limits the depot to {SUPPLY} and each car to {DEFAULT}: "
            "the connectors say which profile it is",
            f"The CSMS allows {SUPPLY}, {DEFAULT} per car",
            hold_s=3,
        ),
        Step(
            "A car plugs in",
            story_steps.plug_in,
            "A car is plugged in at connector 1: Preparing; nothing flows before a tag is accepted",
            "A car plugs in at connector 1: Preparing",
            hold_s=2,
        ),
        Step(
            "A blocked tag is refused",
            story_steps.refuse_a_tag,
            "A tag is swiped that the CSMS has blocked: refused, and connector 1 says why",
            "A blocked tag: connector 1 says why not",
            hold_s=3,
        ),
        Step(
            "The driver's tag starts it",
            story_steps.start_with_a_tag,
            f"The driver swipes a good tag: a transaction starts, and power rises to {DEFAULT}",
            f"A good tag: power rises to {DEFAULT}",
            hold_s=3,
        ),
        Step(
            "The CSMS changes keys",
            story_steps.change_monitored_keys,
            "The CSMS wants meter values more often and renames the site: see Monitors",
            "The CSMS changes two keys: see Monitors",
            hold_s=2,
        ),
        Step(
            "A limit falls",
            story_steps.lower_the_limit,
            f"The CSMS lowers connector 1 to {LOWERED} for a peak elsewhere in the depot; "
            "watch the curve bend",
            f"The CSMS lowers connector 1 to {LOWERED}",
            hold_s=6,
        ),
        Step(
            "Data both ways",
            story_steps.transfer_data,
            "Meanwhile each side sends the other a DataTransfer; screen 2 has every message",
            "Each sends a DataTransfer; 2 shows both",
            hold_s=2,
        ),
        Step(
            "The limit rises",
            story_steps.see_the_limit_rise,
            f"The peak is over: the next period of the profile allows {RAISED}, and power follows",
            f"The next period allows {RAISED}: it rises",
            hold_s=4,
        ),
        Step(
            "A second car plugs in",
            story_steps.plug_in_second,
            "A second car is plugged in, at connector 2; its driver has an app and no tag",
            "A second car plugs in at connector 2",
        ),
        Step(
            "It is started remotely",
            story_steps.start_remotely,
            "The app asks the CSMS, and the CSMS starts connector 2 (RemoteStartTransaction)",
            "The CSMS starts connector 2 remotely",
            hold_s=2,
        ),
        Step(
            "Two cars share the supply",
            story_steps.share_the_supply,
            f"Two cars want more than the {SUPPLY} of the depot: connector 1 gives way to {SHARE}",
            f"Two share {SUPPLY}: connector 1 gives way",
            hold_s=5,
        ),
        Step(
            "A certificate is renewed",
            security.renew_a_certificate,
            "The CSMS asks for it: the charge point makes a new key, and is issued a certificate "
            "for TLS; the key never leaves it",
            "A new key, and a certificate for it",
            hold_s=4,
        ),
        Step(
            "A forged firmware is refused",
            security.refuse_forged_firmware,
            "Firmware is offered with the signature of another file: it is fetched, checked, "
            "refused; screen 6 says why",
            "Forged firmware: fetched, then refused",
            hold_s=4,
        ),
        Step(
            "The network fails",
            more.pull_the_network,
            "The network cable is pulled: both cars go on charging, and messages wait in the queue",
            "The cable is pulled: charging goes on",
            hold_s=3,
        ),
        Step(
            "A stop while offline",
            offline.stop_offline,
            "The first driver stops with the tag, then leaves; the CSMS will hear of it later",
            "A stop while offline: the queue grows",
            hold_s=2,
        ),
        Step(
            "The network is back",
            offline.deliver_the_queue,
            "The cable is back: the queue is delivered in order, with the times of what happened",
            "The cable is back: the queue is delivered",
            hold_s=3,
        ),
        Step(
            "A stop from afar",
            story_steps.stop_remotely,
            "The CSMS stops connector 2 (RemoteStopTransaction), then the second car leaves",
            "The CSMS stops connector 2; the car goes",
            hold_s=2,
        ),
        Step(
            "The keys as before",
            _restore_keys,
            "The CSMS gives the keys their first values back",
            "The CSMS sets the keys as they were",
        ),
        Step(
            "The round is complete",
            _complete,
            "Both cars are gone, and the CSMS has every message; the story begins again",
            "Both cars are gone; it begins again",
        ),
    ),
)


@asynccontextmanager
async def on_stage(
    client: EngineConnection,
    csms: CentralSystem,
    charge_point_id: str,
    report: Callable[[str], None],
    *,
    pacing: Pacing,
    deadline_s: float = DEADLINE_S,
) -> AsyncIterator[StepContext]:
    """Open a context for a play: it follows the engine's variables for as long as it is open.

    `client` is a connection of its own to the engine, which is connected to `csms`, or about to be.
    `pacing` says how long the pauses are. Each check has `deadline_s`. A network cable that a step
    has pulled is plugged in again at the end.
    """
    view = ChargePointWatch(client)
    context = StepContext(
        client, csms, charge_point_id, view, report, pacing=pacing, deadline_s=deadline_s
    )
    following = asyncio.create_task(view.follow())
    try:
        yield context
    finally:
        if context.is_cable_pulled:
            with suppress(RpcError, ConnectionLost):
                await client.call("set_network", up=True)
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def run_story(
    client: EngineConnection,
    csms: CentralSystem,
    charge_point_id: str,
    report: Callable[[str], None],
    *,
    pacing: Pacing,
    loop: bool = False,
    deadline_s: float = DEADLINE_S,
    began: Callable[[int], None] = lambda step: None,
) -> None:
    """Tell the story once, or with `loop` until cancelled; `StoryFailed` when a check fails.

    `began` hears the index of each step of a round as it begins.
    """
    async with on_stage(
        client, csms, charge_point_id, report, pacing=pacing, deadline_s=deadline_s
    ) as context:
        while True:
            await play(ROUND, context, began)
            if not loop:
                return
            await pacing.rest(ROUND_PAUSE_S)
            await context.lead()
