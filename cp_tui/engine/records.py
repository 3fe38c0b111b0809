"""The store as a charge point boots from it: what takes long or is damaged is told."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from cp_tui.charge_point.effects import StoredRecords, Table
from cp_tui.engine.rescue import RECORD_SET_ASIDE
from cp_tui.engine.slow_disk import TO_PUT_ASIDE, TO_READ, SlowDisk
from cp_tui.engine.store import Store
from cp_tui.engine.thread import in_daemon_thread
from cp_tui.engine.troubles import HAPPENED, TroubleKeeper
from cp_tui.ocpp.plural import count

LOST = "store.lost"
"""The trouble: the file of the store has no name any more, so nobody will find it again."""
LOST_HINT = "end the charge point and put the data folder back before it is started again"
PLACE_LOOK_S = 2.0


class Records:
    """All that a boot asks of the store."""

    def __init__(self, store: Store, slow: SlowDisk, troubles: TroubleKeeper) -> None:
        self._store = store
        self._slow = slow
        self._troubles = troubles

    async def load(self) -> StoredRecords:
        """Read the store; raises `EngineStartError`."""
        with self._slow.watched(TO_READ):
            records = await self._store.load()
        if self._store.damaged:
            hint = "the disk may be failing: what they said is not in force any more"
            text = f"Damaged and put aside: {count(self._store.damaged, 'record')} of the store"
            self._troubles.raise_trouble(RECORD_SET_ASIDE, text, hint, lasts=HAPPENED)
        return records

    async def put_aside(self, records: Collection[tuple[Table, str, str]]) -> None:
        """Move records to where only a person looks; raises `StoreError`."""
        with self._slow.watched(TO_PUT_ASIDE):
            await self._store.put_aside(records)

    async def watch_place(self) -> None:
        """Tell for as long as what is written would not be found again; until cancelled."""
        while True:
            await asyncio.sleep(PLACE_LOOK_S)
            try:
                # Without a limit: a look that hangs is one thread, and the store tells of it.
                lost = await in_daemon_thread(self._store.what_became_of_it)
            except OSError:
                # A disk that fails is told by what is written to it.
                continue
            if lost is None:
                self._troubles.end_trouble(LOST)
            else:
                text = f"What is saved now is lost at the next start: {lost}"
                count = 0 if self._troubles.stands(LOST) else 1
                self._troubles.raise_trouble(LOST, text, LOST_HINT, count)
