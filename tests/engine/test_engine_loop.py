"""The order of things: saved before sent, answered when done, and always going on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import StringIO
from random import Random
from typing import Any, get_args

import pytest
from msgspec import Struct

from cp_tui.charge_point.effects import (
    CancelTransfer,
    CloseLink,
    Download,
    Effect,
    Emit,
    Forget,
    Log,
    LogLevel,
    OpenLink,
    Reboot,
    Reconnect,
    Refuse,
    Reply,
    Save,
    Send,
    SetCredentials,
    SetPing,
    StoredRecords,
    Table,
    Upload,
)
from cp_tui.charge_point.events import (
    Event,
    FrameReceived,
    LinkClosed,
    LinkOpened,
    OperatorCommand,
    PoweredOn,
    Stop,
    Tick,
    TransferData,
)
from cp_tui.charge_point.reason import because
from cp_tui.charge_point.variables import Connectors, OutboxView
from cp_tui.charger.charger import Charger
from cp_tui.engine.engine_loop import EngineLoop
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import Hub, SubscriptionClosed, VariableChanged
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.engine.recovery import Recovery
from cp_tui.engine.troubles import TroubleKeeper
from cp_tui.engine.write_buffer import WriteBuffer
from tests.acts import act_of
from tests.demo.fast_time import clock_here, in_fast_time
from tests.engine.fakes import (
    CONFIG,
    FakeDisk,
    FakeErrands,
    FakeLink,
    FakeRescue,
    FakeTransfers,
    Minds,
)
from tests.rpc.fake_engine import key_change

WAIT_S = 30.0


class Note(Struct, frozen=True):
    text: str = ""


class Bench:
    """A machine between a fake mind, a fake link and a fake disk."""

    def __init__(self, minds: Minds) -> None:
        self.minds = minds
        self.log: list[str] = []
        self.disk = FakeDisk(self.log)
        self.hub = Hub()
        self.clock = clock_here()
        self.troubles = TroubleKeeper(self.hub.publish, self.clock)
        self.lines = StringIO()
        logger = logging.Logger("bench", logging.DEBUG)
        logger.addHandler(logging.StreamHandler(self.lines))
        self.rescue = FakeRescue()
        self.charger = Charger(CONFIG, {}, Random(1), mind=minds)
        write_buffer = WriteBuffer(self.disk, logger, self.troubles)
        recovery = Recovery(
            write_buffer=write_buffer,
            load=self._load,
            rescue=self.rescue.as_rescue(),
            troubles=self.troubles,
            log=logger,
            clock=self.clock,
        )
        self.engine_loop = EngineLoop(
            self.charger,
            write_buffer=write_buffer,
            recovery=recovery,
            hub=self.hub,
            log=logger,
            clock=self.clock,
        )
        transfers = FakeTransfers(self.log).as_transfers()
        errands = FakeErrands(self.log).as_errands()
        self.engine_loop.use(FakeLink(self.log).as_link(), transfers, errands)

    async def frames(self, *texts: str) -> None:
        """Let frames arrive."""
        for text in texts:
            await self.engine_loop.deliver(FrameReceived(text))

    async def until_told(self, event: Event) -> None:
        """Wait until the mind was told an event."""
        async with asyncio.timeout(WAIT_S):
            while event not in self.minds.mind.events:
                await asyncio.sleep(0.001)

    async def _load(self) -> StoredRecords:
        return {Table.STATE: dict(self.disk.records)}


@asynccontextmanager
async def bench(minds: Minds, *, connected: bool = True) -> AsyncIterator[Bench]:
    made = Bench(minds)
    await made.engine_loop.boot()
    work = asyncio.create_task(made.engine_loop.run())
    if connected:
        await made.engine_loop.deliver(LinkOpened())
        await made.until_told(LinkOpened())
    try:
        yield made
    finally:
        await made.engine_loop.end()
        async with asyncio.timeout(WAIT_S):
            await work
        await made.engine_loop.close()


def echo(event: Event) -> list[Effect]:
    """Save and answer every frame."""
    match event:
        case FrameReceived(str(text)):
            return [Send(f"re {text}"), Save(Table.OUTBOX, text, Note()), Send(f"and {text}")]
        case _:
            return []


async def test_what_came_together_is_saved_once_and_sent_after_that_in_order() -> None:
    async with bench(Minds(echo)) as on:
        on.log.clear()
        await on.frames("a", "b")
        await on.engine_loop.end()
    assert on.log[:5] == [
        "saved a b",
        "sent re a on 1",
        "sent and a on 1",
        "sent re b on 1",
        "sent and b on 1",
    ]


async def test_an_answer_goes_to_the_connection_that_asked_and_to_no_other() -> None:
    async with bench(Minds(echo)) as on:
        on.log.clear()
        await on.frames("a")
        await on.engine_loop.deliver(LinkClosed())
        await on.engine_loop.deliver(LinkOpened(2))
        await on.frames("b")
        await on.until_told(FrameReceived("b"))
        await on.engine_loop.deliver(LinkClosed())
        await on.frames("c")
        await on.until_told(FrameReceived("c"))
    assert "sent re a on 1" in on.log
    assert "sent re b on 2" in on.log
    assert not any("re c" in line for line in on.log)


async def test_an_exception_in_the_mind_is_logged_and_a_new_mind_goes_on() -> None:
    def answer(event: Event) -> list[Effect]:
        if event == FrameReceived("bad"):
            raise RuntimeError("a bug in the mind")
        return echo(event)

    minds = Minds(answer)
    async with bench(minds) as on:
        await on.frames("bad")
        async with asyncio.timeout(WAIT_S):
            while len(minds.made) < 2:
                await asyncio.sleep(0.001)
        await on.engine_loop.deliver(LinkOpened(2))
        await on.frames("good")
        await on.until_told(FrameReceived("good"))
    assert len(minds.made) == 2
    assert "sent re good on 2" in on.log
    assert "RuntimeError: a bug in the mind" in on.lines.getvalue()
    assert "Traceback" in on.lines.getvalue()


async def test_a_command_that_fails_in_the_mind_is_refused_at_once() -> None:
    def answer(event: Event) -> list[Effect]:
        if isinstance(event, Stop):
            raise RuntimeError("a bug in the mind")
        return []

    async with bench(Minds(answer)) as on:
        with pytest.raises(CommandError, match="nothing of it was done"):
            await on.engine_loop.ask(Stop, WAIT_S)


@pytest.mark.parametrize("command", get_args(OperatorCommand), ids=lambda each: each.__name__)
async def test_every_command_that_fails_in_the_mind_is_refused_at_once(
    command: type[OperatorCommand],
) -> None:
    """None of them may wait for its time limit: whatever is a command is in the set."""

    def broken(event: Event) -> list[Effect]:
        if isinstance(event, command):
            raise RuntimeError("a bug")
        return []

    def event_of(number: int) -> Event:
        others = [name for name in command.__struct_fields__ if name != "request"]
        nothing: dict[str, Any] = dict.fromkeys(others)
        return command(request=number, **nothing)

    async with bench(Minds(broken)) as on:
        with pytest.raises(CommandError, match="nothing of it was done"):
            await on.engine_loop.ask(event_of, WAIT_S)


async def test_effects_reach_the_link_the_hub_and_the_log() -> None:
    effects: list[Effect] = [
        SetCredentials(b"secret-secret-12", "16 characters (text)"),
        SetPing(7),
        OpenLink(),
        Reconnect("a new key"),
        CloseLink(),
        Download("d1", "http://fw.example/x"),
        Upload("u1", "ftp://logs.example/in", "d.zip"),
        CancelTransfer("d1"),
        Emit("configuration_key", key_change(1)),
        Log(LogLevel.WARNING, "look here"),
        Forget(Table.KEY, "gone"),
    ]

    def answer(event: Event) -> list[Effect]:
        return effects if event == FrameReceived("go") else []

    async with bench(Minds(answer)) as on:
        on.log.clear()
        await on.frames("go")
        await on.until_told(FrameReceived("go"))
        await asyncio.sleep(0)
    assert on.log[:6] == [
        "saved gone",
        "credentials",
        "ping 7",
        "open",
        "reconnect: a new key",
        "close",
    ]
    assert on.log[6:9] == ["begun d1", "begun u1", "cancelled d1"]
    assert tuple(on.hub.history("configuration_key")) == (key_change(1),)
    assert "look here" in on.lines.getvalue()
    assert "secret" not in on.lines.getvalue()


async def test_replies_find_their_command_by_number() -> None:
    reason = because("x.y", "cp-tui", "because")

    def answer(event: Event) -> list[Effect]:
        match event:
            case Stop(request):
                return [Reply(request, True, reason)]
            case _:
                return []

    async with bench(Minds(answer)) as on:
        assert await on.engine_loop.ask(Stop, WAIT_S) == CommandAnswer(True, reason)


async def test_a_command_that_the_mind_refuses_is_an_error_with_its_words() -> None:
    def answer(event: Event) -> list[Effect]:
        return [Refuse(event.request, because("x.y", "S 1", "no"))] if type(event) is Stop else []

    async with bench(Minds(answer)) as on:
        with pytest.raises(CommandError, match=r"^no$") as caught:
            await on.engine_loop.ask(Stop, WAIT_S)
        assert caught.value.code == ErrorNumber.REFUSED


async def test_a_command_that_the_mind_never_answers_ends_with_a_clear_error() -> None:
    async with bench(Minds()) as on:
        with pytest.raises(CommandError, match=r"no answer within 0.05 s"):
            await on.engine_loop.ask(lambda number: TransferData(number, "v"), 0.05)


async def test_acts_at_the_station_reach_the_mind_or_are_refused() -> None:
    async with bench(Minds()) as on:
        await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", WAIT_S)
        assert "saved station" in on.log
        with pytest.raises(CommandError, match="a cable is plugged in already") as caught:
            await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", WAIT_S)
        assert caught.value.code == ErrorNumber.REFUSED


@in_fast_time
async def test_power_cycle_makes_a_new_mind_from_the_store_and_keeps_the_cables() -> None:
    minds = Minds()
    async with bench(minds) as on:
        await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", WAIT_S)
        waiting = asyncio.create_task(on.engine_loop.ask(lambda n: TransferData(n, "v"), WAIT_S))
        await asyncio.sleep(0.02)
        await on.engine_loop.power_cycle(WAIT_S)
        assert "cut" in on.log
        with pytest.raises(CommandError, match="boots again"):
            await waiting
        assert len(minds.made) == 2
        assert minds.mind.events[0] == PoweredOn(keys=frozenset())
        assert "station" in minds.mind.stored[Table.STATE]
        assert minds.mind.body.vehicle(1, on.clock()) is not None
        on.log.clear()
        await on.frames("late")
        await on.until_told(FrameReceived("late"))
        assert not any(line.startswith("sent") for line in on.log)


async def test_a_reset_ends_the_link_in_order_after_its_answer_was_queued() -> None:
    def answer(event: Event) -> list[Effect]:
        if event == FrameReceived("reset"):
            return [Save(Table.STATE, "why", Note()), Send("accepted"), Reboot(hard=True)]
        return []

    minds = Minds(answer)
    async with bench(minds) as on:
        await on.frames("reset", "after")
        async with asyncio.timeout(WAIT_S):
            while len(minds.made) < 2:
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        assert on.log[-3:] == ["saved why", "sent accepted on 1", "end"]
        # What the old connection still brought means nothing to the new mind.
        assert minds.mind.events == [PoweredOn(keys=frozenset())]


@in_fast_time
async def test_a_tick_comes_when_the_deadline_is_due() -> None:
    minds = Minds()
    async with bench(minds) as on:
        minds.mind.deadline = on.clock()
        await on.frames("wake")
        await on.until_told(Tick())
        ticks = minds.mind.events.count(Tick())
        await asyncio.sleep(0.1)
        # The deadline stays in the past, which is a bug of the mind, not a reason to spin.
        assert minds.mind.events.count(Tick()) <= ticks + 1


@in_fast_time
async def test_what_moves_by_itself_is_looked_at_only_while_somebody_watches_and_energy_flows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cp_tui.engine.engine_loop.OBSERVE_S", 0.01)
    minds = Minds()
    async with bench(minds) as on:
        minds.mind.variables["connectors"] = Connectors(())
        monkeypatch.setattr(on.charger, "is_energy_flowing", lambda now: True)
        await asyncio.sleep(0.05)
        assert minds.mind.looked == []
        subscription = on.hub.subscribe(["connectors"])
        watching = asyncio.create_task(subscription.next())
        await asyncio.sleep(0.05)
        assert minds.mind.looked.count("connectors") > 2
        # Nothing has moved, so there is nothing to tell.
        assert not watching.done()
        subscription.close()
        with pytest.raises(SubscriptionClosed):
            await watching
        seen = minds.mind.looked.count("connectors")
        await asyncio.sleep(0.05)
        assert minds.mind.looked.count("connectors") == seen
        assert minds.mind.events == [PoweredOn(keys=frozenset()), LinkOpened()]


async def test_a_variable_is_looked_at_once_for_all_when_the_frames_of_a_batch_have_left() -> None:
    def answer(event: Event) -> list[Effect]:
        if isinstance(event, FrameReceived):
            minds.mind.changed |= {"outbox", "monitors"}
            minds.mind.variables["outbox"] = OutboxView(count=int(event.data))
            return [Send(f"answer {event.data!s}")]
        return []

    minds = Minds(answer)
    async with bench(minds) as on:
        minds.mind.variables["outbox"] = OutboxView()
        two = [on.hub.subscribe(["outbox"]) for _ in range(2)]
        sent: list[list[str]] = []
        minds.mind.looked = looked = Noted(lambda: sent.append(on.log[-3:]))
        for each in two:
            assert each.snapshot == {"outbox": VariableChanged("outbox", OutboxView())}
        await on.frames("1", "2", "3")
        for each in two:
            assert [*await each.next()] == [VariableChanged("outbox", OutboxView(count=3))]
        assert looked == ["outbox"]
        assert sent == [["sent answer 1 on 1", "sent answer 2 on 1", "sent answer 3 on 1"]]


class Noted(list[str]):
    """A list that tells of each entry."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, entry: str) -> None:
        self._tell()
        super().append(entry)


