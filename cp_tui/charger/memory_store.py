"""The store in memory: a commit is atomic, and all that a crash leaves.

Records are frozen, so the objects themselves are kept; JSON is made of them for whoever boots.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.effects import Effect, Forget, Save, Table


class MemoryStore:
    """Records by table and key, as the store on disk keeps them."""

    __slots__ = ("_tables",)

    def __init__(self) -> None:
        self._tables: dict[Table, dict[str, Struct]] = {}

    def commit(self, effects: Iterable[Effect]) -> None:
        """Write the records of one answer of the charger, all or none of them."""
        for effect in effects:
            if isinstance(effect, Save):
                self._tables.setdefault(effect.table, {})[effect.key] = effect.record
            elif isinstance(effect, Forget):
                self._tables.get(effect.table, {}).pop(effect.key, None)

    def load(self) -> dict[Table, dict[str, str]]:
        """Give what is stored as JSON, for a charger that boots."""
        return {table: self.table(table) for table in self._tables}

    def table(self, table: Table) -> dict[str, str]:
        """Give the records of one table as JSON."""
        records = self._tables.get(table, {})
        return {key: encode(record).decode() for key, record in records.items()}
