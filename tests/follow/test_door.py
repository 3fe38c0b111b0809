"""Whoever attaches to one that is watched sees what has passed, and can ask nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from cp_tui.engine.errors import CommandError
from cp_tui.engine.hub import EventHappened, VariableChanged
from cp_tui.follow.door import FollowDoor
from cp_tui.follow.follower import Follower
from tests.tui.watched_world import talk
from tests.tui.worlds import NOW

THROUGH = "tap 127.0.0.1:9100"


class Fed:
    """A follower in a thread that does what it is asked when the test says so."""

    def __init__(self) -> None:
        self.follower = Follower("CP-1", source=THROUGH)
        self.jobs: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []
        self.door = FollowDoor(self.follower, self._ask, lambda: NOW, THROUGH)
        self.records = iter(talk().records)

    def _ask(self, job: Callable[[], Any], answered: Callable[[Any], None]) -> None:
        self.jobs.append((job, answered))

    def feed(self, number: int = 1_000) -> None:
        """So many more frames pass."""
        for record, _ in zip(self.records, range(number), strict=False):
            self.follower.take(record)
        self.door.take(self.follower.take_changed(), self.follower.take_events())

    def work(self) -> None:
        """The thread does what it was asked."""
        jobs, self.jobs = self.jobs, []
        for job, answered in jobs:
            # It goes on, as the thread of a tap does, whatever is wrong in a rule.
            with suppress(ZeroDivisionError):
                answered(job())

    async def done(self, task: asyncio.Task[Any]) -> Any:
        """Let the thread work until a task is done."""
        async with asyncio.timeout(30):
            while not task.done():
                self.work()
                await asyncio.sleep(0)
        return task.result()


async def test_values_are_worked_out_where_frames_are_read_and_the_loop_waits_for_none() -> None:
    fed = Fed()
    fed.feed(3)
    names = ["registration", "connectors", "messages"]
    await fed.done(asyncio.create_task(fed.door.prepare(names)))
    seen = fed.door.subscribe(names)
    first = seen.snapshot["registration"]
    assert isinstance(first, VariableChanged)
    assert first.value.status is None
    fed.feed()
    updates = [*await fed.done(asyncio.create_task(seen.next()))]
    while not any(each.name == "connectors" for each in updates):
        updates += await fed.done(asyncio.create_task(seen.next()))
    events = [each.event for each in updates if isinstance(each, EventHappened)]
    assert len(events) > 50
    values = {each.name: each.value for each in updates if isinstance(each, VariableChanged)}
    assert values["connectors"][1].transaction_id == 101
    fed.door.close()


async def test_one_that_changes_all_the_time_is_told_all_the_same() -> None:
    fed = Fed()
    fed.feed(3)
    await fed.done(asyncio.create_task(fed.door.prepare(["link"])))
    seen = fed.door.subscribe(["link"])
    told = 0
    async with asyncio.timeout(30):
        while told < 5:
            waiting = asyncio.create_task(seen.next())
            while not waiting.done():
                fed.door.take({"link"}, ())
                next_one = next(fed.records, None)
                if next_one is not None:
                    fed.follower.take(next_one)
                fed.work()
                fed.door.take({"link"}, ())
                await asyncio.sleep(0)
            told += len([*waiting.result()])
    fed.door.close()


async def test_looks_are_answered_and_all_else_is_refused_in_words_of_its_own() -> None:
    fed = Fed()
    fed.feed()

    async def call(method: str, **params: Any) -> Any:
        answer = await fed.done(asyncio.create_task(fed.door.call(method, params)))
        return answer.result

    flowed = await call("get_measurements", connector_id=1)
    assert len(flowed.points) == 12
    schedule = await call("get_composite_schedule", connector_id=1, duration_s=86_400)
    assert [int(each.limit) for each in schedule.periods] == [10]
    for method, params, words in (
        ("plug_in", {"connector_id": 1}, f"only watched, through {THROUGH}: nothing can be asked"),
        ("explain_tag", {"id_tag": "TAG-1"}, "only watched"),
        ("get_measurements", {"connector_id": 9}, "no frame has named connector 9"),
        ("no_such_method", {}, "no_such_method"),
    ):
        with pytest.raises(CommandError, match=words):
            await call(method, **params)
    fed.door.close()


async def test_nobody_waits_for_what_cannot_be_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    fed = Fed()
    fed.feed()
    view = fed.follower.view

    def stumbles(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(fed.follower, "composing", stumbles)
    monkeypatch.setattr(
        fed.follower, "view", lambda name, now: stumbles() if name == "link" else view(name, now)
    )
    call = fed.door.call("get_composite_schedule", {"connector_id": 1, "duration_s": 60})
    with pytest.raises(CommandError, match="an error inside cp-tui"):
        await fed.done(asyncio.create_task(call))
    await fed.done(asyncio.create_task(fed.door.prepare(["link", "registration"])))
    with pytest.raises(CommandError, match="link has no value"):
        fed.door.get("link")
    assert fed.door.get("registration").interval_s
    fed.door.close()
