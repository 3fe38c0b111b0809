"""A place to ask the twelve questions: a real charger, its door, and the screen at 80x24.

Everything is real but the terminal: the engine on a disk, the Unix socket, the WebSocket.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pydantic import JsonValue

from cp_tui.charge_point.config import ChargePointConfig, ConnectorConfig
from cp_tui.engine.backoff import BackoffSettings
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine
from cp_tui.engine.link import LinkSettings
from cp_tui.engine.timeouts import ConnectionTimeouts, Timeouts
from cp_tui.rpc.client import Client
from cp_tui.rpc.server import RpcServer
from cp_tui.tui.app import Attachment, CpTuiApp
from tests.demo.fast_time import clock_here
from tests.tui.driving import Eye

WAIT_S = 30.0
"""For words to appear; only a test that fails waits so long."""

LOOK_AGAIN_S = 0.05

RETRY_S = 40.0
"""Between two attempts to connect: long enough to read how long it will be."""

PATIENT = LinkSettings(
    connect=Timeouts(dns_s=5.0, tcp_s=3.0, tls_s=3.0, upgrade_s=3.0),
    session=ConnectionTimeouts(pong_s=0.5, send_s=2.0, close_s=0.2),
    backoff=BackoffSettings(wait_minimum_s=RETRY_S, random_range_s=0.0, doublings=0),
)

NO_WORDS = str.maketrans(dict.fromkeys("│▁▂▃▄▅▆▇█▌", " "))
"""Scroll bars, cursors and the timeline stand between words."""

_DAY = r"(?:\w{3} \d\d )?"
MINUTE, TIME = rf"{_DAY}\d\d:\d\d", rf"{_DAY}\d\d:\d\d:\d\d"
"""Times as the screen writes them: with the day where it is not today's, as around midnight."""

Now = Callable[[], datetime]


def dated(words: str) -> str:
    """A pattern for these words, whatever day stands before their times by now."""
    return re.sub(r"\d\d:\d\d", lambda time: f"{_DAY}{time[0]}", re.escape(words))


def machine_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Place(Eye):
    """A technician's place: hands on the station, eyes on the screen."""

    engine: Engine

    async def act(self, method: str, **params: JsonValue) -> None:
        """Do something at the station, or as the operator."""
        await self.engine.call(method, params)

    def value(self, name: str) -> Any:
        """What the engine publishes."""
        return self.engine.get(name)

    def flat(self) -> str:
        """Everything on the screen line by line, then pane by pane, one space between words."""
        if self.app.screen is not self.app.main:
            parts = [self.text()]
        else:
            strips = self.strips()
            parts = ["\n".join(strip.text for strip in strips)]
            for box in (pane.region for pane in self.app.main.panes):
                lines = strips[box.y : box.bottom]
                parts.append("\n".join(line.crop(box.x, box.right).text for line in lines))
        return " ".join("\n".join(parts).translate(NO_WORDS).split())

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(WAIT_S):
            while not is_so():
                await self.pilot.pause(LOOK_AGAIN_S)

    async def reads(self, *patterns: str) -> None:
        """Wait until all of these can be read; a pattern is a regular expression."""
        time = asyncio.get_running_loop().time
        end = time() + WAIT_S
        missing: list[str] = []
        while time() < end:
            await self.pilot.pause()
            flat = self.flat()
            missing = [pattern for pattern in patterns if re.search(pattern, flat) is None]
            if not missing:
                return
            await asyncio.sleep(LOOK_AGAIN_S)
        raise AssertionError(f"{missing} cannot be read on:\n{self.text()}")

    def _is_asking(self) -> bool:
        """Whether the screen waits for schedules beyond those that the engine publishes."""
        return any(
            worker.is_running and worker.group.startswith("schedules")
            for worker in self.app.workers
        )

    async def after(self, keys: str, *patterns: str) -> None:
        """Press these keys, with spaces between, and read the answer."""
        for key in keys.split():
            await self.pilot.press(key)
            # What the screen asks the engine for comes through a socket, which no loop foresees.
            await self.pilot.pause(LOOK_AGAIN_S)
            await self.until(lambda: not self._is_asking())
        await self.reads(*patterns)


def charge_point(
    keys: Mapping[str, str] | None = None, *, phases: int = 3, max_current_a: int = 32
) -> ChargePointConfig:
    """A charge point with two like connectors."""
    connector = ConnectorConfig(phases=phases, max_current_a=Decimal(max_current_a))
    return ChargePointConfig(
        charge_point_id="CP001", url="", connectors=(connector, connector), keys=keys or {}
    )


@asynccontextmanager
async def place(
    url: str,
    config: ChargePointConfig | None = None,
    *,
    ca_file: Path | None = None,
    settings: LinkSettings = PATIENT,
    now: Now | None = None,
) -> AsyncIterator[Place]:
    """Switch a charger on and look at its screen."""
    now = now or clock_here()
    with TemporaryDirectory(prefix="ask") as name, pytest.MonkeyPatch.context() as patch:
        # It has a clock of its own.
        patch.setattr("cp_tui.engine.link._now", now)
        folder = Path(name)
        engine = Engine(
            EngineConfig(config or charge_point(), url=url, ca_file=ca_file),
            data_dir=folder / "data",
            link_settings=settings,
            random=Random(1),
            clock=now,
        )
        door = RpcServer(engine, folder / "door", on_shutdown=lambda: None)
        await engine.start()
        try:
            await door.start()
            app = CpTuiApp(
                Attachment(lambda: Client.connect(folder / "door")),
                now=now,
                zone=UTC,
                flush_interval_s=0.05,
            )
            async with app.run_test(size=(80, 24)) as pilot:
                yield Place(app, pilot, engine)
        finally:
            await door.close()
            await engine.close()
