"""What is known of the CSMS of a demo, and the follower that learns it at the CSMS's own door.

Where no CSMS was started with the screen, there is nothing to know.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cp_tui.demo.csms_variables import (
    CSMS,
    ChargePoints,
    CsmsBehaviour,
    Exchange,
    ScenarioInfo,
    Scenarios,
    SeenChargePoint,
)
from cp_tui.engine.hub import EventHappened, Update, VariableChanged
from cp_tui.rpc.client import ConnectionLost, EngineConnection, RpcError

if TYPE_CHECKING:
    from datetime import datetime

    from cp_tui.tui.commands import Commands
    from cp_tui.tui.store import SnapshotStore

EXCHANGES_MAX = 500
"""More than a person scrolls through."""
RETRY_S = 2.0
"""Between two attempts to open the door; it opens a little after that of the engine."""


@dataclass(frozen=True, slots=True)
class CsmsState:
    """What the CSMS said last."""

    is_ours: bool = False
    """The screen was started together with a CSMS."""
    is_here: bool = False
    """Its door is open."""
    charge_points: tuple[SeenChargePoint, ...] = ()
    scenarios: Scenarios = field(default_factory=Scenarios)
    behaviour: CsmsBehaviour | None = None
    exchanges: tuple[Exchange, ...] = ()
    """Newest last."""
    first: int = 0
    """The number of the first exchange that is kept."""

    def scenario(self, scenario_id: str | None) -> ScenarioInfo | None:
        """The scenario of this name, if there is one."""
        return next((s for s in self.scenarios.available if s.id == scenario_id), None)

    def exchange(self, number: int) -> Exchange | None:
        """The exchange of this number, if it is kept."""
        index = number - self.first
        return self.exchanges[index] if 0 <= index < len(self.exchanges) else None

    def told(self, updates: Iterable[Update]) -> CsmsState:
        """The state after these updates."""
        state = self
        fresh: list[Exchange] = []
        for update in updates:
            match update:
                case VariableChanged(value=ChargePoints(root=charge_points)):
                    state = replace(state, charge_points=charge_points)
                case VariableChanged(value=Scenarios() as scenarios):
                    state = replace(state, scenarios=scenarios)
                case VariableChanged(value=CsmsBehaviour() as behaviour):
                    state = replace(state, behaviour=behaviour)
                case EventHappened(event=Exchange() as exchange):
                    fresh.append(exchange)
        if not fresh:
            return state
        everything = (*state.exchanges, *fresh)
        kept = everything[-EXCHANGES_MAX:]
        return replace(state, exchanges=kept, first=state.first + len(everything) - len(kept))


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
