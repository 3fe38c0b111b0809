"""The line under the top line on the screen: its keys, its timer, its second line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.tui.dashboard.alarm import REFUSAL_TOLD
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_alarm import refusal, with_connector
from tests.tui.worlds import at


class Moving:
    """A clock that goes on with what waits for a time, and not with that of the machine."""

    def __init__(self) -> None:
        self._now = worlds.NOW

    def __call__(self) -> datetime:
        return self._now

    async def pass_time(self, drive: Drive, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        await drive.pass_time(seconds)


def broken_only() -> dict[str, Any]:
    return worlds.healthy() | {"link": worlds.broken_link()}


async def test_a_key_and_a_click_list_everything_that_is_wrong() -> None:
    async with screen(worlds.broken()) as drive:
        async with drive.step("a key lists everything that is wrong"):
            await drive.press("a")
            assert drive.shows("What is wrong now", "1. × TCP: connection refused", "n tries now")
            assert drive.shows("Connector 2: GroundFailure", "in force only after a reboot")
        async with drive.step("a click on the line lists everything as well"):
            await drive.pilot.click("#alarm")
            await drive.settle()
            assert drive.shows("What is wrong now")


async def test_the_second_line_appears_where_there_is_room() -> None:
    async with screen(broken_only(), size=(120, 40)) as drive:
        assert drive.shows("hint: Is the CSMS running")
        await drive.pilot.resize_terminal(80, 24)
        await drive.settle()
        assert not drive.shows("hint: Is the CSMS running")


async def test_a_timer_runs_while_it_waits_and_none_when_all_is_well() -> None:
    engine = FakeEngine(worlds.healthy() | {"configuration": v.ConfigurationView(())})
    async with screen(engine=engine) as drive:
        alarm = drive.dashboard.alarm
        assert alarm.plain.startswith(" ● All well")
        assert not alarm.is_counting
        engine.publish("link", worlds.broken_link())
        await drive.settle()
        assert alarm.is_counting
        engine.publish("link", worlds.open_link())
        await drive.settle()
        assert not alarm.is_counting


async def test_a_refusal_goes_when_nobody_stands_there_any_more() -> None:
    just_told = worlds.NOW - REFUSAL_TOLD + timedelta(seconds=2)
    old = replace(refusal(), at=just_told)
    connectors = v.Connectors(with_connector(refusal=old).connectors)
    calm = worlds.healthy() | {"configuration": v.ConfigurationView(()), "connectors": connectors}
    clock = Moving()
    async with screen(calm, now=clock) as drive:
        assert drive.shows("start refused")
        await clock.pass_time(drive, 2.2)
        assert drive.dashboard.alarm.plain.startswith(" ● All well")


async def test_what_is_counted_down_is_counted_on_without_news() -> None:
    soon = replace(worlds.broken_link(), next_attempt_at=at(14, 3, 30))
    clock = Moving()
    async with screen(worlds.healthy() | {"link": soon}, now=clock) as drive:
        assert "try 8 in 5 s" in drive.dashboard.alarm.plain
        for _second in range(9):
            if "try 8 now" in drive.dashboard.alarm.plain:
                break
            await clock.pass_time(drive, 1.0)
        assert "try 8 now" in drive.dashboard.alarm.plain
        assert not drive.dashboard.alarm.is_counting


HOSTILE = "\x1b]2;owned\x07[/red] [@click=app.quit]x[/] \u202eabc" + "A" * 10_000


async def test_hostile_text_is_shown_and_obeyed_by_nobody() -> None:
    error = v.LinkError(step=v.LinkStep.HTTP, text=HOSTILE, hint=HOSTILE, at=worlds.NOW)
    world = worlds.broken() | {
        "link": replace(worlds.broken_link(), last_error=error),
        "registration": replace(worlds.accepted(), clock_refused=worlds.reason(HOSTILE)),
    }
    async with screen(world, size=(120, 40)) as drive:
        await drive.press("a")
        text = drive.text()
        assert "[/red]" in text
        assert not [c for c in text if c != "\n" and (not c.isprintable() or c == "\u202e")]
