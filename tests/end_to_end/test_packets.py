"""Whole words in one write, as a line brings them that was stalled: every key does what it says.

At every kind of place where keys go: dialogs, fields, pastes, clicks, a new size, the first run, an
engine that is lost, hangs, or belongs to the screen.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import termios
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from cp_tui.rpc.client import Client
from tests.end_to_end.leftovers import processes_of
from tests.end_to_end.processes import Serve
from tests.end_to_end.terminal import Terminal, in_terminal
from tests.peer import PeerCsms
from tests.tiers import tier

DOWN, ESCAPE, PALETTE, JUMP = "\x1b[B", "\x1b", "\x10", "\x0f"
LEFT, RIGHT = "\x1b[D", "\x1b[C"
PAGE_DOWN, BACK_TAB = "\x1b[6~", "\x1b[Z"
CLEAR, SEND, SWITCH = "\x15", "\x13", "\x12"
LEAVE = "\x1b[27u"
"""Escape without doubt: a lone ESC would be the beginning of what comes next."""

HANGS_S = 6.0
"""Longer than an engine may be silent before it is told."""


def pasted(text: str) -> str:
    """What a terminal sends for a bracketed paste."""
    return f"\x1b[200~{text}\x1b[201~"


def click(line: int, column: int, button: int = 0) -> str:
    """Button down and up, both counted from 1."""
    at = f"\x1b[<{button};{column};{line}"
    return f"{at}M{at}m"


@asynccontextmanager
async def attached_to(serve: Serve) -> AsyncIterator[Terminal]:
    async with in_terminal("attach", f"--socket={serve.socket}") as terminal:
        await terminal.see("Accepted", "Connectors", "s Stop")
        await terminal.settle()
        yield terminal


class UsedAgain:
    """A screen that test after test uses, as long as it looks each time as it did at first."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self._stack = AsyncExitStack()
        self._terminal: Terminal | None = None
        self._first = ""

    async def as_at_first(self) -> Terminal:
        """Give the screen, or another one where it looks otherwise by now."""
        if self._terminal is not None and picture(self._terminal) == self._first:
            return self._terminal
        await self.close()
        self._terminal = await self._stack.enter_async_context(attached_to(self.serve))
        self._first = picture(self._terminal)
        return self._terminal

    async def close(self) -> None:
        await self._stack.aclose()
        self._stack = AsyncExitStack()
        self._terminal = None


def picture(terminal: Terminal) -> str:
    """What stands on the screen, but for times and for what was told last."""
    told = -2
    return re.sub(r"\d\d:\d\d(:\d\d)?|· \d+\.\d ms|\s+", "", "".join(terminal.lines[:told]))


async def leave(terminal: Terminal) -> None:
    """Leave whatever is open; then every key that was written before has done what it does."""
    terminal.press(f"{LEAVE * 3}1{JUMP}d")
    await terminal.see("▶ Keys")
    terminal.press(f"{JUMP}b")
    await terminal.see("▶ Connectors")
    await terminal.settle()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def used_again(shared_serve: Serve) -> AsyncIterator[UsedAgain]:
    screen = UsedAgain(shared_serve)
    yield screen
    await screen.close()


