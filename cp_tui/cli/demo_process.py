"""What runs behind `cp-tui demo`: the small CSMS, an engine that is connected to it, and the story.

All of it lives in one folder, which is removed at the end, and ends with whoever started it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from types import MappingProxyType

from cp_tui.cli.child import END_TIMEOUT_S, POLL_INTERVAL_S, READY_TIMEOUT_S, own_environment
from cp_tui.cli.demo_folder import (
    CHARGE_POINT_ID,
    csms_socket_path,
    found_by_id,
    socket_path,
)
from cp_tui.cli.parent_pipe import when_stdin_closes
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.doors import PROFILES
from cp_tui.csms.known_charge_points import CPO_NAME
from cp_tui.csms.provisioning import Provisioning
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.demo.pacing import LINES, NORMAL, Pacing
from cp_tui.demo.player import Player
from cp_tui.demo.story import CUSTOM_KEYS, StoryFailed, run_story
from cp_tui.ocpp.units import number
from cp_tui.rpc.client import Client, ConnectionLost
from cp_tui.rpc.paths import is_answering
from cp_tui.rpc.server import RpcServer

Wanted = Mapping[str, Mapping[str, str | int]]
"""Tables of its settings that whoever starts it has chosen."""
NOTHING: Wanted = MappingProxyType({})
LOOK_INTERVAL_S = 2.0
"""The time between two looks whether the engine is still there."""
CSMS_FOLDER = "csms-files"
"""Within that of the demo: certificates and passwords of the CSMS, made when they are needed."""
KEY_BYTES = 20
HEARD_S = 0.1
"""For other screens to hear that the demo ends."""


async def play_once(
    folder: Path,
    report: Callable[[str], None],
    seconds: float,
    profile: int = 0,
    wanted: Wanted = NOTHING,
) -> None:
    """Tell the story, with the time of each line; `StoryFailed` if it fails or takes too long."""
    async with stage(folder, profile, wanted) as (client, csms):
        begun_s = monotonic()

        def tell(line: str) -> None:
            report(f"+{monotonic() - begun_s:5.1f} s  {line}")

        try:
            async with asyncio.timeout(seconds):
                await run_story(client, csms, CHARGE_POINT_ID, tell, pacing=Pacing(LINES))
        except TimeoutError:
            raise StoryFailed(f"the story was not completed within {number(seconds)} s") from None


async def play_on(
    folder: Path, speed: float = NORMAL, profile: int = 0, wanted: Wanted = NOTHING
) -> None:
    """Tell the story again and again, until cancelled or until the engine ends.

    The CSMS has a door of its own, at which the story can be paused and scenarios run.
    """
    async with stage(folder, profile, wanted) as (client, csms):
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
async def stage(
    folder: Path, profile: int, wanted: Wanted = NOTHING
) -> AsyncIterator[tuple[Client, CentralSystem]]:
    """Run CSMS and engine in a security profile, and connect to the engine.

    The doors of the other profiles have their addresses, and are opened when something needs them.
    """
    key = secrets.token_hex(KEY_BYTES)
    async with CentralSystem(
        profile=profile, folder=folder / CSMS_FOLDER, authorization_key=key
    ) as csms:
        for other in PROFILES:
            csms.doors.reserve(other)
        provisioning = Provisioning(csms)
        if profile == 3:
            await csms.doors.open(2)
        config = folder / "cp-tui.toml"
        config.touch(mode=0o600)
        config.write_text(_configuration(folder, csms, key, wanted))
        async with _engine(folder, config):
            client = await Client.connect(socket_path(folder))
            try:
                yield client, csms
            except ConnectionLost as error:
                raise StoryFailed(str(error)) from None
            finally:
                await client.close()
                await provisioning.close()


@asynccontextmanager
async def _engine(folder: Path, config: Path) -> AsyncIterator[None]:
    """Run `cp-tui serve` on the folder; it ends with us, whatever becomes of us."""
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


def _configuration(folder: Path, csms: CentralSystem, key: str, wanted: Wanted) -> str:
    """Write a `cp-tui.toml`; a JSON text is a TOML text as well, whatever the folder is called.

    Its first URL is that of profile 0, to which a charge point can be lowered; a charge point that
    is to have profile 3 begins in 2, where it gets its certificate.
    """
    tables: dict[str, dict[str, str | int]] = {
        "csms": {"url": csms.doors.url(0)},
        "charge_point": {
            "id": CHARGE_POINT_ID,
            "vendor": "Example Charging",
            "model": "Depot 22 Duo",
            "charge_point_serial_number": "EC22D-2403-00117",
            "charge_box_serial_number": "EC-BOX-00117",
            "firmware_version": "3.4.2",
            "meter_type": "EM3-MID",
            "meter_serial_number": "EM3-0048213",
        },
        "security": {f"url_profile_{n}": csms.doors.url(n) for n in PROFILES[1:]},
        "custom_keys": dict(CUSTOM_KEYS),
    }
    for name, entries in wanted.items():
        tables[name] = {**tables.get(name, {}), **entries}
    if csms.profile:
        # Without security they would only be in the way of the keys that the story changes.
        tables["keys"] = {
            "SecurityProfile": str(min(csms.profile, 2)),
            "AuthorizationKey": key,
            "CpoName": CPO_NAME,
        }
    if csms.profile >= 2:
        root = csms.security.folder.csms_root
        tables["csms"]["ca_file"] = str(root.relative_to(folder))
    lines = [
        f"data_dir = {json.dumps(str(folder / 'data'))}",
        f"socket = {json.dumps(str(socket_path(folder)))}",
    ]
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{each} = {json.dumps(text)}" for each, text in table.items())]
    return "\n".join([*lines, ""])


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


async def _play_until_stdin_closes(
    folder: Path, speed: float, profile: int, wanted: Wanted
) -> None:
    """Play for a screen in another process, and clean up when that is gone, however it went."""
    playing = asyncio.create_task(play_on(folder, speed, profile, wanted))
    await when_stdin_closes(playing.cancel)
    with suppress(asyncio.CancelledError):
        await playing


def main() -> int:
    """Play in the folder, at the speed, in the security profile and with the tables given."""
    folder, speed, profile = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    wanted = json.loads(sys.argv[4])
    try:
        asyncio.run(_play_until_stdin_closes(folder, speed, profile, wanted))
    except StoryFailed as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
