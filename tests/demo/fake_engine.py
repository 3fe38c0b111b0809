"""An engine connection of plain values: answers as told, publishes what a test puts in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import JsonValue

from cp_tui.engine.hub import EventHappened, Update, VariableChanged
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.rpc.client import ConnectionLost, RpcError


class FakeEngine:
    """Implements `EngineConnection`."""

    is_read_only = False

    def __init__(self) -> None:
        self.subscribed: tuple[str, ...] = ()
        self.calls: list[tuple[str, dict[str, JsonValue]]] = []
        self.results: dict[str, JsonValue | RpcError | ConnectionLost] = {}
        self._updates: asyncio.Queue[Update | ConnectionLost] = asyncio.Queue()

    async def call(self, method: str, **params: JsonValue) -> CommandAnswer:
        self.calls.append((method, params))
        result = self.results.get(method)
        if isinstance(result, RpcError | ConnectionLost):
            raise result
        return CommandAnswer(result)

    async def subscribe(self, names: Sequence[str]) -> None:
        self.subscribed = tuple(names)

    async def next_updates(self) -> list[Update]:
        update = await self._updates.get()
        if isinstance(update, ConnectionLost):
            raise update
        return [update]

    async def ping(self) -> None:
        pass

    async def close(self) -> None:
        self.lose()

    def publish(self, name: str, value: Any) -> None:
        self._updates.put_nowait(VariableChanged(name, value))

    def emit(self, name: str, event: Any) -> None:
        self._updates.put_nowait(EventHappened(name, event))

    def lose(self) -> None:
        self._updates.put_nowait(ConnectionLost("the charge point hung up"))
