"""An engine that hangs, and one that is gone: what the screen and `ctl` say, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from tests.end_to_end.leftovers import until_none_is_left
from tests.end_to_end.processes import Serve, cp_tui, serving
from tests.end_to_end.terminal import Terminal, in_terminal
from tests.end_to_end.test_run import engine_of, running
from tests.end_to_end.together import together
from tests.peer import PeerCsms

Case = Callable[[PeerCsms, Path], Coroutine[Any, Any, None]]

TOLD_WITHIN_S = 25.0
"""Five seconds, and what a busy machine adds."""
AWAY_S = 8.0
"""Longer than an engine may be silent."""


@asynccontextmanager
async def stopped(pid: int) -> AsyncIterator[None]:
    """Let a process hang for as long as it is needed; it goes on, unless it was ended."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


async def test_an_engine_that_hangs_is_told_and_a_sound_one_is_not_accused(folder: Path) -> None:
    """Each with an engine of its own, side by side: all of them wait."""

    async def on_its_own(name: str, case: Case) -> None:
        (own := folder / name).mkdir()
        async with PeerCsms() as csms:
            await case(csms, own)

    cases: Mapping[str, Case] = {
        "asked": all_who_ask_are_told_and_nothing_is_done_later,
        "sound": a_sound_one_is_not_accused_and_a_killed_one_is_attached_again,
        "quit": quitting_says_that_it_does_not_answer,
    }
    await together(**{name: on_its_own(name, case) for name, case in cases.items()})


async def all_who_ask_are_told_and_nothing_is_done_later(csms: PeerCsms, folder: Path) -> None:
    async with serving(folder, csms.url, "--set=MeterValueSampleInterval=1") as serve:
        await csms.receive("StatusNotification", connectorId=2)
        await told(csms, serve, folder)


async def told(csms: PeerCsms, serve: Serve, folder: Path) -> None:
    """All who ask one that hangs."""
    attach = ("attach", f"--socket={serve.socket}")
    async with (
        in_terminal(*attach) as patient,
        in_terminal(*attach) as hasty,
        AsyncExitStack() as late,
    ):
        for screen in (patient, hasty):
            await screen.see("● Accepted", "All well", "▌1  ○ Available")
        async with stopped(serve.process.pid):
            await together(waits=it_waits(patient), leaves=it_leaves(hasty))
            await together(
                attach=attached_late(late, *attach),
                attach_read_only=attached_late(late, *attach, "--read-only"),
                ctl_get=ctl_gives_up(serve, "get", "variable=link"),
                ctl_acts=ctl_gives_up(serve, "plug_in", "connector_id=2"),
                screenshot=no_picture(serve, folder / "picture.txt"),
                check=check_names_the_holder(csms, serve),
                run=run_gives_up(csms, serve),
                no_engine_silent=ctl_ends(folder / "a", nothing, "did not answer within 10 s"),
                no_engine_half=ctl_ends(folder / "b", half_a_line, "did not answer within 10 s"),
                no_engine_no_json=ctl_ends(folder / "c", no_json, "speaks no JSON-RPC"),
            )
        await patient.see("● Accepted", "▌1  ◌ Preparing")
        assert "does not answer" not in patient.lines[0]
    await asyncio.sleep(1)
    connectors = (await serve.ctl("get", "variable=connectors")).result
    assert connectors[1]["is_plugged"] is True, "the screen that waited is served"
    assert connectors[2]["is_plugged"] is False, "nobody waits any more for what was asked of it"


async def it_waits(screen: Terminal) -> None:
    """A screen that goes on waiting."""
    begun = monotonic()
    await screen.see("× Charge point silent since", "The charge point has been silent")
    assert monotonic() - begun < TOLD_WITHIN_S
    assert "All well" not in screen.text
    screen.press("p")
    await screen.see("Plug in at connector 1 … waits for the charge point, silent since")


async def it_leaves(screen: Terminal) -> None:
    """A screen that is left while it waits."""
    await screen.see("Charge point silent since")
    screen.press("down")
    await screen.see("▌2  ○ Available")
    screen.press("p")
    await screen.see("… waits for the charge point")
    screen.press("q")
    assert await screen.ended() == 0


