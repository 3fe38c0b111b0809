"""The order of the rows of a table: pure, then by key on a screen, while news come, and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from msgspec.structs import replace
from textual.content import Content

from cp_tui.charge_point import variables as v
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.order import Order, chosen, natural, order_of, ordered, title_of
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane
from tests.tui import (
    charging_world,
    key_world,
    maintenance_world,
    message_world,
    session_world,
    worlds,
)
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine


@dataclass(frozen=True)
class Thing:
    name: str
    size: int | None = None


SIZES: dict[str, int | None] = {"b": 900, "a": None, "c": 11_000, "d": 900}
THINGS = [(name, Thing(name, size)) for name, size in SIZES.items()]
NAME = Column[Thing]("Name", 4, lambda t: Content(t.name))
SIZE = Column[Thing]("Size", 6, lambda t: Content(f"{t.size} W"), order=lambda t: t.size)


def keys(order: Order | None) -> str:
    return "".join(key for key, _ in ordered(THINGS, (NAME, SIZE), order))


def test_records_stand_as_they_come_until_a_column_is_chosen() -> None:
    assert (keys(None), keys(Order("Gone")), keys(Order("Name"))) == ("bacd", "bacd", "abcd")


def test_what_says_nothing_is_last_either_way_and_equals_stay_as_they_come() -> None:
    assert (keys(Order("Size")), keys(Order("Size", True))) == ("bdca", "cbda")


@pytest.mark.parametrize(
    "texts",
    [["9.0 A", "10.0 A", "1,000.0 A"], ["#7", "#12"], ["key 2", "Key 10"], ["32", "Accepted"]],
)
def test_numbers_in_texts_are_compared_as_numbers(texts: list[str]) -> None:
    assert sorted(reversed(texts), key=natural) == texts


def test_a_column_that_is_chosen_again_is_turned_round() -> None:
    order = chosen(None, "Name")
    assert (order, chosen(order, "Name"), chosen(order, "Size")) == (
        Order("Name"),
        Order("Name", True),
        Order("Size"),
    )


@pytest.mark.parametrize("order", [Order("Name"), Order("", True), Order("Key, old → new")])
def test_an_order_is_kept_as_a_text(order: Order) -> None:
    assert order_of(order.text) == order
    assert order_of("") is order_of("Name") is None


def test_the_header_says_which_way_in_whatever_room() -> None:
    widths = [title_of(NAME, Order("Name", True), width) for width in (8, 4, 2, 1)]
    assert widths == ["Name↓", "Na…↓", "…↓", "↓"]
    assert title_of(NAME, Order("Size"), 8) == "Name"


async def sort(drive: Drive, column: str) -> None:
    await drive.press("o")
    await drive.type(column)
    await drive.press("enter")


def first(drive: Drive, pane: str) -> list[str]:
    """The first words of the first rows of a pane."""
    table = drive.app.screen.query_one(f"#{pane}-table", LineTable)
    return [row.plain.split()[0] for row in table.rows[:3]]


async def test_a_table_is_sorted_by_key_turned_and_let_be() -> None:
    async with screen(engine=key_world.engine()) as drive:
        await drive.press("3")
        natural_rows = first(drive, "configuration")
        await drive.press("down", "down")
        under_cursor = drive.app.store.snapshot.key
        await sort(drive, "key")
        assert drive.shows("by Key ↑", "Key↑")
        names = first(drive, "configuration")
        assert names == sorted(names, key=str.casefold)
        assert drive.app.store.snapshot.key == under_cursor
        await drive.press("O")
        assert drive.shows("by Key ↓")
        assert first(drive, "configuration") != names
        assert drive.app.orders == {"configuration-table": "-Key"}
        await sort(drive, "as they come")
        assert first(drive, "configuration") == natural_rows
        assert (drive.app.orders, drive.shows("Key ↓").missing) == ({}, ("Key ↓",))


async def test_a_live_table_stays_sorted_and_the_cursor_on_its_row() -> None:
    async with screen(engine=message_world.engine()) as drive:
        await drive.press("2")
        await sort(drive, "action")
        table = drive.app.screen.query_one("#messages-table", LineTable)
        await drive.press("end", "up")
        key = table.cursor_key
        drive.engine.emit("messages", message_world.request("new", "Authorize", {"idTag": "A"}))
        await drive.settle()
        assert table.cursor_key == key
        actions = [row.cells[2].plain.strip("*!( ") for row in table.rows]
        assert actions == sorted(actions, key=str.casefold)
        assert actions.count("Authorize") > 0


async def test_a_click_on_a_header_sorts_by_its_column() -> None:
    async with screen(engine=session_world.engine(), size=(120, 40)) as drive:
        await drive.press("5")
        table = drive.app.screen.query_one("#transactions-table", LineTable)
        await drive.pilot.click(table, offset=(3, 0))
        await drive.settle()
        assert table.order == Order("Tx")
        await drive.pilot.click(table, offset=(3, 0))
        await drive.settle()
        assert table.order == Order("Tx", True)


SCREENS: dict[str, Callable[[], FakeEngine]] = {
    "1": lambda: FakeEngine(worlds.healthy()),
    "3": key_world.engine,
    "4": charging_world.engine,
    "5": session_world.engine,
    "6": maintenance_world.engine,
}


@pytest.mark.parametrize("key", SCREENS)
async def test_every_table_is_sorted_by_each_column_and_filtered(key: str) -> None:
    """Also those whose cells hold units, dates and signs: no two of them may be incomparable."""
    async with screen(engine=SCREENS[key]()) as drive:
        await drive.press(key)
        panes = [pane for pane in drive.app.main._all_panes if isinstance(pane, TablePane)]
        assert panes
        for pane in panes:
            for column in pane.table.columns:
                for order in (Order(column.title), Order(column.title, True)):
                    pane.table.sort(order)
                    assert pane.table.order == order
            pane.open_filter("no row has these words")
            await drive.settle()
            assert pane.table.rows == (), pane.NAME
            pane.action_clear_filter()


async def test_the_order_is_there_again_the_next_time() -> None:
    async with screen(engine=key_world.engine()) as drive:
        drive.app.orders |= {"configuration-table": "-Key", "keys-table": "+Nothing"}
        await drive.press("3")
        assert drive.shows("by Key ↓")
        assert drive.app.layout_state.orders["configuration-table"] == "-Key"


async def test_changes_of_a_monitored_key_stay_under_it() -> None:
    world = worlds.healthy()
    monitors: v.MonitorsView = world["monitors"]
    change = monitors.history[0]
    other = v.Monitor(key="Alpha", value="1", is_known=True)
    world["monitors"] = replace(monitors, keys=(*monitors.keys, other))
    async with screen(world, size=(120, 40)) as drive:
        table = drive.dashboard.monitors.table
        for order in (Order("Key, old → new"), Order("Key, old → new", True), Order("By")):
            table.sort(order)
            rows = [row.plain for row in table.rows]
            head = next(n for n, row in enumerate(rows) if row.startswith(change.key))
            assert change.value in rows[head + 1]
