"""A charge point that runs already, `cp-tui serve` or `run`, as tests and programs drive it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self, TypeVar

from cp_tui.charge_point.variables import VARIABLES, MessageRecord
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import EventHappened
from cp_tui.library import passed_on
from cp_tui.library.async_commands import AsyncCommands
from cp_tui.library.commands import SyncCommands
from cp_tui.library.looks import Looks
from cp_tui.library.wait_failed import wait_failed
from cp_tui.library.waits import LOOK_S, wait_until
from cp_tui.rpc.client import Client, ConnectionLost, RpcError
from cp_tui.rpc.paths import find_engine

FIRST_LOOK_S = 10.0
"""How long the values of all variables may take to come at first."""

T = TypeVar("T")


class DoorClient(AsyncCommands, Looks):
    """A charge point behind its door; `Client` of `cp_tui`: `async with Client(id="CP1") as cp:`.

    Commands are methods, as those of `Charger`. The values of variables are the newest that have
    come: what a command has changed may be there a moment later, so wait for it with `until`.
    """

    def __init__(self, *, id: str | None = None, socket: Path | None = None) -> None:
        """Name the charge point by its id or its socket; without either it is the one that runs."""
        Looks.__init__(self)
        self._id, self._socket = id, socket
        self._client: Client | None = None
        self._following: asyncio.Task[None] | None = None
        self._values: dict[str, Any] = {}
        self._news = asyncio.Event()
        self._lost: ConnectionLost | None = None

    @staticmethod
    def sync(*, id: str | None = None, socket: Path | None = None) -> SyncDoorClient:
        """Give the same for a program without asyncio: `with Client.sync(id="CP1") as cp:`."""
        return SyncDoorClient(DoorClient(id=id, socket=socket))

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect; raises `SocketPathError` where none runs, or `ConnectionLost`."""
        self._client = client = await Client.connect(find_engine(self._socket, self._id))
        try:
            await client.subscribe([*VARIABLES, "messages"])
            self._following = asyncio.create_task(self._follow(client), name="door")
            async with asyncio.timeout(FIRST_LOOK_S):
                while "connectors" not in self._values and self._lost is None:
                    self._news.clear()
                    await self._news.wait()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Hang up; the charge point goes on."""
        following, self._following = self._following, None
        client, self._client = self._client, None
        if following is not None:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
        if client is not None:
            await client.close()

    async def until(
        self, predicate: Callable[[Self], object], *, timeout_s: float, what: str = ""
    ) -> None:
        """Wait until `predicate(client)` holds; raises `WaitFailed`, as that of `Charger`."""
        await wait_until(self, predicate, self._news, timeout_s, what)

    def get(self, variable: str) -> Any:
        """Give the newest value of a variable; raises `CommandError`, or `ConnectionLost`."""
        if self._lost is not None:
            raise self._lost
        if variable not in VARIABLES:
            text = f"no variable {variable!r}; there are: {', '.join(VARIABLES)}"
            raise CommandError(ErrorNumber.INVALID_PARAMS, text)
        if variable not in self._values:
            raise CommandError(ErrorNumber.REFUSED, f"{variable} has no value yet")
        return self._values[variable]

    async def _command(self, kind: Any, method: str, params: Mapping[str, object]) -> Any:
        if self._client is None:
            raise CommandError(ErrorNumber.REFUSED, "there is no connection to a charge point")
        try:
            answer = await self._client.call(method, **passed_on.parameters(params))
        except RpcError as error:
            raise CommandError(error.code, error.message) from None
        return passed_on.result(kind, answer.result)

    async def _follow(self, client: Client) -> None:
        try:
            while True:
                for update in await client.next_updates():
                    if not isinstance(update, EventHappened):
                        self._values[update.name] = update.value
                    elif isinstance(update.event, MessageRecord):
                        self.messages.add(update.event)
                self._news.set()
        except ConnectionLost as lost:
            self._lost = lost
            self._news.set()


class SyncDoorClient(SyncCommands, Looks):
    """A charge point behind its door, for programs without asyncio: `Client.sync` gives it."""

    def __init__(self, client: DoorClient) -> None:
        Looks.__init__(self)
        self._client = client
        self.messages = client.messages
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._loop = loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="door", daemon=True)
        self._thread.start()
        try:
            self._run(self._client.open())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._run(self._client.close())
        finally:
            self._end()

    def until(
        self, predicate: Callable[[Self], object], *, timeout_s: float, what: str = ""
    ) -> None:
        """Wait until `predicate(client)` holds; raises `WaitFailed`, as that of `Charger`."""
        ends_at = monotonic() + timeout_s
        while not predicate(self):
            if monotonic() >= ends_at:
                wanted = what or "what the test waits for"
                raise wait_failed(self, wanted, f"{timeout_s:g} s")
            sleep(LOOK_S)

    def get(self, variable: str) -> Any:
        """Give the newest value of a variable; raises `CommandError`, or `ConnectionLost`."""
        return self._client.get(variable)

    def _command(self, kind: Any, method: str, params: Mapping[str, object]) -> Any:
        return self._run(self._client._command(kind, method, params))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise CommandError(ErrorNumber.REFUSED, "there is no connection to a charge point")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()