async def attached_late(late: AsyncExitStack, *arguments: str) -> None:
    """A screen that starts meanwhile; it shows the charge point when that goes on."""
    screen = await late.enter_async_context(in_terminal(*arguments))

    async def is_served() -> None:
        await screen.see("● Accepted", "▌1  ")
        screen.press("q")
        assert await screen.ended() == 0

    await screen.see("silent since", "nothing is known of it yet")
    late.push_async_callback(is_served)


async def ctl_gives_up(serve: Serve, *call: str) -> None:
    done = await serve.ctl(*call)
    assert done.status == 1
    assert "did not answer within 10 s; it hangs, or its process is stopped" in done.err
    assert f"{call[0]} was not asked of it" in done.err


async def no_picture(serve: Serve, picture: Path) -> None:
    done = await cp_tui("screenshot", f"--socket={serve.socket}", str(picture))
    assert done.status == 1
    assert "does not answer" in done.err
    assert not picture.exists()


def target_of(csms: PeerCsms, serve: Serve) -> tuple[str, ...]:
    """The options with which it was started."""
    where = (f"--socket={serve.socket}", f"--data-dir={serve.data_dir}")
    return (f"--url={csms.url}", "--id=CP 1", *where)


async def check_names_the_holder(csms: PeerCsms, serve: Serve) -> None:
    done = await cp_tui("check", *target_of(csms, serve))
    assert done.status == 2
    assert f"(process {serve.process.pid}) and uses the data folder" in done.err


async def run_gives_up(csms: PeerCsms, serve: Serve) -> None:
    async with in_terminal("run", *target_of(csms, serve), size=(200, 24)) as screen:
        await screen.see("waiting for the charge point that runs at", "to answer")
        assert await screen.ended() == 1
        await screen.last_said("did not answer within 10 s; it hangs, or its process is stopped")


async def a_sound_one_is_not_accused_and_a_killed_one_is_attached_again(
    csms: PeerCsms, folder: Path
) -> None:
    async with (
        serving(folder, csms.url) as serve,
        in_terminal("attach", f"--socket={serve.socket}") as idle,
        in_terminal("attach", f"--socket={serve.socket}") as away,
    ):
        for screen in (idle, away):
            await screen.see("● Accepted", "All well")
        await together(idle=it_writes_nothing(idle), away=it_was_stopped_itself(away))
        serve.process.kill()
        await serve.process.wait()
        await idle.see("× Charge point lost", "as it was at", "▌1  ○ Available")
        idle.press("enter")
        await idle.see("Connector 1", "no cable")
        idle.press("escape")
        async with serving(folder, csms.url):
            await idle.see("● Accepted", "All well", "attached again")


async def quitting_says_that_it_does_not_answer(csms: PeerCsms, folder: Path) -> None:
    async with running(csms, folder) as screen, stopped(engine_of(folder)):
        await screen.see("Charge point silent since")
        screen.press("q")
        await screen.see("Leave it running", "does not answer now")
        assert "charging and talking" not in screen.text
        screen.press("s")
        await screen.see("stopping CP 1")
        async with asyncio.timeout(40):
            assert await screen.process.wait() == 0
        await screen.last_said("did not answer and was ended by force")
    await until_none_is_left(folder)


async def it_writes_nothing(screen: Terminal) -> None:
    """A screen that pings the engine meanwhile."""
    await screen.settle()
    written = len(screen.written)
    await asyncio.sleep(6)
    assert len(screen.written) == written


async def it_was_stopped_itself(screen: Terminal) -> None:
    async with stopped(screen.process.pid):
        await asyncio.sleep(AWAY_S)
    written = len(screen.written)
    await asyncio.sleep(3)
    assert b"does not answer" not in bytes(screen.written[written:])
    assert b"silent since" not in bytes(screen.written[written:])
    await screen.see("● Accepted", "All well")


@contextmanager
def at_socket(path: Path, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    """Listen at a path and do this with each client."""
    clients: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            clients.append(client)
            try:
                serve(client)
            except OSError:
                continue

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for client in clients:
                client.close()
            thread.join(30)


def nothing(_: socket.socket) -> None:
    """Accept, and never answer."""


def half_a_line(client: socket.socket) -> None:
    client.sendall(b'{"jsonrpc":"2.0","id":0,')


def no_json(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def ctl_ends(path: Path, serve: Callable[[socket.socket], None], words: str) -> None:
    with at_socket(path, serve):
        done = await cp_tui("ctl", f"--socket={path}", "get", "variable=link")
    assert done.status == 1
    assert words in done.err
