"""Times that somebody types, and going there by key; connectors by their number."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.tui.text.moment import ALLOWED, moment
from cp_tui.tui.text.words import Clock
from tests.tui import charging_world, worlds
from tests.tui.driving import screen

NOW = datetime(2026, 1, 5, 14, 3, 27, tzinfo=UTC)
"""A Monday."""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("22:30", "01-05 22:30"),
        ("22.30", "01-05 22:30"),
        ("2230", "01-05 22:30"),
        ("9", "01-06 09:00"),
        ("22h30", "01-05 22:30"),
        ("9pm", "01-05 21:00"),
        ("12 am", "01-06 00:00"),
        ("13:00", "01-06 13:00"),
        ("13:00 today", "01-05 13:00"),
        ("22:30 tomorrow", "01-06 22:30"),
        ("tomorrow 22:30", "01-06 22:30"),
        ("Tomorrow", "01-06 00:00"),
        ("yesterday 8", "01-04 08:00"),
        ("Wed 8:00", "01-07 08:00"),
        ("monday", "01-05 00:00"),
        ("2026-01-07 08:15", "01-07 08:15"),
        ("2026-01-07T08:15:00Z", "01-07 08:15"),
        ("08:15 2026-01-07", "01-07 08:15"),
        ("Jan 06 08:00", "01-06 08:00"),
        ("Feb 7", "02-07 00:00"),
        ("+2h", "01-05 16:03"),
        ("+2h30m", "01-05 16:33"),
        ("+ 90 min", "01-05 15:33"),
        ("-1d", "01-04 14:03"),
        ("now", "01-05 14:03"),
        (" ", "01-05 14:03"),
        ("noon", "01-06 12:00"),
        ("Wed noon", "01-07 12:00"),
        ("+330d", "12-01 14:03"),
    ],
)
def test_a_time_is_read_as_people_write_it(typed: str, expected: str) -> None:
    assert f"{moment(typed, Clock(NOW, UTC)):%m-%d %H:%M}" == expected


def test_a_day_without_a_year_is_the_nearest() -> None:
    assert moment("Dec 31", Clock(NOW, UTC)).year == 2025
    assert moment("Feb 29", Clock(NOW.replace(year=2028), UTC)).year == 2028


def test_a_time_of_day_is_one_of_the_zone_of_the_reader() -> None:
    clock = Clock(NOW, ZoneInfo("Europe/Berlin"))
    assert moment("15:00", clock).astimezone(UTC).hour == 14
    assert moment("15:30 2026-03-29", clock).astimezone(UTC).hour == 13
    # The night in which an hour is left out: two hours later are two hours.
    night = Clock(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), clock.zone)
    assert f"{moment('+2h', night):%H:%M}" == "04:30"


@pytest.mark.parametrize(
    "typed",
    [
        *("soon", "25:00", "9:99", "13pm", "9 99", "+2", "+", "+1d 1", "9999999"),
        *("10000-01-01", "today tomorrow", "\x1b[31m"),
    ],
)
def test_what_is_no_time_says_what_is_allowed(typed: str) -> None:
    with pytest.raises(ValueError, match="is no time; allowed: ") as error:
        moment(typed, Clock(NOW, UTC))
    assert f"{error.value}".endswith(ALLOWED)
    assert f"{error.value}".isprintable()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-02-29 10:00", "'2026-02-29 10:00': the calendar has no such day"),
        ("2026-02-30", "'2026-02-30': the calendar has no such day"),
        ("Feb 30", "'Feb 30': the calendar has no such day"),
        ("2h", "'2h' needs a sign: +2h is from now on, -2h before now"),
        ("30 min", "'30 min' needs a sign: +30 min is from now on, -30 min before now"),
        ("+400d", "'+400d' is too far ahead; allowed: up to +330d, Dec 01 14:03"),
        ("2028-01-02", "'2028-01-02' is too far ahead; allowed: up to +330d, Dec 01 14:03"),
    ],
)
def test_what_cannot_be_gone_to_is_told_what_is_wrong_with_it(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        moment(typed, Clock(NOW, UTC))


def test_the_furthest_time_is_allowed_also_where_clocks_are_set_meanwhile() -> None:
    autumn = Clock(datetime(2026, 11, 20, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert f"{moment('+330d', autumn):%m-%d %H:%M}" == "10-16 14:00"


async def test_g_goes_to_a_time_that_is_typed_on_both_timelines() -> None:
    async with screen(engine=charging_world.engine()) as drive:
        for screen_keys in (["1", "tab"], ["4"]):
            await drive.press(*screen_keys, "g")
            assert drive.shows("Go to", "22:30 tomorrow", "+2h")
            await drive.type("25:00")
            await drive.press("enter")
            assert drive.shows("'25:00' is no time; allowed: 22:30, 9, 9pm")
            await drive.press("ctrl+u", *"9z", "ctrl+s")
            assert drive.shows("'9z' is no time")
            await drive.press("ctrl+u", *"22", "colon", *"30", "enter")
            assert drive.shows("▲ 22:30") or drive.shows("22:30 · connector")
            await drive.press("0")
        await drive.press("2", "ctrl+p")
        await drive.type("schedule.go_to")
        await drive.press("enter")
        await drive.type("+3h")
        await drive.press("enter")
        assert (drive.app.main.NAME, f"{drive.app.desk.timeline.cursor_time:%H:%M}") == (
            "schedule",
            "17:03",
        )


async def test_a_connector_is_selected_by_its_number_wherever_one_is() -> None:
    async with screen(worlds.healthy()) as drive:
        for key in ("4", "5", "1"):
            await drive.press(key, "number_sign", "2")
            assert drive.shows("selected: connector 2")
            assert drive.app.store.snapshot.connector_id == 2
            await drive.press("number_sign", "1")
        assert drive.dashboard.connectors.table.cursor_key == "1"
        assert drive.dashboard.timeline.connector_id == 1
        await drive.press("number_sign", "7", "enter")
        assert drive.shows("no connector 7: 0 to 2; 0 is the charge point")


async def test_where_a_number_may_go_on_enter_ends_it() -> None:
    world = worlds.healthy()
    shown: v.Connectors = world["connectors"]
    more = [replace(shown[2], connector_id=number) for number in range(3, 31)]
    async with screen({**world, "connectors": v.Connectors((*shown, *more))}) as drive:
        await drive.press("slash", *"charging", "enter", "number_sign", "2")
        assert drive.shows("Select connector")
        await drive.press("enter")
        assert drive.app.store.snapshot.connector_id == 2
        await drive.press("number_sign", "2", "7")
        assert drive.app.store.snapshot.connector_id == 27
        assert drive.dashboard.connectors.table.cursor_key == "27"
