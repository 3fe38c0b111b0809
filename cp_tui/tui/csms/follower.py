"""Learns what there is to know of the CSMS of a demo at the CSMS's own socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime

from msgspec.structs import replace

from cp_tui.demo.csms_variables import CSMS
from cp_tui.rpc.client import ConnectionLost, EngineConnection, RpcError
from cp_tui.tui.actions.commands import Commands
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.state.store import SnapshotStore

RETRY_S = 2.0
"""Between two attempts to open the door; it opens a little after that of the engine."""


class CsmsFollower:
    """Follows the CSMS as long as the screen lives."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[EngineConnection]],
        store: SnapshotStore,
        commands: Commands,
        changed: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._connect = connect
        self._store = store
        self._commands = commands
        self._changed = changed
        self._now = now

    async def follow(self) -> None:
        """Follow; where the door is shut, try again now and then."""
        while True:
            with contextlib.suppress(ConnectionLost, RpcError, OSError):
                await self._listen(await self._connect())
            self._commands.csms = None
            self._tell(replace(self._store.snapshot.csms, is_ours=True, is_here=False))
            await asyncio.sleep(RETRY_S)

    async def _listen(self, connection: EngineConnection) -> None:
        try:
            await connection.subscribe([*CSMS.variables, *CSMS.streams])
            self._commands.csms = connection
            # With each opening of the door the history of the exchanges comes anew.
            state = CsmsState(is_ours=True, is_here=True)
            while True:
                state = state.told(await connection.next_updates())
                self._store.heard(self._now())
                self._tell(state)
        finally:
            with contextlib.suppress(ConnectionLost, OSError):
                await connection.close()

    def _tell(self, state: CsmsState) -> None:
        if state != self._store.snapshot.csms:
            self._store.csms_is(state)
            self._changed()
