"""The names of the screens and what is said, in one line."""

from __future__ import annotations

import pytest
from textual.content import Content

from cp_tui.tui.frame.activity_line import ScreenName, activity_line
from tests.tui import worlds
from tests.tui.driving import screen

ALL = ("Dashboard", "Messages", "Keys", "Schedule", "Sessions", "Upkeep", "CSMS")
HINT = Content("tab next pane")


def names(open_one: str) -> list[ScreenName]:
    return [
        ScreenName(f"screen.{word}", f"{digit} {word}", word == open_one)
        for digit, word in enumerate(ALL, 1)
    ]


@pytest.mark.parametrize("open_one", ALL)
def test_every_name_fits_into_80_columns_and_the_open_one_is_in_brackets(open_one: str) -> None:
    line, placed = activity_line(names(open_one), (), HINT, 80)
    assert line.cell_length <= 80
    assert [line.plain[each.start : each.end] for each in placed] == [
        f"{digit} {word}" for digit, word in enumerate(ALL, 1)
    ]
    assert f"[{ALL.index(open_one) + 1} {open_one}]" in line.plain
    assert line.plain.count("[") == line.plain.count("]") == 1


def test_words_leave_the_open_screen_its_name_and_the_others_where_there_is_room() -> None:
    said = [Content("x" * 60), Content("short")]
    narrow, placed = activity_line(names("Keys"), said, HINT, 80)
    assert narrow.plain == " [3 Keys]  " + "x" * 60
    assert [each.name.text for each in placed] == ["3 Keys"]
    wide, placed = activity_line(names("Keys"), said, HINT, 160)
    assert len(placed) == len(ALL)
    assert wide.plain.endswith("x" * 60)
    for cells in range(50, 80):
        line = activity_line(names("Upkeep"), [Content("x" * cells), Content("short")], HINT, 80)[0]
        assert line.cell_length <= 80
        assert "[6" in line.plain
    long = [Content("x" * 75), Content("short")]
    assert activity_line(names("Keys"), long, HINT, 80)[0].plain == " [3]  short"
    none_fits = activity_line(names("Keys"), [Content("x" * 99), Content("y" * 98)], HINT, 80)
    assert none_fits[0].plain == " [3]  " + "y" * 98


def test_what_goes_on_is_said_in_a_shorter_way_rather_than_beside_a_bare_key() -> None:
    story = [Content("x" * 74), Content("y" * 60)]
    assert activity_line(names("Keys"), story, HINT, 80)[0].plain == " [3]  " + "x" * 74
    line = activity_line(names("Keys"), story, HINT, 80, goes_on=True)[0]
    assert line.plain == " [3 Keys]  " + "y" * 60
    wide, placed = activity_line(names("Keys"), story, HINT, 160, goes_on=True)
    assert len(placed) == len(ALL)
    assert wide.plain.endswith("x" * 74)


def test_the_hint_stands_behind_the_names_where_it_fits_and_nothing_is_said() -> None:
    assert activity_line(names("Keys"), (), HINT, 160)[0].plain.endswith(HINT.plain)
    assert HINT.plain not in activity_line(names("Keys"), (), HINT, 80)[0].plain


async def test_names_show_and_are_clicked_and_words_give_way_to_them_in_time() -> None:
    async with screen() as drive:
        assert drive.shows("[1 Dashboard]", "4 Schedule", "6 Upkeep")
        assert not drive.shows("7 CSMS"), "there is no CSMS of ours"
        line = drive.text().splitlines()[22]
        await drive.pilot.click(drive.app.main._activity, offset=(line.index("4 Sch"), 0))
        await drive.settle()
        assert drive.shows("1 Dashboard", "[4 Schedule]", "6 Upkeep")
        await drive.press("n")
        assert drive.shows("[4", "Try now: it is connected")
        assert not drive.shows("1 Dashboard 2 Messages")
        await drive.pass_time(31)
        assert drive.shows("1 Dashboard 2 Messages")
        assert not drive.shows("Try now: it is connected")


async def test_a_screen_that_appears_is_named_at_once() -> None:
    async with screen(worlds.healthy(), keymap={"screen.schedule": ("f9",)}) as drive:
        assert drive.shows("f9 Schedule")
