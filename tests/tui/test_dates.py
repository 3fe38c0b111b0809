"""Times of day have their date wherever that is not today's, on every screen, past midnight too."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from cp_tui.tui.text.words import Clock, file_stamp, iso, utc
from tests.tui import session_world, worlds
from tests.tui.driving import screen

TUI = Path(__file__).parents[2] / "cp_tui" / "tui"

NEW_YEAR = datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)

FORMATS_A_TIME = re.compile(r"strftime|strptime|tzname|ctime\(|%-?[HMSYbja](?![a-z])")
MAY_FORMAT = {
    "text/words.py": "Clock has every form",
    "timeline/time_axis.py": "the marks of the axis, whose days have marks of their own",
}


@pytest.mark.parametrize(
    ("at", "minute", "brief", "time"),
    [
        (NEW_YEAR, "00:00", "00:00:05", "00:00:05"),
        (
            NEW_YEAR - timedelta(seconds=6),
            "2025-12-31 23:59",
            "2025-12-31 23:59",
            "2025-12-31 23:59:59",
        ),
        (NEW_YEAR + timedelta(days=1), "Jan 02 00:00", "Jan 02 00:00", "Jan 02 00:00:05"),
        (NEW_YEAR + timedelta(days=364), "Dec 31 00:00", "Dec 31 00:00", "Dec 31 00:00:05"),
        (
            NEW_YEAR + timedelta(days=365),
            "2027-01-01 00:00",
            "2027-01-01 00:00",
            "2027-01-01 00:00:05",
        ),
        (
            datetime(2, 1, 1, tzinfo=UTC),
            "0002-01-01 00:00",
            "0002-01-01 00:00",
            "0002-01-01 00:00:00",
        ),
    ],
)
def test_a_day_that_is_not_today_and_a_year_that_is_not_this_one_are_said(
    at: datetime, minute: str, brief: str, time: str
) -> None:
    clock = Clock(NEW_YEAR, UTC)
    assert (clock.minute(at), clock.brief(at), clock.time(at)) == (minute, brief, time)
    assert clock.stamp(at) == f"{brief} UTC"
    assert clock.exact(at) == (time if at.second else minute)
    assert clock.seen_from(at).time(at) == time[-8:]


def test_the_day_is_that_of_the_zone_that_is_shown() -> None:
    late = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
    berlin = Clock(late, ZoneInfo("Europe/Berlin"))
    assert berlin.minute(late - timedelta(hours=1)) == "Jan 05 23:30"
    assert Clock(late, UTC).minute(late - timedelta(hours=1)) == "22:30"
    assert berlin.midnight == datetime(2026, 1, 6, 23, tzinfo=UTC)
    assert Clock(late, UTC).midnight == datetime(2026, 1, 6, tzinfo=UTC)


def test_a_midnight_is_found_where_clocks_are_set() -> None:
    spring = Clock(datetime(2026, 3, 28, 23, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert spring.midnight == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_thousandths_stand_where_the_day_is_this_one() -> None:
    at = NEW_YEAR.replace(microsecond=123_456)
    assert Clock(NEW_YEAR, UTC).thousandths(at) == "00:00:05.123"
    assert Clock(NEW_YEAR, UTC).thousandths(at - timedelta(days=1)) == "2025-12-31 00:00"
    assert Clock(NEW_YEAR, UTC).full(at) == "2026-01-01 00:00:05.123"


def test_what_is_no_text_for_a_reader_is_in_utc() -> None:
    at = datetime(2026, 1, 5, 14, 3, 27, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert file_stamp(at) == "20260105-083327"
    assert iso(at) == "2026-01-05T08:33:27Z"
    assert utc(at) == "2026-01-05 08:33 UTC"


def test_nothing_else_on_the_screen_formats_a_time() -> None:
    found = {
        path.relative_to(TUI).as_posix()
        for path in TUI.rglob("*.py")
        if FORMATS_A_TIME.search(path.read_text(encoding="utf-8"))
    }
    assert found == {*MAY_FORMAT}


async def test_past_midnight_what_was_of_today_gains_its_date() -> None:
    world = worlds.healthy()
    world["link"] = replace(world["link"], since=worlds.at(13, 20, 11))
    now = worlds.NOW
    async with screen(world, size=(160, 50), now=lambda: now) as drive:
        engine = drive.engine
        engine.emit("refusals", session_world.refusals()[0])
        await drive.settle()
        assert drive.shows("since 13:20")
        assert not drive.shows("Jan 05")
        now = worlds.NOW.replace(hour=23, minute=59)
        await drive.pass_time(3_500)
        assert not drive.shows("Jan 05")
        now += timedelta(minutes=2)
        await drive.pass_time(3_600)
        # At once, though the engine has said nothing.
        assert drive.shows(
            "since Jan 05 13:20", "as of Jan 05 14:03 UTC", "CSMS heard Jan 05 14:03 "
        )
        assert not re.search(r"(?<!Jan 05 )(?<!│)\b13:\d\d", drive.text())
        await drive.press("enter")
        assert not re.search(r"(?<!Jan 05 )(?<!│)\b13:\d\d", drive.text())
        await drive.press("escape")
        # And with the next news, where the machine slept through that moment.
        now += timedelta(days=365)
        engine.publish("is_connected", True)
        await drive.settle()
        assert drive.shows("since 2026-01-05 13:20")


async def test_nothing_is_shown_anew_before_midnight() -> None:
    now = worlds.NOW
    async with screen(now=lambda: now) as drive:
        shown: list[frozenset[str]] = []
        take = drive.app.store.take_dirty

        def taken() -> frozenset[str]:
            shown.append(take())
            return shown[-1]

        drive.app.store.take_dirty = taken  # type: ignore[method-assign]
        for _hour in range(3):
            now += timedelta(hours=1)
            await drive.pass_time(3_600)
        assert shown == []
