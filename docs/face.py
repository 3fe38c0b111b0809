"""The pictures of docs/face.md, as the program draws them: `python docs/make.py`.

Each state is a fake engine; a state of another subject is a line here and a heading in the paper.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.tui import power_world
from tests.tui.driving import screen
from tests.tui.fake_engine import FakeEngine

PAPER = Path(__file__).resolve().parent / "face.md"
SIZES = ((80, 24), (120, 36), (160, 50), (200, 60))

STATES: Mapping[str, Callable[[], FakeEngine]] = {
    "charging": power_world.engine,
    "idle": power_world.idle,
}
"""What the paper shows, by the name in its marks."""

MARK = re.compile(
    r"(<!-- picture of (\w+) -->\n)(?:\n?### \d+x\d+\n\n```text\n.*?\n```\n)*", re.DOTALL
)


async def pictures(state: str) -> str:
    """A state in every size, each under its heading."""
    found: list[str] = []
    async with screen(engine=STATES[state](), size=SIZES[0]) as drive:
        for width, height in SIZES:
            await drive.resize(width, height)
            lines = "\n".join(strip.text.rstrip() for strip in drive.strips())
            found.append(f"### {width}x{height}\n\n```text\n{lines}\n```\n")
    return "\n".join(found)


def face(paper: str) -> str:
    """The paper with every picture made anew."""
    return MARK.sub(lambda mark: f"{mark[1]}\n{asyncio.run(pictures(mark[2]))}", paper)
