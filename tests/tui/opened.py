"""A screen on a log that is read and judged at once, without a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

from cp_tui.follow.follower import Follower
from cp_tui.follow.noted import NOTHING_NOTED, NotedEvents
from cp_tui.opened.log import ChargerOfLog, LogIndex
from cp_tui.opened.moment import Moments
from cp_tui.tui.app import Attachment
from cp_tui.tui.start.log_app import LogApp, no_engine
from tests.opened.here import Here, opened_here
from tests.tui.driving import Eye

SAMPLES = Path(__file__).parent.parent / "data" / "traces"


class ReadLog:
    """A log of which all is known."""

    is_reading = is_judging = is_comparing = is_growing = False
    said = ""
    is_judged = True
    progress = 1.0

    problem = ""

    def __init__(self, here: Here) -> None:
        self.name = "night.log"
        self.index: LogIndex | None = here.index
        self._moments = Moments(here.index, "log night.log", here.ask)
        self.on_change: Callable[[], object] = lambda: None
        self.on_newer: Callable[[bool], object] = lambda _is_another: None

    held_back = 0
    """The frame of which nothing is known before all of the log was looked through."""

    async def follower_at(self, place: int, charger: ChargerOfLog) -> Follower | None:
        """What was known once a frame had passed."""
        if place == self.held_back:
            await asyncio.Event().wait()
        return await self._moments.follower_at(place, charger)

    async def close(self) -> None:
        """There is nothing to be closed."""


class LogEye(Eye):
    """A running screen on a log."""

    app: LogApp

    async def settle(self) -> None:
        """Wait until what was known is shown, too."""
        await super().settle()
        await self.app.until_known()
        await super().settle()


@asynccontextmanager
async def log_screen(
    file: Path | str,
    size: tuple[int, int] = (80, 24),
    *,
    held_back: int = 0,
    noted: NotedEvents = NOTHING_NOTED,
) -> AsyncIterator[LogEye]:
    """Run a screen on a log; a text is the name of a sample.

    `noted` is what the charge point has written down beside it; `held_back` is a frame of which it
    never becomes known what was known there.
    """
    with opened_here(SAMPLES / file) as here:
        here.index.noted = noted

        async def opening() -> ReadLog:
            log = ReadLog(here)
            log.held_back = held_back
            return log

        app = LogApp(
            opening, Attachment(no_engine, read_only=True), zone=UTC, flush_interval_s=0.01
        )
        async with app.run_test(size=size) as pilot:
            eye = LogEye(app, pilot)
            await (Eye.settle(eye) if held_back else eye.settle())
            yield eye
