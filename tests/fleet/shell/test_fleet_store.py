"""The file of a fleet: what rests on it waits for it, and whatever is wrong with it is told."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from cp_tui.charge_point.effects import PutAside, Table
from cp_tui.charger.memory_store import FiledStore, Unsaved
from cp_tui.engine.errors import CannotBegin
from cp_tui.fleet.plan import FleetPlan, FleetStage
from cp_tui.fleet.shell import fleet_store
from cp_tui.fleet.shell.fleet_store import FleetStore, seed_in
from cp_tui.fleet.shell.gate import Gate
from cp_tui.fleet.shell.seat import Seat
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import StationPhase
from tests.fleet.notes import Notes
from tests.fleet.plans import plan_of
from tests.fleet.virtual import T0, config

PLAN = plan_of(seed=21)


def owing(number: int) -> FleetPlan:
    """A plan of so many."""
    return plan_of(FleetStage(number, 0.0, 1.0))


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what comes from another thread."""
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.005)


class Text(Struct, frozen=True):
    """A record."""

    text: str


def saying(text: str, key: str = "k") -> Unsaved:
    """Give a change of one record."""
    return {(Table.KEY, key): Text(text)}


def nobody() -> None:
    """Waits for it."""


class Owner:
    """What a seat has around it, and nothing on sockets."""

    def __init__(self) -> None:
        self.asked: list[Seat] = []
        self.gate = Gate[Seat](9, self.asked.append)
        self.kept: list[Unsaved] = []
        self.commit = 1
        self.errors: list[Exception] = []
        self.dialler: Any = None

    def clock(self) -> datetime:
        return T0

    def done(self, seat: Seat, now: datetime) -> None:
        """Nobody waits."""

    def met_error(self, seat: Seat, error: Exception) -> None:
        self.errors.append(error)

    def had_no_room(self, why: str) -> None:
        """There is room."""

    def keep(self, seat: Seat, records: Unsaved) -> int:
        self.kept.append(records)
        return self.commit


def test_what_rests_on_records_waits_for_them_in_its_order() -> None:
    owner = Owner()
    station = FleetStation("CP1", config("CP1"), seed=1, watcher=Notes(), store=FiledStore({}))
    seat = Seat(station, owner)
    seat.turn(station.power_on)
    assert (len(owner.kept), owner.asked) == (1, []), "saved before anything leaves"
    assert station.phase is StationPhase.CONNECTING
    owner.commit = 2
    for _ in range(3):
        seat.turn(station.power_off)
        seat.turn(station.power_on)
    assert len(owner.kept) >= 4, "each boot has some, and three of them share a commit"
    seat.saved()
    assert (owner.gate.inside, len(owner.asked)) == (0, 1), "ended with what came behind it"
    seat.saved()
    assert (owner.gate.inside, len(owner.asked)) == (1, 4), "each attempt ended before the next"
    assert owner.errors == []


async def test_records_are_there_for_the_next_run_with_the_seed(tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    assert await seed_in(path) is None
    store = await FleetStore.open(path, PLAN)
    told: list[str] = []
    store.keep("CP00001", saying("a"), lambda: told.append("first"))
    store.keep("CP00002", saying("b"), lambda: told.append("second"))
    store.keep("CP00001", {(Table.KEY, "k"): Text("c"), (Table.KEY, "x"): Text("d")}, nobody)
    store.keep("CP00001", {(Table.KEY, "x"): None}, lambda: told.append("last"))
    assert told == [], "the loop waits for nothing"
    await until(lambda: told == ["first", "second", "last"])
    assert (store.problem, store.faults) == ("", ())
    with pytest.raises(CannotBegin, match="in use by another process"):
        await seed_in(path)
    await store.close()
    assert await seed_in(path) == 21
    again = await FleetStore.open(path, PLAN)
    assert again.memory_of("CP00001").load()[Table.KEY] == {"k": '{"text":"c"}'}
    assert again.memory_of("CP00002").load()[Table.KEY] == {"k": '{"text":"b"}'}
    assert not any(again.memory_of("CP00003").load().values())
    await again.close()


async def test_a_full_disk_holds_everything_back_and_is_a_fault_even_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_store, "RETRY_S", 0.01)
    store = await FleetStore.open(tmp_path / "fleet.db", PLAN)
    told: list[str] = []

    async def limit(pages: int) -> None:
        query = f"PRAGMA max_page_count = {pages}"
        inner = store._store
        await inner._thread.call(lambda: inner._database.execute(query).fetchall())

    await limit(1)
    store.keep("CP00001", saying("x" * 100_000), lambda: told.append("large"))
    await until(lambda: store.problem != "")
    store.keep("CP00002", saying("small"), lambda: told.append("small"))
    await asyncio.sleep(0.05)
    assert told == []
    assert "is full" in store.problem
    await limit(1_000_000)
    await until(lambda: told == ["large", "small"])
    assert store.problem == ""
    (fault,) = store.faults
    assert fault.startswith(f"--store {store.path}: The disk takes no records")
    await limit(1)
    store.keep("CP00001", saying("y" * 900_000), lambda: told.append("never"))
    await store.close()
    assert told[-1] == "small"
    assert any(each.endswith("did last is not written") for each in store.faults)


