"""What the machine does with frames while the disk takes no records, or takes them late."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from cp_tui.charge_point.effects import (
    Effect,
    Emit,
    Forget,
    ForgetKey,
    Reply,
    Save,
    Send,
    Table,
    Upload,
    WhileDiskFails,
)
from cp_tui.charge_point.events import (
    DiskFailed,
    DiskWasSlow,
    DiskWorks,
    Event,
    FrameReceived,
    Stop,
    Tick,
)
from cp_tui.charge_point.variables import (
    Direction,
    MessageKind,
    MessageRecord,
    NotedFrame,
)
from cp_tui.engine.engine_loop import LATE_S
from cp_tui.engine.errors import CommandError
from cp_tui.engine.hub import EventHappened
from cp_tui.engine.pending_requests import CommandAnswer
from tests.acts import act_of
from tests.demo.fast_time import FastLoop, in_fast_time
from tests.engine.fakes import Minds
from tests.engine.test_engine_loop import WAIT_S, Note, bench, echo


async def test_nothing_is_sent_while_the_disk_is_full_and_nothing_is_lost() -> None:
    minds = Minds(echo)
    async with bench(minds) as on:
        on.log.clear()
        on.disk.is_full = True
        await on.frames("a")
        await on.until_told(FrameReceived("a"))
        await on.frames("b")
        await on.until_told(FrameReceived("b"))
        assert on.log == []
        on.disk.is_full = False
        await on.frames("c")
        await on.until_told(FrameReceived("c"))
    # The answers have waited, and leave in order once all that they rest on is there.
    assert on.log[:7] == [
        "saved a b c",
        *(f"sent {words} {frame} on 1" for frame in "abc" for words in ("re", "and")),
    ]
    assert "nothing that rests on them is sent until they are" in on.lines.getvalue()
    assert "writing works again" in on.lines.getvalue()


async def test_a_command_that_could_not_be_saved_is_refused_with_the_cause() -> None:
    def answer(event: Event) -> list[Effect]:
        return (
            [Save(Table.STATE, "s", Note()), Reply(event.request, True)]
            if isinstance(event, Stop)
            else []
        )

    async with bench(Minds(answer)) as on:
        on.disk.is_full = True
        with pytest.raises(CommandError, match="could not be written to the disk"):
            await on.engine_loop.ask(Stop, WAIT_S)
        with pytest.raises(CommandError, match="done, but not saved"):
            await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", WAIT_S)
        on.disk.is_full = False


async def test_a_frame_that_was_not_sent_is_marked_so_in_the_messages() -> None:
    record = MessageRecord(
        time=datetime(2026, 1, 1, tzinfo=UTC),
        direction=Direction.OUT,
        kind=MessageKind.CALL,
        message_id="1",
        action="StartTransaction",
        payload={},
    )

    def answer(event: Event) -> list[Effect]:
        if not isinstance(event, FrameReceived):
            return []
        send = Send("x", "1", WhileDiskFails.OFFERED_AGAIN)
        return [Save(Table.OUTBOX, "x", Note()), Emit("messages", NotedFrame(record)), send]

    async with bench(Minds(answer)) as on:
        seen = on.hub.subscribe(["messages"])
        on.disk.is_full = True
        await on.frames("a")
        (update,) = await seen.next()
        assert isinstance(update, EventHappened)
        assert isinstance(update.event, MessageRecord)
        assert update.event.result == "not sent"
        assert update.event.reason is not None
        assert update.event.reason.id == "store.not_written"
        await on.until_told(DiskFailed(frozenset({"1"})))
        on.disk.is_full = False
        await on.frames("b")
        assert [*await seen.next()] == [EventHappened("messages", record, 0)]
        assert "noted out StartTransaction" in on.log


async def test_a_transfer_begins_no_sooner_than_its_request_is_answered() -> None:
    def answer(event: Event) -> list[Effect]:
        if event != FrameReceived("go"):
            return []
        order = Upload("u1", "ftp://logs.example/in", "d.zip")
        return [Save(Table.STATE, "diagnostics", Note()), Send("yes", "1"), order]

    async with bench(Minds(answer)) as on:
        on.disk.is_full = True
        on.log.clear()
        await on.frames("go")
        await on.until_told(DiskFailed())
        assert on.log == []
        on.disk.is_full = False
        await on.frames("again")
        await on.until_told(DiskWorks())
        assert on.log == ["saved diagnostics", "sent yes on 1", "begun u1"]


async def test_a_key_is_kept_for_as_long_as_a_record_on_the_disk_names_it() -> None:
    def answer(event: Event) -> list[Effect]:
        if event == FrameReceived("renewed"):
            return [Forget(Table.STATE, "certificate"), ForgetKey("k1")]
        return echo(event)

    async with bench(Minds(answer)) as on:
        on.log.clear()
        on.disk.is_full = True
        await on.frames("renewed")
        await on.until_told(FrameReceived("renewed"))
        assert on.log == []
        on.disk.is_full = False
        await on.frames("a")
        await on.until_told(FrameReceived("a"))
    assert "ForgetKey" in on.log


async def test_what_rests_on_no_record_leaves_while_the_disk_is_full() -> None:
    def answer(event: Event) -> list[Effect]:
        match event:
            case FrameReceived("save"):
                return [Save(Table.KEY, "x", Note()), Send("saved", "1")]
            case FrameReceived("read"):
                return [Send("read", "2", WhileDiskFails.LEAVES)]
            case Stop(request):
                return [Reply(request, True)]
            case _:
                return []

    minds = Minds(answer)
    async with bench(minds) as on:
        on.disk.is_full = True
        on.log.clear()
        await on.frames("save", "read")
        await on.until_told(DiskFailed())
        assert on.log == ["sent read on 1"]
        # It has no record either, so it is done.
        assert await on.engine_loop.ask(Stop, WAIT_S) == CommandAnswer(True)
        assert minds.mind.events.count(DiskFailed()) == 1
        on.disk.is_full = False
        await on.frames("read")
        await on.until_told(DiskWorks())
        assert on.log[1:] == ["saved x", "sent saved on 1", "sent read on 1"]


async def test_a_flood_of_requests_while_the_disk_is_full_is_bounded() -> None:
    minds = Minds(echo)
    async with bench(minds) as on:
        on.disk.is_full = True
        for number in range(300):
            await on.frames(f"{number}")
        async with asyncio.timeout(WAIT_S):
            words = "200 answers wait for the disk: one more is dropped"
            while on.lines.getvalue().count(words) < 2 * 300 - 200:
                await asyncio.sleep(0.01)
        on.disk.is_full = False
        on.log.clear()
        await on.frames("last")
        await on.until_told(DiskWorks())
    sent = [line for line in on.log if line.startswith("sent")]
    assert len(sent) == 200 + 2


async def test_a_slow_record_is_told_to_the_mind_whose_frames_it_has_held_up() -> None:
    minds = Minds(echo)
    async with bench(minds) as on:
        on.disk.lets_through.clear()
        on.disk.is_asked.clear()
        await on.frames("a")
        await on.disk.is_asked.wait()
        await asyncio.sleep(LATE_S + 0.1)
        on.disk.lets_through.set()
        async with asyncio.timeout(WAIT_S):
            while not any(isinstance(each, DiskWasSlow) for each in minds.mind.events):
                await asyncio.sleep(0.01)
        await on.frames("b")
        await on.until_told(FrameReceived("b"))
        assert sum(isinstance(each, DiskWasSlow) for each in minds.mind.events) == 1


@in_fast_time
async def test_after_a_standstill_what_has_come_goes_before_the_time() -> None:
    minds = Minds(echo)
    async with bench(minds) as on:
        minds.mind.deadline = on.clock() + timedelta(seconds=0.2)
        await on.frames("a")
        await on.until_told(FrameReceived("a"))
        # The whole process stands still, as one that was stopped does; an answer came meanwhile.
        loop = asyncio.get_running_loop()
        assert isinstance(loop, FastLoop)
        loop.call_later(0.01, loop.stand_still, 1.0)
        loop.call_later(1.1, lambda: loop.create_task(on.frames("answer")))
        async with asyncio.timeout(WAIT_S):
            while Tick() not in minds.mind.events:
                await asyncio.sleep(0.01)
        events = minds.mind.events
        assert events.index(FrameReceived("answer")) < events.index(Tick())
