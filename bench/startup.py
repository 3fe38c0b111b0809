"""How long `cp-tui serve` takes until BootNotification arrives: `python bench/startup.py`.

It is set against a bare client of websockets that sends one frame, started in turn in the same run,
so that what else goes on at the machine meets both. Every start is the first of its station.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

RUNS = 9
START_TIMEOUT_S = 60.0

BARE_CLIENT = """
import asyncio, sys
from websockets.asyncio.client import connect

async def main():
    async with connect(sys.argv[1] + "/CP001", subprotocols=["ocpp1.6"]) as connection:
        await connection.send('[2,"1","BootNotification",{}]')
        await connection.recv()

asyncio.run(main())
"""


class Start(NamedTuple):
    """What one start took until its frame was there."""

    wall_s: float
    cpu_s: float
    """Of all processors; to the end of the process, which is killed when its frame is there."""


class Csms:
    """Waits for one frame; nobody is answered."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()

    async def take(self, connection: ServerConnection) -> None:
        """Note that a frame has come."""
        try:
            await connection.recv()
            self.heard.set()
            await connection.wait_closed()
        except ConnectionClosed:
            pass


async def start(command: list[str]) -> Start:
    """Start a program with the URL of the CSMS as its last argument, and end it with its frame."""
    csms = Csms()
    async with serve(csms.take, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:  # type: ignore[list-item]
        port = next(iter(server.sockets)).getsockname()[1]
        began = perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command, f"ws://127.0.0.1:{port}"], stderr=subprocess.DEVNULL
        )
        try:
            await asyncio.wait_for(csms.heard.wait(), START_TIMEOUT_S)
            wall_s = perf_counter() - began
        finally:
            process.kill()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    return Start(wall_s, used.ru_utime + used.ru_stime)


async def start_bare() -> Start:
    """Start the bare client."""
    return await start(["-c", BARE_CLIENT])


async def start_serve() -> Start:
    """Start an engine that has nothing yet."""
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        folder = Path(name)
        return await start(
            [
                *("-m", "cp_tui", "serve", "--quiet", "--id=CP001"),
                *(f"--data-dir={folder / 'data'}", f"--socket={folder / 'door'}", "--url"),
            ]
        )


async def main() -> None:
    # Once without a clock: compiled modules are on disk then, as after an installation.
    await start_bare()
    await start_serve()
    bare, engine = [], []
    for _ in range(RUNS):
        bare.append(await start_bare())
        engine.append(await start_serve())
    print(f"until BootNotification, {RUNS} runs")
    print(f"{'':<12}{'bare client s':>15}{'serve s':>10}{'ratio':>8}")
    for name, of, field in (
        ("wall, min", min, 0),
        ("wall, median", median, 0),
        ("CPU, min", min, 1),
        ("CPU, median", median, 1),
    ):
        alone, ours = of(each[field] for each in bare), of(each[field] for each in engine)
        print(f"{name:<12}{alone:>15.3f}{ours:>10.3f}{ours / alone:>8.2f}")


if __name__ == "__main__":
    asyncio.run(main())
