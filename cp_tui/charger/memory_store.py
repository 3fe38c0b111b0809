"""The store in memory: a commit is atomic, and all that a crash leaves.

Records are frozen, so the objects themselves are kept; JSON is made of them for whoever boots.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.effects import Effect, Forget, PutAside, Save, StoredRecords, Table

Unsaved = Mapping[tuple[Table, str], Struct | None]
"""What a file is to take over, by table and key: a record, None where it is gone, or that it is to
be put aside."""
_NOTHING: Unsaved = MappingProxyType({})


class MemoryStore:
    """Records by table and key, as the store on disk keeps them."""

    __slots__ = ("_tables",)

    def __init__(self) -> None:
        self._tables: dict[Table, dict[str, Struct | str]] = {}

    def commit(self, effects: Iterable[Effect]) -> None:
        """Write the records of one answer of the charger, all or none of them."""
        for effect in effects:
            if isinstance(effect, Save):
                self._tables.setdefault(effect.table, {})[effect.key] = effect.record
            elif isinstance(effect, Forget | PutAside):
                self._tables.get(effect.table, {}).pop(effect.key, None)

    def take_unsaved(self) -> Unsaved:
        """Hand over what a file is to take over, if there is one behind it."""
        return _NOTHING

    def load(self) -> dict[Table, dict[str, str]]:
        """Give what is stored as JSON, for a charger that boots."""
        return {table: self.table(table) for table in self._tables}

    def table(self, table: Table) -> dict[str, str]:
        """Give the records of one table as JSON."""
        records = self._tables.get(table, {})
        return {
            key: record if isinstance(record, str) else encode(record).decode()
            for key, record in records.items()
        }


class FiledStore(MemoryStore):
    """One with a file behind it, which somebody else writes: it begins with what is in there."""

    __slots__ = ("_unsaved",)

    def __init__(self, stored: StoredRecords) -> None:
        super().__init__()
        for table, records in stored.items():
            self._tables[table] = dict(records)
        self._unsaved: dict[tuple[Table, str], Struct | None] = {}

    def commit(self, effects: Iterable[Effect]) -> None:
        """Write the records, and note them for the file."""
        changes = [each for each in effects if isinstance(each, Save | Forget | PutAside)]
        super().commit(changes)
        for effect in changes:
            place = effect.table, effect.key
            match effect:
                case Save():
                    self._unsaved[place] = effect.record
                case Forget():
                    self._unsaved[place] = None
                case PutAside():
                    self._unsaved[place] = effect

    def take_unsaved(self) -> Unsaved:
        """Hand over what has changed since the last time; the newest of each record."""
        found, self._unsaved = self._unsaved, {}
        return found
