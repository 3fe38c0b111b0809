"""What runs behind `cp-tui demo`: the small CSMS, an engine that is connected to it, and the story.

All of it lives in one folder, which is removed at the end, and ends with whoever started it.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from cp_tui.cli.child import END_TIMEOUT_S, POLL_INTERVAL_S, READY_TIMEOUT_S, own_environment
from cp_tui.cli.demo_folder import (
    CHARGE_POINT_ID,
    csms_socket_path,
    found_by_id,
    socket_path,
)
from cp_tui.cli.parent_pipe import when_stdin_closes
from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.demo.pacing import LINES, NORMAL, Pacing
from cp_tui.demo.player import Player
from cp_tui.demo.story import CUSTOM_KEYS, StoryFailed, run_story
from cp_tui.ocpp.units import number
from cp_tui.rpc.client import Client, ConnectionLost
from cp_tui.rpc.paths import is_answering
from cp_tui.rpc.server import RpcServer

LOOK_INTERVAL_S = 2.0
"""The time between two looks whether the engine is still there."""
HEARD_S = 0.1
"""For other screens to hear that the demo ends."""


async def play_once(folder: Path, report: Callable[[str], None], seconds: float) -> None:
    """Tell the story; raises `StoryFailed` where it fails or takes longer than it may."""
    async with _stage(folder) as (client, csms):
        try:
            async with asyncio.timeout(seconds):
                await run_story(client, csms, CHARGE_POINT_ID, report, pacing=Pacing(LINES))
        except TimeoutError:
            raise StoryFailed(f"the story was not completed within {number(seconds)} s") from None


async def play_on(folder: Path, speed: float = NORMAL) -> None:
    """Tell the story again and again, until cancelled or until the engine ends.

    The CSMS has a door of its own, at which the story can be paused and scenarios run.
    """
    async with _stage(folder) as (client, csms):
        player = Player(client, csms, CHARGE_POINT_ID, pacing=Pacing(speed))
        with found_by_id(folder) as attach:
            rpc = CsmsRpc(csms, player, attach)
            door = RpcServer(rpc, csms_socket_path(folder))
            await door.start()
            try:
                await player.play_story()
                while is_answering(socket_path(folder)):
                    await asyncio.sleep(LOOK_INTERVAL_S)
                raise StoryFailed(f"the charge point has ended: {_last_words(folder)}")
            finally:
                await player.stop()
                rpc.end()
                await asyncio.sleep(HEARD_S)
                await door.close()


@asynccontextmanager
async def _stage(folder: Path) -> AsyncIterator[tuple[Client, CentralSystem]]:
    """Run CSMS and engine, and connect to the engine."""
    async with CentralSystem() as csms, _engine(folder, csms.url):
        client = await Client.connect(socket_path(folder))
        try:
            yield client, csms
        except ConnectionLost as error:
            raise StoryFailed(str(error)) from None
        finally:
            await client.close()


@asynccontextmanager
async def _engine(folder: Path, url: str) -> AsyncIterator[None]:
    """Run `cp-tui serve` on the folder; it ends with us, whatever becomes of us."""
    config = folder / "cp-tui.toml"
    config.write_text(_configuration(folder, url))
    with (folder / "stderr").open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cp_tui", "serve", "--quiet", "--until-stdin-closes"),
            f"--config={config}",
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=stderr,
            start_new_session=True,
            env=own_environment(),
        )
    try:
        await _wait_until_ready(process, folder)
        yield
    finally:
        await _end(process)


def _configuration(folder: Path, url: str) -> str:
    """Write a `cp-tui.toml`; a JSON text is a TOML text as well, whatever the folder is called."""
    custom_keys = "".join(f"{name} = {json.dumps(text)}\n" for name, text in CUSTOM_KEYS.items())
    return f"""\
data_dir = {json.dumps(str(folder / "data"))}
socket = {json.dumps(str(socket_path(folder)))}
[csms]
url = "{url}"
[charge_point]
id = "{CHARGE_POINT_ID}"
vendor = "Example Charging"
model = "Depot 22 Duo"
charge_point_serial_number = "EC22D-2403-00117"
charge_box_serial_number = "EC-BOX-00117"
firmware_version = "3.4.2"
meter_type = "EM3-MID"
meter_serial_number = "EM3-0048213"
[custom_keys]
{custom_keys}"""


async def _wait_until_ready(process: Process, folder: Path) -> None:
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            while not is_answering(socket_path(folder)):
                if process.returncode is not None:
                    raise StoryFailed(f"the charge point did not start: {_last_words(folder)}")
                await asyncio.sleep(POLL_INTERVAL_S)
    except TimeoutError:
        raise StoryFailed(
            f"the charge point was not ready within {READY_TIMEOUT_S:.0f} s"
        ) from None


def _last_words(folder: Path) -> str:
    """Give the last line that the engine has written for people."""
    lines = (folder / "stderr").read_text(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("cp-tui: ") if lines else "it said nothing"


async def _end(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(END_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _play_until_stdin_closes(folder: Path, speed: float) -> None:
    """Play for a screen in another process, and clean up when that is gone, however it went."""
    playing = asyncio.create_task(play_on(folder, speed))
    await when_stdin_closes(playing.cancel)
    with suppress(asyncio.CancelledError):
        await playing


def main() -> int:
    """Play in the folder and at the speed that are given as arguments."""
    folder, speed = Path(sys.argv[1]), float(sys.argv[2])
    try:
        asyncio.run(_play_until_stdin_closes(folder, speed))
    except StoryFailed as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
