"""Makes the charge points of a plan, with the people who charge there, and keeps their figures.

Those that misbehave have figures and a bill apart: what they do wrong is no fault of the CSMS.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charger.memory_store import MemoryStore
from cp_tui.engine.backoff import BackoffSettings
from cp_tui.fleet.bill import Bill, BillEntry
from cp_tui.fleet.measures import Measures
from cp_tui.fleet.misbehaving_station import MisbehavingStation
from cp_tui.fleet.misbehaviour import Kind, kind_of, misbehave
from cp_tui.fleet.plan import FleetPlan
from cp_tui.fleet.sessions import SessionDriver
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.web_socket import Connect


class Tally(Measures):
    """Figures; each transaction that is acknowledged in full is handed on."""

    def __init__(self, on_settled: Callable[[BillEntry], None]) -> None:
        super().__init__()
        self._on_settled = on_settled

    def settled(self, entry: BillEntry) -> None:
        """Hand a transaction on."""
        self._on_settled(entry)


class CastMember(Struct):
    """A charge point without power."""

    station: FleetStation
    people: SessionDriver
    kind: Kind | None
    """How it misbehaves; None: not at all."""
    is_twin: bool = False
    """It has the id of another one."""


class Cast:
    """All that there will be, each made when its time comes."""

    def __init__(
        self,
        plan: FleetPlan,
        config_of: Callable[[int], ChargePointConfig],
        on_settled: Callable[[BillEntry], None],
        store_of: Callable[[str], MemoryStore] = lambda id: MemoryStore(),
    ) -> None:
        """`on_settled` hears of those that behave; `store_of` has what each has kept, by its id."""
        self._store_of = store_of
        self._plan = plan
        self._config_of = config_of
        self.kinds = {Kind(kind): share for kind, share in plan.misbehave}
        self._backoff = BackoffSettings(*plan.backoff)
        self._connect = Connect(compress=plan.is_compressed)
        self.measures, self.misbehaving = Tally(on_settled), Measures()
        self.bill, self.misbehaving_bill = Bill(), Bill()

    def at(self, index: int, now: datetime) -> list[CastMember]:
        """Make the one at a place of the plan, with its twin if it has one."""
        kind = kind_of(self.kinds, seed=self._plan.seed, number=index)
        made = [self._made(index, kind, now)]
        if kind is Kind.TWIN:
            made.append(self._made(index, kind, now, is_twin=True))
        return made

    def _made(
        self, index: int, kind: Kind | None, now: datetime, *, is_twin: bool = False
    ) -> CastMember:
        plan, id_ = self._plan, self._plan.id_of(index)
        behaves = kind is None
        watcher = self.measures if behaves else self.misbehaving
        bill = self.bill if behaves else self.misbehaving_bill
        # The second of two with one id is no charge point that anybody would keep.
        store = MemoryStore() if is_twin else self._store_of(id_)
        station = made_station(
            id_,
            self._config_of(index),
            kind,
            seed=plan.seed,
            is_twin=is_twin,
            watcher=watcher,
            backoff=self._backoff,
            connect=self._connect,
            bill=bill,
            store=store,
        )
        seed = plan.seed + is_twin
        people = SessionDriver(id_, station.connectors, plan.sessions, seed, now)
        people.find_cars(station, now)
        return CastMember(station, people, kind, is_twin)


def made_station(
    id: str,
    config: ChargePointConfig,
    kind: Kind | None,
    *,
    seed: int,
    is_twin: bool = False,
    **others: Any,
) -> FleetStation:
    """Make a charge point as its kind has it; `others` as for `FleetStation`."""
    if is_twin:
        # Of two with one id this one does other things than the first, and nothing wrong itself.
        return FleetStation(id, config, seed=seed + 1, **others)
    if kind is None:
        return FleetStation(id, config, seed=seed, **others)
    return MisbehavingStation(id, config, misbehave(kind, seed=seed, id=id), seed=seed, **others)
