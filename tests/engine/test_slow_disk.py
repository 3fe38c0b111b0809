"""A disk that hangs: people are told, nothing is lost, and what waits comes in order."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from cp_tui.charge_point.effects import PutAside, Table
from cp_tui.charge_point.events import FrameReceived, LinkOpened, Stop, Tick, TransferProgressed
from cp_tui.charge_point.variables import Trouble, Troubles
from cp_tui.engine import slow_disk, store as store_module
from cp_tui.engine.hub import Hub
from cp_tui.engine.inbox import BATCH_MAX, AtStation, EndOfWork, Inbox, Item
from cp_tui.engine.slow_disk import SLOW, SlowDisk
from cp_tui.engine.store import DATABASE_FILE, LOST, Store
from cp_tui.engine.troubles import TroubleKeeper
from cp_tui.engine.write_buffer import NOT_WRITING, WriteBuffer
from tests.acts import act_of
from tests.engine.fakes import FakeDisk, Minds
from tests.engine.test_engine_loop import bench, echo

WAIT_S = 30.0


def told(hub: Hub) -> dict[str, Trouble]:
    value: Troubles = hub.get("troubles")
    return {trouble.id: trouble for trouble in value}


async def until_slow(hub: Hub) -> Trouble:
    async with asyncio.timeout(WAIT_S):
        while SLOW not in told(hub):
            await asyncio.sleep(0.005)
    return told(hub)[SLOW]


async def test_a_disk_that_hangs_is_told_and_what_waits_is_sent_in_order_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slow_disk, "SLOW_S", 0.05)
    async with bench(Minds(echo)) as on:
        on.log.clear()
        on.disk.lets_through.clear()
        await on.frames("a")
        await on.until_told(FrameReceived("a"))
        await on.frames("b", "c")
        trouble = await until_slow(on.hub)
        assert "answers wait for it" in trouble.text
        assert on.log == []
        on.disk.lets_through.set()
        await on.until_told(FrameReceived("c"))
        async with asyncio.timeout(WAIT_S):
            while "sent and c on 1" not in on.log:
                await asyncio.sleep(0.001)
        assert [line for line in on.log if line.startswith("sent re")] == [
            "sent re a on 1",
            "sent re b on 1",
            "sent re c on 1",
        ]
        assert on.log[0] == "saved a"
        assert set(on.disk.records) >= {"a", "b", "c"}
        assert told(on.hub) == {}


async def test_the_seconds_go_on_and_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_disk, "SLOW_S", 0.02)
    monkeypatch.setattr(slow_disk, "TOLD_S", 0.02)
    hub, disk = Hub(), FakeDisk([])
    keeper = TroubleKeeper(hub.publish, lambda: datetime.now(UTC))
    book = WriteBuffer(disk, logging.Logger("test", logging.CRITICAL), keeper)
    disk.lets_through.clear()
    writing = asyncio.create_task(book.write({(Table.KEY, "a"): "{}"}))
    first = await until_slow(hub)
    async with asyncio.timeout(WAIT_S):
        while told(hub)[SLOW].last_at == first.last_at:
            await asyncio.sleep(0.005)
    assert told(hub)[SLOW].count == 1
    assert told(hub)[SLOW].since == first.since
    # One that hangs and fails in the end is one that cannot write, not a slow one any more.
    disk.is_full = True
    disk.lets_through.set()
    assert await writing is False
    assert set(told(hub)) == {NOT_WRITING}
    disk.is_full = False
    assert await book.write({})
    assert told(hub) == {}
    assert set(disk.records) == {"a"}


async def test_a_disk_of_the_usual_speed_is_no_trouble() -> None:
    hub = Hub()
    keeper = TroubleKeeper(hub.publish, lambda: datetime.now(UTC))
    book = WriteBuffer(FakeDisk([]), logging.Logger("test", logging.CRITICAL), keeper)
    assert await book.write({(Table.KEY, "a"): "{}"})
    assert told(hub) == {}


async def test_seconds_that_go_by_do_not_fill_the_inbox() -> None:
    inbox = Inbox()
    opened, progressed = LinkOpened(), TransferProgressed("d1", 1, 2)
    for _ in range(3_000):
        inbox.put_if_room(progressed)
    await inbox.put(opened)
    for _ in range(3_000):
        inbox.put_if_room(Tick())
    assert await inbox.take() == [progressed, opened, Tick()]
    inbox.put_if_room(Tick())
    assert await inbox.take() == [Tick()]


async def test_of_several_waits_the_oldest_is_told_until_all_are_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slow_disk, "SLOW_S", 0.05)
    monkeypatch.setattr(slow_disk, "TOLD_S", 0.02)
    hub = Hub()
    keeper = TroubleKeeper(hub.publish, lambda: datetime.now(UTC))
    slow = SlowDisk(logging.Logger("test", logging.CRITICAL), keeper)
    with slow.watched("to read the store"):
        with slow.watched("to write a record"):
            assert "to read the store" in (await until_slow(hub)).text
        await asyncio.sleep(0.1)
        assert told(hub)[SLOW].count == 1
    assert told(hub) == {}


async def occupied(store: Store, release: Event) -> None:
    """Keep the thread of the database busy."""
    await store._thread.call(lambda: release.wait(WAIT_S))


async def test_a_start_on_a_disk_that_is_slow_at_its_records_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading the records and putting damaged ones aside are watched as writes are."""
    monkeypatch.setattr(slow_disk, "SLOW_S", 0.05)
    log = logging.Logger("test", logging.CRITICAL)
    hub = Hub()
    store = await Store.open(tmp_path, log, TroubleKeeper(hub.publish, lambda: datetime.now(UTC)))
    try:
        for work, words in (
            (store.load(), "to read the store"),
            (store.put_aside([PutAside(Table.KEY, "a", "why")]), "to put damaged records aside"),
        ):
            release = Event()
            # What the thread of the database does before anything else.
            held = asyncio.create_task(occupied(store, release))
            await asyncio.sleep(0)
            waiting = asyncio.create_task(work)
            assert words in (await until_slow(hub)).text
            release.set()
            await asyncio.gather(held, waiting)
            assert told(hub) == {}
    finally:
        await store.close()


