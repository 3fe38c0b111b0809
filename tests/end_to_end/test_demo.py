"""`cp-tui demo` and `cp-tui run`: the processes behind them, and that none is left behind."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path

import pytest

from cp_tui.cli.demo_folder import CHARGE_POINT_ID, csms_beside
from cp_tui.cli.demo_process import stage
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.demo.pacing import AT_ONCE, Pacing
from cp_tui.demo.player import Player
from cp_tui.demo.preparation import clear_the_stage
from cp_tui.demo.story import on_stage
from cp_tui.engine.hub import VariableChanged
from cp_tui.rpc.client import Client
from cp_tui.rpc.paths import default_socket, is_answering
from cp_tui.rpc.server import RpcServer
from tests.end_to_end.processes import Done, cp_tui
from tests.end_to_end.programs import start_with_pipes
from tests.end_to_end.together import together
from tests.peer import PeerCsms
from tests.tiers import tier

WAIT_TIMEOUT_S = 30.0
SIGNALS = tier([signal.SIGTERM], deep=[signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
STORY_S_MIN = 17.0
"""The story takes no less; whoever ends it before does not wait for that."""


@pytest.fixture
def temporary(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of our own, by which processes of the test are recognised."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def terminal() -> Iterator[int]:
    """The far end of a terminal that somebody reads."""
    near, far = pty.openpty()
    reader = subprocess.Popen(["cat"], stdin=near, stdout=subprocess.DEVNULL)
    os.close(near)
    yield far
    os.close(far)
    reader.wait()


async def start_in(terminal: int, *arguments: str) -> Process:
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cp_tui", *arguments),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        start_new_session=True,
    )


def processes_about(text: Path | str) -> list[str]:
    """List the command lines of other processes that hold a text."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(text) in command:
                found.append(command)
    return found


async def until_gone(folder: Path) -> None:
    """Wait until nothing runs that belongs to the folder, and nothing lies in it."""
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while processes_about(folder) or any(folder.iterdir()):
            await asyncio.sleep(0.05)


async def test_a_story_without_time_fails_with_the_reason(temporary: Path) -> None:
    done = await cp_tui("demo", "--seconds=2")
    assert done.status == 1
    assert done.err == "cp-tui: demo: the story was not completed within 2 s\n"
    assert "Boot" in done.out
    await until_gone(temporary)


async def test_a_demo_as_lines_is_completed_or_ended_and_leaves_nothing_behind(
    temporary: Path,
) -> None:
    await together(
        completed=told_to_its_end(),
        reader_gone=ended_without_a_reader(),
        **{number.name: ended_by(number) for number in SIGNALS},
    )
    await until_gone(temporary)


async def test_a_demo_of_profile_3_leads_its_charge_point_there_and_lowers_it_where_asked(
    folder: Path,
) -> None:
    """Its CSMS has a door for every profile, and a folder of its own beside its socket."""
    async with stage(folder, 3) as (client, csms):
        door = RpcServer(CsmsRpc(csms, Player(client, csms, CHARGE_POINT_ID)), folder / "csms")
        await door.start()
        async with on_stage(
            client, csms, CHARGE_POINT_ID, lambda line: None, pacing=Pacing(AT_ONCE)
        ) as context:
            await clear_the_stage(context)
            assert csms.profile_of(CHARGE_POINT_ID) == 3
            await client.call("set_security_profile", profile=0)
            await clear_the_stage(context)
            assert csms.profile_of(CHARGE_POINT_ID) == 3
        await door.close()
        assert (folder / "cp-tui.toml").stat().st_mode & 0o077 == 0


async def told_to_its_end() -> None:
    process = await start_with_pipes("demo")
    async with asyncio.timeout(80):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    lines = out.decode().splitlines()
    assert len(lines) > 15
    assert "Accepted" in lines[0]


async def ended_by(number: signal.Signals) -> None:
    process = await start_with_pipes("demo")
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        await process.stdout.readline()
        process.send_signal(number)
        await process.communicate()
    assert process.returncode == 128 + number


async def ended_without_a_reader() -> None:
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} -m cp_tui demo | head -1",
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    async with asyncio.timeout(STORY_S_MIN):
        await process.communicate()