PACKETS = {
    "form with tabs": ("dcom.example\tm1\thello", ("com.example", "m1", "hello")),
    "filter of another screen": ("2/Boot\r", ("matches 'Boot'",)),
    "edit on another screen": ("3/HeartbeatI\re", ("Change", "HeartbeatInterval")),
    "palette, and its dialog": (f"{PALETTE}theme\rlight", ("Choose a theme", "light")),
    "zoom": ("zzz", ("▶ Connectors  p plug  w swipe" + "━" * 20,)),
    "help, escape, form": (f"?{ESCAPE}wTAG2", ("Swipe", "TAG2")),
    "screens": ("1234565432143", ("▶ Configuration",)),
    "function key among letters": ("w\x1bOPABC", ("Swipe", "ABC")),
    "compose, a form": (
        f"2cauthorize\r{CLEAR}NEWTAG",
        ("Compose: Authorize", "NEWTAG", "valid OCPP 1.6"),
    ),
    "compose, into the text": (
        f"2cheartbeat\r{SWITCH}{DOWN}# not JSON",
        ("Compose: Heartbeat", "# not JSON", "not valid"),
    ),
    "compose, a choice by arrows": (
        f"2cstatusnot\r{DOWN}{RIGHT}{RIGHT}{LEFT}",
        ("Compose: StatusNotification", "OtherError"),
    ),
    "a date and time": (
        "4i" + "\t" * 6 + "0:16, 60:8\t\t2031-01-05T22:00:00Z\t22:00\t23:59",
        ("Install a charging profile", "2031-01-05T22:00:00Z", "22:00", "23:59", "0:16, 60:8"),
    ),
    "a choice, then its form": (
        "!ground\rwet\tV-7",
        ("Raise GroundFailure", "wet", "V-7"),
    ),
    "theme picker": (f"{PALETTE}theme\rlight\r3/Heart\r", ("match 'Heart'",)),
    "palette, twice": (f"{PALETTE}swipe\rA{ESCAPE}{PALETTE}swipe\rB2", ("Swipe", "B2")),
    "details, and back": (f"\r{PAGE_DOWN}{ESCAPE}\r{ESCAPE}wTAG", ("Swipe", "TAG")),
    "filter, changed, escaped": (f"3/Heart{ESCAPE}/Meter\r", ("MeterValueSampleInterval",)),
    "jump, a letter too many": (f"{JUMP}d{JUMP}b{JUMP}zwTAG", ("Swipe", "TAG")),
    "paste with what looks like keys": (f"w{pasted('A' + chr(9) + 'NEW')}", ("Swipe", "NEW")),
    "paste that nothing takes": (f"{pasted('NNNN')}wTAG", ("Swipe", "TAG")),
    "paste into the filter of another screen": (f"3/{pasted('Heart')}\r", ("HeartbeatInterval",)),
    "paste of lines into a raw frame": (
        f"2craw frame\r\x01{pasted('[2,' + chr(10) + ' 7]')}",
        ("a raw frame", "[2,"),
    ),
    "click on a line, then a form": (f"{click(12, 10)}wTAG", ("Swipe", "TAG")),
    "wheel among the letters": (f"w{click(12, 10, 64)}T{click(12, 10, 65)}AG", ("Swipe", "TAG")),
    "the mouse moves among the letters": (
        "w" + "".join(f"\x1b[<35;{x};12M{letter}" for x, letter in enumerate("LETTERS", 10)),
        ("Swipe", "LETTERS"),
    ),
}
"""What is written at once, and what stands on the screen then. An N too many pulls the cable."""