async def test_time_goes_on_after_what_has_come_and_is_put_off_once() -> None:
    inbox = Inbox()
    frames = [FrameReceived(f"{n}") for n in range(3 * BATCH_MAX)]
    inbox.put_if_room(Tick())
    for frame in frames[:3]:
        await inbox.put(frame)
    assert await inbox.take() == [*frames[:3], Tick()]
    inbox.put_if_room(Tick())
    for frame in frames:
        await inbox.put(frame)
    first = await inbox.take()
    assert first == frames[: BATCH_MAX - 1]
    rest = [*(await inbox.take()), *(await inbox.take()), *(await inbox.take())]
    assert [each for each in rest if each != Tick()] == frames[BATCH_MAX - 1 :]
    assert rest.count(Tick()) == 1


async def test_what_people_do_goes_before_what_a_csms_asks_for() -> None:
    inbox = Inbox()
    frames = [FrameReceived(f"{n}") for n in range(2 * BATCH_MAX)]
    for frame in frames:
        await inbox.put(frame)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    stop = AtStation(act_of("press_stop", connector_id=1), "Press the stop button", done)
    unplug = AtStation(act_of("plug_out", connector_id=1), "Unplug", done)
    acts: list[Item] = [stop, Stop(1), unplug]
    for act in acts:
        await inbox.put(act)
    await inbox.put(EndOfWork())
    taken = [*(await inbox.take()), *(await inbox.take()), *(await inbox.take())]
    assert taken == [*acts, *frames, EndOfWork()]


async def test_a_flood_does_not_keep_the_time_from_going_on() -> None:
    inbox = Inbox()
    inbox.put_if_room(Tick())
    ticks = 0
    for n in range(6):
        for m in range(2 * BATCH_MAX):
            inbox.put_if_room(FrameReceived(f"{n} {m}"))
        ticks += (await inbox.take()).count(Tick())
    assert ticks == 1


async def test_a_store_whose_file_is_gone_or_another_is_told_until_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "PLACE_LOOK_S", 0.01)
    log = logging.Logger("test", logging.CRITICAL)
    hub = Hub()
    store = await Store.open(tmp_path, log, TroubleKeeper(hub.publish, lambda: datetime.now(UTC)))
    watching = asyncio.create_task(store.watch_place())
    file, away = tmp_path / DATABASE_FILE, tmp_path / "away"

    async def until(words: str) -> None:
        async with asyncio.timeout(WAIT_S):
            while words not in (told(hub)[LOST].text if LOST in told(hub) else ""):
                await asyncio.sleep(0.005)

    async def until_well() -> None:
        async with asyncio.timeout(WAIT_S):
            while told(hub):
                await asyncio.sleep(0.005)

    try:
        await asyncio.sleep(0.05)
        assert told(hub) == {}
        file.rename(away)
        await until(f"lost at the next start: {file} is gone")
        away.rename(file)
        await until_well()
        file.rename(away)
        file.write_bytes(b"")
        await until(f"{file} is another file now")
        away.replace(file)
        await until_well()
    finally:
        watching.cancel()
        await store.close()
