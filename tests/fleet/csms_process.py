"""The CSMS with a book as a child process: it can be killed, started again, and asked."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.ports import free_port

READY_TIMEOUT_S = 30.0
ASK_TIMEOUT_S = 60.0


class CsmsProcess:
    """One CSMS at one port, over its kills."""

    def __init__(self, book: Path, *arguments: str, **faults: object) -> None:
        """`arguments` are those of `book_csms`, `faults` fields of `Faults`."""
        self.book = book
        self._arguments = arguments
        self._faults = faults
        self._process: Process | None = None
        self._desk: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()
        self.port = free_port()

    @property
    def url(self) -> str:
        """The endpoint; a charge point appends its id."""
        shown = any(each.startswith("--certificate=/") for each in self._arguments)
        scheme = "wss" if shown else "ws"
        return f"{scheme}://127.0.0.1:{self.port}/ocpp"

    @property
    def billed(self) -> Path:
        """The table of what is billed, which grows with each StopTransaction."""
        return self.book.with_suffix(".csv")

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    async def start(self, **faults: object) -> None:
        """Start it, again at the port that it had; `faults` are for this time alone."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fleet.book_csms", str(self.book)),
            *(f"--port={self.port}", f"--faults={json.dumps({**self._faults, **faults})}"),
            *self._arguments,
            cwd=Path(__file__).parents[2],
            stdout=PIPE,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(READY_TIMEOUT_S):
            ports = json.loads(await self._process.stdout.readline())
            self.port = ports["port"]
            self._desk = await asyncio.open_connection("127.0.0.1", ports["desk"])

    async def ask(self, do: str, **parameters: object) -> Any:
        """Have the desk do something, one thing after the other."""
        assert self._desk is not None
        reader, writer = self._desk
        async with self._turn, asyncio.timeout(ASK_TIMEOUT_S):
            writer.write(json.dumps({"do": do, **parameters}).encode() + b"\n")
            return json.loads(await reader.readline())

    async def until(self, is_true: Callable[[dict[str, Any]], bool], timeout_s: float) -> Any:
        """Ask for the counts until they are so; an AssertionError shows the last ones."""
        counts: dict[str, Any] = {}
        try:
            async with asyncio.timeout(timeout_s):
                while not is_true(counts := await self.ask("counts")):
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not within {timeout_s} s: {counts}") from None
        return counts

    async def kill(self) -> None:
        """Kill it with signal 9."""
        if self._desk is not None:
            self._desk[1].close()
            self._desk = None
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None

    async def died(self) -> None:
        """Wait until it has ended by itself."""
        assert self._process is not None
        async with asyncio.timeout(ASK_TIMEOUT_S):
            await self._process.wait()
        await self.kill()


@asynccontextmanager
async def book_csms(book: Path, *arguments: str, **faults: object) -> AsyncIterator[CsmsProcess]:
    """Run a CSMS for a test."""
    csms = CsmsProcess(book, *arguments, **faults)
    await csms.start()
    try:
        yield csms
    finally:
        await csms.kill()
