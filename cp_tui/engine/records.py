"""The store as a charge point boots from it: what takes long or is damaged is told."""

from __future__ import annotations

from collections.abc import Collection

from cp_tui.charge_point.effects import Table
from cp_tui.engine.charger import StoredRecords
from cp_tui.engine.rescue import RECORD_SET_ASIDE
from cp_tui.engine.slow_disk import TO_PUT_ASIDE, TO_READ, SlowDisk
from cp_tui.engine.store import Store
from cp_tui.engine.troubles import HAPPENED, TroubleKeeper
from cp_tui.ocpp.plural import count


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
