"""Runs of Locust as a user starts them, each on ports of its own and ended by its id."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.ports import free_port

LOCUSTFILE = """
from locust import constant, task

from cp_tui.fleet.locust import ChargingStation


class Depot(ChargingStation):
    wait_time = constant(1)
    keys = {"MeterValueSampleInterval": "1"}

    @task
    def charge(self):
        self.plug_in(1)
        if self.swipe(1, self.tag()):
            self.charge_until(kwh=20, minutes=0.02)
            self.press_stop(1)
        self.plug_out(1)
"""
RUN_TIMEOUT_S = 90.0


class LocustRun:
    """One process of Locust with all that it forks, and what it says."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.said = ""

    @property
    def pid(self) -> int:
        """Of the process that was started."""
        return self._process.pid

    @property
    def workers(self) -> list[int]:
        """Give the ids of the processes that it has forked."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(each) for each in children.read_text().split()]

    async def until(self, words: str) -> str:
        """Read on until it says something; gives all that it said."""
        assert self._process.stdout is not None
        async with asyncio.timeout(RUN_TIMEOUT_S):
            while not re.search(words, self.said):
                line = await self._process.stdout.readline()
                assert line, f"it never said {words!r}:\n{self.said}"
                self.said += line.decode()
        return self.said

    async def ended(self) -> int:
        """Wait for its end; gives the exit code."""
        assert self._process.stdout is not None
        async with asyncio.timeout(RUN_TIMEOUT_S):
            self.said += (await self._process.stdout.read()).decode()
            return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process that was started."""
        self._process.send_signal(number)


@asynccontextmanager
async def locust(
    folder: Path, *arguments: str, locustfile: str = LOCUSTFILE, file: str = "depot.py"
) -> AsyncIterator[LocustRun]:
    """Run it headless; whatever is left of it at the end of the block is killed."""
    (folder / "depot.py").write_text(locustfile)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "locust", "-f", file, "--headless", "--only-summary"),
        *arguments,
        cwd=folder,
        stdout=PIPE,
        stderr=STDOUT,
        # A session of its own: what it forks ends with it.
        start_new_session=True,
    )
    try:
        yield LocustRun(process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def own_ports() -> tuple[str, ...]:
    """Give the options of a run that no other run on this machine meets."""
    port = free_port()
    return (
        *("--master-bind-host", "127.0.0.1", f"--master-bind-port={port}"),
        f"--master-port={port}",
    )


def row(said: str, kind: str, name: str) -> int:
    """Give how often a row of the table of statistics was met."""
    found = re.findall(rf"^{kind} +{re.escape(name)} +(\d+) ", said, re.MULTILINE)
    assert found, f"no row {kind} {name} in:\n{said}"
    return int(found[0])
