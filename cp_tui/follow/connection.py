"""A follower as the screen sees an engine, in the same process: for a log that is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET

from cp_tui.charge_point.codec import JsonValue, builtins_of
from cp_tui.charge_point.variables import VARIABLES
from cp_tui.engine.command import find
from cp_tui.engine.commands import COMMANDS
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import Update, VariableChanged
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.follow.follower import Follower
from cp_tui.follow.looks import LOOKS, look, refusal
from cp_tui.rpc.client import ConnectionLost, RpcError


class FollowConnection:
    """An `EngineConnection` to what a log tells; whoever moves in the log says what is shown."""

    def __init__(self, through: str) -> None:
        """`through` says how it is watched: `log steve.log`."""
        self._through = through
        self._follower: Follower | None = None
        self._now: datetime | None = None
        self._names: tuple[str, ...] = ()
        self._told: dict[str, Any] = {}
        self._due: set[str] = set()
        self._wake = asyncio.Event()
        self._is_closed = False

    @property
    def is_read_only(self) -> bool:
        """Tell whether this is an observer: of a log nothing can be asked."""
        return True

    def show(self, follower: Follower, now: datetime) -> None:
        """Show what is known at an instant; what is the same as before is no news."""
        is_other = follower is not self._follower
        self._follower, self._now = follower, now
        changed = follower.take_changed() | follower.of_time(now)
        self._due |= {*self._names} if is_other else changed.intersection(self._names)
        self._wake.set()

    async def call(self, method: str, **params: JsonValue) -> CommandAnswer:
        """Answer what is known; raises `RpcError`."""
        try:
            command = find(COMMANDS, method, read_only=False)
            checked = command.checked(params) if method in LOOKS else {}
        except CommandError as error:
            raise RpcError(error.code, error.message) from None
        if not checked or self._follower is None or self._now is None:
            raise RpcError(ErrorNumber.REFUSED, refusal(self._through))
        found = look(self._follower, method, checked, self._now)
        if isinstance(found, CommandError):
            raise RpcError(found.code, found.message)
        return CommandAnswer(builtins_of(found))

    async def subscribe(self, names: Sequence[str]) -> None:
        """Follow variables; streams are those of the log, which is read beside this."""
        self._names = tuple(each for each in names if each in VARIABLES)
        self._due |= {*self._names}
        if self._follower is not None:
            self._wake.set()

    async def next_updates(self) -> list[Update]:
        """Wait for at least one update; raises `ConnectionLost`."""
        while True:
            await self._wake.wait()
            if self._is_closed:
                raise ConnectionLost("the log is closed")
            self._wake.clear()
            if updates := self._take():
                return updates

    async def ping(self) -> None:
        """Return at once: it is in this process."""

    async def close(self) -> None:
        """Tell nothing any more."""
        self._is_closed = True
        self._wake.set()

    def _take(self) -> list[Update]:
        follower, now = self._follower, self._now
        if follower is None or now is None:
            return []
        due, self._due = self._due, set()
        updates: list[Update] = []
        for name in sorted(due):
            value = follower.view(name, now)
            if value is not UNSET and self._told.get(name, UNSET) != value:
                self._told[name] = value
                updates.append(VariableChanged(name, value))
        return updates
