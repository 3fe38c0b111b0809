"""An engine that hangs, and one that is gone: what the screen and `ctl` say, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from tests.end_to_end.processes import Serve, cp_tui, serving
from tests.end_to_end.terminal import in_terminal
from tests.peer import PeerCsms

TOLD_WITHIN_S = 7.0
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


async def test_a_hung_engine_is_told_and_forgotten_when_it_goes_on(serve: Serve) -> None:
    async with in_terminal("attach", f"--socket={serve.socket}") as screen:
        await screen.see("● Accepted", "All well")
        async with stopped(serve.process.pid):
            begun = monotonic()
            await screen.see("× Charge point silent since", "The charge point has been silent")
            assert monotonic() - begun < TOLD_WITHIN_S
            assert "All well" not in screen.text
            screen.press("p")
            await screen.see("Plug in at connector 1 … waits for the charge point, silent since")
        await screen.see("● Accepted", "◌ Preparing")
        assert "does not answer" not in screen.lines[0]


async def test_a_screen_that_was_stopped_itself_does_not_accuse_the_engine(serve: Serve) -> None:
    async with in_terminal("attach", f"--socket={serve.socket}") as screen:
        await screen.see("● Accepted", "All well")
        async with stopped(screen.process.pid):
            await asyncio.sleep(AWAY_S)
        written = len(screen.written)
        await asyncio.sleep(3)
        assert b"does not answer" not in bytes(screen.written[written:])
        await screen.see("● Accepted", "All well")


async def test_a_killed_engine_leaves_a_screen_to_read_and_is_attached_again(
    csms: PeerCsms, folder: Path
) -> None:
    async with (
        serving(folder, csms.url) as serve,
        in_terminal("attach", f"--socket={serve.socket}") as screen,
    ):
        await screen.see("● Accepted", "All well")
        serve.process.kill()
        await serve.process.wait()
        await screen.see("× Charge point lost", "as it was at", "▌1  ○ Available")
        screen.press("enter")
        await screen.see("Connector 1", "no cable")
        screen.press("escape")
        async with serving(folder, csms.url):
            await screen.see("● Accepted", "All well", "attached again")


async def test_an_idle_screen_pings_and_writes_nothing(serve: Serve) -> None:
    async with in_terminal("attach", f"--socket={serve.socket}") as screen:
        await screen.see("● Accepted", "All well")
        await asyncio.sleep(1.5)
        written = len(screen.written)
        await asyncio.sleep(6)
        assert len(screen.written) == written


async def test_ctl_gives_up_on_a_hung_engine_with_words(serve: Serve) -> None:
    async with stopped(serve.process.pid):
        done = await serve.ctl("get", "variable=link")
    assert done.status == 1
    assert "did not answer within 10 s; it hangs, or its process is stopped" in done.err


# --- what else may be at the socket ---------------------------------------------------------------


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
            thread.join(5)


def nothing(_: socket.socket) -> None:
    """Accept, and never answer."""


def half_a_line(client: socket.socket) -> None:
    client.sendall(b'{"jsonrpc":"2.0","id":0,')


def no_json(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("serve", "words"),
    [
        (nothing, "did not answer within 10 s"),
        (half_a_line, "did not answer within 10 s"),
        (no_json, "speaks no JSON-RPC"),
    ],
)
async def test_ctl_ends_whatever_answers_at_the_socket(
    folder: Path, serve: Callable[[socket.socket], None], words: str
) -> None:
    path = folder / "door"
    with at_socket(path, serve):
        done = await cp_tui("ctl", f"--socket={path}", "get", "variable=link")
    assert done.status == 1
    assert words in done.err
