"""The charge point that plays a scenario: a real engine on a real socket, with a fresh state.

Follows what goes over its wire, and waits for events: for a frame, or until a variable is so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TypeVar

from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.variables import MessageRecord
from cp_tui.engine.backoff import BackoffSettings
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine
from cp_tui.engine.hub import EventHappened, SubscriptionClosed
from cp_tui.engine.link import LinkSettings
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.engine.steady_clock import SteadyClock
from cp_tui.ocpp.calendar import span
from cp_tui.rpc.json_path import Condition, WrongPath

T = TypeVar("T")

BACKOFF = BackoffSettings(wait_minimum_s=0.2, random_range_s=0.1, doublings=3)
"""A scenario has no use for the long waits that a fleet needs."""


class PlayerCharger:
    """`async with PlayerCharger(config, folder, seed)`: runs, and is switched off at the end."""

    def __init__(
        self,
        config: EngineConfig,
        folder: Path,
        seed: int,
        *,
        ahead_s: int = 0,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`ahead_s` is how far its clock is ahead of `clock`, which is that of the machine."""
        self._machine = clock or SteadyClock()
        self._ahead = span(ahead_s)
        self.engine = Engine(
            config,
            data_dir=folder,
            log_level=logging.INFO,
            random=Random(seed),
            link_settings=replace(LinkSettings(), backoff=BACKOFF),
            clock=self._now,
        )
        self.quirks = config.charge_point.quirks
        self.messages: list[MessageRecord] = []
        """All that went over the wire."""
        self._news = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Switch it on; raises `EngineStartError`."""
        await self.engine.start()
        self._following = asyncio.create_task(self._follow())

    async def close(self) -> None:
        """Switch it off."""
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        await self.engine.close()

    def set_ahead(self, by_s: int) -> None:
        """Set the clock of its machine ahead."""
        self._ahead += span(by_s)

    def now(self) -> datetime:
        """Tell the time of the machine, not that of the charge point."""
        return self._machine()

    def _now(self) -> datetime:
        return self._machine() + self._ahead

    async def call(self, method: str, params: Mapping[str, JsonValue]) -> CommandAnswer:
        """Carry out a command of its door; raises `CommandError`."""
        return await self.engine.call(method, params)

    def get(self, variable: str) -> JsonValue:
        """Give the newest value of a variable; raises `CommandError`."""
        return builtins_of(self.engine.get(variable))

    async def message(self, find: Callable[[], T | None], until_s: float) -> T | None:
        """Wait until something is found in the messages; None: not in time (of the loop)."""
        while (found := find()) is None:
            self._news.clear()
            left_s = until_s - asyncio.get_running_loop().time()
            if left_s <= 0:
                return None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left_s)
        return found

    async def until(self, conditions: tuple[Condition, ...], until_s: float) -> list[str]:
        """Wait until all conditions hold; returns what was there instead, if they do not."""
        names = list(dict.fromkeys(each.variable for each in conditions))
        subscription = self.engine.subscribe(names)
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self.engine.prepare(names)
                unmet = [each for each in conditions if not self._is_met(each)]
                left_s = until_s - loop.time()
                if not unmet or left_s <= 0:
                    return [each.told(self.get(each.variable)) for each in unmet]
                with suppress(TimeoutError):
                    await asyncio.wait_for(subscription.next(), left_s)
        finally:
            subscription.close()

    def _is_met(self, condition: Condition) -> bool:
        try:
            return condition.is_met(self.get(condition.variable))
        except WrongPath:
            return False

    async def _follow(self) -> None:
        subscription = self.engine.subscribe(["messages"], history_as_events=True)
        try:
            while True:
                for update in await subscription.next():
                    if isinstance(update, EventHappened):
                        assert isinstance(update.event, MessageRecord)
                        self.messages.append(update.event)
                self._news.set()
        except SubscriptionClosed:
            return
        finally:
            subscription.close()
