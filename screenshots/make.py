"""Make the pictures of the README from the running demo: `python screenshots/make.py`.

It starts the demo's CSMS and engine, attaches a screen without a terminal, pauses the story when it
is in full swing, and saves what the screen shows. Meanwhile another demo records itself for the one
that moves, and a fleet comes back from a storm for its own. It takes as long as a round of the
story: two minutes.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio.subprocess import Process
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.pilot import Pilot

from cp_tui.cli.demo_folder import csms_socket_path, socket_path
from cp_tui.cli.demo_process import play_on
from cp_tui.demo.csms_variables import CSMS
from cp_tui.fleet.fleet_variables import FLEET
from cp_tui.rpc.client import Client, EngineConnection
from cp_tui.rpc.paths import is_answering
from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.start.fleet_app import FleetApp, FleetVisit
from cp_tui.tui.start.screenshot import svg_of
from cp_tui.tui.state.store import Snapshot

HERE = Path(__file__).resolve().parent

PICTURES = (
    ("dashboard-dark", (120, 40), "cp-dark", ("1",)),
    ("dashboard-light", (120, 40), "cp-light", ("1",)),
    ("dashboard-80x24", (80, 24), "cp-dark", ("1",)),
    ("menu", (80, 24), "cp-dark", ("1", "ctrl+p")),
    ("messages", (120, 40), "cp-dark", ("2",)),
    ("configuration", (120, 40), "cp-dark", ("3",)),
    ("schedule", (120, 40), "cp-dark", ("4",)),
    ("csms", (120, 40), "cp-dark", ("7",)),
)
"""Name, size of the terminal, theme, and keys to press before."""

LATE_PICTURES = (
    ("transactions", (120, 40), "cp-dark", ("5",)),
    ("maintenance", (120, 40), "cp-dark", ("6", "end", "up", "enter")),
    ("security", (120, 40), "cp-dark", ("8",)),
)
"""What is worth a look only with a past."""

FLEET_PICTURE = ("fleet", (120, 40), "cp-dark", ("1",))
FLEET_ASKED = (
    *("--stations=200", "--ramp=20s", "--sessions=60", "--session-length=20s..60s"),
    *("--storm=network@30s,share=0.6,down=8s", "--seed=7", "--no-screen"),
)

MOVING, MOVING_SIZE = "demo", (100, 30)
MOVING_S, MOVING_SPEED = 118.0, 3.0
"""How much is recorded, and how much faster it is shown."""
FRAMES_S, MOVING_BYTES_MAX = (1.0, 1.5, 2.0, 3.0), 390_000
"""How long a frame stood at least: as short as the size of the picture allows."""

DEADLINE_S = 180.0
"""The story reaches its middle within 80 s, on a machine that has time for it."""


async def main() -> int:
    """Make every picture."""
    with TemporaryDirectory(prefix="cp-tui-") as name, TemporaryDirectory() as other:
        folder = Path(name)
        playing = asyncio.create_task(play_on(folder))
        recording = asyncio.create_task(make_moving(Path(other)))
        fleet = asyncio.create_task(take_fleet(Path(other)))
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not is_answering(csms_socket_path(folder)):
                    await asyncio.sleep(0.1)
            await take_pictures(folder)
            await recording
            await fleet
        finally:
            for task in (playing, recording, fleet):
                task.cancel()
            await asyncio.gather(playing, recording, fleet, return_exceptions=True)
    return 0


async def make_moving(folder: Path) -> None:
    """Record the demo as anybody can, and draw what was recorded."""
    # A script finds its neighbours only once somebody has said where they are.
    sys.path.insert(0, str(HERE.parent))
    from screenshots.moving import frames_of, moving_svg

    file = folder / "demo.cast"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cp_tui", "demo", f"--record={file}", "--theme=cp-dark"),
        f"--size={MOVING_SIZE[0]}x{MOVING_SIZE[1]}",
        f"--seconds={MOVING_S}",
    )
    try:
        if await process.wait():
            raise RuntimeError("the demo was not recorded")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    cast = file.read_text(encoding="utf-8")
    for every_s in FRAMES_S:
        drawn = moving_svg(
            frames_of(cast, every_s),
            MOVING_SIZE[0],
            "cp-tui demo",
            DEFAULT_TERMINAL_THEME,
            speed=MOVING_SPEED,
        )
        if len(drawn.encode()) <= MOVING_BYTES_MAX:
            write(MOVING, drawn)
            return
    raise RuntimeError("the moving picture is too large")


def write(name: str, drawn: str) -> None:
    """Write a picture beside this file."""
    path = HERE / f"{name}.svg"
    path.write_text(drawn, encoding="utf-8")
    print(path.name)


async def take_pictures(folder: Path) -> None:
    """Attach a screen, and save it in each size and theme."""

    async def connect() -> EngineConnection:
        return await Client.connect(socket_path(folder))

    async def connect_csms() -> EngineConnection:
        return await Client.connect(csms_socket_path(folder), vocabulary=CSMS)

    app = CpTuiApp(Attachment(connect, connect_csms=connect_csms))
    async with app.run_test(size=PICTURES[0][1]) as pilot:
        for is_time, pictures in ((is_in_full_swing, PICTURES), (has_a_past, LATE_PICTURES)):
            async with asyncio.timeout(DEADLINE_S):
                while not is_time(app.store.snapshot):
                    await pilot.pause(0.2)
            story = await connect_csms()
            await story.call("pause")
            for name, size, theme, keys in pictures:
                await take(app, pilot, size, theme, keys)
                write(name, svg_of(app, "cp-tui demo"))
                await pilot.press("escape")
            await story.call("resume")
            await story.close()


async def take_fleet(folder: Path) -> None:
    """Run a fleet against a CSMS of ours, and save its screen when it is back after a storm."""
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    processes: list[Process] = []

    async def begin(*command: str) -> Path:
        said = folder / f"{command[0]}.log"
        with said.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cp_tui", *command), stdout=file, env=environment
            )
        processes.append(process)
        return said

    async def connect() -> EngineConnection:
        (door,) = folder.glob("**/*.fleet")
        return await Client.connect(door, vocabulary=FLEET)

    try:
        async with asyncio.timeout(DEADLINE_S):
            said = await begin("csms", "--port=0")
            while (url := re.search(r"ws://[\d.:]+", said.read_text("utf-8"))) is None:
                await asyncio.sleep(0.1)
            await begin("fleet", f"--url={url[0]}", *FLEET_ASKED)
            while not [*folder.glob("**/*.fleet")]:
                await asyncio.sleep(0.1)
            app = FleetApp(FleetVisit(is_host=False), Attachment(connect))
            name, size, theme, keys = FLEET_PICTURE
            async with app.run_test(size=size) as pilot:
                while app.fleet.view is None or not app.fleet.view.recoveries_s:
                    await pilot.pause(0.2)
                await take(app, pilot, size, theme, keys)
                write(name, svg_of(app, "cp-tui fleet"))
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def take(
    app: CpTuiApp, pilot: Pilot[str], size: tuple[int, int], theme: str, keys: tuple[str, ...]
) -> None:
    """Bring the screen into the state of a picture."""
    app.theme = theme
    await pilot.resize_terminal(*size)
    await pilot.press(*keys)
    await pilot.pause(0.5)


def is_in_full_swing(snapshot: Snapshot) -> bool:
    """Two vehicles charge: limits have fallen and risen, and now they share."""
    return sum(connector.power_w > 10_000 for connector in snapshot.running) == 2


def has_a_past(snapshot: Snapshot) -> bool:
    """A transaction has ended."""
    return any(entry.stopped_at is not None for entry in snapshot.transactions)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