async def test_damaged_records_are_put_aside_and_make_the_run_fail(tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    store = await FleetStore.open(path, PLAN)
    saved: list[bool] = []
    store.keep("CP00001", saying("a"), lambda: saved.append(True))
    await until(lambda: saved == [True])
    aside = PutAside(Table.KEY, "k", "nobody can read it")
    store.keep("CP00001", {(Table.KEY, "k"): aside}, nobody)
    store.keep("CP00001", saying("anew"), nobody)
    await store.close()
    assert [*store.faults] == [f"--store {path}: not readable, and put aside: 1 record"]
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT key FROM quarantine").fetchall() == [("CP00001\nk",)]
        anew = database.execute("SELECT value FROM record WHERE key = 'CP00001' || char(10) || 'k'")
        assert anew.fetchall() == [('{"text":"anew"}',)]
        database.execute("INSERT INTO record VALUES ('outbox', 'CP00002\nk', '{')")
        database.commit()
    again = await FleetStore.open(path, PLAN)
    await again.close()
    assert [*again.faults] == [f"--store {path}: Damaged and put aside: 1 record of the store"]


async def test_who_owes_messages_must_be_in_the_run(tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    store = await FleetStore.open(path, owing(9))
    for number in range(4, 10):
        store.keep(f"CP{number:05d}", {(Table.OUTBOX, "1"): Text("any")}, nobody)
    store.keep("CP00009", saying("owes nothing"), nobody)
    await store.close()
    with pytest.raises(CannotBegin) as refused:
        await FleetStore.open(path, owing(5))
    (line,) = refused.value.lines
    assert "4 charge points in it, CP00006, CP00007, CP00008, and more, still owe" in line
    assert "have as many as before, with the same ids" in line


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text", "is no store of a fleet: name another file"),
        ("CREATE TABLE a (b)", "is no store of a fleet: name another file"),
        ("PRAGMA user_version = 99", "is of a newer cp-tui (schema 99"),
        (None, "cannot open"),
    ],
)
async def test_a_file_that_cannot_be_it_is_refused_and_left_as_it_is(
    content: str | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    if content is None:
        path = tmp_path / "no folder" / "file"
    elif content == "text":
        path.write_text("[fleet]\n" * 100)
    else:
        if content.startswith("PRAGMA"):
            await (await FleetStore.open(path, PLAN)).close()
        with closing(sqlite3.connect(path)) as database:
            database.execute(content)
            database.commit()
    before = path.read_bytes() if content else b""
    if content:
        path.chmod(0o644)
    with pytest.raises(CannotBegin) as refused:
        await FleetStore.open(path, PLAN)
    assert words in refused.value.lines[0]
    if content:
        assert path.read_bytes() == before
        assert path.stat().st_mode & 0o777 == 0o644


async def test_an_empty_file_becomes_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    path.touch(0o644)
    path.chmod(0o644)
    store = await FleetStore.open(path, PLAN)
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
    await store.close()
