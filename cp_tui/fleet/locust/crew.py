"""The charge points of one process: their numbers, what is reported of them, and how they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from heapq import heappop, heappush
from time import monotonic
from typing import Any

from gevent.event import Event
from msgspec import to_builtins
from msgspec.structs import replace

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.fleet.bill import Bill, BillEntry, IdSet
from cp_tui.fleet.cast import made_station
from cp_tui.fleet.conductor import Conductor
from cp_tui.fleet.fleet import Fleet, Member
from cp_tui.fleet.locust.rows import Fire, LocustRows
from cp_tui.fleet.locust.run_token import RunToken
from cp_tui.fleet.locust.switchboard import StationLine, Switchboard
from cp_tui.fleet.locust_options import LoadOptions
from cp_tui.fleet.measures import Measures
from cp_tui.fleet.misbehaviour import Kind, kind_of
from cp_tui.fleet.plan import FleetPlan, FleetStorm, SessionPlan
from cp_tui.fleet.result import FAILED_MAX, FailedStation, error_place
from cp_tui.fleet.sessions import SessionDriver
from cp_tui.fleet.shell.clock import RunClock
from cp_tui.fleet.shell.self_watch import SelfWatch
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.worker_book import UNSETTLED_NAMED, WorkerReport, news

ConfigOf = Callable[[str], ChargePointConfig]
"""Gives the configuration of a charge point by its id."""
ROWS_MAX = 10_000
"""How many rows a bill that does not close may have; the sums say how many there are."""
NOBODY = SessionPlan(per_hour=(0.0,))
"""Who comes is the business of the locustfile."""
CLOSE_S = 2.0
"""How long a CSMS has to close a connection."""
LOOK_S = 0.1
"""How often one looks whether everything is settled, where nothing tells."""


class Crew:
    """The charge points of this process, from the start of a run to its end."""

    def __init__(self, fire: Fire, options: LoadOptions, token: RunToken, worker: int) -> None:
        """`fire` tells Locust of a request; `worker` is the number of this process."""
        self.options = options
        self.token = token
        self.worker = worker
        self.clock = RunClock(datetime.now(UTC), monotonic)
        self.is_closing = False
        """No session begins any more, and those that run are ended."""
        self.is_settled = False
        self._is_hurried = False
        self._fleet = Fleet()
        self._bill, self._odd_bill = Bill(), Bill()
        self._measures, self._odd_measures = Measures(), Measures()
        self._rows = LocustRows(fire, self._measures, self._settled)
        self._odd_rows = LocustRows(fire, self._odd_measures, lambda entry: None, "misbehaving ")
        self._watch = SelfWatch(monotonic)
        # Who comes and goes is Locust's business; storms and the end are those of any fleet.
        plan = FleetPlan(url="", stations=0, seed=token.seed, stages=(), settle_s=options.settle_s)
        self._conductor = Conductor(plan, self._fleet, lambda index: [], self.clock())
        self._board = Switchboard(self, self._conductor, options)
        self._members: dict[StationLine, Member] = {}
        self._lines: dict[int, list[StationLine]] = {}
        """By number: one, or one and its twin."""
        self._free: dict[str, list[int]] = {}
        self._owners: dict[int, str] = {}
        """The class in the locustfile that a number belongs to."""
        self._failed: list[FailedStation] = []
        self._failures = 0
        self._unsettled: list[str] = []
        self._entries: list[BillEntry] = []
        self._told: dict[int, int] = {}
        self._news = Event()

    def take(self, owner: str, config_of: ConfigOf, shares: Mapping[Kind, float]) -> StationLine:
        """Give a charge point without power to a class: one that was given back, or a new one."""
        if free := self._free.get(owner):
            number = heappop(free)
            for member in self._fleet.at(number):
                self._fleet.stays(member, self.clock())
        else:
            number = len(self._owners) + 1
            self._owners[number] = owner
            kind = kind_of(shares, seed=self.token.seed + self.worker, number=number)
            for is_twin in (False, True) if kind is Kind.TWIN else (False,):
                self._add(number, config_of, kind, is_twin=is_twin)
        return self._lines[number][0]

    def begin(self, line: StationLine) -> None:
        """Give it power, and wait until the CSMS has accepted it."""
        for each in self._lines[self._members[line].index]:
            if not each.station.is_on:
                each.turn(each.station.power_on)
        line.until(lambda: line.station.is_accepted)

    def give_back(self, line: StationLine) -> None:
        """End what it does, wait until that is acknowledged, and take its power."""
        number = self._members[line].index
        lines = self._lines[number]
        if not self.is_settled:
            for each in lines:
                member = self._members[each]
                self._fleet.leaves(member, self.clock())
                assert member.people is not None
                each.turn(member.people.end_all, each.station)
            line.until(lambda: self._is_done(line), self.options.settle_s)
        self._close_in_order(lines)
        for each in lines:
            if each.station.is_on:
                each.turn(each.station.power_off)
        heappush(self._free.setdefault(self._owners[number], []), number)

    def close(self) -> None:
        """End all sessions, and wait until everything is acknowledged or the time is over."""
        self.is_closing = True
        for line, member in self._members.items():
            if member.queue and not member.is_down and not line.station.is_on:
                line.turn(line.station.power_on)
        self._conductor.settle(self.clock())
        self._board.wake()
        until_s = monotonic() + self.options.settle_s
        while not self._is_hurried and (left_s := until_s - monotonic()) > 0:
            if self._conductor.is_idle and self._fleet.is_quiet:
                break
            self._news.wait(min(left_s, LOOK_S))
            self._news.clear()
        self._unsettled = [
            member.station.id
            for member in self._fleet
            if member.kind is None and (member.transactions or member.queue)
        ]
        for _ in range(min(self._bill.open, ROWS_MAX)):
            self._rows.unsettled("not acknowledged in full when the run was closed")
        self.is_settled = True

    def hurry(self) -> None:
        """Wait for nothing any more."""
        self.is_closing = self._is_hurried = self.is_settled = True
        self._news.set()
        for line in self._members:
            line.look()

    def storm(self, storm: FleetStorm) -> None:
        """Let it happen to its share of the charge points that have power."""
        self._conductor.storm(storm, self.clock())
        self._board.wake()

    def report(self) -> dict[str, Any]:
        """Give what is to be told of them; what is told once is not told again."""
        entries, self._entries = self._entries, []
        counts, recovery = self._fleet.counts(), self._fleet.recovery
        self._watch.look()
        found: dict[str, Any] = to_builtins(
            WorkerReport(
                run=self.token.run,
                version=self.token.version,
                worker=self.worker,
                started=counts.started,
                behaving=counts.behaving,
                accepted=counts.accepted_once,
                is_settled=self.is_settled,
                unsettled=len(self._unsettled),
                unsettled_ids=tuple(self._unsettled[:UNSETTLED_NAMED]),
                recoveries_s=tuple(recovery.times_s),
                is_away=recovery.away_since is not None and not self.is_closing,
                failures=self._failures,
                failed=tuple(self._failed),
                bill=replace(self._bill, ids=IdSet()),
                misbehaving_bill=replace(self._odd_bill, ids=IdSet()),
                measures=self._measures.to_builtins(),
                misbehaving=self._odd_measures.to_builtins(),
                lag=self._watch.lag,
                figures=self._watch.figures(),
                ids=news(self._bill.ids, self._told),
                again=self._bill.ids.again,
                entries=tuple(entries),
            )
        )
        return found

    def end(self) -> None:
        """Let go of everything."""
        self._board.stop()
        for line in self._members:
            line.cut()

    def done(self, line: StationLine, now: datetime) -> None:
        """Count one anew after its turn."""
        member = self._members[line]
        self._fleet.note(member, now)
        self._conductor.noted(member)
        if self.is_closing and self._fleet.is_quiet:
            self._news.set()

    def met_error(self, line: StationLine, error: Exception) -> None:
        """Note that an error inside has taken one out of the run."""
        # What it had begun stays open in the bill: that is what has come of it.
        self._fleet.lose(self._members[line], self.clock())
        self._failures += 1
        if len(self._failed) < FAILED_MAX:
            self._failed.append(FailedStation(line.station.id, error_place(error)))

    def late(self, seconds: float) -> None:
        """Note how late a timer was."""
        self._watch.late(seconds)

    def _add(self, number: int, config_of: ConfigOf, kind: Kind | None, *, is_twin: bool) -> None:
        id_, seed = f"{self.options.id_prefix}{self.worker}-{number:05d}", self.token.seed
        config = config_of(id_)
        behaves = kind is None
        watcher = self._rows if behaves else self._odd_rows
        bill = self._bill if behaves else self._odd_bill
        station = made_station(
            id_, config, kind, seed=seed, is_twin=is_twin, watcher=watcher, bill=bill
        )
        line = StationLine(station, self._board)
        people = SessionDriver(id_, len(config.connectors), NOBODY, seed, self.clock())
        self._members[line] = Member(number, station, line.turn, people, kind)
        self._fleet.add(self._members[line])
        self._lines.setdefault(number, []).append(line)

    def _close_in_order(self, lines: Sequence[StationLine]) -> None:
        """Tell the CSMS that they go; one that does not answer is not waited for."""
        if self._is_hurried:
            return
        for line in lines:
            if line.station.is_open:
                line.turn(line.station.reconnect)
        for line in lines:
            line.until(partial(_is_gone, line.station), CLOSE_S)

    def _settled(self, entry: BillEntry) -> None:
        self._entries.append(entry)

    def _is_done(self, line: StationLine) -> bool:
        """Whether nothing of it waits for the CSMS any more, or nobody for it."""
        is_waiting = line.station.transactions or line.station.queue
        return self._is_hurried or line.is_broken or not is_waiting


def _is_gone(station: FleetStation) -> bool:
    return not station.is_open
