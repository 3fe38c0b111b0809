"""Keys that arrive together: each waits for what those before it did, and none falls through."""

from __future__ import annotations

import asyncio
from io import StringIO

import pytest
from textual.app import ComposeResult
from textual.constants import ESCAPE_DELAY
from textual.widgets import Input, TextArea

from cp_tui.tui.dialogs.ask import AskDialog
from cp_tui.tui.dialogs.choose import ChooseDialog
from cp_tui.tui.dialogs.dialog import SAYING_S, Dialog
from cp_tui.tui.dialogs.form import FormDialog
from cp_tui.tui.terminal.key_parser import KeyParser
from cp_tui.tui.terminal.line_input import LineInput
from cp_tui.tui.terminal.look_app import BETWEEN_KEYS_S
from cp_tui.tui.widgets.line_table import LineTable
from cp_tui.tui.widgets.table_pane import TablePane
from tests.tiers import tier
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.quiet import let_time_pass, quiet

PASTE = "\x1b[200~{}\x1b[201~"


async def packet(drive: Drive, text: str, *, is_slow: bool = False) -> None:
    """Let what a terminal sends arrive in one piece, and wait until nothing moves.

    `is_slow`: the thread that reads hands each key on when those before it have done what they do.
    """
    parser = KeyParser()
    for event in parser.feed(text):
        drive.app.post_message(event)
        if is_slow:
            await drive.settle()
    if parser._timeout_time is not None:
        await asyncio.sleep(2 * ESCAPE_DELAY)
        for event in parser.tick():
            drive.app.post_message(event)
    await quiet()
    while drive.app.gate.is_busy:
        await asyncio.sleep(0.01)
    await drive.settle()


def calls(drive: Drive, method: str) -> list[dict[str, object]]:
    """With what a method of the engine was called."""
    return [dict(params) for name, params in drive.engine.calls if name == method]


async def test_keys_of_one_packet_go_where_they_were_meant_to() -> None:
    async with screen() as drive:
        async with drive.step("a word behind the key of a form is typed into the form"):
            await packet(drive, "wNEWTAG")
            assert isinstance(drive.app.screen, FormDialog)
            assert drive.app.screen.query(Input).first().value == "NEWTAG"
            assert drive.engine.calls == [] or calls(drive, "set_network") == []
        async with drive.step("a form is filled and sent in one packet"):
            await packet(drive, "wNEWTAG\r")
            assert [call["id_tag"] for call in calls(drive, "swipe")] == ["NEWTAG"]
        async with drive.step("a tab moves on before what follows it is typed"):
            await packet(drive, "wNEWTAG\t1")
            texts = [each.value for each in drive.app.screen.query(Input)]
            assert texts[:2] == ["NEWTAG", "1"]
        async with drive.step("an answer behind a question answers it"):
            await packet(drive, "sy")
            assert not isinstance(drive.app.screen, Dialog)
            assert len(calls(drive, "stop")) == 1
        for times in [1, 5]:
            async with drive.step(f"a filter takes its words on another screen as well: {times}"):
                await packet(drive, "2/Boot\r" * times)
                assert drive.app.main.NAME == "messages"
                pane = drive.app.main.table_pane
                assert isinstance(pane, TablePane)
                assert pane.words == "Boot"
                assert not isinstance(drive.app.focused, Input)
        async with drive.step("the palette takes its words and opens what is found"):
            await packet(drive, "\x10theme\rlight")
            assert isinstance(drive.app.screen, ChooseDialog)
            assert drive.app.screen.query_one(Input).value == "light"
            await packet(drive, "\x1b")
            assert not isinstance(drive.app.screen, Dialog)
        async with drive.step("a paste behind the key of a form goes into the form"):
            await packet(drive, "w" + PASTE.format("PASTED"))
            assert drive.app.screen.query(Input).first().value == "PASTED"
        async with drive.step("a letter behind jump mode jumps"):
            await packet(drive, "\x0fd")
            assert drive.app.main.focused_pane is drive.app.main.panes[3]
            assert not isinstance(drive.app.screen, Dialog)
        async with drive.step("a digit behind the number of a connector is no key for a screen"):
            await packet(drive, "#12")
            assert drive.app.main.NAME == "dashboard"
            assert drive.shows("Select connector", "no connector 12: 0 to 2; 0 is the charge point")
            await packet(drive, "\x7f\x7f2")
            assert drive.app.store.snapshot.connector_id == 2
            assert not isinstance(drive.app.screen, Dialog)
            await packet(drive, "#1")
        async with drive.step("zoom and back again"):
            await packet(drive, "zz")
            assert drive.app.main.maximized is None
            await packet(drive, "z")
            assert drive.app.main.maximized is not None
        async with drive.step("a click among keys hits what is there by then"):
            await drive.press("s")
            dialog = drive.app.screen
            assert isinstance(dialog, AskDialog)
            x, y = dialog.query_one("#yes").region.center
            click = f"\x1b[<0;{int(x) + 1};{int(y) + 1}{{}}"
            await packet(drive, "\x1b")
            await packet(drive, "s" + click.format("M") + click.format("m") + "wTAG")
            assert len(calls(drive, "stop")) == 1
            assert drive.app.screen.query(Input).first().value == "TAG"


