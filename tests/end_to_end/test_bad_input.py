"""What is wrong is said in one line, with status 2, and nothing is half-started."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

from tests.end_to_end.processes import Done, Serve, cp_tui, serving
from tests.end_to_end.together import in_turn
from tests.peer import PeerCsms


def assert_refused(done: Done, *named: str) -> None:
    """A line on standard error that names all of these, and status 2."""
    assert done.status == 2, done
    assert done.out == ""
    assert done.err.startswith("cp-tui: ")
    assert done.err.count("\n") == 1, done.err
    for name in named:
        assert name in done.err


async def test_what_runs_already_is_refused_before_anything_starts(
    serve: Serve, csms: PeerCsms, folder: Path
) -> None:
    connections = len(csms.charge_point_ids)
    door, other = folder / "door2", folder / "other"
    same = (f"--url={csms.url}", "--id=CP 1", f"--socket={serve.socket}")

    async def refused(*command: str, named: tuple[str, ...]) -> None:
        assert_refused(await cp_tui(*command), *named)

    await in_turn(
        taken_socket=refused(
            *("serve", f"--url={csms.url}", "--id=CP2", f"--socket={serve.socket}"),
            f"--data-dir={other}",
            named=(str(serve.socket), "already"),
        ),
        taken_data_folder=refused(
            *("serve", f"--url={csms.url}", "--id=CP 1", f"--data-dir={serve.data_dir}"),
            f"--socket={door}",
            named=(str(serve.data_dir), "runs already"),
        ),
        run_without_a_terminal=refused("run", *same, named=("run", "terminal")),
        attach_without_a_terminal=refused(
            "attach", f"--socket={serve.socket}", named=("attach", "terminal")
        ),
    )
    assert len(csms.charge_point_ids) == connections
    assert not other.exists()
    assert not door.exists()
    assert (await serve.ctl("get", "variable=is_connected")).status == 0


async def test_a_csms_that_cannot_be_reached_is_no_error(folder: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{closed.getsockname()[1]}"
        async with serving(folder, url) as serve:
            async with asyncio.timeout(30):
                link = (await serve.ctl("get", "variable=link")).result
                while link["last_error"] is None:
                    link = (await serve.ctl("get", "variable=link")).result
            assert link["last_error"]["step"] == "TCP"
            assert link["phase"] == "waiting"
            assert link["next_attempt_at"] is not None


async def test_a_file_is_no_lifeline(folder: Path) -> None:
    (folder / "file").write_text("")
    target = (f"--data-dir={folder / 'data'}", f"--socket={folder / 'door'}")
    with (folder / "file").open() as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cp_tui", "serve", "--url=ws://127.0.0.1:9/x", "--id=CP1"),
            *(*target, "--until-stdin-closes"),
            stdin=file,
            stderr=asyncio.subprocess.PIPE,
        )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"--until-stdin-closes: standard input must be a pipe" in said
    assert not (folder / "data").exists()


async def test_help_that_nobody_reads_to_its_end_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cp_tui", "ctl", "--help"),
        stdout=writing,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writing)
    _, said = await process.communicate()
    assert said == b""
