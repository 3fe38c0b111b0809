"""Processes that belong to a test, found by the folder that they were given."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

GONE_TIMEOUT_S = 30.0


def processes_of(folder: Path) -> dict[int, str]:
    """Give the command lines, by process id, that name the folder."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(folder) in command:
                found[int(entry.name)] = command
    return found


async def until_none_is_left(folder: Path) -> None:
    """Wait until nothing runs that was given the folder."""
    try:
        async with asyncio.timeout(GONE_TIMEOUT_S):
            while processes_of(folder):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"still running: {processes_of(folder)}") from None


def kill_leftovers(folder: Path) -> None:
    """End whatever a failed test left running."""
    for process_id in processes_of(folder):
        with suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGKILL)