async def test_letters_for_an_input_are_one_text_and_everything_else_keeps_its_order() -> None:
    async with screen(at="messages") as drive:
        async with drive.step("a tab ends the text, and its blanks stay"):
            await packet(drive, "1w")
            texts: list[str] = []

            def changed(text: str) -> None:
                texts.append(text)

            for each in drive.app.screen.query(Input):
                drive.app.screen.watch(each, "value", changed, init=False)
            await packet(drive, " NEW TAG \t2\x7f1")
            assert texts == [" NEW TAG ", "2", "", "1"]
            await packet(drive, "\x1b2")
        async with drive.step("a text area takes them as well, and what was marked goes"):
            await packet(drive, "craw frame\r")
            area = drive.app.screen.query_one(TextArea)
            area.focus()
            area.text = "old"
            area.select_all()
            await packet(drive, '{"a": 1}\r{}')
            assert area.text == '{"a": 1}\n{}'


async def test_more_keys_than_find_room_are_dropped_to_the_last_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An enter at their end would send a text with a hole in it."""
    monkeypatch.setattr("cp_tui.tui.terminal.key_gate.WAITING_MAX", 100)
    async with screen(size=(160, 24)) as drive:
        await packet(drive, "w" + "y" * 299 + "\r")
        assert drive.app.screen.query(Input).first().value == "y" * 99
        assert "201 keys dropped" in drive.app.main._activity.plain
        assert calls(drive, "swipe") == []
        await packet(drive, "\x1b4z/" + "t" * 300)
        assert drive.shows("300 keys behind it dropped")
        await packet(drive, "1wTAG")
        assert drive.app.screen.query(Input).first().value == "TAG"
        # Who presses escape at their end wants out, and no more of what was behind.
        await packet(drive, "\x15" + "y" * 299 + "\r\x1b\x1bp2")
        assert not isinstance(drive.app.screen, FormDialog)
        assert (calls(drive, "swipe"), calls(drive, "plug_in")) == ([], [])


async def test_a_text_without_end_is_not_taken_nor_what_was_typed_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pasted, put in anew, or come as letters; what stands there already can be shortened."""
    monkeypatch.setattr("cp_tui.tui.terminal.line_input.TEXT_MAX", 100)
    words = "not taken: a field holds 100 characters at most"
    async with screen(size=(160, 24)) as drive:
        await packet(drive, "w" + PASTE.format("y" * 101) + "\r")
        tag = drive.app.screen.query(Input).first()
        assert tag.value == tag.selected_text != ""
        assert words in drive.app.main._activity.plain
        assert calls(drive, "swipe") == []
        await packet(drive, PASTE.format("y" * 101) + "\r", is_slow=True)
        assert calls(drive, "swipe") == []
        await packet(drive, PASTE.format("y" * 60))
        tag.select_all()
        tag.action_copy()
        tag.action_end()
        tag.action_paste()
        await packet(drive, "z" * 41)
        assert tag.value == "y" * 60
        await packet(drive, "z" * 40 + "\x7f")
        assert tag.value == "y" * 60 + "z" * 39
        await packet(drive, PASTE.format("y" * 101) + "\r\x1b2")
        assert (drive.app.main.NAME, calls(drive, "swipe")) == ("messages", [])
        await packet(drive, "1w" + PASTE.format("y" * 101) + "\rN\x1b2", is_slow=True)
        assert (drive.app.main.NAME, calls(drive, "swipe")) == ("messages", [])
        await packet(drive, "\x1b3/" + PASTE.format("y" * 101))
        assert drive.app.screen.query_one(Input).value == ""
        assert LineInput("y" * 101).max_length == 101
        await packet(drive, "\x1b2craw frame\r\x15")
        area = drive.app.screen.query_one(TextArea)
        area.text = ""
        await packet(drive, PASTE.format("y" * 101))
        await packet(drive, "z" * 99 + PASTE.format("yy") + "x")
        assert area.text == "z" * 99
        area.text = "y" * 150
        await packet(drive, "\x1b[F\x7fz")
        assert area.text == "y" * 149


