"""Dialogs at the moment in which they open or close, while something is said to them."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.content import Content

from cp_tui.tui.actions.outcome import KeyResult
from cp_tui.tui.dialogs.facts import FactsDialog
from cp_tui.tui.dialogs.key_table import KeyTableDialog
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine

TURNS = (8, 14, 20)
"""Turns of the event loop between the end of the dialog and the answer."""


async def answer_while_it_closes(drive: Drive, method: str, turns: int, *keys: str) -> None:
    """Send something, close the dialog, and let the answer come so many turns later."""
    answer = drive.engine.holds(method)
    await drive.press(*keys)
    closing = drive.app.screen.dismiss(None)
    for _ in range(turns):
        await asyncio.sleep(0)
    answer.set()
    await closing
    await drive.settle()


async def test_an_answer_to_a_form_that_is_just_closing_does_no_harm() -> None:
    async with screen(engine=FakeEngine(worlds.healthy())) as drive:
        for turns in TURNS:
            await answer_while_it_closes(drive, "data_transfer", turns, "d", "x", "enter")
            assert drive.shows("Connectors")


async def test_news_for_facts_that_are_just_opening_is_what_they_begin_with() -> None:
    async with screen(worlds.healthy()) as drive:
        old, clock = drive.app.store.snapshot, drive.app.clock
        dialog = FactsDialog(
            "News", lambda snapshot, _clock: [Fact("", Content(f"{snapshot is old}"))], old, clock
        )
        opening = drive.app.push_screen(dialog)
        dialog.show(Snapshot(), clock)
        await opening
        await drive.settle()
        assert drive.shows("News", "False")


async def test_escape_while_a_dialog_is_put_together_does_no_harm() -> None:
    async with screen(worlds.healthy()) as drive:
        snapshot, clock = drive.app.store.snapshot, drive.app.clock
        dialog = FactsDialog("News", lambda _s, _c: [Fact("", Content("words"))], snapshot, clock)
        opening = drive.app.push_screen(dialog)
        dialog.action_close()
        await opening
        await drive.settle()
        assert drive.shows("News", "words")
        await drive.press("escape")
        assert drive.shows("Connectors")


class Gone(FactsDialog):
    """Is taken away before anything of it is there."""

    def compose(self) -> ComposeResult:
        """Mount nothing, as Textual does then."""
        yield from ()


async def test_a_dialog_that_is_taken_away_before_it_is_put_together_does_no_harm() -> None:
    async with screen(worlds.healthy()) as drive:
        snapshot, clock = drive.app.store.snapshot, drive.app.clock
        await drive.app.push_screen(Gone("News", lambda _s, _c: [], snapshot, clock))
        await drive.app.pop_screen()
        await drive.settle()
        assert drive.shows("Connectors")


async def test_the_question_on_quitting_has_room_for_its_words() -> None:
    async with screen(worlds.empty(), may_stop=lambda: True) as drive:
        await drive.press("q")
        assert drive.shows("Leave", "Charging no transaction is running")
        for size in ((40, 10), (30, 8)):
            await drive.resize(*size)
            buttons = [" ".join(line.split()) for line in drive.text().splitlines()]
            assert "│ Leave Stop Cancel │" in buttons, drive.text()
            assert drive.shows("l leave", "escape cancels")
        await drive.resize(80, 24)
        assert drive.shows("Leave it running", "l leave it running · s stop it · c cancel")


async def test_who_ends_a_demo_that_others_look_at_is_told_and_asked() -> None:
    async with screen(worlds.healthy(), ends_with_screen=True) as drive:
        drive.engine.other_screens = 2
        await drive.press("q")
        assert drive.shows("End the demo?", "2 other screens show this demo")
        assert drive.shows("they show what was last, and say that the demo has ended")
        await drive.press("n")
        assert drive.app.return_value is None
        drive.engine.other_screens = 1
        await drive.press("q")
        assert drive.shows("Another screen shows this demo", "it shows what was last, and says")
        await drive.press("y")
        assert drive.app.return_value == "leave"


async def test_a_demo_that_nobody_else_looks_at_ends_at_once() -> None:
    async with screen(worlds.healthy(), ends_with_screen=True) as drive:
        await drive.press("q")
        assert drive.app.return_value == "leave"


async def test_the_question_on_quitting_tells_of_other_screens() -> None:
    async with screen(worlds.empty(), may_stop=lambda: True) as drive:
        await drive.press("q")
        assert not drive.shows("Screens")
        await drive.press("escape")
        drive.engine.other_screens = 1
        await drive.press("q")
        words = "another one shows it as well: nothing changes there where it is left running"
        assert drive.shows("Screens", words)


async def test_q_puts_away_what_is_only_read_and_is_a_letter_where_one_is_typed() -> None:
    async with screen(worlds.healthy()) as drive:
        for opens, title in (
            ("question_mark", "Help"),
            ("enter", "Connector 1"),
            ("a", "What is wrong now"),
        ):
            await drive.press(opens)
            assert drive.shows(title, "escape closes"), title
            await drive.press("q")
            assert not drive.shows("escape closes"), title
        async with drive.step("a table in a dialog, whose filter takes letters"):
            dialog = KeyTableDialog([KeyResult("SeqKey", "1", read_only=False)])
            await drive.app.push_screen(dialog)
            await drive.press("slash", "q")
            assert drive.shows("1 known, 0 unknown", "SeqKey")
            await drive.press("x", "enter")
            assert drive.shows("no key matches the filter")
            await drive.press("q")
            assert drive.app.screen is drive.app.main
        async with drive.step("a list that is typed into"):
            await drive.press("ctrl+p", *"qui")
            assert drive.shows("All actions", "Quit")
            await drive.press("escape")
        async with drive.step("a form"):
            await drive.press("w", "q")
            assert drive.shows("Swipe a tag")
            await drive.press("escape")
        # A pane that fills the terminal is no dialog.
        await drive.press("z", "q")
        assert drive.app.return_value == "leave"
