"""Make the pictures of the README from the running demo: `python screenshots/make.py`.

It starts the demo's CSMS and engine, attaches a screen without a terminal, waits until the story is
in full swing, and saves what the screen shows.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from cp_tui.cli.demo_folder import csms_socket_path, socket_path
from cp_tui.cli.demo_process import play_on
from cp_tui.demo.csms_variables import CSMS
from cp_tui.rpc.client import Client, EngineConnection
from cp_tui.rpc.paths import is_answering
from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.screenshot import svg_of
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
)
"""What is worth a look only with a past."""

DEADLINE_S = 60.0
"""The story reaches its middle within 20 s."""


async def main() -> int:
    """Make every picture."""
    with TemporaryDirectory(prefix="cp-tui-") as name:
        folder = Path(name)
        playing = asyncio.create_task(play_on(folder))
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not is_answering(socket_path(folder)):
                    await asyncio.sleep(0.1)
            await take_pictures(folder)
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
    return 0


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
            for name, size, theme, keys in pictures:
                await take(app, pilot, size, theme, keys)
                path = HERE / f"{name}.svg"
                path.write_text(svg_of(app, "cp-tui demo"))
                print(path.name)
                await pilot.press("escape")


async def take(
    app: CpTuiApp, pilot: Pilot[str], size: tuple[int, int], theme: str, keys: tuple[str, ...]
) -> None:
    """Bring the screen into the state of a picture."""
    app.theme = theme
    await pilot.resize_terminal(*size)
    await pilot.press(*keys)
    await pilot.pause(0.5)


def is_in_full_swing(snapshot: Snapshot) -> bool:
    """A vehicle charges under a profile, and a monitored key was changed."""
    powers = [c.measurement.power_w for c in snapshot.running if c.measurement is not None]
    return bool(snapshot.monitors.history) and any(power > 5_000 for power in powers)


def has_a_past(snapshot: Snapshot) -> bool:
    """A transaction has ended."""
    return any(entry.stopped_at is not None for entry in snapshot.transactions)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