async def test_a_killed_demo_leaves_no_process_behind(temporary: Path) -> None:
    process = await start_with_pipes("demo")
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        await process.stdout.readline()
        process.kill()
        await process.communicate()
        while processes_about(temporary):
            await asyncio.sleep(0.05)


async def demo_engine(folder: Path) -> Path:
    """Wait for the engine behind a demo; returns its socket."""
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while True:
            for socket in folder.glob("*/door"):
                if is_answering(socket):
                    return socket
            await asyncio.sleep(0.05)


async def test_the_demo_on_a_terminal_charges_has_a_door_for_its_csms_and_can_be_killed(
    temporary: Path, terminal: int
) -> None:
    process = await start_in(terminal, "demo", "--pace=4")
    try:
        door = await demo_engine(temporary)
        await until_charging(door)
        socket = door.with_name("csms")
        command = (await ctl_on(socket, "get", "variable=demo")).result
        assert command == {"attach": "cp-tui attach --id=DEMO-1", "has_ended": False}
        found = await cp_tui("ctl", "--id=DEMO-1", "get", "variable=identity")
        assert found.result["vendor"] == "Example Charging"
        assert csms_beside(default_socket("DEMO-1")) == socket
        shown = (await ctl_on(socket, "get", "variable=charge_points")).result
        assert isinstance(shown, list)
        assert shown[0]["charge_point_id"] == "DEMO-1"
        assert (await ctl_on(socket, "stop_scenario")).result is True
        answer = (await ctl_on(socket, "send", "action=GetLocalListVersion")).result
        assert isinstance(answer, dict)
        assert answer["payload"] == {"listVersion": 0}
        assert (await ctl_on(socket, "run_scenario", "scenario=remote")).result is True
    finally:
        process.kill()
        await process.wait()
    await until_gone(temporary)


async def until_charging(door: Path) -> None:
    """Wait until the story has a vehicle that charges."""
    client = await Client.connect(door)
    await client.subscribe(["connectors"])
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while not any(
            isinstance(update, VariableChanged)
            and any(connector.status == "Charging" for connector in update.value)
            for update in await client.next_updates()
        ):
            pass
    await client.close()


async def ctl_on(socket: Path, *arguments: str) -> Done:
    """Call a method at a door."""
    return await cp_tui("ctl", f"--socket={socket}", *arguments)


async def test_the_engine_of_run_outlives_a_killed_screen(
    csms: PeerCsms, folder: Path, terminal: int
) -> None:
    door = folder / "door"
    arguments = (f"--url={csms.url}", "--id=CP1", f"--socket={door}", f"--data-dir={folder / 'd'}")
    process = await start_in(terminal, "run", *arguments)
    try:
        await csms.receive("StatusNotification", connectorId=2)
    finally:
        process.kill()
        await process.wait()
    done = await cp_tui("ctl", f"--socket={door}", "get", "variable=is_connected")
    assert done.result is True
    assert (await cp_tui("ctl", f"--socket={door}", "shutdown")).result is True
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while processes_about(folder):
            await asyncio.sleep(0.05)


async def test_an_interrupted_recording_is_a_shorter_one_and_leaves_nothing_behind(
    temporary: Path,
) -> None:
    file = temporary / "a.cast"
    process = await start_with_pipes("demo", f"--record={file}", "--size=100x30", "--pace=8")
    assert process.stderr is not None
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while b"recording 100x30 for 16 s" not in await process.stderr.readline():
            pass
        await asyncio.sleep(3)
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 130
    header, *events = [json.loads(line) for line in file.read_text().splitlines()]
    assert (header["version"], header["width"], header["height"]) == (2, 100, 30)
    assert "DEMO-1" in "".join(text for _at, _kind, text in events)
    file.unlink()
    await until_gone(temporary)


async def test_a_recording_that_cannot_be_written_is_not_begun(temporary: Path) -> None:
    done = await cp_tui("demo", f"--record={temporary / 'no' / 'a.cast'}")
    assert done.status == 1
    (line,) = done.err.splitlines()
    assert line.endswith("a.cast: No such file or directory")