async def test_an_error_in_what_is_shown_takes_nothing_along_and_is_told() -> None:
    def answer(event: Event) -> list[Effect]:
        if isinstance(event, FrameReceived):
            minds.mind.changed.add("outbox")
            return [Send(f"answer {event.data!s}")]
        return []

    minds = Minds(answer)
    async with bench(minds) as on:
        minds.mind.variables["outbox"] = OutboxView()
        subscription = on.hub.subscribe(["outbox", "troubles"])
        minds.mind.variables["outbox"] = ZeroDivisionError("a bug of ours")
        await on.frames("1")
        (told,) = await subscription.next()
        assert isinstance(told, VariableChanged)
        words = "Error inside, outbox is not shown as it is: ZeroDivisionError"
        assert told.value[0].text == words
        assert on.hub.get("outbox") == OutboxView()
        await subscription.next()
        minds.mind.variables["outbox"] = OutboxView(count=2)
        await on.frames("2")
        assert [*await subscription.next()] == [VariableChanged("outbox", OutboxView(count=2))]
        with pytest.raises(CommandError, match="monitors has no value yet"):
            on.hub.get("monitors")
        assert [line for line in on.log if line.startswith("sent")] == [
            "sent answer 1 on 1",
            "sent answer 2 on 1",
        ]
        # The mind goes on: nothing of what it knows is in doubt.
        assert len(minds.made) == 1


async def test_nothing_is_shown_of_a_turn_that_failed_nor_before_the_boot() -> None:
    def answer(event: Event) -> list[Effect]:
        if event == FrameReceived("break"):
            minds.mind.changed.add("outbox")
            minds.mind.variables["outbox"] = OutboxView(count=99)
            raise ZeroDivisionError
        if isinstance(event, PoweredOn):
            minds.mind.changed.add("outbox")
            minds.mind.variables["outbox"] = OutboxView(count=len(minds.made))
        return []

    minds = Minds(answer)
    async with bench(minds) as on:
        known: list[object] = []
        subscription = on.hub.subscribe(["outbox"])
        await on.frames("break")
        async with asyncio.timeout(WAIT_S):
            while len(minds.made) < 2:
                known.append(on.hub.get("outbox"))
                await asyncio.sleep(0)
        assert set(map(repr, known)) == {repr(OutboxView(count=1))}
        assert [*await subscription.next()] == [VariableChanged("outbox", OutboxView(count=2))]
