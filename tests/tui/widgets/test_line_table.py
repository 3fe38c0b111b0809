"""The table keeps its cursor on the row it was put on and paints only what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from textual.content import Content
from textual.geometry import Offset, Region
from textual.selection import Selection

from cp_tui.tui.text.columns import Column, Row
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.widgets.line_table import PAINTED_MAX, LineTable
from tests.tui.widgets.harness import WidgetApp, lines

COLUMNS = (
    Column[Row]("Key", 8, lambda row: row.cells[0], is_flexible=True),
    Column[Row]("Value", 8, lambda row: row.cells[1], "right"),
)
pytestmark = pytest.mark.usefixtures("painting")

SIZE = (30, 8)


def row(key: str, value: str = "0", style: str = "") -> Row:
    return Row(key, (Content(key), Content.styled(value, style)))


def rows(count: int) -> list[Row]:
    return [row(f"key{index}", str(index)) for index in range(count)]


def keyed(rows: list[Row]) -> list[tuple[str, Row]]:
    """Rows as a table takes records: with their keys."""
    return [(row.key, row) for row in rows]


def line_table(empty: str = "") -> LineTable:
    """A table with columns, and no rows yet."""
    table = LineTable(empty=empty)
    table.set_columns(COLUMNS)
    return table


class RecordingTable(LineTable):
    """Remembers what it was asked to paint again."""

    def __init__(self) -> None:
        super().__init__(empty="nothing here")
        self.set_columns(COLUMNS)
        self.painted: list[Region | None] = []

    def refresh(self, *regions: Region, repaint: bool = True, **more: Any) -> RecordingTable:
        if repaint and hasattr(self, "painted"):
            self.painted += regions or (None,)
        return super().refresh(*regions, repaint=repaint, **more)


async def test_rows_are_shown_under_a_header_with_the_cursor_marked() -> None:
    table = line_table()
    async with WidgetApp(table).run_test(size=SIZE):
        table.show(COLUMNS, keyed(rows(3)))
        assert lines(table)[:4] == [
            " Key                     Value",
            "▌key0                        0",
            " key1                        1",
            " key2                        2",
        ]


async def test_an_empty_table_says_why() -> None:
    table = line_table(empty="no key is monitored")
    async with WidgetApp(table).run_test(size=SIZE):
        assert lines(table)[1] == " no key is monitored"
        assert table.cursor_key is None
        table.set_empty_text("no match")
        assert lines(table)[1] == " no match"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("down", 1),
        ("j,j,k", 1),
        ("down,up,up", 0),
        ("pagedown", 6),
        ("pagedown,pagedown,pageup", 6),
        ("ctrl+d", 3),
        ("ctrl+d,ctrl+d,ctrl+u", 3),
        ("end", 49),
        ("G,g", 0),
        ("G,down", 49),
        ("G,home,j", 1),
    ],
)
async def test_the_cursor_moves_by_keys_and_stays_in_sight(keys: str, expected: int) -> None:
    table = line_table()
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        table.show(COLUMNS, keyed(rows(50)))
        await pilot.press(*keys.split(","))
        assert table.cursor_key == f"key{expected}"
        marked = [line for line in lines(table) if line.startswith("▌")]
        assert [line.split()[0] for line in marked] == [f"▌key{expected}"]


async def test_the_cursor_stays_with_its_key_when_rows_come_before_it() -> None:
    table = line_table()
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=app.remember) as pilot:
        table.show(COLUMNS, keyed(rows(3)))
        assert table.move_cursor("key1")
        table.show(COLUMNS, keyed([row("new1"), row("new2"), *rows(3)]))
        await pilot.pause()
        assert (table.cursor_key, table.cursor_row) == ("key1", 3)
        assert [message.key for message in app.messages(LineTable.Highlighted)] == ["key0", "key1"]


async def test_the_cursor_stays_in_place_when_its_row_goes() -> None:
    table = line_table()
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=app.remember) as pilot:
        table.show(COLUMNS, keyed(rows(3)))
        table.move_cursor("key2")
        table.show(COLUMNS, keyed(rows(2)))
        assert table.cursor_key == "key1"
        table.show(COLUMNS, keyed([]))
        await pilot.pause()
        assert table.cursor_key is None
        keys = [message.key for message in app.messages(LineTable.Highlighted)]
        assert keys == ["key0", "key2", "key1", None]
        assert not table.move_cursor("key0")


async def test_enter_selects_the_row_under_the_cursor() -> None:
    table = line_table()
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=app.remember) as pilot:
        await pilot.press("enter")
        table.show(COLUMNS, keyed(rows(3)))
        await pilot.press("down", "enter")
        (selected,) = app.messages(LineTable.Selected)
        assert (selected.key, selected.table) == ("key1", table)


async def test_a_click_moves_the_cursor_and_a_second_one_selects() -> None:
    table = line_table()
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=app.remember) as pilot:
        table.show(COLUMNS, keyed(rows(50)))
        await pilot.press("end")
        await pilot.click(LineTable, offset=(2, 2))
        assert table.cursor_key == "key44"
        assert not app.messages(LineTable.Selected)
        await pilot.click(LineTable, offset=(2, 2), times=2)
        assert [message.key for message in app.messages(LineTable.Selected)] == ["key44"]
        await pilot.click(LineTable, offset=(2, 0))
        assert table.cursor_key == "key44"


async def test_equal_rows_paint_nothing() -> None:
    table = RecordingTable()
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        table.show(COLUMNS, keyed(rows(50)))
        await pilot.pause()
        table.painted.clear()
        table.show(COLUMNS, keyed(rows(50)))
        await pilot.pause()
        assert table.painted == []


async def test_a_table_that_stays_empty_paints_nothing() -> None:
    table = RecordingTable()
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        await pilot.pause()
        table.painted.clear()
        table.show(COLUMNS, keyed([]))
        await pilot.pause()
        assert table.painted == []


async def test_only_changed_visible_lines_are_painted() -> None:
    table = RecordingTable()
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        table.show(COLUMNS, keyed(rows(50)))
        await pilot.pause()
        table.painted.clear()
        app.take_written()
        changed = rows(50)
        changed[2] = row("key2", "99")
        changed[40] = row("key40", "99")
        table.show(COLUMNS, keyed(changed))
        await pilot.pause()
        assert table.painted == [Region(0, 3, 29, 1)]
        assert app.take_written() == "99", "and of a line no more is sent than has changed"
        table.painted.clear()
        await pilot.press("down")
        assert table.painted == [Region(0, 1, 29, 1), Region(0, 2, 29, 1)]


async def test_a_change_of_colour_alone_is_painted() -> None:
    table = RecordingTable()
    app = WidgetApp(table)
    async with app.run_test(size=SIZE) as pilot:
        table.show(COLUMNS, keyed([row("a", "1"), row("b", "2")]))
        await pilot.pause()
        table.painted.clear()
        app.take_written()
        table.show(COLUMNS, keyed([row("a", "1"), row("b", "2", "$text-error")]))
        assert table.painted == [Region(0, 2, 30, 1)]
        await pilot.pause()
        assert app.take_written() == "2"


async def test_rows_added_out_of_sight_do_not_paint_the_rows_in_sight() -> None:
    table = RecordingTable()
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        table.show(COLUMNS, keyed(rows(50)))
        await pilot.pause()
        table.painted.clear()
        table.show(COLUMNS, keyed(rows(60)))
        await pilot.pause()
        assert table.painted == []
        await pilot.press("end")
        assert table.cursor_key == "key59"
        assert table.max_scroll_y == 61 - SIZE[1]


async def test_a_table_of_automatic_height_grows_with_its_rows() -> None:
    table = line_table()
    table.styles.height = "auto"
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        for count in (2, 5, 1):
            table.show(COLUMNS, keyed(rows(count)))
            await pilot.pause()
            assert table.size.height == count + 1


async def test_ten_thousand_rows_render_only_what_is_visible() -> None:
    table = line_table()
    rendered: list[int] = []
    async with WidgetApp(table).run_test(size=(80, 24)) as pilot:
        table.show(COLUMNS, keyed(rows(10_000)))
        await pilot.pause()
        original = table.render_line

        def counting(y: int) -> Any:
            rendered.append(y)
            return original(y)

        table.render_line = counting  # type: ignore[method-assign]
        await pilot.press("end")
        assert table.cursor_key == "key9999"
        assert len(rendered) <= 2 * 24
        rendered.clear()
        table.show(COLUMNS, keyed([*rows(9_999), row("key9999", "changed")]))
        await pilot.pause()
        assert rendered == [23]


async def test_a_narrow_table_never_scrolls_sideways() -> None:
    table = line_table()
    async with WidgetApp(table).run_test(size=(12, 6)) as pilot:
        table.show(COLUMNS, keyed(rows(50)))
        await pilot.pause()
        assert not table.show_horizontal_scrollbar
        assert lines(table)[1] == "▌key0"


async def test_hostile_text_reaches_no_strip_as_a_control() -> None:
    table = line_table()
    async with WidgetApp(table).run_test(size=SIZE):
        table.show(
            COLUMNS,
            keyed([Row("a", (safe_text("\x1b]0;x\x07[/red]\r\n\x9b"), safe_text("\u202e")))]),
        )
        for y in range(table.size.height):
            assert table.render_line(y).text.isprintable()
        assert "[/red]" in lines(table)[1]


@pytest.mark.parametrize("theme", ["cp-dark", "cp-light", "high-contrast"])
async def test_the_cursor_has_a_background_of_its_own(theme: str) -> None:
    table = line_table()
    async with WidgetApp(table, theme).run_test(size=SIZE) as pilot:
        table.show(COLUMNS, keyed(rows(4)))
        await pilot.pause()
        backgrounds = [
            {segment.style.bgcolor for segment in table.render_line(y) if segment.style}
            for y in (1, 3)
        ]
        assert all(len(colors) == 1 for colors in backgrounds)
        assert backgrounds[0] != backgrounds[1]


async def test_in_sixteen_colours_the_cursor_is_a_sign_and_reverse() -> None:
    table = line_table()
    async with WidgetApp(table, "ansi-16").run_test(size=SIZE):
        table.show(COLUMNS, keyed(rows(2)))
        strip = table.render_line(1)
        assert strip.text.startswith(">key0")
        assert all(segment.style is not None and segment.style.reverse for segment in strip)


async def test_selected_text_is_what_is_shown() -> None:
    table = line_table()
    async with WidgetApp(table).run_test(size=SIZE):
        table.show(COLUMNS, keyed(rows(3)))
        selection = Selection(Offset(1, 1), Offset(5, 2))
        assert table.get_selection(selection) == (f"key0{'0':>25}\n key1", "\n")


@dataclass(eq=False)
class Numbers:
    """Rows that are made when they are seen: the newest number first."""

    newest: int
    length: int
    made: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return self.length

    def key(self, index: int) -> str:
        return str(self.newest - index)

    def row(self, index: int) -> Row:
        self.made.append(index)
        return row(self.key(index))

    def find(self, key: str) -> int | None:
        index = self.newest - int(key)
        return index if 0 <= index < self.length else None


async def test_of_a_source_only_the_visible_rows_are_made() -> None:
    table = line_table()
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        source = Numbers(99_999, 100_000)
        table.set_source(source)
        await pilot.press("end")
        assert table.cursor_key == "0"
        assert lines(table)[-1].split() == ["▌0", "0"]
        assert len(source.made) <= 4 * SIZE[1]
        assert table.move_cursor("50000")
        await pilot.pause()
        assert any(line.startswith("▌50000") for line in lines(table))
        assert not table.move_cursor("100000")


async def test_the_cursor_of_a_source_stays_with_its_key_or_in_its_place() -> None:
    table = line_table()
    app = WidgetApp(table)
    async with app.run_test(size=SIZE, message_hook=app.remember) as pilot:
        table.set_source(Numbers(10, 10))
        await pilot.press("down")
        table.set_source(Numbers(12, 12))
        assert (table.cursor_key, table.cursor_row) == ("9", 3)
        table.set_source(Numbers(14, 14), stays_in_place=True)
        assert (table.cursor_key, table.cursor_row) == ("11", 3)
        table.set_source(Numbers(2, 1), stays_in_place=True)
        assert (table.cursor_key, table.cursor_row) == ("2", 0)
        await pilot.pause()
        keys = [message.key for message in app.messages(LineTable.Highlighted)]
        assert keys == ["10", "9", "11", "2"]


async def test_a_source_that_only_grew_out_of_sight_paints_nothing() -> None:
    table = RecordingTable()
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        table.set_source(Numbers(50, 30))
        await pilot.pause()
        table.painted.clear()
        table.set_source(Numbers(50, 40))
        await pilot.pause()
        assert table.painted == []
        table.set_source(Numbers(51, 40), stays_in_place=True)
        assert [region and region.y for region in table.painted] == [*range(1, SIZE[1])]


async def test_selected_text_of_a_source_makes_only_the_selected_rows() -> None:
    table = line_table()
    async with WidgetApp(table).run_test(size=SIZE):
        source = Numbers(99_999, 100_000)
        table.set_source(source)
        source.made.clear()
        selection = Selection(Offset(1, 2), Offset(6, 3))
        assert table.get_selection(selection) == (f"99998{'0':>23}\n 99997", "\n")
        assert len(source.made) <= 4


async def test_walking_far_keeps_few_rows() -> None:
    table = line_table()
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        table.set_source(Numbers(99_999, 100_000))
        for _page in range(PAINTED_MAX // 5):
            table.action_cursor("page_down")
            lines(table)
        await pilot.pause()
        assert len(table._painted) <= PAINTED_MAX


async def test_a_larger_size_brings_back_the_rows_that_a_smaller_one_hid() -> None:
    """Rows that come first push the cursor down; a small table shows it, a larger one all again."""
    table = line_table()
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        table.show(COLUMNS, keyed(rows(20)))
        await pilot.pause()
        table.show(COLUMNS, keyed([row("monitored"), row("changed"), *rows(20)]))
        await pilot.pause()
        assert (table.cursor_row, table.scroll_offset.y) == (2, 0)
        for height, top in ((3, 1), (2, 2), (4, 0), (2, 2), (30, 0), (2, 2), (8, 0)):
            await pilot.resize_terminal(30, height)
            await pilot.pause()
            assert (table.cursor_row, table.scroll_offset.y) == (2, top), height
        table.move_cursor("key15")
        for height, top in ((8, 11), (4, 15), (8, 11), (30, 0), (4, 15)):
            await pilot.resize_terminal(30, height)
            await pilot.pause()
            assert (table.cursor_key, table.scroll_offset.y) == ("key15", top), height


async def test_where_somebody_has_scrolled_to_is_kept_through_a_smaller_size() -> None:
    table = line_table()
    async with WidgetApp(table).run_test(size=SIZE) as pilot:
        table.show(COLUMNS, keyed(rows(20)))
        await pilot.press("end", *["up"] * 3)
        table.scroll_to(y=12, animate=False, force=True)
        for height, top in ((8, 12), (3, 15), (8, 12)):
            await pilot.resize_terminal(30, height)
            await pilot.pause()
            assert (table.cursor_row, table.scroll_offset.y) == (16, top), height
