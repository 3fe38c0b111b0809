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


async def follow(
    connect: Callable[[], Awaitable[EngineConnection]],
    store: SnapshotStore,
    commands: Commands,
    changed: Callable[[], None],
    now: Callable[[], datetime],
) -> None:
    """Follow the CSMS as long as the screen lives; where the door is shut, try now and then."""

    def tell(state: CsmsState) -> None:
        if state != store.snapshot.csms:
            store.csms_is(state)
            changed()

    async def listen(connection: EngineConnection) -> None:
        try:
            await connection.subscribe([*CSMS.variables, *CSMS.streams])
            commands.csms = connection
            # With each opening of the door the history of the exchanges comes anew.
            state = CsmsState(is_ours=True, is_here=True)
            while True:
                state = state.told(await connection.next_updates())
                store.heard(now())
                tell(state)
        finally:
            with contextlib.suppress(ConnectionLost, OSError):
                await connection.close()

    while True:
        with contextlib.suppress(ConnectionLost, RpcError, OSError):
            await listen(await connect())
        commands.csms = None
        tell(replace(store.snapshot.csms, is_ours=True, is_here=False))
        await asyncio.sleep(RETRY_S)
