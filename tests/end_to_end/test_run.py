"""`cp-tui run` in a terminal: what it starts, what it attaches to, what it may not end."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.end_to_end.leftovers import kill_leftovers, processes_of
from tests.end_to_end.processes import Serve, serving
from tests.end_to_end.terminal import Terminal, in_terminal
from tests.end_to_end.together import in_turn
from tests.peer import PeerCsms

KEY = "0123456789abcdef"
OTHER_KEY = "fedcba9876543210"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder by which every process of a test is known; none survives it."""
    with tempfile.TemporaryDirectory(prefix="cp-tui-run-") as name:
        yield Path(name)
        kill_leftovers(Path(name))


def arguments(folder: Path, url: str, *options: str, data: str = "data") -> tuple[str, ...]:
    """The arguments of `run` that fit what `serving` runs on the folder."""
    target = (f"--socket={folder / 'door'}", f"--data-dir={folder / data}")
    return ("run", f"--url={url}", "--id=CP 1", *target, *options)


def engine_of(folder: Path) -> int:
    """Give the process id of the charge point that `run` has started on a folder."""
    (found,) = [pid for pid, line in processes_of(folder).items() if " serve " in line]
    return found


async def test_one_that_runs_already_is_attached_to_or_its_settings_are_named(
    csms: PeerCsms, folder: Path
) -> None:
    same = f"--set=AuthorizationKey={KEY}"
    async with serving(folder, csms.url, same) as serve:

        async def refused(difference: str, *options: str, data: str = "data") -> None:
            asked = arguments(folder, csms.url, *options, data=data)
            async with in_terminal(*asked, size=(200, 24)) as screen:
                assert await screen.ended() == 2
                await screen.last_said(difference)
                await screen.last_said("with other settings")
                await screen.last_said("cp-tui attach --socket=")
                assert KEY not in screen.text
                assert OTHER_KEY not in screen.text

        await in_turn(
            same=attached_and_not_offered_to_be_stopped(arguments(folder, csms.url, same)),
            another_key=refused(
                "AuthorizationKey: another value there", f"--set=AuthorizationKey={OTHER_KEY}"
            ),
            no_key=refused("AuthorizationKey: set there"),
            other_folder=refused(
                f"data folder: {folder}/data there, {folder}/other here", same, data="other"
            ),
            other_connectors=refused("connectors: 2 there, 1 here", same, "--connectors=1"),
            at_another_door=what_the_child_says_is_seen(csms, serve),
        )
        assert (await serve.ctl("get", "variable=is_connected")).result is True


async def attached_and_not_offered_to_be_stopped(asked: tuple[str, ...]) -> None:
    async with in_terminal(*asked) as screen:
        await screen.see("● Accepted", "attached to CP 1, which runs already")
        screen.press("q")
        assert await screen.ended() == 0
        assert "Stop it" not in screen.text


async def what_the_child_says_is_seen(csms: PeerCsms, serve: Serve) -> None:
    """Its charge point is started, and cannot run."""
    door = serve.socket.with_name("another")
    asked = ("run", f"--url={csms.url}", "--id=CP 1", f"--socket={door}")
    async with in_terminal(*asked, f"--data-dir={serve.data_dir}", size=(200, 24)) as screen:
        assert await screen.ended() == 2
        await screen.last_said(f"(process {serve.process.pid}) and uses the data folder")


async def test_a_port_that_is_none_is_named_at_once(folder: Path) -> None:
    asked = arguments(folder, "ws://127.0.0.1:99999")
    async with in_terminal(*asked, size=(200, 24)) as screen:
        assert await screen.ended() == 2
        await screen.last_said("--url: not a URL: Port out of range")
    assert processes_of(folder) == {}


@asynccontextmanager
async def running(csms: PeerCsms, folder: Path) -> AsyncIterator[Terminal]:
    """`cp-tui run`, accepted."""
    async with in_terminal(*arguments(folder, csms.url), size=(160, 24)) as screen:
        await screen.see("● Accepted", "▌1  ○ Available")
        yield screen


async def test_what_a_child_says_that_ends_later_is_seen_on_the_screen_and_after_it(
    csms: PeerCsms, folder: Path
) -> None:
    async with running(csms, folder) as screen:
        os.kill(engine_of(folder), signal.SIGKILL)
        await screen.see("Charge point lost", "it has ended: ended with status -9")
        screen.press("q")
        assert await screen.ended() == 1
        await screen.last_said("CP 1 has ended: ended with status -9")


async def test_a_charge_point_that_somebody_else_started_since_is_not_offered_to_be_stopped(
    csms: PeerCsms, folder: Path
) -> None:
    async with running(csms, folder) as screen:
        os.kill(engine_of(folder), signal.SIGKILL)
        await screen.see("it has ended: ended with status -9")
        (folder / "door").unlink()
        async with serving(folder, csms.url) as serve:
            await screen.see("● Accepted", "attached again")
            screen.press("q")
            assert await screen.ended() == 0
            await screen.last_said("goes on")
            assert (await serve.ctl("get", "variable=is_connected")).result is True


async def test_an_id_alone_is_filled_in_where_the_rest_is_asked(folder: Path) -> None:
    async with in_terminal("run", "--id=R1", XDG_CONFIG_HOME=str(folder)) as screen:
        await screen.see("the first start", "R1", "wss://csms.example.com/ocpp")
        screen.press("escape")
        assert await screen.ended() == 0


async def test_what_the_first_charge_point_says_that_cannot_start_is_seen(folder: Path) -> None:
    (folder / "data").write_text("no folder")
    home = str(folder / "config")
    asked = ("run", f"--socket={folder / 'door'}", f"--data-dir={folder / 'data'}")
    async with in_terminal(*asked, XDG_CONFIG_HOME=home) as screen:
        await screen.see("the first start", "wss://csms.example.com/ocpp")
        screen.press("ws://127.0.0.1:9", "tab", "R1", "\x13")
        assert await screen.ended() == 2
        await screen.last_said(f"{folder / 'data'} is not a folder")
    assert processes_of(folder) == {}
