"""One charge point of a fleet, looked at like one of `serve`: its variables, streams and commands.

Whoever looks is told what it does; nothing is worked out for the others. What a fleet has no use
for, such as files and weather, says so when it is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import JsonValue

from cp_tui.charge_point.effects import Emit, Refuse
from cp_tui.charge_point.events import Event, TryNow
from cp_tui.charge_point.variables import (
    STREAMS,
    VARIABLES,
    Direction,
    LastFrame,
    LinkPhase,
    LinkView,
    NetworkView,
    NotedFrame,
)
from cp_tui.charge_point.views import VIEWS
from cp_tui.charger.charger import StationAct
from cp_tui.engine.command import Act, Ask, find
from cp_tui.engine.commands import COMMANDS
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import Hub, Subscription
from cp_tui.engine.operations import Operations
from cp_tui.engine.pending_requests import REPLY_TIMEOUT_S, CommandAnswer
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.network.weathers import FAIR
from cp_tui.ocpp.frame import SUBPROTOCOL
from cp_tui.ocpp.units import number
from cp_tui.station.errors import StationError

_PHASES = {
    StationPhase.OFF: LinkPhase.STOPPED,
    StationPhase.WAITING: LinkPhase.WAITING,
    StationPhase.CONNECTING: LinkPhase.CONNECTING,
}
NO_WEATHER = "a fleet has no weather"


class StationDoor:
    """What stands behind the door of one charge point."""

    def __init__(
        self,
        station: FleetStation,
        turn: Callable[..., Any],
        clock: Callable[[], datetime],
        gone: Callable[[], str],
    ) -> None:
        """`turn` lets something happen to it, as `Seat.turn`; `gone` says why nothing can."""
        self._station = station
        self._turn = turn
        self._clock = clock
        self._gone = gone
        self._hub = Hub()
        self._hub.provide(
            VIEWS,
            lambda name: station.variable(name, clock()),
            lambda name: station.charger.mind.prepare(name),
        )
        self._hub.publish("network", NetworkView(weather=FAIR.name))
        self._hub.publish("troubles", ())
        self._waiting: dict[int, asyncio.Future[CommandAnswer]] = {}
        self._newest: dict[Direction, LastFrame] = {}
        self._link: LinkView | None = None
        station.is_watched = True
        station.take_changed()
        self.look(clock())

    def look(self, now: datetime) -> None:
        """Tell those who look what a turn has brought."""
        station = self._station
        for event in station.take_events():
            if isinstance(event, Emit):
                if isinstance(event.event, NotedFrame):
                    self._note_frame(event.event)
                self._hub.emit(event.name, event.event)
        self._tell_link(now)
        self._hub.changed(sorted(station.take_changed(), key=lambda name: name != "registration"))
        for request, answer in tuple(self._waiting.items()):
            if (reply := station.take_reply(request)) is None:
                continue
            del self._waiting[request]
            if answer.done():
                continue
            if isinstance(reply, Refuse):
                answer.set_exception(CommandError(ErrorNumber.REFUSED, reply.reason.text))
            else:
                answer.set_result(CommandAnswer(reply.result, reply.reason))

    @property
    def is_looked_at(self) -> bool:
        """Whether anybody follows anything of it."""
        return any(map(self._hub.is_watched, (*VARIABLES, *STREAMS)))

    def close(self) -> None:
        """Let nobody look any more."""
        self._station.is_watched = False
        self._hub.close()
        for answer in self._waiting.values():
            answer.cancel()

    async def call(
        self, method: str, params: Mapping[str, JsonValue], *, read_only: bool = False
    ) -> CommandAnswer:
        """Carry out one command, or raise `CommandError`."""
        command = find(COMMANDS, method, read_only=read_only)
        given = command.checked(params)
        if (why := self._gone()) and not command.is_look:
            raise CommandError(ErrorNumber.REFUSED, why)
        if isinstance(command, Act):
            self._act(partial(command.does, **given))
            return CommandAnswer(True)
        if isinstance(command, Ask):
            return await self._ask(partial(command.does, **given), command.timeout_s)
        match method:
            case "set_network":
                return CommandAnswer(self._set_network(given["up"]))
            case "power_cycle":
                self._power_cycle()
                return CommandAnswer(True)
            case "try_now":
                is_tried = self._turn(self._station.try_now)
                return CommandAnswer(True) if is_tried else await self._ask(TryNow)
            case "acknowledge_troubles":
                return CommandAnswer(0)
            case "set_weather":
                raise CommandError(ErrorNumber.REFUSED, NO_WEATHER)
        station = self._station
        # What is left looks at mind and body only.
        operations = Operations.of_charger(station.charger, self._clock, station.connectors)
        return await command.carry_out(operations, params)

    def observe(self, now: datetime) -> None:
        """Have looked at what moves by itself, while energy flows; to be called once a second."""
        if self._hub.is_watched("connectors") and self._station.charger.is_energy_flowing(now):
            self._hub.changed(("connectors",))

    async def prepare(self, names: Sequence[str]) -> None:
        """Have variables ready to be looked at."""
        await self._hub.prepare(names)

    def get(self, name: str) -> Any:
        """Give the present value of a variable, or raise `CommandError`."""
        return self._hub.get(name)

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        """Follow variables and streams, or raise `CommandError`."""
        return self._hub.subscribe(names, history_as_events=history_as_events)

    def _act(self, act: StationAct) -> None:
        refused = self._turn(partial(self._tried, act))
        if refused is not None:
            raise CommandError(ErrorNumber.REFUSED, refused)

    def _tried(self, act: StationAct, now: datetime) -> str | None:
        """Do something at the hardware; gives why that is impossible."""
        try:
            self._station.act(act, now)
        except StationError as error:
            return str(error)
        return None

    async def _ask(
        self, event_of: Callable[[int], Event], timeout_s: float = REPLY_TIMEOUT_S
    ) -> CommandAnswer:
        """Give the mind a command, and wait for its answer."""
        if not self._station.is_on:
            raise CommandError(ErrorNumber.REFUSED, "the charge point has no power")
        answer: asyncio.Future[CommandAnswer] = asyncio.get_running_loop().create_future()
        # The answer may be there before the number is known: it is looked for again then.
        request = self._turn(partial(self._station.command, event_of))
        if request is None:
            raise CommandError(ErrorNumber.REFUSED, self._gone())
        self._waiting[request] = answer
        self.look(self._clock())
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            text = f"no answer within {number(timeout_s)} s"
            raise CommandError(ErrorNumber.REFUSED, text) from None
        finally:
            self._waiting.pop(request, None)

    def _set_network(self, is_up: bool) -> bool:
        # A storm may have pulled it, or put it back.
        if is_up is self._station.link.is_cable_in:
            return False
        self._turn(self._station.restore if is_up else self._station.cut)
        return True

    def _power_cycle(self) -> None:
        if self._station.is_on:
            self._turn(self._station.power_off)
        self._turn(self._station.power_on)

    def _note_frame(self, noted: NotedFrame) -> None:
        head = noted.head
        self._newest[head.direction] = LastFrame(at=head.time, action=head.action)

    def _tell_link(self, now: datetime) -> None:
        station, before = self._station, self._link
        why = self._gone()
        phase = LinkPhase.WAITING if why else _PHASES.get(station.phase, LinkPhase.OPEN)
        is_same = before is not None and before.phase is phase
        is_open, link = phase is LinkPhase.OPEN, station.link
        self._link = LinkView(
            phase=phase,
            since=before.since if before is not None and is_same else now,
            next_attempt_at=None if why else link.retry_at,
            last_error=link.error,
            own_cause=why,
            subprotocol=SUBPROTOCOL if is_open else None,
            tls=link.tls if is_open else None,
            security_profile=link.security_profile,
            authorization_key=link.sent.form,
            network_up=link.is_cable_in,
            last_in=self._newest.get(Direction.IN),
            last_out=self._newest.get(Direction.OUT),
        )
        if self._link != before:
            self._hub.publish("link", self._link)
            self._hub.publish("is_connected", is_open)
