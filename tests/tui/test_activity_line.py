"""The names of the screens and what is said, in one line."""

from __future__ import annotations

import pytest
from textual.content import Content

from cp_tui.demo.scenario import BRIEF_MAX
from cp_tui.demo.story import ROUND
from cp_tui.tui.frame.activity_line import ScreenName, activity_line
from cp_tui.tui.messages.findings_screen import FindingsScreen
from cp_tui.tui.registry import SCREENS
from tests.tui import worlds
from tests.tui.driving import screen

OF_A_CHARGE_POINT = tuple(each for each in SCREENS if each is not FindingsScreen)
"""A log has one more, and no CSMS."""
ALL = tuple(screen.CALLED for screen in OF_A_CHARGE_POINT)
HINT = Content("tab next pane")
NARROW = "1 Dash 2 Messages 3 Config 4 Schedule 5 Transactions 6 Maint 7 CSMS 8 Security"


def names(open_one: str) -> list[ScreenName]:
    return [
        ScreenName(
            each.action_id(), each.KEY, each.CALLED, each.short_name(), open_one == each.CALLED
        )
        for each in OF_A_CHARGE_POINT
    ]


def line_of(
    open_one: str, width: int, *said: str, goes_on: bool = False
) -> tuple[str, list[str], str]:
    """The line, the names as they stand where they are placed, and what is in reverse."""
    words = [Content(each) for each in said]
    line, placed = activity_line(names(open_one), words, HINT, width, goes_on=goes_on)
    stand = [line.plain[each.start : each.end] for each in placed]
    assert stand == [each.text for each in placed]
    reverse = [line.plain[span.start : span.end] for span in line.spans]
    return line.plain, stand, "".join(reverse)


@pytest.mark.parametrize("open_one", ALL)
def test_every_name_fits_into_80_columns_and_the_open_one_is_in_brackets(open_one: str) -> None:
    line, stand, reverse = line_of(open_one, 80)
    assert len(line) <= 80
    assert line.replace("[", " ").replace("]", " ").strip() == NARROW
    assert f"[{reverse}]" in line
    assert reverse in stand
    assert line.count("[") == line.count("]") == 1
    for width in (107, 200):
        line, stand, reverse = line_of(open_one, width)
        assert [each.split()[1] for each in stand] == [*ALL], "the whole name where there is room"
        assert reverse.endswith(open_one)


def test_a_shorter_name_is_the_beginning_of_the_same_name() -> None:
    assert [each for each in SCREENS if not each.CALLED.startswith(each.short_name())] == []


@pytest.mark.parametrize("open_one", ALL)
def test_every_screen_has_its_key_there_while_the_story_is_told(open_one: str) -> None:
    story = ["x" * 105, "y" * 70, "z" * 50]
    line, stand, reverse = line_of(open_one, 80, *story, goes_on=True)
    assert [each.split()[0] for each in stand] == [screen.KEY for screen in OF_A_CHARGE_POINT]
    assert f"[{reverse}]" in line
    assert len(line) <= 80
    assert line.endswith("  " + "z" * 50)
    short_name = SCREENS[ALL.index(open_one)].short_name()
    assert reverse.endswith(short_name) is (open_one != "Transactions")


def test_the_first_users_see_that_there_are_eight_screens_while_the_demo_tells_its_story() -> None:
    for number, step in enumerate(ROUND.steps, 1):
        assert 0 < len(step.brief) <= BRIEF_MAX
        told = f"{number}/{len(ROUND.steps)} 1x · {step.brief}"
        line = line_of("Dashboard", 80, "x" * 100, told, goes_on=True)[0]
        assert line == f" [1 Dash] 2 3 4 5 6 7 8  {told}"


def test_the_story_leaves_all_screens_their_names_where_there_is_room_for_a_sentence() -> None:
    story = ["x" * 130, "y" * 100, "z" * 60]
    assert line_of("Messages", 200, *story, goes_on=True)[1][2] == "3 Config"
    assert line_of("Messages", 80, *story, goes_on=True)[0] == (" 1[2]3 4 5 6 7 8  " + "z" * 60)
    assert line_of("Messages", 120, *story, goes_on=True)[0] == (
        " 1 [2 Messages] 3 4 5 6 7 8  " + "z" * 60
    )
    assert line_of("Messages", 131, *story, goes_on=True)[0].endswith(" 8  " + "y" * 100)
    assert line_of("Messages", 40, *story, goes_on=True)[0].startswith("[2]  zzz")


def test_an_answer_is_told_in_full_before_the_screens_have_their_names() -> None:
    assert line_of("Messages", 80, "x" * 50)[0] == " 1 [2 Messages] 3 4 5 6 7 8  " + "x" * 50
    assert line_of("Messages", 80, "x" * 62, "short")[0] == " [2 Messages]  " + "x" * 62
    assert line_of("Messages", 80, "x" * 70, "short")[0] == "[2]  " + "x" * 70
    assert line_of("Messages", 80, "x" * 78, "short")[0] == "[2]  short"
    assert line_of("Messages", 80, "x" * 99, "y" * 98)[0] == "[2]  " + "y" * 98
    assert line_of("Messages", 160, "x" * 70)[1][2] == "3 Config"
    assert line_of("Messages", 180, "x" * 70)[1][2] == "3 Configuration"
    for cells in range(40, 80):
        line, _, reverse = line_of("Messages", 80, "x" * cells, "short")
        assert len(line) <= 80
        assert reverse.startswith("2")


def test_a_small_terminal_has_the_name_of_the_open_screen_and_the_keys_of_the_others() -> None:
    assert line_of("Schedule", 40)[0].rstrip().startswith(" 1 2 3 [4 Schedule] 5 6 7 8")
    assert line_of("Schedule", 20)[0] == " 1 2 3[4]5 6 7 8"


def test_the_hint_stands_behind_the_names_where_it_fits_and_nothing_is_said() -> None:
    assert line_of("Messages", 160)[0].endswith(HINT.plain)
    assert HINT.plain not in line_of("Messages", 80)[0]


async def test_names_show_and_are_clicked_and_words_give_way_to_them_in_time() -> None:
    async with screen() as drive:
        assert drive.shows("[1 Dash]", "4 Schedule", "6 Maint", "8 Security")
        assert not drive.shows("7 CSMS"), "there is no CSMS of ours"
        line = drive.text().splitlines()[22]
        await drive.pilot.click(drive.app.main._activity, offset=(line.index("4 Sch"), 0))
        await drive.settle()
        assert drive.shows("1 Dash", "[4 Schedule]", "6 Maint")
        await drive.press("n")
        assert drive.shows("[4", "Try now: it is connected")
        assert not drive.shows("1 Dash 2 Messages")
        await drive.pass_time(31)
        assert drive.shows("1 Dash 2 Messages")
        assert not drive.shows("Try now: it is connected")


async def test_a_screen_that_appears_is_named_at_once() -> None:
    async with screen(worlds.healthy(), keymap={"screen.schedule": ("f9",)}) as drive:
        assert drive.shows("f9 Schedule")
