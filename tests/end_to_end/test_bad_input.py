"""What is wrong is said in one line, with status 2, and nothing is half-started."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from tests.end_to_end.processes import Done, Serve, cp_tui, serving
from tests.peer import PeerCsms


def assert_refused(done: Done, *named: str, lines: int = 1) -> None:
    """A line for each mistake on standard error, that name all of these, and status 2."""
    assert done.status == 2, done
    assert done.out == ""
    assert done.err.startswith("cp-tui: ")
    assert done.err.count("\n") == lines, done.err
    for name in named:
        assert name in done.err


def arguments(folder: Path, url: str = "ws://127.0.0.1:9/x", *further: str) -> tuple[str, ...]:
    return (
        *("serve", f"--url={url}", "--id=CP1", f"--data-dir={folder / 'data'}"),
        f"--socket={folder / 'door'}",
        *further,
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[csms\n", ("line 1",)),
        ("[csms]\nurll = 3\n", ("line 2", "csms.urll", "url")),
        ("[station]\nphases = 7\n", ("line 2", "station.phases", "3")),
        ("[keys]\nNumberOfConnectors = 3\n", ("line 2", "read-only")),
    ],
)
async def test_a_wrong_file_starts_nothing(folder: Path, text: str, named: tuple[str, ...]) -> None:
    file = folder / "cp-tui.toml"
    file.write_text(text)
    done = await cp_tui(*arguments(folder), f"--config={file}")
    assert_refused(done, str(file), *named)
    assert list(folder.iterdir()) == [file]


async def test_wrong_options_start_nothing(folder: Path) -> None:
    assert_refused(await cp_tui(*arguments(folder, "http://h")), "--url", "ws://")
    assert_refused(await cp_tui(*arguments(folder), "--set=Nonsense=1"), "--set Nonsense")
    assert_refused(await cp_tui(*arguments(folder), "--connectors=0"), "--connectors")
    assert_refused(await cp_tui("serve"), "--url", "--id", "cp-tui.toml", lines=2)
    assert list(folder.iterdir()) == []


async def test_a_terminal_obeys_no_name_from_a_file(folder: Path) -> None:
    file = folder / "cp-tui.toml"
    file.write_text('[csms]\n"\\u001b]52;c;x\\u0007" = 3\n')
    done = await cp_tui(*arguments(folder), f"--config={file}")
    assert_refused(done, "\\x1b")
    assert "\x1b" not in done.err


async def test_a_taken_socket_is_refused_before_anything_starts(
    serve: Serve, csms: PeerCsms, folder: Path
) -> None:
    connections = len(csms.charge_point_ids)
    done = await cp_tui(
        *("serve", f"--url={csms.url}", "--id=CP2", f"--socket={serve.socket}"),
        f"--data-dir={folder / 'other'}",
    )
    assert_refused(done, str(serve.socket), "already")
    assert len(csms.charge_point_ids) == connections
    assert not (folder / "other").exists()
    assert (await serve.ctl("get", "variable=is_connected")).status == 0


async def test_a_file_in_place_of_the_socket_is_left_alone(folder: Path) -> None:
    (folder / "door").write_text("precious")
    assert_refused(await cp_tui(*arguments(folder)), "no socket")
    assert (folder / "door").read_text() == "precious"


async def test_a_socket_path_that_is_too_long_is_refused(folder: Path) -> None:
    done = await cp_tui(*arguments(folder), f"--socket={folder / ('x' * 200)}")
    assert_refused(done, "too long", "--socket")


async def test_a_second_engine_on_one_data_folder_is_refused(
    serve: Serve, csms: PeerCsms, folder: Path
) -> None:
    done = await cp_tui(
        *("serve", f"--url={csms.url}", "--id=CP 1", f"--data-dir={serve.data_dir}"),
        f"--socket={folder / 'door2'}",
    )
    assert_refused(done, str(serve.data_dir), "runs already")
    assert not (folder / "door2").exists()


async def test_a_data_folder_that_is_a_file_is_refused(folder: Path) -> None:
    (folder / "data").write_text("")
    assert_refused(await cp_tui(*arguments(folder)), str(folder / "data"))
    assert not (folder / "door").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root has all rights")
async def test_a_data_folder_without_rights_is_refused(folder: Path) -> None:
    (folder / "data").mkdir(mode=0o500)
    assert_refused(await cp_tui(*arguments(folder)), str(folder / "data"))


async def test_a_csms_that_cannot_be_reached_is_no_error(folder: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{closed.getsockname()[1]}"
        async with serving(folder, url) as serve:
            async with asyncio.timeout(10):
                link = (await serve.ctl("get", "variable=link")).result
                while link["last_error"] is None:
                    link = (await serve.ctl("get", "variable=link")).result
            assert link["last_error"]["step"] == "TCP"
            assert link["phase"] == "waiting"
            assert link["next_attempt_at"] is not None


@pytest.mark.parametrize("command", ["run", "attach"])
async def test_a_screen_without_a_terminal_is_refused(serve: Serve, command: str) -> None:
    further = ("--url=ws://h", "--id=CP 1") if command == "run" else ()
    done = await cp_tui(command, f"--socket={serve.socket}", *further)
    assert_refused(done, command, "terminal")


@pytest.mark.parametrize(
    "wrong",
    [(), ("nonsense",), ("serve", "--nonsense"), ("demo", "--seconds=x"), ("csms", "--port=x")],
)
async def test_wrong_use_shows_how_it_is_right(wrong: tuple[str, ...]) -> None:
    done = await cp_tui(*wrong)
    assert done.status == 2
    assert "usage: cp-tui" in done.err


async def test_a_taken_port_of_the_csms_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_refused(await cp_tui("csms", f"--port={port}"), str(port), "in use")


async def test_a_file_is_no_lifeline(folder: Path) -> None:
    (folder / "file").write_text("")
    with (folder / "file").open() as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cp_tui", *arguments(folder), "--until-stdin-closes"),
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
