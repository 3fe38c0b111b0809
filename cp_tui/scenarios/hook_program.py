"""The program of a hook: run in a session of its own, bounded in time and in what it prints."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from tempfile import TemporaryFile

from cp_tui.ocpp.printable import clean

LEFT_S = 1.0
"""How long what a program has left behind may go on to print, after its end."""
OUTPUT_BYTES_MAX = 4_096
"""What is told of what a program prints."""


class _Output(asyncio.Protocol):
    """Takes all that is printed, and keeps the beginning."""

    def __init__(self) -> None:
        self.is_over = asyncio.Event()
        self._kept = b""
        self._is_cut = False

    def data_received(self, data: bytes) -> None:
        room = OUTPUT_BYTES_MAX - len(self._kept)
        self._is_cut |= len(data) > room
        self._kept += data[:room]

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_over.set()

    @property
    def text(self) -> str:
        kept = clean(self._kept.decode("utf-8", "replace").strip())
        return kept + (" (cut)" if self._is_cut else "")


async def run(arguments: Sequence[str], given: str) -> tuple[int, str]:
    """Run a program to its end; returns its status, and the beginning of what it printed.

    Whoever is cancelled meanwhile has ended it with its group. The pipe is ours: the `wait` of a
    process whose pipes belong to asyncio lasts until the last child has closed them, and one that
    has left for a session of its own may never do so.
    """
    loop = asyncio.get_running_loop()
    reading, writing = os.pipe()
    output = _Output()
    transport, _ = await loop.connect_read_pipe(lambda: output, os.fdopen(reading, "rb", 0))
    try:
        try:
            process = await _started(arguments, given, writing)
        finally:
            os.close(writing)
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        with suppress(TimeoutError):
            async with asyncio.timeout(LEFT_S):
                await output.is_over.wait()
        return status, output.text
    finally:
        transport.close()


async def _started(arguments: Sequence[str], given: str, output: int) -> asyncio.subprocess.Process:
    """Start it; `given` is its standard input."""
    with TemporaryFile() as file:
        file.write(given.encode())
        file.seek(0)
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *arguments, stdin=file, stdout=output, stderr=output, start_new_session=True
            )
        )
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # It may run already: whoever is ended while it starts still has it to end.
            await _end(await starting)
            raise


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a program with its group, children that outlive it included."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
