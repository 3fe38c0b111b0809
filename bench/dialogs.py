"""What a dashboard costs the line while cars charge: `python -m bench.dialogs [seconds]`.

Bytes a second through a pty of 80x24 in 24-bit colour, over idle connectors and over cars that
charge, without a dialog and under each kind of dialog. The engine is a real `cp-tui serve` at the
sample intervals of a default configuration, and with a reading each second as the worst case. It
ends with 1 where something is sent that nobody sees.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.budgets import Budgets
from bench.pty_terminal import in_terminal
from cp_tui.rpc.client import Client
from tests.end_to_end.processes import serving
from tests.peer import PeerCsms

SECONDS = 20.0
SETTLE_S = 2.0
RAMP_S = 8.0
"""A car that has just begun to charge takes more from second to second."""

OVER: Mapping[str, str] = {
    "nothing": "",
    "question": "s",
    "form": "w",
    "facts that stand still (help)": "?",
    "facts that go on (connector)": "\r",
    "palette": "\x10",
    "jump mode": "\x0f",
}
"""What is opened over the dashboard, and the keys that open it."""
STILL = frozenset({"question", "form", "facts that stand still (help)", "palette"})
"""Under these nothing is sent."""


@dataclass(frozen=True, slots=True)
class World:
    """A charge point, and how many of its connectors charge."""

    connectors: int
    charging: int
    sample_interval_s: int


WORLDS: Mapping[str, World] = {
    "idle": World(2, 0, 60),
    "one car": World(2, 1, 60),
    "one car, MeterValues each second": World(2, 1, 1),
    "two cars": World(2, 2, 60),
    "30 connectors, 10 cars": World(30, 10, 60),
    "30 connectors, 30 cars": World(30, 30, 60),
}


@asynccontextmanager
async def charging(world: World) -> AsyncIterator[Path]:
    """The door of a charge point in this state."""
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        async with PeerCsms() as csms:
            settings = (
                f"--connectors={world.connectors}",
                f"--set=MeterValueSampleInterval={world.sample_interval_s}",
            )
            async with serving(Path(name), csms.url, *settings) as serve:
                await csms.receive("StatusNotification", connectorId=world.connectors)
                client = await Client.connect(serve.socket)
                for connector_id in range(1, world.charging + 1):
                    await client.call("plug_in", connector_id=connector_id)
                    await client.call("swipe", connector_id=connector_id, id_tag="TAG1")
                await client.close()
                await asyncio.sleep(RAMP_S if world.charging else SETTLE_S)
                yield serve.socket


async def bytes_per_s(door: Path, keys: str, seconds: float) -> float:
    """What a screen on this door writes in a second, with this opened over it."""
    attach = (sys.executable, "-m", "cp_tui", "attach", f"--socket={door}")
    async with in_terminal(*attach) as terminal:
        await terminal.wait_for(b"Accepted")
        await asyncio.sleep(SETTLE_S)
        if keys:
            terminal.press(keys)
            await asyncio.sleep(SETTLE_S)
        before = terminal.bytes
        await asyncio.sleep(seconds)
        return (terminal.bytes - before) / seconds


async def main(seconds: float) -> int:
    """Print the table; give the exit status. Terminals side by side see the same."""
    budgets = Budgets()
    print(f"| Bytes a second over the dashboard | {' | '.join(OVER)} |")
    print("|---" * (len(OVER) + 1) + "|")
    for name, world in WORLDS.items():
        async with charging(world) as door:
            found = await asyncio.gather(*(bytes_per_s(door, k, seconds) for k in OVER.values()))
        cells = [
            budgets.cell(f"{name}, {what}", each, 0 if not world.charging or what in STILL else inf)
            for what, each in zip(OVER, found, strict=True)
        ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    return budgets.status()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else SECONDS)))
