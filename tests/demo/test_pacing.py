"""The pauses of a play: stretched, cut short, held, and played step by step; in fast time."""

from __future__ import annotations

import asyncio

from cp_tui.demo.pacing import AT_ONCE, Pacing
from cp_tui.demo.scenario import BRIEF_MAX
from cp_tui.demo.story import ROUND
from tests.demo.fast_time import in_fast_time


def now_s() -> float:
    return asyncio.get_running_loop().time()


@in_fast_time
async def test_a_rest_follows_the_speed_also_while_it_lasts() -> None:
    pacing = Pacing(2.0)
    await pacing.rest(10)
    assert round(now_s(), 3) == 5
    resting = asyncio.create_task(pacing.rest(10))
    await asyncio.sleep(1)
    pacing.set_speed(8)
    await resting
    assert round(now_s(), 3) == 5 + 1 + 1
    pacing.set_speed(AT_ONCE)
    await pacing.rest(10)
    assert round(now_s(), 3) == 7


@in_fast_time
async def test_what_is_left_of_a_rest_passes_after_a_pause() -> None:
    pacing = Pacing()
    resting = asyncio.create_task(pacing.rest(4))
    await asyncio.sleep(3)
    pacing.pause()
    await asyncio.sleep(60)
    assert not resting.done()
    pacing.resume()
    await resting
    assert round(now_s(), 3) == 64


@in_fast_time
async def test_a_step_is_played_without_its_pauses_and_the_next_one_is_held() -> None:
    pacing, begun = Pacing(), list[int]()

    async def play() -> None:
        for number in range(4):
            await pacing.begin_step()
            pacing.step_begins()
            begun.append(number)
            pacing.end_step()
            await pacing.rest(10)

    playing = asyncio.create_task(play())
    await asyncio.sleep(5)
    assert begun == [0]
    for number in (1, 2):
        pacing.step()
        await asyncio.sleep(1)
        assert begun == [*range(number + 1)]
    await asyncio.sleep(60)
    assert begun == [0, 1, 2]
    pacing.resume()
    await playing
    assert round(now_s(), 3) == 5 + 2 + 60 + 10 + 10


@in_fast_time
async def test_each_step_that_is_asked_for_is_one_more_also_while_another_acts() -> None:
    pacing, seen = Pacing(), list[str]()

    async def play() -> None:
        for number in range(12):
            await pacing.begin_step()
            await pacing.rest(2)
            pacing.step_begins()
            seen.append(f"{number} begins")
            await pacing.rest(3)
            await asyncio.sleep(1)
            seen.append(f"{number} ends")
            pacing.end_step()
            await pacing.rest(10)

    async def after(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return seen[-1]

    playing = asyncio.create_task(play())
    assert await after(2.5) == "0 begins"
    pacing.step()
    assert await after(1.5) == "1 begins", "0 was seen to begin already, and rests no more"
    assert await after(60) == "1 ends"
    pacing.step()
    assert await after(0.5) == "2 begins"
    pacing.step()
    pacing.step()
    assert pacing.steps_asked == 2
    assert await after(1) == "3 begins"
    assert pacing.steps_asked == 1
    assert await after(60) == "4 ends"
    pacing.resume()
    await asyncio.sleep(0.5)
    pacing.step()
    assert await after(0.5) == "5 begins"
    pacing.step()
    pacing.step()
    pacing.pause()
    assert await after(60) == "5 ends", "a pause takes back what was asked for"
    pacing.resume()
    assert await after(0) == "5 ends"
    await playing
    assert seen[-1] == "11 ends"


def test_every_step_of_the_story_is_told_to_who_watches_also_where_there_is_little_room() -> None:
    for step in ROUND.steps:
        assert step.now, step.title
        assert 0 < len(step.brief) <= BRIEF_MAX, step.title
