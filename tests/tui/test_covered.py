"""What lies under a dialog is not painted, but for the alarm line, and is up to date afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from textual.content import Content

from cp_tui.charge_point import variables as v
from cp_tui.tui.app import ATTACH_AGAIN_S, CpTuiApp
from cp_tui.tui.theme.colors import Colors, TerminalColors
from tests.tiers import tier
from tests.tui import power_world, worlds
from tests.tui.driving import Drive, screen

ROUNDS = 5
DIALOGS = ("s", "w", "d", "question_mark", "ctrl+p")
"""Keys, each of which opens one."""
LINE_BYTES_MAX = 250
"""The alarm line, and the word for it on top, in 256 colours."""
PALETTE = TerminalColors(Colors.PALETTE)


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch, painting: None) -> list[int]:
    """The bytes of each picture, or part of one, that was sent."""
    found: list[int] = []
    monkeypatch.setattr(CpTuiApp, "send", lambda app, text: found.append(len(text.encode())))
    return found


def connectors_at(world: Mapping[str, Any], soc: float) -> v.Connectors:
    """The same connectors, with what changes every second while a vehicle charges."""
    found: v.Connectors = world["connectors"]
    changed = []
    for each in found:
        reading = each.measurement
        if reading is not None:
            each = replace(each, measurement=replace(reading, power_w=1000.0 * soc))
        changed.append(each)
    return v.Connectors(tuple(changed))


async def go_on(drive: Drive) -> None:
    """Let the meters run for a while."""
    for number in range(ROUNDS):
        drive.engine.publish("connectors", connectors_at(drive.engine.world, 1.5 + number))
        await drive.settle()


async def test_without_a_dialog_every_reading_is_painted(painted: list[int]) -> None:
    async with screen(worlds.healthy()) as drive:
        painted.clear()
        await go_on(drive)
        assert len(painted) >= ROUNDS, "else the tests below prove nothing"


async def test_under_a_dialog_no_reading_is_painted(painted: list[int]) -> None:
    async with screen(worlds.healthy()) as drive:
        before = drive.text()
        await go_on(drive)
        uncovered = drive.text()
        assert uncovered != before
        for key in DIALOGS:
            drive.engine.publish("connectors", worlds.connectors())
            await drive.settle()
            assert drive.text() != uncovered, key
            await drive.press(key)
            assert len(drive.app.screen_stack) == 3
            painted.clear()
            await go_on(drive)
            assert painted == [], key
            await drive.press("escape")
            assert drive.text() == uncovered, key


async def test_under_a_dialog_the_alarm_line_goes_on(painted: list[int]) -> None:
    async with screen(worlds.healthy(), colors=PALETTE) as drive:
        await drive.press("s")
        painted.clear()
        drive.engine.publish("link", worlds.broken_link())
        await drive.settle()
        lines = [strip.text for strip in drive.strips()]
        assert "connection refused" in lines[1]
        assert painted
        assert sum(painted) <= LINE_BYTES_MAX


async def test_every_dialog_leaves_the_alarm_line_free_where_there_is_room() -> None:
    async with screen(worlds.healthy(), size=(40, 10)) as drive:
        drive.engine.publish("link", worlds.broken_link())
        await drive.settle()
        dialogs = "question_mark", "2,c,enter", "w", "s", "ctrl+p"
        for opens in tier(dialogs[:2], deep=dialogs):
            await drive.press(*opens.split(","))
            assert drive.app.screen is not drive.app.main, opens
            for size in ((80, 24), (40, 10)):
                await drive.resize(*size)
                lines = [strip.text for strip in drive.strips()]
                assert "× Offline" in lines[0], (opens, size)
                assert "× TCP" in lines[1] or opens == "2,c,enter", (opens, size)
            await drive.press("escape", "escape", "1")
        await drive.press("question_mark")
        assert "Help" in drive.strips()[2].text
        await drive.resize(40, 9)
        assert "Help" in drive.strips()[0].text, "there a dialog needs every line"


async def test_under_a_dialog_the_top_line_contradicts_no_alarm(painted: list[int]) -> None:
    """Whether there is a charge point is told at once, on both lines, and when it is back too."""
    async with screen(worlds.healthy(), colors=PALETTE) as drive:
        # A ping that is answered meanwhile would say that the charge point is back.
        drive.app.workers.cancel_group(drive.app, "liveness")
        healthy = drive.engine.world["link"]
        for key in ("s", "w", "d", "ctrl+p"):
            await drive.press(key)
            for since, word in ((worlds.NOW, "× Charge point silent"), (None, "● Accepted")):
                painted.clear()
                drive.app._engine_hangs(since)
                await drive.settle()
                lines = [strip.text for strip in drive.strips()]
                assert (word in lines[0], "silent" in lines[1]) == (True, since is not None), key
                assert 0 < sum(painted) <= LINE_BYTES_MAX, key
            painted.clear()
            drive.engine.publish("link", worlds.broken_link())
            await drive.settle()
            lines = [strip.text for strip in drive.strips()]
            assert "× Offline" in lines[0], key
            assert "connection refused" in lines[1], key
            assert 0 < sum(painted) <= LINE_BYTES_MAX, key
            drive.engine.publish("link", healthy)
            await drive.press("escape")


async def test_under_a_dialog_what_is_said_waits_and_a_lost_engine_costs_two_lines(
    painted: list[int],
) -> None:
    async with screen(worlds.healthy()) as drive:
        for key in DIALOGS:
            await drive.press(key)
            painted.clear()
            drive.app.tell(Content("something is said"))
            await drive.settle()
            assert painted == [], key
            drive.engine.lose(f"gone under {key}")
            for _ in range(20):
                await drive.settle()
                if "× Charge point lost" in drive.strips()[0].text:
                    break
            assert painted, key
            assert sum(painted) <= LINE_BYTES_MAX, key
            await drive.press("escape")
            assert drive.shows(f"gone under {key}")
            drive.engine.revive()
            await drive.pass_time(ATTACH_AGAIN_S)
            assert drive.shows("● Accepted"), key


async def test_under_a_dialog_the_window_about_now_stands_still(
    painted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [worlds.NOW]
    async with screen(engine=power_world.engine(), now=lambda: clock[0]) as drive:
        due = drive.dashboard.timeline.next_move
        assert due is not None
        wait_s = (due - worlds.NOW).total_seconds()
        await drive.press("w")
        painted.clear()
        clock[0] += timedelta(seconds=2 * wait_s + 1)
        await drive.pass_time(2 * wait_s + 1)
        assert painted == []
        await drive.press("escape")
        painted.clear()
        await drive.pass_time(2 * wait_s + 1)
        assert painted != [], "else the test proves nothing"
