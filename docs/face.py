"""The pictures of docs/face.md, as the program draws them: `python docs/make.py`.

Each state is a fake engine; a state of another subject is a line here and a heading in the paper.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.tui import face_world, power_world, quiet, security_world
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine

PAPER = Path(__file__).resolve().parent / "face.md"
SIZES = ((80, 24), (120, 36), (160, 50), (200, 60))

STATES: Mapping[str, Callable[[], FakeEngine]] = {
    "charging": power_world.engine,
    "idle": power_world.idle,
    "offline": face_world.offline,
    "rejected": face_world.rejected,
    "unauthorized": face_world.unauthorized,
    "faulted": face_world.faulted,
    "observed": power_world.engine,
    "lost": power_world.engine,
    "untrusted": security_world.untrusted,
}
"""What the paper shows, by the name in its marks."""
SCREENS = {"untrusted": "security"}
"""The screen that a state is looked at on, where it is not the dashboard."""

MARK = re.compile(
    r"(<!-- picture of (\w+) -->\n)(?:\n?### \d+x\d+\n\n```text\n.*?\n```\n)*", re.DOTALL
)


@asynccontextmanager
async def shown(state: str) -> AsyncIterator[Drive]:
    """A screen on a state, at the smallest size."""
    is_observer = state == "observed"
    at = SCREENS.get(state, "dashboard")
    made = STATES[state]()
    async with screen(engine=made, size=SIZES[0], read_only=is_observer, at=at) as drive:
        if state == "lost":
            drive.engine.lose()
            await drive.until_it_shows("Charge point lost")
        yield drive


async def pictures(drive: Drive) -> str:
    """What is shown in every size, each under its heading."""
    found: list[str] = []
    for width, height in SIZES:
        await drive.resize(width, height)
        lines = "\n".join(strip.text.rstrip() for strip in drive.strips())
        found.append(f"### {width}x{height}\n\n```text\n{lines}\n```\n")
    return "\n".join(found)


async def drawn(state: str) -> str:
    """The pictures of a state."""
    async with shown(state) as drive:
        return await pictures(drive)


def face(paper: str) -> str:
    """The paper with every picture made anew; no time passes meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        quiet.be_frugal(patch)
        return MARK.sub(lambda mark: f"{mark[1]}\n{asyncio.run(drawn(mark[2]))}", paper)
