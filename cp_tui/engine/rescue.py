"""Finds the stored records that keep the charger from working, and puts them aside.

A record can be well formed and still break the part that reads it. Without this, a charger that
fell over it would fall over it at every boot.

Nobody asks the code which record it was: any part may have read any of them. It is found by trying.
A second charger boots from a part of the records (`Rehearsal`), and halves of what fails are tried
again until single records are left, with all that is known to be good beside them, since a record
may be wrong only together with another. That runs in a thread; the charge point goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import PutAside, StoredRecords, Table
from cp_tui.charger.charger import MindFactory
from cp_tui.engine.errors import StoreError
from cp_tui.engine.rehearsal import Rehearsal
from cp_tui.engine.store import record_name
from cp_tui.engine.troubles import HAPPENED, RECORD_SET_ASIDE, TroubleKeeper

TRIALS_MAX = 300
"""How many trials there are at most; after them everything still suspected goes."""
LOOK_AGAIN = timedelta(minutes=1)
"""The shortest time between two looks, against a CSMS that causes one error after another."""
NAMED_MAX = 3
SET_ANEW = "what they said is not in force any more; set it anew"

_IMPORTANCE = (
    Table.STATE,
    Table.TRANSACTION,
    Table.OUTBOX,
    Table.TRANSACTION_DATA,
    Table.KEY,
    Table.AVAILABILITY,
    Table.LOCAL_LIST_VERSION,
    Table.LOCAL_LIST,
    Table.RESERVATION,
    Table.PROFILE,
    Table.AUTHORIZATION_CACHE,
    Table.MONITOR,
    Table.KEY_CHANGE,
)
"""Where records break the charger only together, the less important one goes."""


Trial = Callable[[StoredRecords], None]
"""Raises what the charger raises with these records."""


class Rescue:
    """Looks for records that break the charger when there is reason to."""

    def __init__(
        self,
        config: ChargePointConfig,
        mind: MindFactory,
        put_aside: Callable[[Collection[PutAside]], Awaitable[None]],
        troubles: TroubleKeeper,
        log: logging.Logger,
        clock: Callable[[], datetime],
    ) -> None:
        self._config = config
        self._mind = mind
        self._put_aside = put_aside
        """Moves records, each with the reason, to where they do no harm; raises `StoreError`."""
        self._troubles = troubles
        self._log = log
        self._clock = clock
        self._looked_at: datetime | None = None

    def is_due(self) -> bool:
        """Whether it is long enough since the last look."""
        now = self._clock()
        return self._looked_at is None or not (timedelta(0) <= now - self._looked_at < LOOK_AGAIN)

    async def heal(self, stored: StoredRecords) -> StoredRecords:
        """Give the records without those that break the charger; these are put aside."""
        self._looked_at = self._clock()
        culprits = await asyncio.to_thread(self._culprits, stored)
        if not culprits:
            return stored
        for each in culprits:
            name = record_name(each.table, each.key)
            self._log.error("%s is put aside: %s", name, each.why)
        words = "Stored records broke the charge point and were put aside"
        await self.put_aside(culprits, words, f"{SET_ANEW}. The log has the errors")
        gone = {(each.table, each.key) for each in culprits}
        return without(stored, gone)

    async def put_aside(self, records: Sequence[PutAside], words: str, hint: str) -> None:
        """Move records out of the way, and tell; what stays is tried again at the next boot."""
        named = ", ".join(record_name(each.table, each.key) for each in records[:NAMED_MAX])
        more = f" and {len(records) - NAMED_MAX} more" if len(records) > NAMED_MAX else ""
        text, count = f"{words}: {named}{more}", len(records)
        self._troubles.raise_trouble(RECORD_SET_ASIDE, text, hint, count, lasts=HAPPENED)
        try:
            await self._put_aside(records)
        except StoreError as error:
            self._log.error("store: %s", error)

    def _culprits(self, stored: StoredRecords) -> list[PutAside]:
        now = self._clock()

        def boots(records: StoredRecords) -> None:
            Rehearsal(self._config, self._mind, records, now).boot()

        def works(records: StoredRecords) -> None:
            rehearsal = Rehearsal(self._config, self._mind, records, now)
            rehearsal.boot()
            rehearsal.charge()

        # First with a car charging, which finds more; where an empty charger fails at that, the
        # error is in the program, and only records that keep it from booting are worth looking for.
        for trial in (works, boots):
            # Where even an empty charger fails, no record is to blame.
            if failure(trial, {}) is None:
                return culprits(stored, trial)
        return []


def failure(trial: Trial, records: StoredRecords) -> str | None:
    """Say how the charger fails with these records; None where it does not."""
    try:
        trial(records)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return None


def culprits(stored: StoredRecords, trial: Trial) -> list[PutAside]:
    """Find records without which the trial does not fail, as few as can be found in time."""
    if failure(trial, stored) is None:
        return []
    suspects = [(table, key) for table in _IMPORTANCE for key in stored.get(table, {})]
    good: list[tuple[Table, str]] = []
    found: list[PutAside] = []
    groups = [suspects]
    for _ in range(TRIALS_MAX):
        if not groups:
            return found
        group = groups.pop()
        why = failure(trial, _only(stored, [*good, *group]))
        if why is None:
            good += group
        elif len(group) == 1:
            found += [PutAside(table, key, why) for table, key in group]
        else:
            middle = len(group) // 2
            groups += [group[middle:], group[:middle]]
    untried = [PutAside(table, key, "suspected") for group in groups for table, key in group]
    return found + untried


def without(stored: StoredRecords, gone: Collection[tuple[Table, str]]) -> StoredRecords:
    """Give the records without some."""
    return {
        table: {key: value for key, value in records.items() if (table, key) not in gone}
        for table, records in stored.items()
    }


def _only(stored: StoredRecords, kept: Sequence[tuple[Table, str]]) -> StoredRecords:
    records: dict[Table, dict[str, str]] = {}
    for table, key in kept:
        records.setdefault(table, {})[key] = stored[table][key]
    return records
