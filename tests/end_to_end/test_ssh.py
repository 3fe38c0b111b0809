"""A technician on site: the screen over a real SSH connection that breaks."""

from __future__ import annotations

import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from ocpp.v16 import call

from tests.end_to_end import sshd as server
from tests.end_to_end.leftovers import kill_leftovers, until_none_is_left
from tests.end_to_end.processes import Serve
from tests.end_to_end.sshd import Sshd
from tests.end_to_end.terminal import Terminal, program_in_terminal
from tests.peer import PeerCsms

pytestmark = pytest.mark.skipif(server.missing() is not None, reason=f"{server.missing()}")


@pytest.fixture
def far_folder() -> Iterator[Path]:
    """A folder by which the processes at the far end are known; none survives it."""
    with TemporaryDirectory(prefix="cp-tui-ssh-") as name:
        yield Path(name)
        kill_leftovers(Path(name))


@pytest.fixture
async def sshd(far_folder: Path) -> AsyncIterator[Sshd]:
    async with server.sshd(far_folder) as running:
        yield running


def attached(sshd: Sshd, serve: Serve) -> AbstractAsyncContextManager[Terminal]:
    """A screen at the far end, known by a link to the door in the folder of the server."""
    door = sshd.folder / "door"
    if not door.is_symlink():
        door.symlink_to(serve.socket)
    home = f"HOME={sshd.folder}"
    return program_in_terminal(
        *sshd.client("env", home, sys.executable, "-m", "cp_tui", "attach", f"--socket={door}")
    )


async def test_a_technician_attaches_acts_loses_the_line_and_attaches_again(
    csms: PeerCsms, serve: Serve, sshd: Sshd
) -> None:
    door = sshd.folder / "door"
    async with attached(sshd, serve) as screen:
        await screen.see("● Accepted", "▌1  ○ Available")
        screen.press("p")
        await screen.see("▌1  ◌ Preparing")
        screen.press("w")
        await screen.see("Swipe a tag", "Tag")
        screen.press("TAG1", "enter")
        await screen.see("Accepted · TAG1")
        await csms.receive("StatusNotification", connectorId=1, status="Charging")
        # First the line is dead: nothing is read and nothing comes back. Then it is cut.
        screen.process.send_signal(signal.SIGSTOP)
        await csms.receive("MeterValues", count=3, transactionId=1)
        screen.process.send_signal(signal.SIGKILL)
        await screen.ended()
    await until_none_is_left(door)
    assert "StopTransaction" not in csms.actions()
    assert (await csms.call(call.GetConfiguration(key=["HeartbeatInterval"]))) is not None
    async with attached(sshd, serve) as screen:
        await screen.see("● Accepted", "● Charging", "#1 TAG1")
        screen.press("q")
        assert await screen.ended() == 0
    assert (await serve.ctl("get", "variable=is_connected")).result is True
