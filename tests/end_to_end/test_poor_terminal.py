"""What is sent to a terminal without colours, or without anything but ASCII: byte by byte."""

from __future__ import annotations

import re
import shlex
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.end_to_end.processes import Serve
from tests.end_to_end.terminal import Terminal, in_terminal, program_in_terminal
from tests.end_to_end.together import in_turn
from tests.tiers import tier

LOCALES = tier(["C"], deep=["C", "de_DE.ISO-8859-1"])
"""Of terminals that show no UTF-8."""

SGR = re.compile(rb"\x1b\[([0-9;:]*)m")

SEQUENCE = re.compile(rb"\x1b\[[<>?=]?[0-9;]*[a-zA-Z]")
"""Of a terminal, with whatever parameters."""

DIALOGS = (("\x10", "All actions"), ("s", "Stop OCPP?"), ("d", "Vendor"), ("?", "arrows scroll"))
"""Keys, and what they bring: a list, a question, a form, facts."""


async def tour(screen: Terminal) -> None:
    """Look at everything that is drawn in its own way."""
    await screen.see("Accepted", "Connectors", "s Stop")
    screen.press("4")
    await screen.see("1 Dash")
    screen.press("1")
    await screen.see("s Stop")
    for key, text in DIALOGS:
        screen.press(key)
        await screen.see(text)
        screen.press("escape")
        await screen.see_no_more(text)
    screen.press("tab", "tab", "down", "down")


def colours(written: bytes | bytearray) -> set[str]:
    """Parameters of SGR that set a colour; `1`, `2`, `3`, `4`, `7` and `9` are attributes."""
    parameters = {part for found in SGR.findall(written) for part in re.split(b"[;:]", found)}
    return {
        part.decode() for part in parameters if part and (30 <= int(part) <= 49 or int(part) >= 90)
    }


async def test_no_color_sends_no_colour_at_all_and_what_is_selected_is_reverse(
    serve: Serve,
) -> None:
    async with in_terminal("attach", f"--socket={serve.socket}", NO_COLOR="1") as screen:
        await selection_can_be_seen(screen)
        await tour(screen)
        screen.press("q")
        assert await screen.ended() == 0
        assert colours(screen.written) == set()
        assert b"\x1b[7m" in screen.written, "what is selected is shown in reverse"


async def selection_can_be_seen(screen: Terminal) -> None:
    """The cursor of the list with the focus, and the button that enter presses."""
    await screen.see("● Accepted")
    await screen.until(lambda: "○ Available" in reverse(screen), "no reverse line")
    screen.press("s")
    await screen.see("Stop OCPP?")
    await screen.until(lambda: " No " in reverse(screen), "the button is not marked")
    assert " Stop " not in reverse(screen)
    screen.press("escape")
    await screen.see_no_more("Stop OCPP?")


def reverse(screen: Terminal) -> str:
    """The cells that are shown in reverse, line by line."""
    return "\n".join(
        "".join(cell.data if cell.reverse else " " for cell in line) for line in screen.cells
    )


async def test_other_terminals_are_sent_what_they_can_show(serve: Serve) -> None:
    attach = ("attach", f"--socket={serve.socket}")

    async def nothing_but_ascii(screen_of: AbstractAsyncContextManager[Terminal]) -> None:
        async with screen_of as screen:
            await tour(screen)
            screen.press("q")
            assert await screen.ended() == 0
            assert [byte for byte in screen.written if byte > 0x7E] == []

    async def colours_where_nobody_is_against_it() -> None:
        """The test above would pass on a screen that shows nothing."""
        async with in_terminal(*attach) as screen:
            await screen.see("Accepted", "Connectors", "s Stop")
            assert {"38", "48"} <= colours(screen.written)

    await in_turn(
        ascii_by_option=nothing_but_ascii(in_terminal(*attach, "--ascii")),
        **{
            locale: nothing_but_ascii(in_terminal(*attach, "--theme=cp-light", LC_ALL=locale))
            for locale in LOCALES
        },
        colours=colours_where_nobody_is_against_it(),
    )


async def test_a_screen_whose_streams_go_to_files_is_drawn_on_the_terminal_and_leaves_no_trace(
    serve: Serve, tmp_path: Path
) -> None:
    attach = shlex.join([sys.executable, "-m", "cp_tui", "attach", f"--socket={serve.socket}"])
    # A shell before it, and a word behind it: what stands there when the screen has gone.
    script = f"{attach} >{tmp_path}/out 2>{tmp_path}/err; echo left with $? >/dev/tty"
    async with program_in_terminal("/bin/sh", "-c", script, size=(100, 30)) as screen:
        await screen.see("● Accepted", "? Help")
        assert "? Help" in screen.lines[29], "it has the size of that terminal"
        screen.press("q")
        await screen.last_said("left with 0")
        before, _, there = bytes(screen.written).partition(b"\x1b[?1049h")
        assert before == f"attaching to {serve.socket} ...\r\r\x1b[K".encode()
        assert b"attaching" not in there
        behind = SEQUENCE.sub(b"", there.rpartition(b"\x1b[?1049l")[2])
        assert behind == b"left with 0\r\n"
    assert (tmp_path / "out").read_bytes() == (tmp_path / "err").read_bytes() == b""
