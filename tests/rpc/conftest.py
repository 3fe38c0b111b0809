"""A door with a fake engine behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from cp_tui.rpc.server import RpcServer
from tests.rpc.fake_engine import FakeEngine

Line = dict[str, Any]


class Door:
    """A listening server, its engine, and raw connections to it."""

    def __init__(self, engine: FakeEngine, path: Path) -> None:
        self.engine = engine
        self.path = path
        self.shutdown = asyncio.Event()
        self.refused: list[int] = []
        self.server = RpcServer(
            engine, path, on_shutdown=self.shutdown.set, on_refused=self.refused.append
        )
        self._writers: list[asyncio.StreamWriter] = []

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_unix_connection(str(self.path), limit=2**26)
        self._writers.append(writer)
        return reader, writer

    async def ask(self, *requests: object) -> list[Any]:
        """Send raw lines or JSON on a connection of its own, hang up, and read all that comes."""
        reader, writer = await self.connect()
        for request in requests:
            data = request if isinstance(request, bytes) else json.dumps(request).encode()
            writer.write(data + b"\n")
        writer.write_eof()
        async with asyncio.timeout(30):
            content = await reader.read()
        return [json.loads(line) for line in content.splitlines()]

    async def close(self) -> None:
        for writer in self._writers:
            writer.close()
        self.engine.released.set()
        await self.server.close()
        self.engine.hub.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    with TemporaryDirectory(prefix="door") as name:
        yield Path(name)


@pytest.fixture
async def door(folder: Path) -> AsyncIterator[Door]:
    door = Door(FakeEngine(), folder / "door")
    await door.server.start()
    yield door
    await door.close()


@pytest.fixture
def call() -> Callable[..., Line]:
    """Builds requests."""

    def build(method: str, id: object = 1, **params: object) -> Line:
        return {"jsonrpc": "2.0", "method": method, "params": params, "id": id}

    return build
