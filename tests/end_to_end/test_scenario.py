"""A scenario against a CSMS in a process of its own, which really ends and is started anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.end_to_end.processes import cp_tui
from tests.end_to_end.programs import Program, start_with_pipes

HOOK = """
[hooks.restart]
command = "kill -KILL $(cat '{pid}')"
"""


async def test_a_csms_that_is_killed_in_a_session_and_started_anew_takes_its_end(
    folder: Path,
) -> None:
    pid, started = folder / "pid", list[Program]()

    async def csms(port: str) -> str:
        """Start it; give its port."""
        options = f"--port={port}", f"--socket={folder}/door", f"--folder={folder}"
        program = await start_with_pipes("csms", *options)
        started.append(program)
        pid.write_text(f"{program.pid}")
        assert program.stdout is not None
        said = await program.stdout.readline()
        return said.decode().partition("127.0.0.1:")[2].partition("/")[0]

    async def keep_up(port: str) -> None:
        for _ in range(2):
            await started[-1].wait()
            await csms(port)

    async with asyncio.timeout(60):
        port = await csms("0")
        keeping = asyncio.create_task(keep_up(port))
        settings = folder / "bench.toml"
        settings.write_text(HOOK.format(pid=pid))
        try:
            done = await cp_tui(
                *("scenario", "run", "csms-restarts", f"--url=ws://127.0.0.1:{port}", "--id=A"),
                f"--config={settings}",
            )
        finally:
            keeping.cancel()
            started[-1].kill()
            await asyncio.gather(*(each.communicate() for each in started))
    assert done.status == 0, done
    assert done.out.startswith("PASSED       csms-restarts")
    assert [each.returncode for each in started] == [-9, -9]
