"""Makes the file of `cp-tui bundle` for a screen, in a process of its own: its keys are heard."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path


async def bundled(socket: Path, file: Path) -> None:
    """Make it of the charge point at a socket; raises `OSError`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cp_tui", "bundle", f"--socket={socket}", f"{file}"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        # What the terminal does to its foreground must not reach it.
        start_new_session=True,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.kill()
        raise
    if process.returncode:
        words = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise OSError(0, words.removeprefix("cp-tui: ").removeprefix(f"bundle: {file}: "))
