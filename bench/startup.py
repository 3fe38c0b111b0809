"""What a start takes until its first frame, and what memory a charge point takes at rest.

Every start is the first of its station. The bare client is started in turn with it, so that what
else goes on at the machine meets both.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from websockets.asyncio.server import ServerConnection

from bench.peer import Peer
from bench.program import bare_client, charge_point, csms, running

RUNS = 15
START_TIMEOUT_S = 60.0
REST_S = 8.0
"""After it a charge point has imported and built all that it may be asked for."""


class Start(NamedTuple):
    """What a start took until its first frame was there, in seconds."""

    wall_s: float
    cpu_s: float
    """Of all processors."""


class Starts(NamedTuple):
    """The shortest of some starts."""

    bare: Start
    ours: Start


async def starts(compiled: Path) -> Starts:
    """Start both in turn."""

    async def ours() -> Start:
        with TemporaryDirectory(prefix="cp-tui-bench-") as name:
            return await _start(lambda url: charge_point(url, Path(name)), compiled)

    # Once without a clock: what is compiled is on disk then.
    await _start(bare_client, compiled)
    await ours()
    found = [(await _start(bare_client, compiled), await ours()) for _ in range(RUNS)]
    return Starts(*(Start(*map(min, zip(*each, strict=True))) for each in zip(*found, strict=True)))


async def _start(command: Callable[[str], list[str]], compiled: Path) -> Start:
    heard = asyncio.Event()

    async def welcome(connection: ServerConnection) -> None:
        await connection.recv()
        heard.set()
        await connection.wait_closed()

    async with csms(welcome) as url:
        before, began = getrusage(RUSAGE_CHILDREN), perf_counter()
        with running(command(url), compiled):
            await asyncio.wait_for(heard.wait(), START_TIMEOUT_S)
            wall_s = perf_counter() - began
        after = getrusage(RUSAGE_CHILDREN)
    return Start(wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


async def memory_mib(compiled: Path) -> float:
    """Give the resident memory of a charge point that has booted and has nothing to do."""

    async def welcome(connection: ServerConnection) -> None:
        await Peer(connection).settle()

    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        async with csms(welcome) as url:
            with running(charge_point(url, Path(name)), compiled) as pid:
                await asyncio.sleep(REST_S)
                status = Path(f"/proc/{pid}/status").read_text()
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert resident is not None
    return int(resident[1]) / 1024
