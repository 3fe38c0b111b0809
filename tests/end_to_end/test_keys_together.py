"""Whole words in one write, as a line brings them that was stalled: every key does what it says."""

from __future__ import annotations

import termios
from collections.abc import AsyncIterator

import pytest

from tests.end_to_end.processes import Serve
from tests.end_to_end.terminal import Terminal, in_terminal


@pytest.fixture
async def attached(serve: Serve) -> AsyncIterator[Terminal]:
    """A screen on an accepted charge point."""
    async with in_terminal("attach", f"--socket={serve.socket}") as terminal:
        await terminal.see("Accepted", "Connectors", "s Stop")
        await terminal.settle()
        yield terminal


PACKETS = {
    "form": ("wNEWTAG", ("Swipe", "NEWTAG")),
    "form with tabs": ("dcom.example\tm1\thello", ("com.example", "m1", "hello")),
    "filter": ("\t\t/Heart\r", ("HeartbeatInterval",)),
    "filter of another screen": ("2/Boot\r", ("matches 'Boot'",)),
    "edit on another screen": ("3/HeartbeatI\re", ("Change", "HeartbeatInterval")),
    "palette": ("\x10theme\r", ("Choose a theme",)),
    "palette, and its dialog": ("\x10theme\rlight", ("Choose a theme", "light")),
    "jump": ("\x0fd", ("▶ Keys",)),
    "zoom": ("zzz", ("Connectors",)),
    "paste": ("w\x1b[200~PASTED\x1b[201~", ("Swipe", "PASTED")),
    "help, escape, form": ("?\x1bwTAG2", ("Swipe", "TAG2")),
    "screens": ("1234567654321", ("Connectors", "Schedule")),
    "function key among letters": ("w\x1bOPABC", ("Swipe", "ABC")),
}
"""What is written at once, and what stands on the screen then."""


@pytest.mark.parametrize(("packet", "texts"), PACKETS.values(), ids=PACKETS)
async def test_keys_in_one_packet(attached: Terminal, packet: str, texts: tuple[str, ...]) -> None:
    attached.press(packet)
    await attached.see(*texts)
    await attached.settle()
    assert "dropped" not in attached.text
    assert "network" not in attached.text.splitlines()[-2].casefold(), "N pulls the cable"


async def test_a_question_is_answered_by_the_key_behind_it(attached: Terminal) -> None:
    attached.press("sy")
    await attached.see("stopped")
    await attached.see_no_more("Stop OCPP?")


async def test_keys_at_the_start_and_a_new_size_in_the_middle(serve: Serve) -> None:
    async with in_terminal("attach", f"--socket={serve.socket}") as terminal:
        terminal.press("wFIRST")
        await terminal.see("Swipe", "FIRST")
        terminal.press("\x1bw")
        termios.tcsetwinsize(terminal._near, (30, 100))
        terminal.press("SECOND")
        await terminal.see("SECOND")


async def test_escape_and_quit_in_one_packet_end_the_screen(attached: Terminal) -> None:
    attached.press("?\x1bq")
    assert await attached.ended() == 0
