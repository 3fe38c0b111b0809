"""What is to be written, until it is written: a disk that is full for a while loses nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from cp_tui.charge_point.effects import Table
from cp_tui.engine.errors import StoreError
from cp_tui.engine.store import Change, StoredRecords
from cp_tui.engine.troubles import TroubleKeeper

NOT_WRITING = "store.not_writing"
"""The trouble: the disk takes no records, so no frame may leave."""
SLOW = "store.slow"
"""The trouble: the disk is at a record for so long that people wait for it."""
SLOW_S = 2.0
SLOW_TOLD_S = 1.0
"""Between two times that the seconds are told."""
SLOW_HINT = "is the disk failing, busy or behind a network? What waits is sent when it is done"


class Storage(Protocol):
    """The store, as far as writing goes."""

    async def commit(self, changes: Iterable[Change]) -> None:
        """Write all changes in one transaction; raises `StoreError`."""


class Ledger:
    """Writes changes in order and keeps those that could not be written."""

    def __init__(self, storage: Storage, log: logging.Logger, troubles: TroubleKeeper) -> None:
        self._storage = storage
        self._log = log
        self._troubles = troubles
        # By record: as many as there are records, however long the disk is full.
        self._unwritten: dict[tuple[Table, str], Change] = {}
        self._is_failing = False

    @property
    def is_failing(self) -> bool:
        """Whether something waits to be written because the last attempt failed."""
        return self._is_failing

    async def write(self, changes: Iterable[Change]) -> bool:
        """Write the changes and what waits from before; False if not all of it is on disk now."""
        self._unwritten |= {(change.table, change.key): change for change in changes}
        if not self._unwritten:
            return True
        try:
            with self._watched():
                await self._storage.commit(self._unwritten.values())
        except StoreError as error:
            if not self._is_failing:
                self._log.error(
                    "store: %s; nothing that rests on them is sent until they are", error
                )
                self._troubles.raise_trouble(
                    NOT_WRITING,
                    f"What needs a record is not sent, because the store cannot write: {error}",
                    "is the disk of the data folder full or read only? It is tried again by itself",
                )
            self._is_failing = True
            return False
        self._unwritten.clear()
        if self._is_failing:
            self._log.warning("store: writing works again, everything is saved")
        self._works()
        return True

    def with_unwritten(self, stored: Mapping[Table, Mapping[str, str]]) -> StoredRecords:
        """Give what is stored as it will be once everything is written."""
        tables = {table: dict(records) for table, records in stored.items()}
        for (table, key), change in self._unwritten.items():
            records = tables.setdefault(table, {})
            if change.value is None:
                records.pop(key, None)
            else:
                records[key] = change.value
        return tables

    def drop(self) -> None:
        """Lose what is not on disk, as a power cut does."""
        self._unwritten.clear()
        self._works()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Tell when a commit takes long, and for how long so far, until it is over."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        has_told = False
        timer: asyncio.TimerHandle

        def tell() -> None:
            nonlocal timer, has_told
            text = f"The disk takes {loop.time() - began:.0f} s for a record; answers wait for it"
            self._troubles.raise_trouble(SLOW, text, SLOW_HINT, count=0 if has_told else 1)
            if not has_told:
                self._log.warning("store: the disk is slow, answers wait for it")
            has_told = True
            timer = loop.call_later(SLOW_TOLD_S, tell)

        timer = loop.call_later(SLOW_S, tell)
        try:
            yield
        finally:
            timer.cancel()
            if has_told:
                self._log.warning("store: the disk took %.1f s", loop.time() - began)
                self._troubles.end_trouble(SLOW)

    def _works(self) -> None:
        self._is_failing = False
        self._troubles.end_trouble(NOT_WRITING)
