"""Worlds for the screens of a fleet: arriving, steady, in a storm, recovered, failed.

Views and reports are what the code of a run makes of figures, and come through the codec.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cp_tui.charge_point.codec import builtins_of, converted
from cp_tui.fleet.bill import Bill, IdSet
from cp_tui.fleet.conductor import StageView, StormView
from cp_tui.fleet.fleet import Counts
from cp_tui.fleet.fleet_variables import FLEET
from cp_tui.fleet.measures import Measures
from cp_tui.fleet.plan import FleetPlan, FleetStage, StormKind
from cp_tui.fleet.report.live import live_report
from cp_tui.fleet.report.made import report_of
from cp_tui.fleet.result import FleetFigures, FleetMoment, FleetResult
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.fleet.view import FleetView, RunPart, outline_of
from cp_tui.fleet.watcher import Outcome
from cp_tui.ocpp.calendar import later
from cp_tui.rpc.client import Client
from cp_tui.tui.app import Attachment
from cp_tui.tui.start.fleet_app import FleetApp, FleetVisit
from tests.tui import worlds
from tests.tui.driving import Eye
from tests.tui.fake_engine import FakeEngine

PLAN = FleetPlan(
    url="ws://csms.example.com/ocpp",
    stations=200,
    seed=7,
    stages=(FleetStage(200, 30.0, 570.0),),
    fail_if=("BootNotification.p95>2s",),
)
BEGAN = worlds.NOW
PULLED = "the network cable was pulled"
CHARGING, ACCEPTED, OPEN, CONNECTING, WAITING, OFF = (
    StationPhase.CHARGING,
    StationPhase.ACCEPTED,
    StationPhase.OPEN,
    StationPhase.CONNECTING,
    StationPhase.WAITING,
    StationPhase.OFF,
)


@dataclass
class Told:
    """What a fleet says at one moment."""

    elapsed_s: float
    phases: dict[StationPhase, int]
    accepted: list[tuple[float, int, int, int]]
    """Points of time: when, how many were Accepted, had power, and messages that waited."""
    bill: Bill
    part: RunPart = RunPart.RUNNING
    storm: StormView | None = None
    next_storm: StormView | None = None
    recoveries_s: tuple[float, ...] = ()
    is_away: bool = False
    is_paused: bool = False
    failures: int = 0
    unanswered: int = 0
    store_problem: str = ""
    misbehaving: int = 0
    accepted_once: int | None = None
    """None: all that there are."""
    lag_p99_s: float = 0.004
    slow_s: float = 0.004
    missing: tuple[tuple[str, int | None], ...] = ()

    def world(self) -> dict[str, Any]:
        """Give the variables, as they come through the door."""
        outline = outline_of(PLAN, BEGAN)
        made = {"outline": outline, "fleet": self.view(), "report": self.report()}
        return {
            name: converted(FLEET.variables[name], builtins_of(each)) for name, each in made.items()
        }

    @property
    def _figures(self) -> FleetFigures:
        return FleetFigures(
            lag_p50_s=self.lag_p99_s / 5,
            lag_p99_s=self.lag_p99_s,
            lag_max_s=self.lag_p99_s * 3,
            cpu_share=0.07,
            memory_kib=58_000,
            elapsed_s=self.elapsed_s,
        )

    def _moments(self) -> Iterable[FleetMoment]:
        for at_s, accepted, on, queue in self.accepted:
            yield FleetMoment(
                at_s=at_s,
                phases={ACCEPTED: accepted, WAITING: on - accepted},
                transactions=self.transactions,
                queue=queue,
                begun=self.bill.begun,
                acknowledged=self.bill.acknowledged,
                messages=1_000,
                lag_max_s=self.lag_p99_s,
                cpu_share=0.07,
                memory_kib=58_000,
            )

    @property
    def _accepted(self) -> int:
        """Now; of a run that is over, when its connections were closed."""
        is_over = self.part is RunPart.ENDED
        return sum(self.phases.get(each, 0) for each in (CHARGING, ACCEPTED, *[OFF] * is_over))

    @property
    def transactions(self) -> int:
        """That run."""
        return 0 if self.part is RunPart.ENDED else self.phases.get(CHARGING, 0)

    def view(self) -> FleetView:
        """How the run stands."""
        at, started = later(BEGAN, self.elapsed_s), sum(self.phases.values())
        moments = tuple(self._moments())
        return FleetView(
            at=at,
            elapsed_s=self.elapsed_s,
            part=self.part,
            ends_at=later(BEGAN, 600.0),
            is_paused=self.is_paused,
            stage=StageView(1, 1, 200, self.elapsed_s < 30, later(BEGAN, 600.0)),
            storms=() if self.storm is None else (self.storm,),
            next_storm=self.next_storm,
            planned=PLAN.stations,
            added=0,
            counts=Counts(
                phases={each: self.phases.get(each, 0) for each in StationPhase},
                started=started,
                behaving=started - self.misbehaving,
                wanted=started - self.misbehaving,
                accepted=self._accepted,
                accepted_once=started if self.accepted_once is None else self.accepted_once,
                transactions=self.transactions,
                queue=self.accepted[-1][3],
                unsettled=self.transactions,
            ),
            connecting=self.phases.get(CONNECTING, 0),
            at_gate=0,
            unanswered=self.unanswered,
            bill=self.bill.figures(),
            recoveries_s=self.recoveries_s,
            is_away=self.is_away,
            trouble=PULLED if self.phases.get(WAITING) else "",
            failures=self.failures,
            no_room=0,
            store_problem=self.store_problem,
            moment=moments[-1],
            figures=self._figures,
        )

    def report(self) -> Any:
        """All its figures, as they are told while it runs, or at its end."""
        started = sum(self.phases.values())
        result = FleetResult(
            began_at=BEGAN,
            planned=PLAN.stations,
            started=started,
            accepted=started,
            behaving=started,
            measures=measures(started, self.bill, self.slow_s, is_away=bool(self.storm)),
            misbehaving=Measures(),
            bill=self.bill,
            misbehaving_bill=Bill(),
            recoveries_s=self.recoveries_s,
            is_away=self.is_away,
            figures=self._figures,
            timeline=tuple(self._moments()),
            missing=self.missing,
        )
        is_over = self.part is RunPart.ENDED
        return report_of(PLAN, result) if is_over else live_report(PLAN, result)


def measures(started: int, bill: Bill, slow_s: float, *, is_away: bool) -> Measures:
    """What stations told until then."""
    found = Measures()
    for number in range(started):
        found.connected(0.005 + number % 7 / 1_000)
        found.accepted(0.02)
        found.answered("BootNotification", slow_s + number % 5 / 1_000, Outcome.ANSWERED)
    for number in range(bill.begun):
        found.answered("StartTransaction", 0.006 + number % 9 / 1_000, Outcome.ANSWERED)
        found.aged("StartTransaction", 0.006)
    for number in range(bill.acknowledged):
        found.answered("StopTransaction", 0.004 + number % 9 / 1_000, Outcome.ANSWERED)
        found.aged("StopTransaction", 0.1 + number % 9)
    if bill.begun:
        found.answered("MeterValues", 0.0, Outcome.LOST)
        found.asked("ChangeAvailability", "Accepted", 0.001)
        found.asked("ChangeAvailability", "Scheduled", 0.001)
    if is_away:
        for _ in range(started):
            found.lost("the connection broke without a close")
            found.refused("TCP", "connection refused")
    return found


def _bill(begun: int, acknowledged: int, wh: int, **others: Any) -> Bill:
    values = {"values_made": begun * 3, "values_delivered": acknowledged * 3}
    sums = {"wh_made": wh, "wh_acknowledged": wh, **values, **others}
    return Bill(begun=begun, acknowledged=acknowledged, **sums)


def _ramp(until_s: int) -> list[tuple[float, int, int, int]]:
    return [
        (float(s), min(200, s * 200 // 30), min(200, s * 200 // 30 + 2), 0) for s in range(until_s)
    ]


def arriving() -> Told:
    """Some are there, more come."""
    phases = {CHARGING: 12, ACCEPTED: 67, OPEN: 2, CONNECTING: 3}
    return Told(12.0, phases, _ramp(13), _bill(14, 2, 1_900))


def steady() -> Told:
    """All are there, and a storm is planned."""
    later_on = StormView(StormKind.NETWORK, 0.5, later(BEGAN, 120.0), later(BEGAN, 140.0))
    phases = {CHARGING: 120, ACCEPTED: 80}
    bill = _bill(310, 190, 95_400)
    return Told(95.0, phases, _ramp(96), bill, next_storm=later_on)


def storm() -> Told:
    """Half have lost their network, and what they measure waits."""
    on = StormView(StormKind.NETWORK, 0.5, later(BEGAN, 120.0), later(BEGAN, 140.0), 100)
    points = [*_ramp(120), *((float(s), 100, 200, (s - 119) * 12) for s in range(120, 131))]
    bill = _bill(402, 230, 120_000, wh_made=139_000)
    phases = {CHARGING: 61, ACCEPTED: 39, WAITING: 100}
    return Told(130.0, phases, points, bill, storm=on, is_away=True)


def recovered() -> Told:
    """All are back, and all that has ended is billed."""
    over = StormView(StormKind.NETWORK, 0.5, later(BEGAN, 120.0), later(BEGAN, 140.0), 100)
    gone = [(float(s), 100, 200, (s - 119) * 12) for s in range(120, 140)]
    back = [
        (float(s), min(200, 100 + (s - 140) * 9), 200, max(0, 240 - (s - 140) * 20))
        for s in range(140, 181)
    ]
    bill = _bill(560, 431, 231_000, repeated=3)
    phases = {CHARGING: 129, ACCEPTED: 71}
    return Told(180.0, phases, [*_ramp(120), *gone, *back], bill, storm=over, recoveries_s=(31.2,))


def failed() -> Told:
    """It is over: one transaction is lost, one id was given out twice, and boots took too long."""
    bill = _bill(600, 599, 300_000, wh_made=301_200, ids=IdSet({}, 1, [4711]))
    told = recovered()
    return Told(
        600.0,
        {OFF: 200},
        [*told.accepted, *((float(s), 200, 200, 0) for s in range(181, 600, 4)), (600.0, 0, 0, 0)],
        bill,
        part=RunPart.ENDED,
        storm=told.storm,
        recoveries_s=told.recoveries_s,
        slow_s=3.0,
        lag_p99_s=0.2,
        missing=(("CP00017", 99),),
    )


def stations(count: int = 200) -> dict[str, Any]:
    """Answer `stations` with a page."""
    words = "connection refused: nothing listens on 127.0.0.1:9016"
    rows = [
        {
            "id": f"CP{number:05d}",
            "phase": "charging" if number % 3 else "waiting",
            "transactions": int(number % 3 != 0),
            "queue": 0 if number % 3 else 4,
            "kind": "silent" if number == 5 else None,
            "last_error": "" if number % 3 else words,
            "error_at": None if number % 3 else f"{later(BEGAN, 120.0).isoformat()}",
        }
        for number in range(1, min(count, 200) + 1)
    ]
    return {"count": count, "rows": rows}


@dataclass(frozen=True, slots=True)
class FleetEye(Eye):
    """A screen of a fleet."""

    app: FleetApp
    door: FakeEngine


@dataclass(frozen=True, slots=True)
class DoorEye(Eye):
    """A screen of a fleet that runs."""

    app: FleetApp

    async def until_it_is_over(self) -> None:
        """Wait until the screen is left."""
        while self.app.return_value is None:
            await self.pilot.pause(0.02)


@asynccontextmanager
async def screen_on(path: Path) -> AsyncIterator[DoorEye]:
    """Show the fleet behind a socket."""

    async def connect() -> Client:
        return await Client.connect(path, vocabulary=FLEET)

    app = FleetApp(FleetVisit(is_host=False), Attachment(connect), flush_interval_s=0.05)
    async with app.run_test(size=(80, 24)) as pilot:
        yield DoorEye(app, pilot)


@asynccontextmanager
async def fleet_screen(
    told: Told, *, size: tuple[int, int] = (80, 24), is_host: bool = True, **look: Any
) -> AsyncIterator[FleetEye]:
    """Show a fleet that says this; it has shown it when it is handed over."""
    door = FakeEngine(told.world())
    door.answers("charge_points", stations())
    now = later(BEGAN, told.elapsed_s)
    usual: dict[str, Any] = {"now": lambda: now, "flush_interval_s": 0.01}
    app = FleetApp(FleetVisit(is_host), Attachment(door.connect), **(usual | look))
    async with app.run_test(size=size) as pilot:
        eye = FleetEye(app, pilot, door)
        await eye.settle()
        yield eye