async def test_a_dialog_that_covers_the_line_says_itself_that_a_text_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And what was selected stays so: what is typed next replaces it."""
    monkeypatch.setattr("cp_tui.tui.terminal.line_input.TEXT_MAX", 100)
    words = "not taken: a field holds 100 characters at most"
    async with screen() as drive:
        await packet(drive, "2C")
        area = drive.app.screen.query_one(TextArea)
        proposed = area.selected_text
        assert proposed == area.text != ""
        await packet(drive, PASTE.format("y" * 101))
        assert drive.shows(words)
        assert area.selected_text == area.text == proposed
        let_time_pass(SAYING_S)
        await drive.settle()
        assert drive.shows("^s send")
        await packet(drive, "x")
        assert area.text == "x"


async def test_pictures_come_between_keys_also_behind_a_terminal_that_has_taken_one() -> None:
    """That it has is heard from the thread that writes, which knows no app."""
    async with screen() as drive:
        done = asyncio.Event()
        drive.app.act(done.wait(), group="action")
        writer = drive.app.make_writer(StringIO())
        writer.write("a picture")
        writer.start()
        try:
            async with asyncio.timeout(30):
                while drive.app._sending is None:
                    await asyncio.sleep(0.01)
            await quiet()
            let_time_pass(BETWEEN_KEYS_S)
            await quiet()
            assert drive.app._sending is None
        finally:
            writer.stop()
            done.set()


async def test_escape_and_what_follows_are_two_keys() -> None:
    async with screen(worlds.healthy(), may_stop=lambda: True) as drive:
        for after in "?\x1bq", "l\x1b:\x1b?\x1bq", "?\x1b\x1bq":
            await packet(drive, after)
            assert "Quit" in drive.text(), after
            await packet(drive, "\x1b")
            assert not isinstance(drive.app.screen, Dialog)


async def test_keys_that_have_to_wait_are_kept_or_dropped_with_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with screen() as drive:
        async with drive.step("hundreds of steps are as many steps"):
            await packet(drive, "3")
            table = drive.app.screen.query_one(LineTable)
            assert table.cursor_row == 0
            await packet(drive, "\x1b[B\x1b[A" * tier(100, deep=500) + "j")
            assert table.cursor_row == 1
            assert "dropped" not in drive.text()
        async with drive.step("a command that waits for the engine keeps no keys"):
            answer = drive.engine.holds("stop")
            await packet(drive, "sywTAG")
            assert len(calls(drive, "stop")) == 1
            assert drive.app.screen.query(Input).first().value == "TAG"
            answer.set()
        async with drive.step("keys that wait for too long are dropped with a word"):
            monkeypatch.setattr("cp_tui.tui.terminal.key_gate.LOOKS_MAX", 50)
            dialog = SlowDialog()

            async def open_slowly() -> None:
                drive.app.push_screen(dialog)

            drive.app.act(open_slowly(), group="action")
            await packet(drive, "w" * 40)
            assert "40 keys dropped: the screen was busy" in drive.app.main._activity.plain
            assert drive.engine.calls == [] or calls(drive, "swipe") == []
            dialog.may_come.set()
            await packet(drive, "\x1bwTAG")
            assert drive.app.screen.query(Input).first().value == "TAG"


class SlowDialog(Dialog[None]):
    """Comes when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_come = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Input(classes="box")

    async def begin(self) -> None:
        await self.may_come.wait()


async def test_an_action_that_hangs_jams_no_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cp_tui.tui.terminal.key_gate.HOLD_LOOKS_MAX", 3)
    async with screen(worlds.healthy()) as drive:
        never = asyncio.Event()
        drive.app.act(never.wait(), group="action")
        await packet(drive, "wTAG")
        assert drive.app.screen.query(Input).first().value == "TAG"
        never.set()


@pytest.mark.parametrize("is_slow", [False, True], ids=["at once", "one by one"])
@pytest.mark.parametrize(
    ("packet_sent", "words"),
    [
        ("4z/NEWTAG", "there are no rows here · 6 keys behind it dropped"),
        ("4z/Nt\r", "there are no rows here · 3 keys behind it dropped"),
        ("4z/N" + PASTE.format("NN"), "2 keys behind it dropped"),
        ("rNEWTAG", "restart follows a stop · 6 keys behind it dropped"),
    ],
)
async def test_what_is_typed_behind_a_refusal_is_dropped_with_a_word(
    packet_sent: str, words: str, is_slow: bool
) -> None:
    """It was meant for a form that does not come, and `N` pulls the network cable."""
    async with screen(worlds.healthy(), size=(160, 24)) as drive:
        await packet(drive, packet_sent, is_slow=is_slow)
        assert drive.shows(words)
        assert drive.engine.calls == []
        assert not isinstance(drive.app.screen, Dialog)
        await packet(drive, "1wTAG")
        assert drive.app.screen.query(Input).first().value == "TAG"
