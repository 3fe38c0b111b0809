"""A charge point in a test or a program: a real engine, a real WebSocket, a folder of its own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Self

from cp_tui.charge_point.variables import MessageRecord
from cp_tui.engine.engine import Engine
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import EventHappened, Subscription, SubscriptionClosed
from cp_tui.library import passed_on
from cp_tui.library.async_commands import AsyncCommands
from cp_tui.library.looks import Looks
from cp_tui.library.tables import tables_of
from cp_tui.library.waits import wait_until
from cp_tui.settings.load import load_tables

CONNECT_TIMEOUT_S = 10.0
"""How long `connected` waits unless it is told otherwise."""
SETTLED_MAX_S = 1.0
"""How long the end waits for a task of its own."""


class LiveCharger(AsyncCommands, Looks):
    """A charge point that connects to a CSMS by a real WebSocket; `Charger` of `cp_tui`.

    `async with Charger("ws://127.0.0.1:9000/ocpp", "CP1") as charger:` switches it on, and off
    again at the end. Every command of the door is a method with the same name and parameters; one
    that is refused raises `CommandError` with the reason. What it is and does is in variables.
    """

    def __init__(
        self,
        url: str,
        id: str,
        *,
        connectors: int | None = None,
        keys: Mapping[str, str] | None = None,
        settings: Mapping[str, object] | Path | None = None,
        preset: str | None = None,
        weather: str | None = None,
        seed: int | None = None,
        data_dir: Path | None = None,
    ) -> None:
        """Check what it is to be; raises `SettingsError`, with a line for each mistake.

        `url` is the endpoint of the CSMS, to which the id is appended. There are two `connectors`
        unless it is said. `keys` are first values of configuration keys. `settings` are tables in
        the shape of `cp-tui.toml`, or such a file; the other arguments win over them. `preset` and
        `weather` are names, as there. `seed` makes what is left to chance the same each time.
        Without `data_dir` its state is in a folder that goes away with it.
        """
        Looks.__init__(self)
        tables, file = tables_of(
            url, id, connectors, keys or {}, settings, preset=preset, weather=weather, seed=seed
        )
        self._settings = load_tables(tables, f"settings of {id}", file)
        self.id = id
        """The charge point id."""
        self.seed = seed
        """What was given; None: left to chance."""
        self._random = None if seed is None else Random(seed)
        self._given_folder = data_dir
        self._own_folder: tempfile.TemporaryDirectory[str] | None = None
        self._engine: Engine | None = None
        self._following: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def data_dir(self) -> Path:
        """Where its state is kept: database, logs, firmware."""
        if self._given_folder is not None:
            return self._given_folder
        if self._own_folder is None:
            self._own_folder = tempfile.TemporaryDirectory(prefix="cp-tui-")
        return Path(self._own_folder.name)

    @property
    def is_running(self) -> bool:
        """Whether it is switched on."""
        return self._engine is not None

    async def start(self) -> None:
        """Switch it on, with what it remembers; it connects by itself. Does nothing if it is on.

        Raises `EngineStartError` where its folder cannot be used.
        """
        if self._engine is not None:
            return
        engine = Engine(self._settings.engine, data_dir=self.data_dir, random=self._random)
        await engine.start()
        self._engine = engine
        follow = engine.subscribe(["messages", "status_changes"], history_as_events=True)
        self._following = asyncio.create_task(self._follow(follow), name=f"messages of {self.id}")

    async def kill(self) -> None:
        """Cut the power: the connection breaks without a close frame, nothing more is said.

        What was saved is there after `start`; the cables stay where they are.
        """
        if self._engine is not None:
            await self._engine.lose_power()
        await self._end()

    async def close(self) -> None:
        """Switch it off in order, and take its folder away unless it was given."""
        await self._end()
        if self._own_folder is not None:
            folder, self._own_folder = self._own_folder, None
            await asyncio.to_thread(folder.cleanup)

    async def connected(self, *, timeout_s: float = CONNECT_TIMEOUT_S) -> Self:
        """Wait until the CSMS has accepted it; raises `WaitFailed`."""
        what = "the CSMS accepts the BootNotification"
        await self.until(lambda charger: charger.is_accepted, timeout_s=timeout_s, what=what)
        return self

    async def until(
        self, predicate: Callable[[Self], object], *, timeout_s: float, what: str = ""
    ) -> None:
        """Wait until `predicate(charger)` holds; raises `WaitFailed`.

        The error says what was seen instead, the reasons on the side of the charge point, and the
        last frames. `what` names in it what was waited for.
        """
        await wait_until(self, predicate, self._news, timeout_s, what)

    def get(self, variable: str) -> Any:
        """Give the value of a variable as it is now, such as `link`; raises `CommandError`."""
        return self._running().get(variable)

    async def _command(self, kind: Any, method: str, params: Mapping[str, object]) -> Any:
        answer = await self._running().call(method, passed_on.parameters(params))
        return passed_on.result(kind, answer.result)

    def _running(self) -> Engine:
        if self._engine is None:
            raise CommandError(ErrorNumber.REFUSED, f"{self.id} is switched off")
        return self._engine

    async def _follow(self, follow: Subscription) -> None:
        with suppress(SubscriptionClosed):
            while True:
                for update in await follow.next():
                    if not isinstance(update, EventHappened) or update.number < 0:
                        continue  # what passed before this start is kept already, or of others
                    if isinstance(update.event, MessageRecord):
                        self.messages.add(update.event)
                self._news.set()

    async def _end(self) -> None:
        engine, self._engine = self._engine, None
        following, self._following = self._following, None
        if engine is not None:
            # The end of the engine is that of what it tells: all frames are in by then.
            await engine.close()
        if following is not None:
            await asyncio.wait({following}, timeout=SETTLED_MAX_S)
            following.cancel()
