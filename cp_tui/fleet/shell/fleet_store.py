"""The disk of a fleet: one file with what each charge point keeps, as `serve` has it in its folder.

All share a commit: what comes while one is under way goes along with the next. Nobody waits for it
but the bytes and orders that rest on it. Commits outlive a kill -9; a power cut of this machine may
cost the last moments (`synchronous=NORMAL`), for what a load test simulates is not what it runs on.
The store, its troubles and what becomes of a full disk are those of the engine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec import Struct

from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.effects import PutAside, StoredRecords, Table
from cp_tui.charge_point.records import TransactionRecord
from cp_tui.charge_point.turn import read_record
from cp_tui.charge_point.variables import Trouble
from cp_tui.charger.memory_store import FiledStore, Unsaved
from cp_tui.engine.errors import CannotBegin, StoreError
from cp_tui.engine.slow_disk import SLOW
from cp_tui.engine.store import Store, StoreKind
from cp_tui.engine.troubles import TroubleKeeper
from cp_tui.engine.write_buffer import WriteBuffer
from cp_tui.fleet.plan import FleetPlan
from cp_tui.fleet.station_book import is_owed
from cp_tui.ocpp.plural import count

OF_A_FLEET = StoreKind(
    "a fleet",
    application_id=0x63704C54,
    synchronous="NORMAL",
    # A thousand that boot at once write some three megabytes.
    wal_pages=1_000,
    is_locked=True,
)
RETRY_S = 1.0
"""The time between two tries to write to a disk that takes nothing."""
CLOSE_S = 5.0
"""How long the disk may take for the rest at the end."""
SEPARATOR = "\n"
"""Between the id of a charge point, which has no control characters, and the key of its record."""
OF_ALL = SEPARATOR
"""The key of what the file says of the fleet as a whole."""
LEFT_NAMED = 3
"""How many charge points are named that the run has not."""
_log = logging.getLogger(__name__)


class FleetFacts(Struct, frozen=True):
    """What holds for the whole file."""

    seed: int
    """Who misbehaves, and what kind a charge point is of, hangs on it."""


class FleetStore:
    """The open file of a run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.taken_over = 0
        """Transactions that an earlier run has left, and the CSMS has not acknowledged."""
        self._troubles: tuple[Trouble, ...] = ()
        self._faults: dict[str, str] = {}
        """What was wrong, by its kind: it makes the run fail even if it is over."""
        keeper = TroubleKeeper(self._hear, lambda: datetime.now(UTC))
        self._store = Store(path, _log, keeper, OF_A_FLEET)
        self._buffer = WriteBuffer(self._store, _log, keeper, self._store.slow)
        self._stored: dict[str, dict[Table, dict[str, str]]] = {}
        self._changes: dict[tuple[Table, str], str | None] = {}
        self._aside: list[PutAside] = []
        self._waiting: dict[Callable[[], None], None] = {}
        """Whom to tell once the changes are in the file, in order."""
        self._commit = 0
        """The number of the commit that the changes are for."""
        self._wake = asyncio.Event()
        self._is_over = False
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    @staticmethod
    async def open(path: Path, plan: FleetPlan) -> FleetStore:
        """Open the file, and see that the run has all charge points that owe the CSMS something.

        Raises `CannotBegin`.
        """
        store = FleetStore(path)
        await store._begin(plan)
        return store

    @property
    def problem(self) -> str:
        """What is wrong with the disk now, in words; empty: nothing."""
        return self._troubles[0].text if self._troubles else ""

    @property
    def faults(self) -> Iterable[str]:
        """What was wrong with it, and makes the run fail."""
        return tuple(f"--store {self.path}: {text}" for text in self._faults.values())

    def memory_of(self, id: str) -> FiledStore:
        """Give a charge point what it has in the file, once."""
        return FiledStore(self._stored.pop(id, {}))

    def keep(self, id: str, records: Unsaved, saved: Callable[[], None]) -> int:
        """Put records of a charge point into the file; gives the number of the commit.

        `saved` is called when they are there, once for each commit.
        """
        for (table, key), record in records.items():
            place = table, f"{id}{SEPARATOR}{key}"
            if isinstance(record, PutAside):
                self._aside.append(PutAside(*place, record.why))
            else:
                self._changes[place] = None if record is None else encode(record).decode()
        self._waiting[saved] = None
        self._wake.set()
        return self._commit

    async def close(self) -> None:
        """Write the rest, and close the file; a disk that does not answer is not waited for."""
        self._is_over = True
        self._wake.set()
        writing, *others = self._tasks
        await asyncio.wait({writing}, timeout=CLOSE_S)
        has_failed = not writing.done() or writing.exception() is not None
        if has_failed or self._buffer.is_failing:
            self._faults["unwritten"] = "what the charge points did last is not written"
        for task in (writing, *others):
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._store.close()

    async def _begin(self, plan: FleetPlan) -> None:
        await self._store.begin()
        try:
            self._sort(await self._store.load())
            self._check(plan)
        except BaseException:
            await self._store.close()
            raise
        facts = {(Table.STATE, OF_ALL): encode(FleetFacts(plan.seed)).decode()}
        if not await self._buffer.write(facts):
            await self._store.close()
            raise CannotBegin(*self.faults)
        make = asyncio.get_running_loop().create_task
        self._tasks = (
            make(self._write(), name="fleet store"),
            make(self._store.watch_place(), name="place of the fleet store"),
        )

    def _sort(self, records: StoredRecords) -> None:
        for table, rows in records.items():
            for place, text in rows.items():
                id_, _, key = place.partition(SEPARATOR)
                self._stored.setdefault(id_, {}).setdefault(table, {})[key] = text
        self._stored.pop("", None)

    def _check(self, plan: FleetPlan) -> None:
        """Count what is owed; raises `CannotBegin` where the run has not all who owe it."""
        ids = {plan.id_of(index) for index in range(plan.stations)}
        left = []
        for id_, stored in self._stored.items():
            owed = _owed(stored)
            if id_ in ids:
                self.taken_over += owed
            elif owed or stored.get(Table.OUTBOX):
                left.append(id_)
        if left:
            named = ", ".join(sorted(left)[:LEFT_NAMED]) + (
                ", and more" if len(left) > LEFT_NAMED else ""
            )
            raise CannotBegin(
                f"--store {self.path}: {count(len(left), 'charge point')} in it, {named}, still"
                " owe the CSMS messages, and are none of this run: have as many as before, with the"
                " same ids"
            )

    def _hear(self, name: str, troubles: object) -> None:
        assert isinstance(troubles, tuple)
        self._troubles = troubles
        self._faults |= {each.id: each.text for each in troubles if each.id != SLOW}

    async def _write(self) -> None:
        """Write whatever comes, until it is over and all is written."""
        while not self._is_over or self._changes or self._waiting or self._aside:
            await self._wake.wait()
            self._wake.clear()
            changes, self._changes = self._changes, {}
            waiting, self._waiting = self._waiting, {}
            self._commit += 1
            aside, self._aside = self._aside, []
            if aside:
                # First: what is saved anew under the same key is not damaged.
                await self._put_aside(aside)
            while not await self._buffer.write(changes):
                if self._is_over:
                    return
                changes = {}
                await asyncio.sleep(RETRY_S)
            for saved in waiting:
                saved()

    async def _put_aside(self, records: list[PutAside]) -> None:
        number = count(len(records), "record")
        self._faults["damaged"] = f"not readable, and put aside: {number}"
        with suppress(StoreError):
            await self._store.put_aside(records)


async def seed_in(path: Path) -> int | None:
    """Give the seed of the fleet whose file that is; None: there is none yet.

    Raises `CannotBegin`.
    """
    if not path.exists():
        return None
    store = Store(path, _log, TroubleKeeper(_unheard, lambda: datetime.now(UTC)), OF_A_FLEET)
    await store.begin()
    try:
        text = await store.read(Table.STATE, OF_ALL)
    finally:
        await store.close()
    return None if text is None else decode(FleetFacts, text).seed


def _owed(stored: Mapping[Table, Mapping[str, str]]) -> int:
    """Count the transactions that the CSMS has not acknowledged."""
    read = partial(read_record, stored, Table.TRANSACTION, kind=TransactionRecord, tell=_dropped)
    records = (read(key=key) for key in stored.get(Table.TRANSACTION, ()))
    return sum(record is not None and is_owed(record) for record in records)


def _unheard(name: str, value: object) -> None:
    """Nobody asks for the troubles of a file that is only looked into."""


def _dropped(effect: object) -> None:
    """Leave what is damaged to the charge point that reads it."""