MORE_PACKETS = {
    "form": ("wNEWTAG", ("Swipe", "NEWTAG")),
    "filter": ("\t\t/Heart\r", ("HeartbeatInterval",)),
    "palette": (f"{PALETTE}theme\r", ("Choose a theme",)),
    "jump": (f"{JUMP}d", ("▶ Keys",)),
    "paste": (f"w{pasted('PASTED')}", ("Swipe", "PASTED")),
    "compose, sent": (f"2cheartbeat\r{SEND}", ("Compose: Heartbeat", "CALLRESULT")),
    "compose, a field further on": (
        f"2cdatatransfer\r{CLEAR}com.example\t{CLEAR}m-1\t{CLEAR}hello",
        ("com.example", "m-1", "hello"),
    ),
    "compose, back, and another": (
        f"2cheartbeat\r{ESCAPE}cauthorize\r{CLEAR}ABC",
        ("Compose: Authorize", "ABC"),
    ),
    "a choice by arrows": (
        f"4i\t1\t{RIGHT}{RIGHT}{LEFT}\t7",
        ("Install a charging profile", "Purpose      TxProfile", "Level        7"),
    ),
    "a date and time, wrong, entered": (
        "4i" + "\t" * 6 + "0:16\t\tyesterday\r",
        ("Install a charging profile", "yesterday"),
    ),
    "theme picker, escaped": (f"{PALETTE}theme\r{DOWN}{DOWN}{ESCAPE}wTAG", ("Swipe", "TAG")),
    "palette to a form": (f"{PALETTE}data transfer\rcom.example\tm", ("Data transfer", "com.ex")),
    "palette, nothing found": (
        f"{PALETTE}Nnnn\r{ESCAPE}wTAG",
        ("Swipe", "TAG"),
    ),
    "help, letters, form": (f"?NNN{ESCAPE}wTAG", ("Swipe", "TAG")),
    "filter of every screen": ("2/Nn\r3/Nn\r1", ("Connectors", "Schedule")),
    "jump, then a filter": (f"{JUMP}d/Heart\r", ("HeartbeatInterval",)),
    "jump, escape, form": (f"{JUMP}{ESCAPE}wTAG", ("Swipe", "TAG")),
    "zoom, screens, form": ("z2z3z1zwTAG", ("Swipe", "TAG")),
    "paste between keys": (f"wA{pasted('NEWN')}B", ("Swipe", "ANEWNB")),
    "two pastes, a tab between": (
        f"d{pasted('com.N')}\t{pasted('N-1')}\thello",
        ("com.N", "N-1", "hello"),
    ),
    "paste into the palette": (f"{PALETTE}{pasted('swipe')}\rTAG", ("Swipe", "TAG")),
}
"""The same kinds of places once more; and what each of the two halves of another one does alone."""
TRIED = tier(PACKETS, deep=PACKETS | MORE_PACKETS)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("packet", "texts"), TRIED.values(), ids=TRIED)
async def test_a_packet(used_again: UsedAgain, packet: str, texts: tuple[str, ...]) -> None:
    terminal = await used_again.as_at_first()
    written = len(terminal.written)
    terminal.press(packet)
    await terminal.see(*texts)
    await leave(terminal)
    # The words of a configuration key say "dropped" as well.
    assert re.search(rb"(keys?|it) dropped", terminal.written[written:]) is None
    client = await Client.connect(used_again.serve.socket)
    link = (await client.call("get", variable="link")).result
    await client.close()
    assert isinstance(link, dict)
    assert link["network_up"], "a letter of a word pulled the network cable"


@pytest.mark.asyncio(loop_scope="module")
async def test_keys_at_the_start_and_a_new_size_in_the_middle(shared_serve: Serve) -> None:
    async with in_terminal("attach", f"--socket={shared_serve.socket}") as terminal:
        terminal.press("wFIRST")
        await terminal.see("Swipe", "FIRST")
        terminal.press("\x1bw")
        termios.tcsetwinsize(terminal._near, (30, 100))
        terminal.press("SECOND")
        await terminal.see("SECOND")
        terminal.press(f"{LEAVE}?{ESCAPE}q")
        assert await terminal.ended() == 0, "escape and quit in one packet end the screen"


@pytest.fixture
async def ours(csms: PeerCsms, folder: Path) -> AsyncIterator[Terminal]:
    """A screen that started its charge point, and asks what becomes of it."""
    arguments = (
        f"--url={csms.url}",
        f"--socket={folder / 'door'}",
        f"--data-dir={folder / 'data'}",
    )
    async with in_terminal("run", "--id=CP1", *arguments) as terminal:
        await terminal.see("Accepted", "Connectors", "s Stop")
        await terminal.settle()
        yield terminal


async def test_a_packet_meets_the_question_of_quitting_which_leaves_nothing_behind(
    ours: Terminal, folder: Path
) -> None:
    ours.press("qn")
    await ours.see("Leave it running", "Stop it")
    ours.press("N", ESCAPE, "qcwTAG")
    await ours.see("Swipe", "TAG")
    await ours.settle()
    assert "Try now" not in ours.text
    ours.press(ESCAPE, "qs")
    assert await ours.ended() == 0
    assert processes_of(folder) == {}
    assert not (folder / "door").exists()


async def test_a_packet_after_the_screen_has_gone_is_nobodys(ours: Terminal) -> None:
    ours.press("qsNNNsy")
    assert await ours.ended() == 0
    assert b"Traceback" not in ours.written


