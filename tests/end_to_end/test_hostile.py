"""Hostile text in every field that a CSMS, an operator or a file can fill, on every screen.

Judged are the bytes that a terminal gets, all of them, and where the frame of the screen stands.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from cp_tui.demo.csms_variables import CSMS
from cp_tui.rpc.client import Client
from tests.end_to_end.hostile import EVIL, assert_harmless, evil
from tests.end_to_end.hostile_csms import HANDSHAKES, hostile_world, requests
from tests.end_to_end.processes import Serve, serving
from tests.end_to_end.raw_http import raw_http
from tests.end_to_end.terminal import Terminal, in_terminal
from tests.tiers import tier

SMALL, LARGE = (80, 24), (160, 50)
SIZES = tier([SMALL], deep=[SMALL, LARGE])
"""A plain run has large ones too, in the tests below, and screens of all sizes in tests/tui."""

ESCAPE = "\x1b[27u"
"""The key without doubt: a lone ESC would be the beginning of what is typed next."""
PALETTE, SEND = "\x10", "\x13"

HANDSHAKES_TIMEOUT_S = 30.0

MARK = re.compile(r"~[A-Za-z0-9]~")
LINE = "─━"


class Walk:
    """A person who looks at everything in one terminal."""

    def __init__(self, screen: Terminal, *others: int) -> None:
        """`others` are the processes that the screen asks."""
        self.screen = screen
        self.others = others
        self.marks: set[str] = set()

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, and look after each."""
        for key in keys:
            self.screen.press(key)
            await self.screen.settle(*self.others)
            self.marks.update(MARK.findall(self.screen.text))
            await self.screen.until(lambda: shifts(self.screen) == [], "a frame is out of place")

    async def go_to(self, digit: str, title: str) -> None:
        """Show another screen, which proves that keys are still answered."""
        await self.screen.see_no_more("escape closes")
        self.screen.press(digit)
        await self.screen.see(f"▶ {title}")
        self.marks = set()
        await self.press("")

    async def open_everything(self, panes: int) -> None:
        """Go into each pane, and into what its line under the cursor opens."""
        # A key waits until what was done before it is done, so several may come at once.
        for _ in range(panes):
            await self.press("\t\r", ESCAPE)

    async def leave(self) -> None:
        """Quit, and have everything judged that was written."""
        self.screen.press("q")
        assert await self.screen.ended() == 0
        assert_harmless(bytes(self.screen.written))


def shifts(screen: Terminal) -> list[str]:
    """Find lines that a text in them has made longer or shorter than the program thinks."""
    # By cells: the second one of a wide character is empty.
    lines = ["".join(cell.data[:1] or " " for cell in row) for row in screen.cells]
    found = []
    boxes = 0
    for top, line in enumerate(lines):
        for box in re.finditer("╭[^╮]*╮", line):
            boxes += 1
            found += below(lines, top, (box.start(), box.end() - 1), "│╰╯", "╰")
    for top, line in enumerate(lines if boxes == 0 else []):
        for gap in re.finditer(rf"(?<=[{LINE}]) (?=[{LINE}])", line):
            found += below(lines, top, (gap.start(),), f" {LINE}", LINE)
    return found


def below(
    lines: Sequence[str], top: int, columns: Sequence[int], allowed: str, end: str
) -> list[str]:
    """Find the lines below one, down to its end, with other characters in these columns."""
    found = []
    for line in lines[top + 1 : -2]:
        if any(line[column] not in allowed for column in columns):
            found.append(line)
        if line[columns[0]] in end or line[columns[0] - 1] in end:
            break
    return found


@asynccontextmanager
async def walks(serve: Serve) -> AsyncIterator[Sequence[Walk]]:
    """Terminals of each size on the same engine; the large ones without colours."""
    attach = ("attach", f"--socket={serve.socket}")
    async with AsyncExitStack() as stack:
        found = []
        for size in SIZES:
            colours = {"NO_COLOR": "1"} if size == LARGE else {}
            screen = await stack.enter_async_context(in_terminal(*attach, size=size, **colours))
            await screen.see("~I~", "Connectors")
            found.append(Walk(screen, serve.process.pid))
        yield found


