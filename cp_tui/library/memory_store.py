"""The store in memory: a commit is atomic, and all that a crash leaves."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.effects import Effect, Forget, Save, Table


class MemoryStore:
    """Records by table and key, as the store on disk keeps them."""

    def __init__(self) -> None:
        self._tables: dict[Table, dict[str, str]] = {}

    def commit(self, effects: Iterable[Effect]) -> None:
        """Write the records of one answer of the charger, all or none of them."""
        for effect in effects:
            match effect:
                case Save(table, key, record):
                    self._tables.setdefault(table, {})[key] = encode(record).decode()
                case Forget(table, key):
                    self._tables.get(table, {}).pop(key, None)
                case _:
                    pass

    def load(self) -> dict[Table, dict[str, str]]:
        """Give what is stored, for a charger that boots."""
        return {table: dict(records) for table, records in self._tables.items()}

    def table(self, table: Table) -> dict[str, str]:
        """Give the records of one table."""
        return self._tables.get(table, {})
