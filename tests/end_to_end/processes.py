"""The installed command as child processes: `serve` and `ctl` as a shell would use them."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end.programs import Running, start_with_pipes

READY_TIMEOUT_S = 30.0
END_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    status: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        """The JSON of a command that succeeded."""
        assert self.status == 0, self
        return json.loads(self.out)


async def cp_tui(*arguments: str) -> Done:
    """Run a command to its end, without a terminal."""
    return await _done(await start_with_pipes(*arguments))


async def cp_tui_anew(*arguments: str) -> Done:
    """Do so in a process that makes its imports itself."""
    return await _done(await start(*arguments))


async def _done(process: Running) -> Done:
    async with asyncio.timeout(END_TIMEOUT_S):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


async def start(*arguments: str) -> Process:
    """Start a command without a terminal, in a process that makes its imports itself."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cp_tui", *arguments),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        preexec_fn=_heed_interrupts,
    )


def _heed_interrupts() -> None:
    # A shell that runs the tests in the background has them ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Serve:
    """A running `cp-tui serve`."""

    process: Running
    socket: Path
    data_dir: Path

    async def ctl(self, method: str, *parameters: str) -> Done:
        """Call one of its methods."""
        return await cp_tui("ctl", f"--socket={self.socket}", method, *parameters)

    async def until_ready(self) -> None:
        """Wait for its socket, which appears when it takes commands."""
        async with asyncio.timeout(READY_TIMEOUT_S):
            while not self.socket.exists():
                assert self.process.returncode is None, await self.stderr()
                await asyncio.sleep(0.02)

    async def stderr(self) -> str:
        """Give what it said, after its end."""
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal and wait for its end; returns its status."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(END_TIMEOUT_S):
            await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def serving(
    folder: Path, url: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Serve]:
    """Run `serve` on a folder for as long as it is needed."""
    socket, data_dir = folder / "door", folder / "data"
    process = await start_with_pipes(
        *("serve", f"--url={url}", "--id=CP 1", f"--socket={socket}", f"--data-dir={data_dir}"),
        *arguments,
        environment=environment,
    )
    serve = Serve(process, socket, data_dir)
    try:
        await serve.until_ready()
        yield serve
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
