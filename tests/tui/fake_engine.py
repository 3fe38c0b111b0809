"""An engine driven by hand: says what the test says, remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import MeasuredPoint, Measurements
from cp_tui.demo.csms_rpc import CSMS_COMMANDS
from cp_tui.engine.commands import COMMANDS
from cp_tui.engine.errors import CommandError
from cp_tui.engine.hub import EventHappened, Update, VariableChanged
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.fleet.shell.fleet_door import FLEET_COMMANDS
from cp_tui.rpc.client import ConnectionLost, RpcError
from tests.tui import worlds


class FakeEngine:
    """An `EngineConnection` in memory."""

    def __init__(self, world: Mapping[str, Any], *, read_only: bool = False) -> None:
        self.world = dict(world)
        self.measured: dict[int, tuple[MeasuredPoint, ...]] = {}
        """What flowed before the screen looked."""
        self.calls: list[tuple[str, dict[str, JsonValue]]] = []
        self.subscribed: tuple[str, ...] = ()
        self.is_closed = False
        self.other_screens = 0
        """How many are attached beside the one that asks."""
        self._read_only = read_only
        self._answers: dict[str, CommandAnswer | RpcError | ConnectionLost] = {}
        self._held: dict[str, asyncio.Event] = {}
        self._history: dict[str, list[Any]] = {}
        """Of each stream, since the start: told again to whoever attaches."""
        self._waiting: list[Update] = []
        self._filled = asyncio.Event()
        self.answers_pings = asyncio.Event()
        """Cleared: its process hangs."""
        self.answers_pings.set()
        self._lost: ConnectionLost | None = None
        self._ends_for: ConnectionLost | None = None

    # What a test does with it.

    async def connect(self) -> FakeEngine:
        """Be connected to."""
        if self._lost is not None:
            raise self._lost
        return self

    def answers(self, method: str, result: JsonValue, reason: Reason | None = None) -> None:
        """Answer a method so from now on."""
        self._answers[method] = CommandAnswer(result, reason)

    def refuses(self, method: str, message: str) -> None:
        """Refuse a method from now on."""
        self._answers[method] = RpcError(-32000, message)

    def answers_with_loss(self, method: str, text: str) -> None:
        """End the connection while a method waits."""
        self._answers[method] = ConnectionLost(text)

    def holds(self, method: str) -> asyncio.Event:
        """Keep a method waiting until the event is set."""
        self._held[method] = asyncio.Event()
        return self._held[method]

    def publish(self, name: str, value: Any) -> None:
        """Give a variable a new value."""
        self.world[name] = value
        self._put(VariableChanged(name, value))

    def emit(self, name: str, event: Any) -> None:
        """Let an event of a stream happen."""
        history = self._history.setdefault(name, [])
        history.append(event)
        # Who comes later is told the history.
        if self._lost is None and name in self.subscribed:
            self._put(EventHappened(name, event, 0, number=len(history)))

    def lose(self, text: str = "the charge point hung up") -> None:
        """End, as a killed engine does."""
        self._lost = ConnectionLost(text)
        self._filled.set()

    def lose_for(self, why: ConnectionLost) -> None:
        """Be connected to, and then say something that ends it for this reason."""
        self._ends_for = why
        self._filled.set()

    def revive(self) -> None:
        """Be there again."""
        self._lost = None
        self._filled.clear()

    def restart(self) -> None:
        """Be there again as a process that knows nothing of what was told before."""
        self._history.clear()
        identity = self.world["identity"]
        started_at = (identity.started_at or worlds.NOW) + timedelta(minutes=1)
        self.world["identity"] = replace(identity, started_at=started_at)
        self.revive()

    def noted(self) -> Callable[[], None]:
        """Note how it is; what this gives makes it so again, but for events that happened."""
        world, calls, answers = dict(self.world), list(self.calls), dict(self._answers)

        def again() -> None:
            for name, value in world.items():
                if self.world[name] is not value:
                    self.publish(name, value)
            self.calls[:], self._answers = calls, dict(answers)
            self._held.clear()

        return again

    # The interface.

    @property
    def is_read_only(self) -> bool:
        return self._read_only

    async def call(self, method: str, **params: JsonValue) -> CommandAnswer:
        if method == "get_measurements":
            # The screen asks for it by itself: no test has to know.
            return CommandAnswer(self._measurements(params["connector_id"]))
        if method == "screens":
            return CommandAnswer(self.other_screens)
        _check(method, params)
        self.calls.append((method, params))
        if method in self._held:
            await self._held[method].wait()
        answer = self._answers.get(method, CommandAnswer(True))
        if isinstance(answer, RpcError | ConnectionLost):
            raise answer
        return answer

    async def subscribe(self, names: Sequence[str]) -> None:
        self.subscribed = tuple(names)
        for name in names:
            if name in self.world:
                self._put(VariableChanged(name, self.world[name]))
            for number, event in enumerate(self._history.get(name, ()), start=1):
                self._put(EventHappened(name, event, 0, number=number))

    async def next_updates(self) -> list[Update]:
        await self._filled.wait()
        if (why := self._lost or self._ends_for) is not None:
            raise why
        updates, self._waiting = self._waiting, []
        self._filled.clear()
        return updates

    async def ping(self) -> None:
        await self.answers_pings.wait()
        if self._lost is not None:
            raise self._lost

    async def close(self) -> None:
        self.is_closed = True

    def _measurements(self, connector_id: JsonValue) -> JsonValue:
        assert isinstance(connector_id, int)
        points = self.measured.get(connector_id, ())
        return builtins_of(Measurements(connector_id=connector_id, points=points))

    def _put(self, update: Update) -> None:
        self._waiting.append(update)
        self._filled.set()


def _check(method: str, params: dict[str, JsonValue]) -> None:
    """Hold a call against its table: whatever a screen sends must be a command with its types."""
    tables = [table for table in (COMMANDS, CSMS_COMMANDS, FLEET_COMMANDS) if method in table]
    assert tables, f"{method} is no command"
    problems: list[CommandError] = []
    for table in tables:
        try:
            table[method].checked(params)
        except CommandError as error:
            problems.append(error)
    assert len(problems) < len(tables), problems
