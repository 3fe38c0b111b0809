"""What is bounded by count is bounded by bytes as well: its entries may be long."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from cp_tui.charge_point.events import FrameReceived, Tick
from cp_tui.charge_point.variables import Troubles
from cp_tui.engine import troubles
from cp_tui.engine.hub import Hub
from cp_tui.engine.inbox import INBOX_BYTES_MAX, Inbox


def frame(size: int) -> FrameReceived:
    return FrameReceived("x" * size)


async def test_long_frames_wait_outside_until_those_before_them_are_worked_off() -> None:
    inbox = Inbox()
    long = frame(INBOX_BYTES_MAX // 2)
    await inbox.put(long)
    await inbox.put(long)
    waiting = asyncio.create_task(inbox.put(long))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    # What has no length goes past it: time and commands do not wait for the CSMS.
    await inbox.put(Tick())
    assert len(await inbox.take()) == 3
    await waiting
    assert await inbox.take() == [long]


async def test_one_frame_has_room_however_long_it_is_and_what_is_dropped_makes_room() -> None:
    inbox = Inbox()
    longest = frame(2 * INBOX_BYTES_MAX)
    await inbox.put(longest)
    waiting = asyncio.create_task(inbox.put(longest))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    inbox.drop(lambda item: isinstance(item, FrameReceived))
    await waiting
    assert await inbox.take() == [longest]


async def test_a_put_that_is_given_up_takes_no_room() -> None:
    inbox = Inbox()
    for _ in range(1_000):
        await inbox.put(Tick())
    waiting = asyncio.create_task(inbox.put(frame(INBOX_BYTES_MAX)))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.wait({waiting})
    await inbox.take()
    async with asyncio.timeout(30):
        await inbox.put(frame(INBOX_BYTES_MAX))


def test_the_text_of_a_trouble_is_bounded() -> None:
    hub = Hub()
    keeper = troubles.TroubleKeeper(hub.publish, lambda: datetime.now(UTC))
    keeper.raise_trouble("x", "a" * 10_000)
    found: Troubles = hub.get("troubles")
    assert len(found[0].text) == troubles.TEXT_MAX
