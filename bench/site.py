"""A charge point under test: `cp-tui` in a process of its own, and a CSMS that times answers."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import clock_gettime, perf_counter, process_time
from typing import Any, NamedTuple

from cp_tui.rpc.client import Client, ConnectionLost
from tests.end_to_end.raw_csms import RawCsms

Payload = Mapping[str, Any]

START_S_MAX = 30.0
SETTLE_S = 4.0
"""After it, a charge point has said all that it says after a boot, and prepared for all that it may
be asked (`cli.promptness`)."""
REST = 200
KEYS: Payload = {"key": ["HeartbeatInterval"]}


class UnexpectedAnswer(Exception):
    """What was measured is not what was meant to be measured."""


@dataclass(frozen=True)
class Setup:
    """How the charge point is started."""

    connectors: int = 2
    terminal: bool = False
    """Standard error is a terminal that nobody reads; else a pipe that nobody reads."""
    command: str = "serve"
    program: str = ""
    """Python in place of `-m cp_tui`: a charge point with a part that fails or is slow."""


class Wait(NamedTuple):
    """How long something took, in seconds."""

    wall_s: float
    cpu_s: float
    """Of the processor, at both ends: other work on the machine does not count."""

    def __sub__(self, since: Wait) -> Wait:
        return Wait(self.wall_s - since.wall_s, self.cpu_s - since.cpu_s)


class Csms(RawCsms):
    """Authorizes everybody, and gives each transaction its id."""

    def __init__(self) -> None:
        super().__init__({each: {"idTagInfo": {"status": "Accepted"}} for each in _AUTHORIZING})
        self._transactions = count(1)
        self.engine = 0
        """The process of the charge point."""
        self.waits: list[Wait] = []
        """From each request to its answer, or in a flood from one answer to the next."""

    async def ask(self, action: str, payload: Payload, **expected: object) -> Any:
        """Ask and note the time until the answer, which must hold what is expected."""
        since = self.now()
        answer = await self.call(action, payload)
        self.waits.append(self.now() - since)
        return _checked(action, answer, expected)

    async def flood(self, requests: Iterable[tuple[str, Payload]], **expected: object) -> None:
        """Send everything at once, and note the time from each answer to the next."""
        texts = [
            (action, json.dumps([2, f"flood-{number}", action, payload]))
            for number, (action, payload) in enumerate(requests)
        ]
        since = self.now()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._say_all([text for _, text in texts]))
            for action, _ in texts:
                async with asyncio.timeout(60):
                    answer = await self._replies.get()
                now = self.now()
                self.waits.append(now - since)
                since = now
                _checked(action, answer, expected)

    def now(self) -> Wait:
        """Give the moment, to measure from or to."""
        # The clock of the processor of another process, as clock_getcpuclockid() gives it.
        return Wait(perf_counter(), process_time() + clock_gettime((~self.engine << 3) | 2))

    async def _say_all(self, texts: Iterable[str]) -> None:
        for text in texts:
            await self.say(text)
            # Answers are taken meanwhile.
            await asyncio.sleep(0)

    def _answer(self, message_id: str, action: str) -> list[Any]:
        kind, answered, payload = super()._answer(message_id, action)
        if action == "StartTransaction":
            payload = {**payload, "transactionId": next(self._transactions)}
        return [kind, answered, payload]


_AUTHORIZING = ("Authorize", "StartTransaction", "StopTransaction")


def _checked(action: str, answer: list[Any], expected: Mapping[str, object]) -> Any:
    if answer[0] != 3 or any(answer[2].get(name) != value for name, value in expected.items()):
        raise UnexpectedAnswer(f"{action}, wanted {expected or 'a result'}: {str(answer)[:300]}")
    return answer[2]


@dataclass
class Site:
    """The charge point at work."""

    csms: Csms
    door: Path
    data: Path
    connectors: int
    at_rest: Wait
    """Median wait for GetConfiguration."""
    held: list[asyncio.StreamWriter] = field(default_factory=list)

    async def rest(self, times: int = REST) -> None:
        """Ask GetConfiguration so many times, one after the other."""
        for _ in range(times):
            await self.csms.ask("GetConfiguration", KEYS)

    async def rest_beside(self, *arguments: str) -> None:
        """Ask all the time while a Python of its own does something, until it has ended."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *arguments), stdin=DEVNULL, stdout=DEVNULL
        )
        ended = asyncio.create_task(process.wait())
        while not ended.done():
            await self.rest(1)
        if await ended:
            raise UnexpectedAnswer(f"{arguments[:4]} ended with {process.returncode}")

    async def follow_and_never_read(self, clients: int, *names: str) -> None:
        """Have clients of the door subscribe and take nothing in."""
        request = {"jsonrpc": "2.0", "id": 1, "method": "subscribe"}
        line = json.dumps({**request, "params": {"variables": names, "pages": True}})
        for _ in range(clients):
            reader, writer = await asyncio.open_unix_connection(str(self.door))
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(f"{line}\n".encode())
            self.held.append(writer)


@asynccontextmanager
async def site(setup: Setup) -> AsyncIterator[Site]:
    """Start a charge point with an empty store, let it settle, and measure how it rests."""
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        folder = Path(name)
        near, far = pty.openpty() if setup.terminal else os.pipe()
        door, data = folder / "door", folder / "data"
        program = ("-c", setup.program) if setup.program else ("-m", "cp_tui")
        async with Csms() as csms:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, *program, setup.command, f"--url={csms.url}", "--id=CP1"),
                *(f"--data-dir={data}", f"--socket={door}", f"--connectors={setup.connectors}"),
                stdin=far if setup.terminal else DEVNULL,
                stdout=far if setup.terminal else DEVNULL,
                stderr=far,
                start_new_session=True,
                env=os.environ
                | {"TERM": "xterm-256color", "XDG_CONFIG_HOME": name}
                | {"XDG_STATE_HOME": name},
            )
            os.close(far)
            found = Site(csms, door, data, setup.connectors, Wait(0.0, 0.0))
            try:
                async with asyncio.timeout(START_S_MAX):
                    while not door.exists() or csms._connection is None:
                        await asyncio.sleep(0.05)
                await asyncio.sleep(SETTLE_S)
                csms.engine = _engine(data) if setup.command == "run" else process.pid
                await found.rest()
                found.at_rest = Wait(*map(median, zip(*csms.waits, strict=True)))
                csms.waits.clear()
                yield found
            finally:
                for writer in found.held:
                    writer.close()
                if setup.command != "serve":
                    # The charge point outlives its screen.
                    with suppress(ConnectionLost):
                        await (await Client.connect(door)).call("shutdown")
                process.kill()
                await process.wait()
                os.close(near)


def _engine(data: Path) -> int:
    """Find the process of the charge point that `run` has started."""
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = each.read_bytes().split(b"\0")
            if b"serve" in words and f"--data-dir={data}".encode() in words:
                return int(each.parent.name)
    raise UnexpectedAnswer("`run` has started no charge point")