async def test_a_packet_at_the_first_run_fills_in_and_tests(csms: PeerCsms, folder: Path) -> None:
    async with in_terminal("run", XDG_CONFIG_HOME=str(folder)) as terminal:
        await terminal.see("the first start", "CSMS URL")
        await terminal.settle()
        terminal.press(f"{csms.url}\tCP7\t\t0123456789abcdef\r")
        await terminal.see(csms.url, "CP7", "All went well; save and start.")
        assert "0123456789abcdef" not in terminal.text
        terminal.press(f"{BACK_TAB * 3}{CLEAR}")
        await terminal.settle()
        terminal.press(f"{BACK_TAB * 5}X{pasted('Y')}\t{CLEAR}Z{ESCAPE}")
        assert await terminal.ended() == 0
        assert not list(folder.rglob("*.toml")), "escape leaves without a file"


async def test_a_packet_at_the_first_run_saves_and_starts(csms: PeerCsms, folder: Path) -> None:
    own = str(folder)
    async with in_terminal(
        "run", XDG_CONFIG_HOME=own, XDG_DATA_HOME=own, XDG_RUNTIME_DIR=own
    ) as terminal:
        # Before anything stands on the screen: no ^s, which the terminal would keep for itself.
        terminal.press(f"{csms.url}\tCP")
        await terminal.see(csms.url, "CP", "Save and start")
        await terminal.settle()
        terminal.press(f"8{SEND}wTAG")
        await terminal.see("CP8", "Accepted", "Connectors", "s Stop")
        await terminal.settle()
        terminal.press(ESCAPE, "qs")
        assert await terminal.ended() == 0
    assert csms.charge_point_ids == ["CP8"]


async def test_a_question_is_answered_by_the_key_behind_it_and_then_the_engine_is_lost(
    serve: Serve,
) -> None:
    async with attached_to(serve) as terminal:
        terminal.press("sy")
        await terminal.see("stopped")
        await terminal.see_no_more("Stop OCPP?")
        await leave_the_report(terminal, serve)
        serve.process.kill()
        await terminal.see("× Charge point lost")
        await terminal.settle()
        terminal.press("wTAG")
        await terminal.settle()
        assert "Swipe a tag" not in terminal.lines[1]
        terminal.press("3/Heart\r")
        await terminal.see("HeartbeatInterval", "match 'Heart'")
        terminal.press(f"1{PALETTE}help\r{ESCAPE}\r")
        await terminal.see("Connector 1")
        terminal.press(f"{ESCAPE}2/{pasted('Boot')}\r?")
        await terminal.see("Help")
        terminal.press(f"{ESCAPE}q")
        assert await terminal.ended() == 0


async def leave_the_report(terminal: Terminal, serve: Serve) -> None:
    """Close what a stop tells at its end, which comes on top of whatever is open."""
    await terminal.settle(serve.process.pid)
    if "What the stop did" in terminal.text:
        terminal.press(LEAVE)
        await terminal.see_no_more("What the stop did")


async def test_packets_while_the_engine_hangs(serve: Serve) -> None:
    async with attached_to(serve) as terminal:
        os.kill(serve.process.pid, signal.SIGSTOP)
        try:
            terminal.press("sywTAG")
            await terminal.see("Swipe", "TAG")
            await terminal.settle()
            assert "dropped" not in terminal.text
            await asyncio.sleep(HANGS_S)
            terminal.press(f"\r{ESCAPE}dcom.example\t1\r{ESCAPE}3/Heart\r")
            await terminal.see("HeartbeatInterval", "match 'Heart'")
            terminal.press(f"2cauthorize\r{CLEAR}NEW{SEND}")
            await terminal.see("Compose: Authorize", "waits for the charge point, silent since")
            await terminal.settle()
            assert "dropped" not in terminal.text
        finally:
            os.kill(serve.process.pid, signal.SIGCONT)
        await leave_the_report(terminal, serve)
        await terminal.see("Compose: Authorize", "OCPP is stopped by the operator")
