"""A whole run: the plan carried out on sockets, until it is done or somebody ends it."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from math import ceil
from pathlib import Path
from time import process_time

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charger.memory_store import MemoryStore, Unsaved
from cp_tui.engine.endpoint import endpoint
from cp_tui.engine.errors import CannotBegin, CommandError, ErrorNumber
from cp_tui.engine.tls import TlsMaker, tls_context
from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.cast import Cast, CastMember
from cp_tui.fleet.conductor import Conductor
from cp_tui.fleet.fleet import Fleet, Member
from cp_tui.fleet.measures import CountGroup, Measures
from cp_tui.fleet.misbehaviour import Kind
from cp_tui.fleet.plan import FleetPlan, FleetStorm
from cp_tui.fleet.result import FAILED_MAX, FailedStation, FleetMoment, FleetResult, error_place
from cp_tui.fleet.shell.clock import RunClock
from cp_tui.fleet.shell.collector import Collector
from cp_tui.fleet.shell.dialling import Dialler
from cp_tui.fleet.shell.fleet_store import FleetStore
from cp_tui.fleet.shell.gate import Gate
from cp_tui.fleet.shell.machine import Load, check_load, check_sources, raise_files, this_machine
from cp_tui.fleet.shell.seat import LEFT_OPEN_MAX, Seat
from cp_tui.fleet.shell.self_watch import SelfWatch
from cp_tui.fleet.shell.station_door import StationDoor
from cp_tui.fleet.shell.station_doors import StationDoors
from cp_tui.fleet.view import FleetView, RunPart
from cp_tui.fleet.wheel import Wheel
from cp_tui.ocpp.calendar import later

AT_ONCE_MAX = 50
"""How many charge points have a turn before the network is looked at again."""
AT_ONCE_S = 0.01
"""So much of the processor they have at least: what arrives meanwhile is an answer that is timed.
They have as much as the network has had since, or their time would never come in a storm."""
PORTION = 5
LOOK_S = 1.0
"""The time between two looks at the run itself."""
CLOSE_LOOK_S = 0.02
CLOSE_S = 2.0
"""How long a CSMS has to close the connections at the end."""
MISSING_MAX = 20
"""How many transactions are named that are not acknowledged in full."""
TIMELINE_MAX = 7_200
"""Points of the time series; where there are more, every other one is left out from then on."""
_log = logging.getLogger(__name__)


class FleetRun:
    """A fleet while it runs; all its methods are for the loop it runs in."""

    def __init__(
        self,
        plan: FleetPlan,
        config_of: Callable[[int], ChargePointConfig],
        *,
        on_settled: Callable[[BillEntry], None] = lambda entry: None,
        on_moment: Callable[[FleetView], None] = lambda view: None,
        watched: Collection[str] = (),
        store: FleetStore | None = None,
    ) -> None:
        """Make ready, without a charge point yet.

        `on_settled` gets each transaction that is acknowledged in full, `on_moment` the run, once
        a second; neither may wait. `watched` are the ids of charge points that have a door from
        their beginning. `store` is closed with the run.
        """
        loop = asyncio.get_running_loop()
        self.plan = plan
        self.began_at = datetime.now(UTC)
        self.clock = RunClock(self.began_at, loop.time)
        self.fleet = Fleet()
        self._store = store
        store_of = _in_memory if store is None else store.memory_of
        self._cast = cast = Cast(plan, config_of, on_settled, store_of)
        self.bill, self.misbehaving_bill = cast.bill, cast.misbehaving_bill
        self.measures, self.misbehaving = cast.measures, cast.misbehaving
        self.part = RunPart.RUNNING
        self.failed: list[FailedStation] = []
        self.timeline: list[FleetMoment] = []
        self._seats: list[Seat] = []
        self._members: dict[Seat, Member] = {}
        self._on_moment = on_moment
        self._watched = frozenset(watched)
        self.doors = StationDoors(self.clock)
        self._opening: set[asyncio.Task[Path]] = set()
        self._loop = loop
        maker = TlsMaker(None if plan.ca_file is None else Path(plan.ca_file), plan.check_hostname)
        self.dialler = Dialler(maker.make, source_addresses=plan.source_addresses)
        self.gate = Gate[Seat](plan.connecting, Seat.begin)
        self._wheel = Wheel[Seat]()
        self._conductor = Conductor(plan, self.fleet, self._make, self.began_at)
        self.self_watch = SelfWatch(loop.time)
        self._collector = Collector()
        self._timer: asyncio.TimerHandle | None = None
        self._ticked_s = process_time()
        """What the processor had done for us when the timers had their turn last."""
        self._wake = asyncio.Event()
        self._settle_until: datetime | None = None
        self.stops = 0
        """How often somebody has asked for the end."""
        self._is_by_hand = False
        """Every one of them looked at the run."""
        self._was_interrupted = False
        self._measured: tuple[Measures, Measures] | None = None
        """What was measured before the connections were closed."""
        self._unanswered = self._unanswered_max = 0
        self._failures = 0
        self._no_room, self._no_room_why = 0, ""
        self._seen = 0
        """How many charge points there were at the last look."""
        self._newest: FleetMoment | None = None
        self._looks, self._each_look = 0, 1
        """How often the run was looked at, and at which looks a point is put down."""
        self._unsettled = 0
        self._is_away = False
        self._recoveries_s: tuple[float, ...] = ()
        self._frozen = 0
        """How many of them the collector does not look at."""

    async def run(self) -> FleetResult:
        """Carry out the plan, settle, and give what came of it.

        Raises `CannotBegin` where this machine cannot, before anything is begun.
        """
        self.prepare()
        self._collector.start(self._loop.time())
        try:
            self._look()
            self._arm()
            await self._pass(self._is_done)
            self._was_interrupted = self.stops > 0
            self._settle()
            await self._pass(self._is_settled)
            self._look()
            await self._close()
        finally:
            self.part = RunPart.ENDED
            self._stop_timer()
            now = self.clock()
            for seat in self._seats:
                seat.gone = seat.gone or "the run is over"
                seat.cut()
                self.doors.look(seat, now)
            self._collector.end()
            if self._store is not None:
                await self._store.close()
        return self.result()

    def stop(self, *, by_hand: bool = False) -> None:
        """End in order; asked a second time: at once.

        `by_hand`: somebody looks at the run and has chosen it; a signal knows nothing of the run.
        """
        self._is_by_hand = by_hand and (self._is_by_hand or not self.stops)
        self.stops += 1
        self._wake.set()

    def add(self, number: int) -> int:
        """Switch on so many more; gives for how many there was room.

        Raises `CommandError` where this machine cannot carry them.
        """
        try:
            self._make_room(max(self.plan.stations, len(self.fleet)) + number)
        except CannotBegin as error:
            raise CommandError(ErrorNumber.REFUSED, "; ".join(error.lines)) from None
        number = self._conductor.add(number, self.clock())
        self._arm()
        return number

    def storm(self, storm: FleetStorm) -> None:
        """Begin a storm now."""
        self._conductor.storm(storm, self.clock())
        self._arm()

    def pause(self) -> None:
        """Let nobody arrive for a while."""
        self._conductor.pause(self.clock())

    def resume(self) -> None:
        """Go on with the arrivals."""
        self._conductor.resume(self.clock())
        self._arm()

    def watch(self, id: str) -> StationDoor:
        """Give what a charge point is looked at by, as one of `serve`; raises `CommandError`."""
        return self.doors.watch(self._seat(id))

    async def open_door(self, id: str) -> Path:
        """Give the socket of a charge point, for `attach`.

        Raises `CommandError` where there is no such charge point, `SocketPathError`.
        """
        return await self.doors.open(self._seat(id))

    def view(self) -> FleetView:
        """Say how the run stands."""
        recovery, now = self.fleet.recovery, self.clock()
        return FleetView(
            at=now,
            elapsed_s=self.clock.elapsed_s,
            part=self.part,
            ends_at=self._settle_until or self._conductor.ends_at,
            is_paused=self._conductor.is_paused,
            stage=self._conductor.stage(now),
            storms=self._conductor.storms(),
            next_storm=self._conductor.next_storm(now),
            planned=self.plan.stations,
            added=self._conductor.added,
            counts=self.fleet.counts(),
            connecting=self.gate.inside,
            at_gate=self.gate.waiting,
            unanswered=self._unanswered,
            bill=self.bill.figures(),
            recoveries_s=tuple(recovery.times_s),
            is_away=recovery.away_since is not None,
            trouble=self.fleet.trouble(),
            failures=self._failures,
            no_room=self._no_room,
            store_problem="" if self._store is None else self._store.problem,
            moment=self._newest,
            figures=self.self_watch.figures(),
        )

    def done(self, seat: Seat, now: datetime) -> None:
        """Note what a charge point needs next, and how it is counted."""
        member = self._members[seat]
        seat.looked_at = now
        self._wheel.schedule(seat)
        self.fleet.note(member, now)
        self._conductor.noted(member)
        self.doors.look(seat, now)
        self._arm()
        if self._settle_until is not None and self.fleet.is_quiet:
            self._wake.set()

    def met_error(self, seat: Seat, error: Exception) -> None:
        """Take one out of the run, and tell who it was."""
        self._wheel.forget(seat)
        # What it had begun stays open in the bill: that is what has come of it.
        self.fleet.lose(self._members[seat], self.clock())
        self._failures += 1
        if len(self.failed) < FAILED_MAX:
            words = error_place(error)
            self.failed.append(FailedStation(seat.station.id, words))
            steps = "".join(traceback.format_tb(error.__traceback__))
            _log.error("%s: internal error\n%s%s", seat.station.id, steps, words)

    def had_no_room(self, why: str) -> None:
        """Note that this machine had no port or descriptor left."""
        self._no_room += 1
        self._no_room_why = why

    def keep(self, seat: Seat, records: Unsaved) -> int:
        """Have records put into the file."""
        assert self._store is not None, "who has no file tells of no records"
        return self._store.keep(seat.station.id, records, seat.saved)

    def _seat(self, id: str) -> Seat:
        for seat in self._seats:
            if seat.station.id == id:
                return seat
        raise CommandError(ErrorNumber.REFUSED, f"no charge point {id} is there yet")

    def prepare(self) -> None:
        """See that all fits onto this machine, and TLS can be tried; raises `CannotBegin`."""
        plan = self.plan
        check_sources(plan.source_addresses)
        self._make_room(plan.stations)
        if plan.ca_file is not None or endpoint(plan.url, plan.id_of(0)).is_secure:
            ca_file = None if plan.ca_file is None else Path(plan.ca_file)
            tls_context(ca_file, plan.check_hostname)

    def _make_room(self, charge_points: int) -> None:
        """Have this machine carry so many; raises `CannotBegin`."""
        kinds = self._cast.kinds
        extra = kinds.get(Kind.TWIN, 0.0) + LEFT_OPEN_MAX * kinds.get(Kind.HALF_OPEN, 0.0)
        load = Load(
            charge_points=charge_points,
            connections=charge_points + ceil(charge_points * extra),
            is_secure=endpoint(self.plan.url, self.plan.id_of(0)).is_secure,
            source_addresses=max(1, len(self.plan.source_addresses)),
        )
        check_load(load, this_machine())
        raise_files(load.connections)

    def _make(self, index: int) -> list[Member]:
        return [self._seated(index, made) for made in self._cast.at(index, self.clock())]

    def _seated(self, index: int, made: CastMember) -> Member:
        """Give a charge point its place here."""
        seat = Seat(made.station, self, made.people)
        member = Member(index, made.station, seat.turn, made.people, made.kind)
        self._seats.append(seat)
        self._members[seat] = member
        if made.station.id in self._watched and not made.is_twin:
            name = f"door of {made.station.id}"
            opening = self._loop.create_task(self.doors.open(seat, stays=True), name=name)
            self._opening.add(opening)
            opening.add_done_callback(self._opened)
        return member

    def _opened(self, opening: asyncio.Task[Path]) -> None:
        self._opening.discard(opening)
        if not opening.cancelled() and (error := opening.exception()) is not None:
            _log.error("%s: %s", opening.get_name(), error)

    def _arm(self) -> None:
        """Have the one timer go off when the first thing is due."""
        if self.part is RunPart.ENDED:
            return
        times = (self._wheel.next_due, self._conductor.next_deadline())
        due = min((each for each in times if each is not None), default=None)
        if due is None:
            return
        due_s = self.clock.seconds_of(due)
        # One that goes off too early finds nothing, and is set anew: cheaper than to move it.
        if self._timer is None or due_s < self._timer.when():
            self._stop_timer()
            self._timer = self._loop.call_at(due_s, self._tick)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        """Let some of those that are due have their turn; the rest after a look at the network."""
        self._timer = None
        # Not by the clock: while another process has the processor nothing is done for anybody.
        began_s = process_time()
        until_s = began_s + max(AT_ONCE_S, began_s - self._ticked_s)
        try:
            for _ in range(AT_ONCE_MAX // PORTION):
                now = self.clock()
                seats = self._wheel.take_due(now, PORTION)
                for seat in seats:
                    self.self_watch.late(seat.late_s(now))
                    seat.turn(seat.tick)
                is_more = self._conductor.tick(now, PORTION)
                if not (seats or is_more) or process_time() >= until_s:
                    break
        finally:
            # Whatever goes wrong with one, the time of the others comes.
            self._ticked_s = process_time()
            self._arm()

    async def _pass(self, is_over: Callable[[datetime], bool]) -> None:
        """Let time pass until a part of the run is over, and look at the run once a second."""
        while not is_over(self.clock()):
            wait_s = LOOK_S - self.clock.elapsed_s % LOOK_S
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
                    continue
            self._look()

    def _is_done(self, now: datetime) -> bool:
        ends_at = self._conductor.ends_at
        return self.stops > 0 or (ends_at is not None and now >= ends_at)

    def _settle(self) -> None:
        now = self.clock()
        self.part = RunPart.SETTLING
        self._settle_until = later(now, self.plan.settle_s)
        self._conductor.settle(now)
        self._arm()

    def _is_settled(self, now: datetime) -> bool:
        assert self._settle_until is not None
        if self.stops > 1 or now >= self._settle_until:
            return True
        return self._conductor.is_idle and self.fleet.is_quiet

    async def _close(self) -> None:
        """Close the connections in order, unless somebody is in a hurry."""
        # What is open is cut off by us, and no failure of the CSMS.
        self._measured = self.measures.copy(), self.misbehaving.copy()
        self.part = RunPart.ENDING
        self._unsettled = self.fleet.unsettled
        self._is_away = self.fleet.recovery.away_since is not None
        self._recoveries_s = tuple(self.fleet.recovery.times_s)
        self.fleet.end()
        self.gate.shut()
        if self.stops > 1:
            return
        until_s = self._loop.time() + CLOSE_S
        for number, seat in enumerate(self._seats):
            if seat.station.is_open:
                seat.turn(seat.station.reconnect)
            if number % AT_ONCE_MAX == 0:
                await asyncio.sleep(0)
        while self._loop.time() < until_s and any(seat.stream for seat in self._seats):
            await asyncio.sleep(CLOSE_LOOK_S)

    def _look(self) -> None:
        """Look at what nobody's turn concerns: who does not read, garbage, the time series."""
        now_s = self._loop.time()
        self.gate.look(now_s)
        self._unanswered = sum(seat.is_shaking_hands for seat in self.gate.late)
        self._unanswered_max = max(self._unanswered_max, self._unanswered)
        for seat in self._seats:
            if seat.stream is not None:
                seat.stream.look(now_s)
        self.doors.observe(self.clock())
        number = len(self._seats)
        # Once those that have arrived have booted, most of what there is will stay.
        if number == self._seen > self._frozen and not self.gate.inside:
            self._collector.settle()
            self._frozen = number
        self._seen = number
        self._collector.look(now_s)
        self._looks += 1
        self._newest = self._moment()
        if self._looks % self._each_look == 0:
            self.timeline.append(self._newest)
        if len(self.timeline) >= TIMELINE_MAX:
            del self.timeline[::2]
            self._each_look *= 2
        self._on_moment(self.view())

    def _moment(self) -> FleetMoment:
        counts = self.fleet.counts()
        lag_max_s, cpu_share, memory_kib = self.self_watch.look()
        return FleetMoment(
            at_s=self.clock.elapsed_s,
            phases=counts.phases,
            transactions=counts.transactions,
            queue=counts.queue,
            begun=self.bill.begun,
            acknowledged=self.bill.acknowledged,
            messages=self.measures.count(CountGroup.OUTCOME),
            lag_max_s=lag_max_s,
            cpu_share=cpu_share,
            memory_kib=memory_kib,
        )

    def _missing(self) -> Iterator[tuple[str, int | None]]:
        """Give what nobody has acknowledged in full, of those that behave."""
        for member in self.fleet:
            if member.kind is None:
                for transaction_id in member.station.missing:
                    yield member.station.id, transaction_id

    def result(self) -> FleetResult:
        """Say what it has come to so far; what nobody acknowledges is looked for at the end."""
        counts, recovery = self.fleet.counts(), self.fleet.recovery
        is_over = self.part in (RunPart.ENDING, RunPart.ENDED)
        measures, misbehaving = self._measured or (self.measures, self.misbehaving)
        return FleetResult(
            began_at=self.began_at,
            planned=self.plan.stations,
            started=counts.started,
            accepted=counts.accepted_once,
            behaving=counts.behaving,
            measures=measures,
            misbehaving=misbehaving,
            bill=self.bill,
            misbehaving_bill=self.misbehaving_bill,
            recoveries_s=self._recoveries_s if is_over else tuple(recovery.times_s),
            is_away=self._is_away if is_over else recovery.away_since is not None,
            unsettled=self._unsettled,
            missing=tuple(islice(self._missing(), MISSING_MAX)) if is_over else (),
            figures=self.self_watch.figures(),
            timeline=tuple(self.timeline),
            failed=tuple(self.failed),
            failures=self._failures,
            unanswered=self._unanswered_max,
            no_room=self._no_room,
            no_room_why=self._no_room_why,
            store_faults=() if self._store is None else tuple(self._store.faults),
            was_interrupted=self._was_interrupted,
            was_ended_by_hand=self._was_interrupted and self._is_by_hand,
            paused_s=self._conductor.late_s,
            was_cut_off=self.stops > 1,
        )


def _in_memory(id: str) -> MemoryStore:
    return MemoryStore()
