"""A fleet behind a door: what a screen or a script may ask of it, and what it is told.

Whoever looks is told twice a second how it stands; where nobody does, nothing is worked out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec.structs import replace
from pydantic import Field, JsonValue

from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.command_fields import Name
from cp_tui.engine.command import Command, find, table
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import Hub, Subscription
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.fleet.fleet import ROWS_MAX, StationFilter, StationOrder
from cp_tui.fleet.fleet_events import Teller, ended
from cp_tui.fleet.fleet_variables import FLEET
from cp_tui.fleet.plan import STATIONS_MAX, FleetStorm, StormKind
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.report.live import live_report, thinned
from cp_tui.fleet.shell.run import FleetRun
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.fleet.view import FleetView, RunPart, outline_of
from cp_tui.rpc.paths import SocketPathError

TOLD_S = 0.5
"""How often those who look are told."""
REPORT_BEATS = 2
"""Of these times the report is told in one: there is a new point of time each second."""
DOWN_S_MAX = 86_400.0
(EVENTS,) = FLEET.streams

Seconds = Annotated[float, Field(ge=0, le=DOWN_S_MAX, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=1, le=STATIONS_MAX)]
Offset = Annotated[int, Field(ge=0, le=2 * STATIONS_MAX)]
Limit = Annotated[int, Field(ge=1, le=ROWS_MAX)]
Storm = Annotated[StormKind, Field(strict=False)]
Order = Annotated[
    StationOrder,
    Field(strict=False, description="highest numbers first, and those with a kind or an error"),
]
Text = Annotated[Name, Field(description="words of id, kind or newest error; !word: without")]
Down = Annotated[Seconds, Field(description="how long power or network is away")]
Wait = Annotated[
    Seconds | None, Field(description="before they connect again; none: as charge points do")
]
More = Annotated[Seconds, Field(description="up to so much longer, each its own")]
Phase = Annotated[StationPhase, Field(strict=False)]


class FleetDoor:
    """What stands behind the door of a fleet."""

    def __init__(self, run: FleetRun) -> None:
        self._run = run
        self._hub = Hub(FLEET)
        self._hub.publish("outline", outline_of(run.plan, run.began_at))
        self._hub.provide(("fleet",), lambda _: self._view())
        self._hub.provide(("report",), lambda _: self._report())
        self._telling: asyncio.Task[None] | None = None
        self._ended: FleetReport | None = None
        self._teller = Teller()
        self._last: FleetView | None = None
        """How it has ended."""

    def look(self, view: FleetView) -> None:
        """Tell what has happened since the look before; to be called once a second."""
        for event in self._teller.look(view):
            self._hub.emit(EVENTS, event)

    def ended(self, report: FleetReport) -> None:
        """Show from here on what the run has come to; nothing moves any more."""
        self._last = self._run.view()
        self._ended = replace(report, timeline=thinned(report.timeline))
        self._hub.emit(EVENTS, ended(report, self._run.clock()))
        self._hub.changed(("fleet", "report"))

    def close(self) -> None:
        """Let nobody look any more."""
        if self._telling is not None:
            self._telling.cancel()
        self._hub.close()

    async def call(
        self, method: str, params: Mapping[str, JsonValue], *, read_only: bool = False
    ) -> CommandAnswer:
        """Carry out one command, or raise `CommandError`."""
        there = "the fleet has: {}, subscribe, get, observe"
        command = find(FLEET_COMMANDS, method, read_only=read_only, there=there)
        return await command.carry_out(self, params)

    async def prepare(self, names: Sequence[str]) -> None:
        """Have variables ready to be looked at; these always are."""

    def get(self, name: str) -> Any:
        """Give the present value of a variable, or raise `CommandError`."""
        return self._hub.get(name)

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        """Follow variables, or raise `CommandError`."""
        subscription = self._hub.subscribe(names, history_as_events=history_as_events)
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell(), name="fleet door")
        return subscription

    def charge_points(
        self,
        text: Text = "",
        phases: list[Phase] | None = None,
        has_queue: bool | None = None,
        is_misbehaving: bool | None = None,
        order: Order = StationOrder.ID,
        is_turned: bool = False,
        offset: Offset = 0,
        limit: Limit = ROWS_MAX,
    ) -> CommandAnswer:
        """Give a page of the list of charge points, and how long the list is."""
        wanted = StationFilter(
            text=text,
            phases=frozenset(phases or ()),
            is_misbehaving=is_misbehaving,
            has_queue=has_queue,
        )
        whole = None if wanted == StationFilter() else wanted
        number, rows = self._run.fleet.rows(whole, order, offset, limit, is_turned=is_turned)
        return CommandAnswer({"count": number, "rows": builtins_of(rows)})

    def start_storm(
        self,
        kind: Storm,
        share: Share = 1.0,
        down_s: Down = 0.0,
        wait_s: Wait = None,
        random_s: More = 0.0,
    ) -> bool:
        """Have something happen to a share of the charge points, here and now."""
        self._check_running()
        self._run.storm(FleetStorm(0.0, kind, share, down_s, wait_s, random_s))
        return True

    def add_charge_points(self, number: Number) -> int:
        """Switch on so many charge points more than the plan has; gives how many came."""
        self._check_running()
        return self._run.add(number)

    def pause_arrivals(self) -> bool:
        """Let no charge point come or go until it is resumed; false: it is so already.

        The time of the plan stands still meanwhile, and the run ends later; cars come as before.
        """
        self._check_running()
        was_paused = self._run.view().is_paused
        self._run.pause()
        return not was_paused

    def resume_arrivals(self) -> bool:
        """Go on with the arrivals; false: they were not paused."""
        self._check_running()
        was_paused = self._run.view().is_paused
        self._run.resume()
        return was_paused

    def end(self, at_once: bool = False) -> bool:
        """End the run: sessions end, and what is open is waited for, unless at once."""
        if self._run.part in (RunPart.ENDING, RunPart.ENDED):
            return False
        if self._run.part is RunPart.SETTLING and not at_once:
            return False
        for _ in range(2 if at_once else 1):
            self._run.stop(by_hand=True)
        return True

    async def watch(self, id: Name) -> str:
        """Give the socket of one charge point, for `attach`."""
        try:
            return str(await self._run.open_door(id))
        except SocketPathError as error:
            raise CommandError(ErrorNumber.REFUSED, f"{error}") from None

    def _check_running(self) -> None:
        if self._run.part is not RunPart.RUNNING:
            raise CommandError(ErrorNumber.REFUSED, f"the run is {self._run.part}")

    def _view(self) -> FleetView:
        if self._last is not None:
            return self._last
        view = self._run.view()
        # It is over when its figures are there.
        return replace(view, part=RunPart.ENDING) if view.part is RunPart.ENDED else view

    def _report(self) -> FleetReport:
        return self._ended or live_report(self._run.plan, self._run.result())

    async def _tell(self) -> None:
        beat = 0
        while self._ended is None and any(map(self._hub.is_watched, FLEET.variables)):
            self._hub.changed(("fleet",) if beat % REPORT_BEATS else ("fleet", "report"))
            beat += 1
            await asyncio.sleep(TOLD_S)
        self._telling = None


FLEET_COMMANDS: Mapping[str, Command] = table(
    Command(
        FleetDoor.charge_points,
        "List charge points",
        is_look=True,
        gives="`count`, and `rows` with a charge point each",
    ),
    Command(FleetDoor.start_storm, "Start a storm: {kind}", "The storm has begun: {kind}"),
    Command(FleetDoor.add_charge_points, "Add {number} charge points"),
    Command(
        FleetDoor.pause_arrivals, "Pause the arrivals", "The plan waits", "they are paused already"
    ),
    Command(
        FleetDoor.resume_arrivals, "Resume the arrivals", "The plan goes on", "nothing is paused"
    ),
    Command(FleetDoor.end, "End the run", "The run ends", "it is ending already"),
    Command(FleetDoor.watch, "Look at {id}", is_look=True),
)
"""All that may be asked of a fleet, by name."""
