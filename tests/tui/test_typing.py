"""Somebody types: each letter is seen at once, what comes of it when the typing pauses.

Only to be seen has it time. What the next key acts on is what was typed, however fast it came.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.messages import TerminalSupportsSynchronizedOutput
from textual.widgets import Input

from cp_tui.tui.dialogs.ask import AskDialog
from cp_tui.tui.dialogs.form import FormDialog
from cp_tui.tui.terminal.look_app import LETTERS_MAX
from cp_tui.tui.terminal.textual_private import QuietApp
from cp_tui.tui.widgets.line_table import LineTable
from tests.tiers import tier
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.test_exact_painting import Seen, assert_true, meant
from tests.tui.test_key_gate import packet

PAUSE_S = 5.0
"""In these tests: no machine is so slow that it passes by itself."""


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, painting: None) -> Seen:
    """What a terminal shows of everything that the app sends."""
    found = Seen()

    monkeypatch.setattr(QuietApp, "send", lambda app, text: found.take(text, app.size))
    monkeypatch.setattr("cp_tui.tui.terminal.look_app.TYPING_S", PAUSE_S)
    return found


def lines_with(seen: Seen, words: str) -> Sequence[str]:
    return [line for y in range(24) if words in (line := seen.line(y))]


async def test_a_list_follows_when_the_typing_pauses_and_with_any_other_key(seen: Seen) -> None:
    async with screen() as drive:
        async with drive.step("the letters are there at once, the list after a pause"):
            await drive.press("ctrl+p", *"theme")
            assert lines_with(seen, "│ theme ")
            assert lines_with(seen, "▌Choose a theme"), "what enter would take"
            assert not lines_with(seen, " found")
            await drive.pass_time(PAUSE_S)
            assert lines_with(seen, " found")
            assert_true(drive, seen)
        async with drive.step("an arrow shows what it goes through"):
            await drive.press("ctrl+p", *"the")
            await drive.press("down")
            assert_true(drive, seen)
        async with drive.step("a key that changes nothing keeps nothing back"):
            await drive.press("ctrl+p", *"zzz")
            await drive.press("down")
            await drive.pass_time(PAUSE_S)
            assert_true(drive, seen)
        async with drive.step("columns stay where they are while a filter leaves fewer rows"):
            await drive.press("3", "slash", "e")
            header = seen.line(3)
            await drive.press("x", "x")
            await drive.pass_time(PAUSE_S)
            assert "0 of 14" in seen.line(1)
            assert seen.line(3) == header
            await drive.press("escape")
            assert_true(drive, seen)
        async with drive.step("who takes something out again types as well"):
            await drive.press("ctrl+p", *"zzz")
            await drive.pass_time(PAUSE_S)
            await drive.press("backspace", "backspace", "backspace")
            assert lines_with(seen, "type to find")
            assert lines_with(seen, f"▌{marked(drive)}")
            assert lines_with(seen, "0 found")
            await drive.pass_time(PAUSE_S)
            assert not lines_with(seen, "0 found")
            assert_true(drive, seen)
        async with drive.step("who does not stop sees the list all the same, now and then"):
            await drive.press("ctrl+p", *("t" * (LETTERS_MAX - 1)))
            assert not lines_with(seen, "0 found")
            await drive.press("t")
            assert lines_with(seen, "0 found")
            assert_true(drive, seen)
        async with drive.step("the mark is where enter is, and nowhere else"):
            await drive.press("ctrl+p", "down", "down", "t")
            assert len(lines_with(seen, "│ ▌")) == 1
            assert lines_with(seen, f"▌{marked(drive)}")
            await drive.pass_time(PAUSE_S)
            assert_true(drive, seen)


HELD_BACK = "\x1b[?2026h"


async def test_a_terminal_holds_back_a_picture_until_it_is_whole_but_no_letter(seen: Seen) -> None:
    async with screen() as drive:
        drive.app.post_message(TerminalSupportsSynchronizedOutput())
        await drive.press("ctrl+p")
        assert seen.sent.count(HELD_BACK) == 1
        seen.sent = ""
        await drive.press("s")
        assert seen.sent
        assert HELD_BACK not in seen.sent
        await drive.pass_time(PAUSE_S)
        assert seen.sent.count(HELD_BACK) == 1
        assert_true(drive, seen)


async def test_enter_takes_what_was_typed_and_not_what_is_still_to_be_seen(seen: Seen) -> None:
    async with screen() as drive:
        async with drive.step("key by key, with no pause before it"):
            await drive.press("ctrl+p", *"swipe")
            await drive.press("enter")
            assert isinstance(drive.app.screen, FormDialog)
            assert_true(drive, seen)
        async with drive.step("in one packet"):
            await packet(drive, "\x10swipe\r")
            assert isinstance(drive.app.screen, FormDialog)
            assert_true(drive, seen)
        async with drive.step("in one packet behind a list that was another"):
            await packet(drive, "\x10theme")
            await packet(drive, "\x15stop ocpp\r")
            assert isinstance(drive.app.screen, AskDialog)
            assert_true(drive, seen)
        async with drive.step("in a filter"):
            await packet(drive, "3/heart\r")
            assert drive.shows("1 of 14 match 'heart'")
            assert_true(drive, seen)
            await packet(drive, "\x1b1")
        async with drive.step("where a letter closes what it was typed into, all is seen at once"):
            await packet(drive, "#2")
            assert not isinstance(drive.app.focused, Input)
            assert_true(drive, seen)
            await packet(drive, "#1")


async def test_an_alarm_waits_for_no_letter(seen: Seen) -> None:
    async with screen() as drive:
        for keys in tier(TYPED_INTO[::2], deep=TYPED_INTO):
            async with drive.step(f"{keys}"):
                await drive.press(*keys)
                before = seen.line(0)
                drive.engine.publish("link", worlds.broken_link())
                await drive.press("x")
                head = range(drive.app.main.HEAD_LINES)
                assert seen.line(0) != before
                assert [seen.looks()[y] for y in head] == [meant(drive)[y] for y in head]
            await drive.pass_time(PAUSE_S)


async def test_that_the_charge_point_is_lost_waits_for_no_letter(seen: Seen) -> None:
    async with screen() as drive:
        await drive.press("ctrl+p", "x")
        drive.engine.lose("gone while somebody types")
        await _settle_until_lost(drive)
        assert "× Charge point lost" in seen.line(0)


async def _settle_until_lost(drive: Drive) -> None:
    for _ in range(20):
        await drive.settle()
        if "lost" in drive.strips()[0].text:
            return


async def test_both_lines_of_alarms_wait_for_no_letter_where_there_are_two(seen: Seen) -> None:
    async with screen(size=(100, 60)) as drive:
        await drive.press("tab", "slash", "x")
        drive.engine.publish("link", worlds.broken_link())
        await drive.press("x")
        assert drive.dashboard.alarm.has_second
        assert [seen.looks()[y] for y in range(3)] == [meant(drive)[y] for y in range(3)]


TYPED_INTO: Sequence[Sequence[str]] = (
    ("ctrl+p", "x"),
    ("w", "x"),
    ("2", "c", "x"),
    ("slash", "x"),
    ("z", "slash", "x"),
    ("3", "slash", "x"),
)
"""A letter in lists, a form, and filters, one of them in a pane that fills the screen."""


def marked(drive: Drive) -> str:
    """The title that enter would take."""
    table = drive.app.screen.query_one(LineTable)
    return table.rows[table.cursor_row].cells[0].plain
