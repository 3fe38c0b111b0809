"""What is measured: `cp-tui serve`, and the least that a client can be, each a process of its own.

Both run as after an installation: what Python compiles is kept, whatever the environment says. The
CSMS compresses nothing, for neither of the two would the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

BARE_CLIENT = """
import asyncio, sys
from websockets.asyncio.client import connect

async def main():
    async with connect(sys.argv[1] + "/bare", subprotocols=["ocpp1.6"]) as connection:
        await connection.send('[2,"1","BootNotification",{}]')
        async for text in connection:
            if text[1] == "2":
                await connection.send('[3,"1",{}]')

asyncio.run(main())
"""
"""Boots, and answers whatever it is asked with the smallest frame there is."""


def bare_client(url: str) -> list[str]:
    """Give the command of the bare client."""
    return [sys.executable, "-c", BARE_CLIENT, url]


def charge_point(url: str, folder: Path) -> list[str]:
    """Give the command of a charge point that keeps everything in a folder."""
    return [
        *(sys.executable, "-m", "cp_tui", "serve", "--quiet", "--id=CP001", f"--url={url}"),
        *(f"--data-dir={folder / 'data'}", f"--socket={folder / 'door'}"),
    ]


@contextmanager
def running(command: list[str], compiled: Path) -> Iterator[int]:
    """Run a program, with its compiled modules in a folder of their own; gives its process id."""
    kept = {key: each for key, each in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"PYTHONPYCACHEPREFIX": str(compiled)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def csms(welcome: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """Listen on loopback for clients of OCPP; gives the URL."""
    protocols = [Subprotocol("ocpp1.6")]
    async with serve(welcome, "127.0.0.1", 0, subprotocols=protocols, compression=None) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
