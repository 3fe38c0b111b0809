"""The bell rings when something becomes worse, if somebody wants it, and seldom."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.engine.hub import VariableChanged
from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.tui.dashboard.bell import PAUSE, Bell
from cp_tui.tui.state.store import Snapshot, SnapshotStore
from cp_tui.tui.text.words import Clock
from tests.tui import worlds
from tests.tui.driving import Drive, screen


def known(world: dict[str, Any]) -> Snapshot:
    store = SnapshotStore()
    store.engine_is(True, worlds.NOW)
    store.apply([VariableChanged(name, value) for name, value in world.items()], worlds.NOW)
    return store.snapshot


def faulted(world: dict[str, Any], *connector_ids: int) -> Snapshot:
    connectors = (
        replace(each, status=ChargePointStatus.FAULTED)
        if each.connector_id in connector_ids
        else each
        for each in world["connectors"]
    )
    return known({**world, "connectors": v.Connectors(tuple(connectors))})


class Ear:
    """A bell, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.now = worlds.NOW

    def hears(self, snapshot: Snapshot, after: timedelta = PAUSE) -> bool:
        return self.hears_in(snapshot, after) == 0

    def hears_in(self, snapshot: Snapshot, after: timedelta = PAUSE) -> float | None:
        self.now += after
        return self.bell.rings_in(snapshot, Clock(self.now, UTC))


def test_what_was_there_at_the_start_is_no_news() -> None:
    ear = Ear()
    assert not ear.hears(Snapshot())
    assert not ear.hears(faulted(worlds.healthy(), 1))
    assert not ear.hears(faulted(worlds.healthy(), 1))


def test_it_rings_once_for_what_is_worse_and_for_each_connector_that_is_faulted() -> None:
    ear, world = Ear(), worlds.healthy()
    assert not ear.hears(known(world))
    assert ear.hears(faulted(world, 1))
    assert not ear.hears(faulted(world, 1))
    # As bad as before, but another one.
    assert ear.hears(faulted(world, 1, 2))
    assert not ear.hears(faulted(world, 2))
    assert not ear.hears(known(world))
    assert ear.hears(known({**world, "link": worlds.broken_link()}))


def test_a_charge_point_that_is_lost_is_worse_than_one_that_is_well() -> None:
    ear, store = Ear(), SnapshotStore()
    store.engine_is(True, worlds.NOW)
    store.apply([VariableChanged(*each) for each in worlds.healthy().items()], worlds.NOW)
    assert not ear.hears(store.snapshot)
    store.engine_is(False, worlds.NOW)
    assert ear.hears(store.snapshot)


def test_a_fault_that_comes_and_goes_rings_at_most_every_few_seconds() -> None:
    ear, world = Ear(), worlds.healthy()
    ear.hears(known(world))
    rung = 0
    for _time in range(20):
        rung += ear.hears(faulted(world, 1), timedelta(milliseconds=250))
        ear.hears(known(world), timedelta(milliseconds=250))
    assert rung == 2
    # A clock that is set back silences nothing.
    assert ear.hears(faulted(world, 1), -timedelta(hours=1))


def test_what_is_news_within_the_pause_is_put_off_and_not_dropped() -> None:
    ear, world = Ear(), worlds.healthy()
    ear.hears(known(world))
    assert ear.hears(faulted(world, 1))
    second = timedelta(seconds=1)
    assert ear.hears_in(faulted(world, 1, 2), second) == 4
    assert ear.hears_in(faulted(world, 1, 2), second) == 3
    assert ear.hears(faulted(world, 1, 2), 3 * second)
    assert ear.hears_in(faulted(world, 1, 2)) is None
    # What is gone when the pause is over rings no more.
    assert not ear.hears(known(world))
    assert ear.hears(faulted(world, 1))
    assert ear.hears_in(faulted(world, 1, 2), second) == 4
    assert ear.hears_in(faulted(world, 1), second) is None
    assert ear.hears_in(faulted(world, 1), 3 * second) is None


async def test_it_is_silent_unless_it_is_wanted_and_rings_the_terminal_once() -> None:
    rung: list[str] = []

    def listen(drive: Drive) -> None:
        drive.app.bell = lambda: rung.append("rang")  # type: ignore[method-assign]

    now = [worlds.NOW]
    async with screen(now=lambda: now[0]) as drive:
        listen(drive)
        healthy = drive.engine.world["connectors"]
        broken = worlds.broken()["connectors"]
        drive.engine.publish("connectors", broken)
        await drive.settle()
        assert rung == []
        assert not drive.app.layout_state.has_bell
        await drive.press("colon")
        await drive.type("ring when")
        await drive.press("enter")
        assert drive.shows("the terminal rings when something becomes worse")
        assert drive.app.layout_state.has_bell
        # It was broken before.
        assert rung == []
        drive.engine.publish("connectors", healthy)
        await drive.settle()
        drive.engine.publish("connectors", broken)
        await drive.settle()
        assert rung == ["rang"]
        whole, *ones = broken
        faulted_all = (replace(each, status=ChargePointStatus.FAULTED) for each in ones)
        drive.engine.publish("connectors", v.Connectors((whole, *faulted_all)))
        await drive.settle()
        assert rung == ["rang"]
        now[0] += PAUSE
        await drive.pass_time(PAUSE.total_seconds())
        assert rung == ["rang"] * 2
        await drive.press("colon")
        await drive.type("ring when")
        await drive.press("enter")
        assert drive.shows("the terminal is silent")