async def look_at_everything(walk: Walk) -> Mapping[str, set[str]]:
    """Go to every screen and into everything on it; returns what was seen on each."""
    seen = {}
    # First what shows the newest only: later messages take the place of those that are hostile.
    await walk.go_to("1", "Connectors")
    await walk.open_everything(5)
    await walk.press("z", "z", "w", "up", ESCAPE, "D", "G", ESCAPE, "a", ESCAPE, "@", ESCAPE)
    await walk.press("?", ESCAPE, PALETTE, ESCAPE)
    seen["dashboard"] = walk.marks
    await walk.go_to("2", "Messages")
    await walk.press("enter", *["down"] * 4, ESCAPE)
    seen["messages"] = walk.marks
    await walk.go_to("3", "Configuration")
    await walk.open_everything(2)
    await walk.press("/", "AA", "enter", "enter", ESCAPE, "e", ESCAPE, ESCAPE)
    seen["configuration"] = walk.marks
    await walk.go_to("4", "Schedule")
    await walk.open_everything(2)
    seen["schedule"] = walk.marks
    await walk.go_to("5", "Transactions")
    await walk.open_everything(3)
    seen["transactions"] = walk.marks
    await walk.go_to("6", "Maintenance")
    await walk.press("down", "down", "enter", "x", ESCAPE)
    for _subject in range(6):
        await walk.press("enter", ESCAPE, ESCAPE, "down", "enter")
    await walk.press("enter", ESCAPE, "W", "up", "enter", ESCAPE)
    seen["maintenance"] = walk.marks
    return seen


ESC = "\x1b"


async def type_it(walk: Walk) -> None:
    """Paste it into everything that can be typed into."""
    # Terminals take ESC out of what is pasted: to a program it would end the paste.
    pasted = f"\x1b[200~{EVIL.replace(ESC, '')}\x1b[201~"
    await walk.press("w", pasted, "enter", ESCAPE)
    await walk.press("d", pasted, "tab", pasted, "tab", pasted, "enter", ESCAPE)
    await walk.press(PALETTE, pasted, ESCAPE)
    await walk.go_to("2", "Messages")
    await walk.press("/", pasted, "enter", ESCAPE, "c", pasted, ESCAPE)
    await walk.press(PALETTE, "raw frame", "enter", pasted, SEND, ESCAPE)
    await walk.go_to("3", "Configuration")
    await walk.press("/", pasted, "enter", ESCAPE, "e", pasted, "enter", ESCAPE)
    await walk.press("E", pasted, "enter", ESCAPE)


async def look_and_type(walk: Walk) -> Mapping[str, set[str]]:
    """Do both, one after the other."""
    seen = await look_at_everything(walk)
    await type_it(walk)
    return seen


SHOWN: Mapping[str, str] = {
    "messages": "X C I",
    "configuration": "4 O f g k",
    "schedule": "I",
    "transactions": "T W R Q p",
    "maintenance": "D U w E F R T W p",
    "dashboard": "C T N R W g n m v p",
}
"""The marks that are seen on each screen, in a small and in a large terminal."""


async def test_what_a_csms_an_operator_or_a_file_says_is_shown_and_never_obeyed(
    folder: Path,
) -> None:
    async with hostile_world(folder) as (_csms, serve), walks(serve) as (small, *others):
        seen = await asyncio.gather(look_and_type(small), *map(look_at_everything, others))
        for each in seen:
            missing = {
                name: unseen
                for name, marks in SHOWN.items()
                if (unseen := {f"~{mark}~" for mark in marks.split()} - each[name])
            }
            assert missing == {}
        for walk in (*others, small):
            await walk.leave()


async def test_a_handshake_and_a_farewell_are_shown_and_never_obeyed(folder: Path) -> None:
    async with (
        raw_http(*HANDSHAKES) as (url, waiting),
        serving(folder, url) as serve,
        in_terminal("attach", f"--socket={serve.socket}", size=LARGE, NO_COLOR="1") as screen,
    ):
        walk = Walk(screen, serve.process.pid)
        await screen.see("▶ Connectors", "offline")
        async with asyncio.timeout(HANDSHAKES_TIMEOUT_S):
            while waiting:
                await walk.press("n")
        await walk.press("D", "G", ESCAPE, "a", ESCAPE)
        await walk.go_to("6", "Maintenance")
        await walk.press("G", "enter", "enter", ESCAPE)
        assert {"~A~", "~B~", "~E~"} <= walk.marks
        await walk.leave()


async def test_a_charge_point_says_it_to_the_csms_of_the_demo_in_vain(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(folder))
    async with in_terminal("demo", size=LARGE, NO_COLOR="1") as screen:
        await screen.see("● Accepted", "▶ Connectors")
        (door,) = folder.glob("*/door")
        csms = await Client.connect(door.with_name("csms"), vocabulary=CSMS)
        await csms.call("stop_scenario")
        engine = await Client.connect(door)
        for action, payload in requests():
            await csms.call("send", action=action[:255], payload=dict(payload))
        await engine.call("send_raw", text=evil("~X~"))
        payload = {"vendorId": "x", "data": evil("~d~")}
        await engine.call("send_call", action="DataTransfer", payload=payload)
        await engine.call("send_call", action=evil("~C~")[:255], payload={EVIL: EVIL})
        walk = Walk(screen)
        await walk.go_to("7", "Actions")
        await walk.press("tab", "tab", "tab", "enter", "down", "down", "down", ESCAPE)
        assert {"~C~", "~a~", "~d~", "~q~"} <= walk.marks
        await walk.go_to("2", "Messages")
        for client in (csms, engine):
            await client.close()
        await walk.leave()
