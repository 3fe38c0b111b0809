"""Thoughts that take long: who asked first does not wait for those about what came later."""

from __future__ import annotations

import time

from cp_tui.charge_point.effects import Effect
from cp_tui.charge_point.events import Event, FrameReceived
from cp_tui.engine.engine_loop import TURN_S
from tests.engine.fakes import Minds
from tests.engine.test_engine_loop import bench, echo


def slowly(event: Event) -> list[Effect]:
    """Think for a while about every frame."""
    if isinstance(event, FrameReceived):
        time.sleep(TURN_S / 2)
    return echo(event)


async def test_who_asked_first_does_not_wait_for_the_thoughts_about_all_that_came_with_it() -> None:
    async with bench(Minds(slowly)) as on:
        on.log.clear()
        await on.frames(*"abcdefghij")
        await on.engine_loop.end()
    saved = [line for line in on.log if line.startswith("saved")]
    assert len(saved) >= 3
    assert on.log.index("sent re a on 1") < on.log.index(saved[1])
    assert [line[8] for line in on.log if line.startswith("sent re")] == [*"abcdefghij"]


async def test_on_a_slow_disk_what_came_together_shares_a_write() -> None:
    async with bench(Minds(slowly)) as on:
        on.log.clear()
        on.disk.write_s = 0.4
        await on.frames("first")
        await on.until_told(FrameReceived("first"))
        await on.frames(*"abcdefghij")
        await on.engine_loop.end()
    _, together, *_ = [line for line in on.log if line.startswith("saved")]
    # A thought may last longer on a busy machine: not all of them need fit into one turn.
    assert together.startswith("saved a b c d")
