"""Somebody types: each letter is seen at once, what comes of it when the typing pauses.

Only to be seen has it time. What the next key acts on is what was typed, however fast it came.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.geometry import Size
from textual.widgets import Input

from cp_tui.tui.dialogs.ask import AskDialog
from cp_tui.tui.dialogs.form import FormDialog
from cp_tui.tui.terminal.look_app import LETTERS_MAX
from cp_tui.tui.terminal.textual_private import QuietApp
from tests.tui.driving import Drive, screen
from tests.tui.test_exact_painting import Seen, assert_true
from tests.tui.test_key_gate import packet

PAUSE_S = 5.0
"""In these tests: no machine is so slow that it passes by itself."""


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, painting: None) -> Seen:
    """What a terminal shows of everything that the app sends."""
    found = Seen()

    def take(_app: QuietApp, text: str) -> None:
        found.take(text, Size(80, 24))

    monkeypatch.setattr(QuietApp, "send", take)
    monkeypatch.setattr("cp_tui.tui.terminal.look_app.TYPING_S", PAUSE_S)
    return found


def lines_with(seen: Seen, words: str) -> Sequence[str]:
    return [line for y in range(24) if words in (line := seen.line(y))]


async def test_a_list_follows_when_the_typing_pauses_and_with_any_other_key(seen: Seen) -> None:
    async with screen() as drive:
        async with drive.step("the letters are there at once, the list after a pause"):
            await drive.press("ctrl+p", *"theme")
            assert lines_with(seen, "│ theme ")
            assert not lines_with(seen, "▌Screen")
            await drive.pass_time(PAUSE_S)
            assert lines_with(seen, "Choose a theme")
            assert_true(drive, seen)
        async with drive.step("an arrow shows what it goes through"):
            await drive.press("ctrl+p", *"the")
            await drive.press("down")
            assert_true(drive, seen)
        async with drive.step("who takes something out again types as well"):
            await drive.press("ctrl+p", *"zzz")
            await drive.pass_time(PAUSE_S)
            await drive.press("backspace", "backspace", "backspace")
            assert lines_with(seen, "type to find")
            assert lines_with(seen, "nothing found")
            await drive.pass_time(PAUSE_S)
            assert not lines_with(seen, "nothing found")
            assert_true(drive, seen)
        async with drive.step("who does not stop sees the list all the same, now and then"):
            await drive.press("ctrl+p", *("t" * (LETTERS_MAX - 1)))
            assert not lines_with(seen, "nothing found")
            await drive.press("t")
            assert lines_with(seen, "nothing found")
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


async def test_what_happens_meanwhile_is_seen_after_the_pause(seen: Seen) -> None:
    async with screen() as drive:
        await drive.press("ctrl+p", "x")
        drive.engine.lose("gone while somebody types")
        await _settle_until_lost(drive)
        await drive.pass_time(PAUSE_S)
        assert_true(drive, seen)
        assert "× Charge point lost" in seen.line(0)


async def _settle_until_lost(drive: Drive) -> None:
    for _ in range(20):
        await drive.settle()
        if "lost" in drive.strips()[0].text:
            return
