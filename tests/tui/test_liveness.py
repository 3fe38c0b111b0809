"""Who is accused of silence: an engine that does not answer, never the one who was away."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from cp_tui.tui.state import liveness
from tests.demo.fast_time import in_fast_time
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine

STEP_S = liveness.STEP_S


class Told:
    """What was told, each thing once."""

    def __init__(self) -> None:
        self.words: list[datetime | None] = []

    def __call__(self, since: datetime | None) -> None:
        if self.words[-1:] != [since]:
            self.words.append(since)


def now() -> datetime:
    return worlds.NOW.astimezone(UTC)


async def watched(engine: FakeEngine, told: Told) -> asyncio.Task[None]:
    task = asyncio.create_task(
        liveness.watch(engine, told, now, every_s=STEP_S, hung_after_s=10 * STEP_S)
    )
    await asyncio.sleep(5 * STEP_S)
    return task


@in_fast_time
async def test_silence_is_told_with_its_beginning_and_its_end() -> None:
    engine, told = FakeEngine({}), Told()
    task = await watched(engine, told)
    assert told.words == [None]
    engine.answers_pings.clear()
    await asyncio.sleep(30 * STEP_S)
    assert told.words == [None, worlds.NOW]
    engine.answers_pings.set()
    await asyncio.sleep(5 * STEP_S)
    assert told.words == [None, worlds.NOW, None]
    task.cancel()


@in_fast_time
async def test_a_screen_that_was_away_itself_accuses_nobody() -> None:
    """`kill -STOP` of the screen, a laptop that sleeps: one step, however long it was."""
    engine, told = FakeEngine({}), Told()
    task = await watched(engine, told)
    engine.answers_pings.clear()
    await asyncio.sleep(2 * STEP_S)
    loop = asyncio.get_running_loop()
    away = loop.time

    monkey = pytest.MonkeyPatch()
    monkey.setattr(loop, "time", lambda: away() + 3600)
    await asyncio.sleep(0)
    engine.answers_pings.set()
    await asyncio.sleep(3 * STEP_S)
    monkey.undo()
    assert told.words == [None]
    task.cancel()


@in_fast_time
async def test_a_lost_connection_ends_the_watch() -> None:
    engine, told = FakeEngine({}), Told()
    task = await watched(engine, told)
    engine.lose()
    await task
