"""A tap in front of a CSMS of the tests, and what it told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cp_tui.engine.endpoint import endpoint_at
from cp_tui.explain.finding import Severity
from cp_tui.tap.doors import TapDoors
from cp_tui.tap.observer import Observer, Tapped
from cp_tui.tap.relay import Upstream
from cp_tui.tap.serve import TapServer

WAIT_S = 30.0
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class TapPlace:
    """A tap that runs."""

    def __init__(self, port: int, observer: Observer, told: list[Tapped]) -> None:
        self.port = port
        self.observer = observer
        self.told = told

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.told]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what the thread of the observer brings about."""
        async with asyncio.timeout(WAIT_S):
            while not is_so():
                await asyncio.sleep(0.002)


@asynccontextmanager
async def tapping(
    upstream: str,
    file: Path | None = None,
    level: Severity = Severity.WARNING,
    *,
    has_doors: bool = False,
) -> AsyncIterator[TapPlace]:
    told: list[Tapped] = []
    observer = Observer(told.append, file=file, level=level)
    server = TapServer(Upstream(endpoint_at(upstream, "")), observer.watch)
    doors = None
    try:
        port = await server.start("127.0.0.1", 0)
        if has_doors:
            through = f"tap 127.0.0.1:{port}"
            doors = TapDoors(upstream, through, observer.ask, observer.clock, told.append)
            observer.shown_by = doors
        yield TapPlace(port, observer, told)
    finally:
        await server.close()
        if doors is not None:
            await doors.close()
        await asyncio.to_thread(observer.close)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[int]:
    """A TCP server on loopback; gives its port."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
