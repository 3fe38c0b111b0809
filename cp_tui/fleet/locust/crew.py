"""The charge points of one process: their numbers, what is reported of them, and how they end."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import gevent
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.engine.backoff import BackoffSettings
from cp_tui.fleet.arrivals import chosen
from cp_tui.fleet.bill import Bill, BillEntry, IdSet
from cp_tui.fleet.locust.rows import Fire, LocustRows
from cp_tui.fleet.locust.run_token import RunToken
from cp_tui.fleet.locust.switchboard import StationLine, Switchboard
from cp_tui.fleet.locust_options import LoadOptions
from cp_tui.fleet.measures import Measures
from cp_tui.fleet.misbehaving_station import MisbehavingStation
from cp_tui.fleet.misbehaviour import Kind, kind_of, misbehave
from cp_tui.fleet.plan import FleetStorm, StormKind
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.worker_book import UNSETTLED_NAMED, WorkerReport, news
from cp_tui.ocpp.calendar import later
from cp_tui.station.errors import StationError
from cp_tui.station.station import Station

ConfigOf = Callable[[str], ChargePointConfig]
"""Gives the configuration of a charge point by its id."""
FAILURES_MAX = 10_000
"""How many rows a bill that does not close may have; the sums say how many there are."""


class Owned(Struct, frozen=True):
    """Whose a charge point is: the class in the locustfile, and its number there."""

    owner: str
    number: int


class Crew:
    """The charge points of this process, from the start of a run to its end."""

    def __init__(self, fire: Fire, options: LoadOptions, token: RunToken, worker: int) -> None:
        """`fire` tells Locust of a request; `worker` is the number of this process."""
        self.options = options
        self.run = token.run
        self.worker = worker
        self.is_closing = False
        """No session begins any more, and those that run are ended."""
        self.is_settled = False
        self._is_hurried = False
        self.measures = Measures()
        self._version = token.version
        self.board = Switchboard(ca_file=options.ca_file, connecting=options.connecting)
        self._bill, self._odd_bill = Bill(), Bill()
        self._rows = LocustRows(fire, self.measures, self._settled)
        self._odd_rows = LocustRows(fire, Measures(), lambda entry: None, "misbehaving ")
        self._lines: dict[Owned, StationLine] = {}
        self._free: dict[str, list[int]] = {}
        self._numbers = 0
        self._odd: set[StationLine] = set()
        self._twins: dict[StationLine, StationLine] = {}
        """Of those that are there twice: the second one."""
        self._accepted: set[StationLine] = set()
        self._unsettled: list[str] = []
        self._entries: list[BillEntry] = []
        self._told: dict[int, int] = {}
        self._timers: list[gevent.Greenlet] = []

    def take(self, owner: str, config_of: ConfigOf, shares: Mapping[Kind, float]) -> StationLine:
        """Give a charge point without power to a class: one that was given back, or a new one."""
        if free := self._free.get(owner):
            return self._lines[Owned(owner, heapq.heappop(free))]
        self._numbers += 1
        number, seed = self._numbers, self.options.seed
        id_ = f"{self.options.id_prefix}{self.worker}-{number:05d}"
        kind = kind_of(shares, seed=seed + self.worker, number=number)
        line = StationLine(self._station(id_, config_of(id_), kind), self.board)
        self._lines[Owned(owner, number)] = line
        if kind is not None:
            self._odd.add(line)
        if kind is Kind.TWIN:
            config, rows, bill = config_of(id_), self._odd_rows, self._odd_bill
            twin = FleetStation(id_, config, seed=seed + 1, watcher=rows, bill=bill)
            self._twins[line] = StationLine(twin, self.board)
        return line

    def _station(self, id_: str, config: ChargePointConfig, kind: Kind | None) -> FleetStation:
        seed = self.options.seed
        if kind is None:
            return FleetStation(id_, config, seed=seed, watcher=self._rows, bill=self._bill)
        mischief = misbehave(kind, seed=seed, id=id_)
        odd = {"watcher": self._odd_rows, "bill": self._odd_bill}
        return MisbehavingStation(id_, config, mischief, seed=seed, **odd)

    def begin(self, line: StationLine) -> None:
        """Give it power, and wait until the CSMS has accepted it."""
        station = line.station
        for each in self._with_twin(line):
            if not each.station.is_on:
                each.turn(each.station.power_on)
        line.until(lambda: station.is_accepted)
        self._accepted.add(line)

    def give_back(self, line: StationLine) -> None:
        """End what it does, wait until that is acknowledged, and take its power."""
        if not self.is_settled:
            self._end_sessions(line)
            line.until(partial(self._is_done, line), self.options.settle_s)
        for each in self._with_twin(line):
            if each.station.is_on:
                each.turn(each.station.power_off)
        owned = next(owned for owned, each in self._lines.items() if each is line)
        heapq.heappush(self._free.setdefault(owned.owner, []), owned.number)

    def close(self) -> None:
        """End all sessions, and wait until everything is acknowledged or the time is over."""
        self.is_closing = True
        for timer in self._timers:
            timer.kill(block=False)
        good = [line for line in self._lines.values() if line not in self._odd]
        for line in good:
            self._end_sessions(line)
        limit_at = later(self.board.now(), self.options.settle_s)
        for line in good:
            left_s = (limit_at - self.board.now()).total_seconds()
            line.until(partial(self._is_done, line), max(0.0, left_s))
            if line.station.transactions or line.station.queue:
                self._unsettled.append(line.station.id)
        for _ in range(min(self._bill.open, FAILURES_MAX)):
            self._rows.unsettled("not acknowledged in full when the run was closed")
        self.is_settled = True

    def hurry(self) -> None:
        """Wait for nothing any more."""
        self.is_closing = self._is_hurried = self.is_settled = True
        for line in self._lines.values():
            line.look()

    def storm(self, storm: FleetStorm, number: int) -> None:
        """Let it happen to its share of the charge points that have power."""
        there = {line.station.id: line for line in self._lines.values() if line.station.is_on}
        for id_ in chosen(self.options.seed, f"storm {number}", list(there), storm.share):
            self._strike(there[id_], storm)

    def report(self) -> dict[str, Any]:
        """Give what is to be told of them; what is told once is not told again."""
        entries, self._entries = self._entries, []
        good = [line for line in self._lines.values() if line not in self._odd]
        found: dict[str, Any] = to_builtins(
            WorkerReport(
                run=self.run,
                version=self._version,
                worker=self.worker,
                charge_points=len(self._lines),
                unaccepted=sum(line not in self._accepted for line in good),
                broken=self.board.broken,
                is_settled=self.is_settled,
                unsettled=tuple(self._unsettled[:UNSETTLED_NAMED]),
                bill=replace(self._bill, ids=IdSet()),
                measures=self.measures.to_builtins(),
                ids=news(self._bill.ids, self._told),
                again=self._bill.ids.again,
                entries=tuple(entries),
            )
        )
        return found

    def end(self) -> None:
        """Let go of everything."""
        for timer in self._timers:
            timer.kill(block=False)
        for line in (*self._lines.values(), *self._twins.values()):
            line.cut()
        self.board.stop()

    def _with_twin(self, line: StationLine) -> list[StationLine]:
        twin = self._twins.get(line)
        return [line] if twin is None else [line, twin]

    def _settled(self, entry: BillEntry) -> None:
        self._entries.append(entry)

    def _end_sessions(self, line: StationLine) -> None:
        """Have what runs stopped, and the cars leave; what is off or cut off comes back for it."""
        station = line.station
        if not station.is_on and station.queue:
            line.turn(station.power_on)
        if not station.is_on:
            return
        line.turn(station.restore)
        now = self.board.now()
        for connector in station.variable("connectors", now)[1:]:
            stop = partial(Station.press_stop, connector_id=connector.connector_id)
            pull = partial(Station.plug_out, connector_id=connector.connector_id)
            with suppress(StationError):
                if connector.transaction is not None:
                    line.turn(partial(station.act, stop))
                line.turn(partial(station.act, pull))

    def _strike(self, line: StationLine, storm: FleetStorm) -> None:
        station = line.station
        if storm.wait_s is not None:
            station.set_backoff(BackoffSettings(storm.wait_s, storm.random_s, 0))
        match storm.kind:
            case StormKind.RECONNECT:
                line.turn(station.reconnect)
            case StormKind.POWER:
                line.turn(station.power_off)
                self._after(storm.down_s, lambda: self._restore_power(line))
            case StormKind.NETWORK:
                line.turn(station.cut)
                self._after(storm.down_s, partial(line.turn, station.restore))

    def _restore_power(self, line: StationLine) -> None:
        if not line.station.is_on:
            line.turn(line.station.power_on)

    def _after(self, seconds: float, happen: Callable[[], object]) -> None:
        self._timers = [timer for timer in self._timers if not timer.dead]
        self._timers.append(gevent.spawn_later(seconds, happen))

    def _is_done(self, line: StationLine) -> bool:
        """Whether nothing of it waits for the CSMS any more, or nobody for it."""
        is_waiting = line.station.transactions or line.station.queue
        return self._is_hurried or line.is_broken or not is_waiting
