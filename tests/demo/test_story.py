"""The story of the demo with nothing made up but the time: real engine, real door, real CSMS.

Without pauses it is only what the charge point and its vehicles take.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import Called, Malformed, Received
from cp_tui.demo.pacing import AT_ONCE, LINES, Pacing
from cp_tui.demo.step_context import LEAD_S
from cp_tui.demo.story import ROUND, StoryFailed, run_story
from cp_tui.ocpp.frame import CallError
from cp_tui.rpc.client import Client
from tests.demo.charge_point import ID, csms_and_client
from tests.demo.fast_time import in_fast_time

ROUND_S_MAX = 25.0
"""`demo --seconds 30` must end with the story complete."""


async def tell_until(
    text: str, client: Client, csms: CentralSystem, *, times: int = 1
) -> list[str]:
    """Tell the story over and over without pauses, and interrupt it at a line."""
    lines: list[str] = []

    def report(line: str) -> None:
        lines.append(line)
        if sum(text in told for told in lines) == times:
            telling.cancel()

    telling = asyncio.create_task(
        run_story(client, csms, ID, report, pacing=Pacing(AT_ONCE), loop=True)
    )
    with suppress(asyncio.CancelledError):
        await telling
    return lines


def assert_nothing_went_wrong(csms: CentralSystem) -> None:
    """No message of either side was refused or broken."""
    for event in csms.record.events:
        assert not isinstance(event, Malformed)
        if isinstance(event, Called):
            assert event.failure is None
        if isinstance(event, Received):
            assert not isinstance(event.answer, CallError)


@in_fast_time
async def test_a_round_fits_into_the_demo_without_a_terminal(tmp_path: Path) -> None:
    lines: list[str] = []
    begun_s: list[float] = []
    loop = asyncio.get_running_loop()
    async with csms_and_client(tmp_path) as (csms, client), asyncio.timeout(ROUND_S_MAX):
        await run_story(
            client,
            csms,
            ID,
            lines.append,
            pacing=Pacing(LINES),
            began=lambda _: begun_s.append(loop.time()),
        )
    assert len(begun_s) == len(ROUND.steps)
    lasted_s = [later_s - at_s for at_s, later_s in pairwise(begun_s)]
    assert min(lasted_s) > 0.9 * LEAD_S / LINES, "each step can be read"
    assert lines
    assert_nothing_went_wrong(csms)


@in_fast_time
async def test_an_interrupted_round_is_cleared_away_and_rounds_follow_each_other(
    tmp_path: Path,
) -> None:
    async with csms_and_client(tmp_path) as (csms, client):
        await tell_until("SiteName: ", client, csms)
        assert [t.stop is None for t in csms.transactions.values()] == [True]
        lines = await tell_until("Monitors", client, csms, times=2)
        assert sum("the round is complete" in line for line in lines) == 1
        assert [t.stop is None for t in csms.transactions.values()] == [False] * 3
        assert_nothing_went_wrong(csms)


@in_fast_time
async def test_a_csms_that_fails_the_story_is_told_in_a_sentence(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):

        def forget_the_tags(_: str) -> None:
            csms.behaviour = Behaviour(id_tags={})

        with pytest.raises(StoryFailed, match=r"not show this: why tag BLOCKED was refused\."):
            await run_story(client, csms, ID, forget_the_tags, pacing=Pacing(AT_ONCE), deadline_s=1)


@in_fast_time
async def test_an_engine_that_goes_away_fails_the_story(tmp_path: Path) -> None:
    async with csms_and_client(tmp_path) as (csms, client):

        def hang_up_at_the_first_car(line: str) -> None:
            if "cable plugged in" in line:
                hanging_up.append(asyncio.create_task(client.close()))

        hanging_up: list[asyncio.Task[None]] = []
        with pytest.raises(StoryFailed, match="The charge point was lost"):
            await run_story(client, csms, ID, hang_up_at_the_first_car, pacing=Pacing(AT_ONCE))
        await asyncio.gather(*hanging_up)
