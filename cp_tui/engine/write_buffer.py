"""What is to be written, until it is written: a disk that is full for a while loses nothing.

Charging goes on while the disk takes no records; the mind has gone on as well, and only its frames
are held back. So what could not be written is kept and goes along with the next write, in one
transaction: the store is at every moment as the mind was at some moment, never a mixture. Kept by
record and not by write, for a record that changes each second would else grow here for as long as
the disk is full.
"""

from __future__ import annotations

import logging
from typing import Protocol

from cp_tui.charge_point.effects import StoredRecords, Table
from cp_tui.engine.errors import StoreError
from cp_tui.engine.slow_disk import TO_WRITE, SlowDisk
from cp_tui.engine.store import Changes
from cp_tui.engine.troubles import TroubleKeeper

NOT_WRITING = "store.not_writing"
"""The trouble: the disk takes no records, so no frame may leave."""


class Storage(Protocol):
    """The store, as far as writing goes."""

    async def commit(self, changes: Changes) -> None:
        """Write all changes in one transaction; raises `StoreError`."""


class WriteBuffer:
    """Writes changes in order and keeps those that could not be written."""

    def __init__(
        self,
        storage: Storage,
        log: logging.Logger,
        troubles: TroubleKeeper,
        slow: SlowDisk | None = None,
    ) -> None:
        self._storage = storage
        self._log = log
        self._troubles = troubles
        self._slow = slow or SlowDisk(log, troubles)
        # By record: as many as there are records, however long the disk is full.
        self._unwritten: dict[tuple[Table, str], str | None] = {}
        self._is_failing = False
        self._is_writing = False

    @property
    def is_failing(self) -> bool:
        """Whether something waits to be written because the last attempt failed."""
        return self._is_failing

    async def write(self, changes: Changes) -> bool:
        """Write the changes and what waits from before; False if not all of it is on disk now."""
        self._unwritten |= changes
        # A turn without records costs no write; but one that waits from before is tried with it.
        if not self._unwritten:
            return True
        assert not self._is_writing, "one turn at a time is saved"
        self._is_writing = True
        try:
            with self._slow.watched(TO_WRITE):
                await self._storage.commit(self._unwritten)
        except StoreError as error:
            if not self._is_failing:
                self._log.error(
                    "store: %s; nothing that rests on them is sent until they are", error
                )
                cause = str(error).removeprefix("records were not written: ")
                self._troubles.raise_trouble(
                    NOT_WRITING,
                    f"The disk takes no records, {cause}: what needs one is not sent",
                    "is the disk of the data folder full or read only? It is tried again by itself",
                )
            self._is_failing = True
            return False
        finally:
            self._is_writing = False
        self._unwritten.clear()
        if self._is_failing:
            self._log.warning("store: writing works again, everything is saved")
            self._works()
        return True

    def with_unwritten(self, stored: StoredRecords) -> StoredRecords:
        """Give what is stored as it will be once everything is written."""
        tables = {table: dict(records) for table, records in stored.items()}
        for (table, key), value in self._unwritten.items():
            records = tables.setdefault(table, {})
            if value is None:
                records.pop(key, None)
            else:
                records[key] = value
        return tables

    def drop(self) -> None:
        """Lose what is not on disk, as a power cut does."""
        self._unwritten.clear()
        self._works()

    def _works(self) -> None:
        self._is_failing = False
        self._troubles.end_trouble(NOT_WRITING)
