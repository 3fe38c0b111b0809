"""A program for a real terminal: the screen on a fake engine; says at the end how it ended."""

from __future__ import annotations

import sys

from cp_tui.rpc.client import EngineConnection
from cp_tui.tui.app import Attachment
from cp_tui.tui.main import run_screen
from cp_tui.tui.preferences import Look
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_hostile_text import poisoned_world

POISON = "\x1b]52;c;aGk=\x07\x9b2J\x1b]2;t\x1b\\"


def main() -> None:
    """Show the world that is named until somebody quits."""
    world = worlds.healthy()
    if sys.argv[1] == "hostile":
        world = poisoned_world(worlds.broken(), POISON)
    engine = FakeEngine(world)

    async def connect() -> EngineConnection:
        return await engine.connect()

    print(f"ended: {run_screen(Attachment(connect), Look())}")


if __name__ == "__main__":
    main()
