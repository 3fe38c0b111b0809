"""What a key costs in two versions of the screen: `python -m bench.key_to_paint OTHER_TREE`.

Each version has an engine and a screen of its own in a pty of 80x24, and the keys go to both in
turn, so that other work on the machine meets both. The ratio is that of this tree to the other.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.pty_terminal import Terminal, in_terminal
from tests.peer import PeerCsms

ROUNDS = 15
SETTLE_S = 2.0
RUN = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1));"
    " runpy.run_module('cp_tui', run_name='__main__')"
)

KEYS: Sequence[tuple[str, str, Sequence[str]]] = (
    ("next pane", "1", ("\t",) * 4),
    ("another screen", "1", ("2", "3", "4", "1")),
    ("cursor step, keys of the dashboard", "1", ("j", "j", "k", "k")),
    ("cursor step, configuration", "3", ("j", "j", "k", "k")),
    ("a form, and away with it", "1", ("w", "\x1b") * 2),
    ("the palette, and away with it", "1", ("\x10", "\x1b") * 2),
)
"""What is done, the key that leads there, and the keys of a round."""


def command(tree: Path, *arguments: str) -> tuple[str, ...]:
    """`cp-tui` as it is in a tree."""
    return (sys.executable, "-c", RUN, f"{tree}", *arguments)


@asynccontextmanager
async def screen_of(tree: Path) -> AsyncIterator[Terminal]:
    """The screen of a version, on an accepted charge point of the same version."""
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        door = Path(name) / "door"
        async with PeerCsms() as csms:
            process = await asyncio.create_subprocess_exec(
                *command(tree, "serve", "--quiet", "--id=CP001", f"--url={csms.url}"),
                *(f"--socket={door}", f"--data-dir={name}/data"),
                cwd=name,
            )
            try:
                await csms.receive("StatusNotification", connectorId=2)
                async with in_terminal(*command(tree, "attach", f"--socket={door}")) as terminal:
                    await terminal.wait_for(b"Accepted")
                    await asyncio.sleep(SETTLE_S)
                    yield terminal
            finally:
                process.terminate()
                await process.wait()


async def compare(what: str, lead: str, keys: Sequence[str], terminals: Sequence[Terminal]) -> None:
    """Press the keys in every terminal in turn, and print a row."""
    for terminal in terminals:
        terminal.press(lead)
    await asyncio.sleep(SETTLE_S)
    paints: list[list[float]] = [[] for _ in terminals]
    cpus = [terminal.cpu_s for terminal in terminals]
    for key in [*keys] * ROUNDS:
        for terminal, found in zip(terminals, paints, strict=True):
            if (painted := await terminal.painted(key)) is not None:
                found.append(1_000 * painted[0])
    each = [
        1_000 * (t.cpu_s - c) / len(keys) / ROUNDS for t, c in zip(terminals, cpus, strict=True)
    ]
    before, now = (median(found) for found in paints)
    print(
        f"| {what} | {before:.1f} | {now:.1f} | {now / before:.2f}"
        f" | {each[0]:.0f} | {each[1]:.0f} | {each[1] / each[0]:.2f} |",
        flush=True,
    )


async def main(other: Path) -> None:
    """Print the table."""
    print("| Key | ms to paint, before | now | Ratio | CPU, ms, before | now | Ratio |")
    print("|---|---|---|---|---|---|---|")
    async with screen_of(other) as before, screen_of(Path.cwd()) as now:
        for what, lead, keys in KEYS:
            await compare(what, lead, keys, (before, now))


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    asyncio.run(main(Path(sys.argv[1]).resolve()))
