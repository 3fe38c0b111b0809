"""The store: what survives power cuts, in one SQLite file of the data folder.

Records are JSON texts by table and key; what they mean is the mind's business. A commit is on disk
when it returns: WAL with `synchronous=FULL`.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiosqlite
from pydantic_core import from_json

from cp_tui.charge_point.effects import Forget, Save, Table
from cp_tui.engine.errors import EngineStartError, StoreError
from cp_tui.engine.lock import what_is_wrong_with_disk
from cp_tui.engine.thread import in_daemon_thread

DATABASE_FILE = "state.sqlite3"
SCHEMA_VERSION = 1
QUARANTINE_ROWS_MAX = 1_000
QUARANTINE_BYTES_MAX = 4_000_000
QUARANTINE_DAYS_MAX = 90
"""Damaged records are kept for whoever looks into the damage, which nobody does later than that."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarantine (
    moved_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, kind, key, value, why TEXT NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record to be written, or with `value=None` deleted."""

    table: Table
    key: str
    value: str | None


def change(effect: Save | Forget) -> RecordChange:
    """Turn an effect of the mind into what is written."""
    if isinstance(effect, Forget):
        return RecordChange(effect.table, effect.key, None)
    return RecordChange(effect.table, effect.key, effect.record.model_dump_json())


class Store:
    """The open database of one charge point."""

    def __init__(
        self, database: aiosqlite.Connection, log: logging.Logger, path: Path, inode: int
    ) -> None:
        self._database = database
        self._log = log
        self._path = path
        self._inode = inode
        self.damaged = 0
        """Rows that the newest `load` has put aside."""

    @staticmethod
    async def open(folder: Path, log: logging.Logger) -> Store:
        """Open or create the database in a folder that is locked already."""
        path = folder / DATABASE_FILE
        try:
            inode = await in_daemon_thread(partial(_create_private, path))
            database = await aiosqlite.connect(path)
        except (OSError, sqlite3.Error) as error:
            raise EngineStartError(f"cannot open {path}: {await _why(error, path)}") from None
        try:
            await _prepare(database, path)
        except sqlite3.OperationalError as error:
            await database.close()
            raise EngineStartError(f"cannot use {path}: {await _why(error, path)}") from None
        except sqlite3.DatabaseError as error:
            await database.close()
            raise _damaged(path, error) from None
        except BaseException:
            await database.close()
            raise
        return Store(database, log, path, inode)

    async def load(self) -> dict[Table, dict[str, str]]:
        """Read all records; a damaged row is put aside and never stops the start."""
        records: dict[Table, dict[str, str]] = {table: {} for table in Table}
        damaged: list[tuple[object, object, object, str]] = []
        try:
            rows = await self._database.execute_fetchall("SELECT kind, key, value FROM record")
        except sqlite3.Error as error:
            raise EngineStartError(f"cannot read {DATABASE_FILE}: {error}") from None
        for kind, key, value in rows:
            why = _fault(kind, key, value)
            if why is None:
                records[Table(kind)][key] = value
            else:
                damaged.append((kind, key, value, why))
        self.damaged = len(damaged)
        if damaged:
            await self._put_aside(damaged)
        await self._thin_quarantine()
        return records

    async def counts(self) -> dict[str, int]:
        """Count the records of each table; raises `StoreError`."""
        query = "SELECT kind, COUNT(*) FROM record GROUP BY kind"
        try:
            rows = await self._database.execute_fetchall(query)
        except (sqlite3.Error, ValueError) as error:
            raise StoreError(f"records were not counted: {_words(error)}") from error
        return {str(kind): int(count) for kind, count in rows}

    async def commit(self, changes: Iterable[RecordChange]) -> None:
        """Write all in one transaction; the last change of a record wins. Raises `StoreError`."""
        newest = {(change.table, change.key): change.value for change in changes}
        saved = [(table, key, value) for (table, key), value in newest.items() if value is not None]
        gone = [key for key, value in newest.items() if value is None]
        try:
            if saved:
                upsert = "INSERT OR REPLACE INTO record (kind, key, value) VALUES (?, ?, ?)"
                await self._database.executemany(upsert, saved)
            if gone:
                await self._database.executemany(
                    "DELETE FROM record WHERE kind = ? AND key = ?", gone
                )
            await self._database.commit()
        except (sqlite3.Error, ValueError, OSError) as error:
            await self._roll_back()
            why = await _why(error, self._path)
            raise StoreError(f"records were not written: {why}") from error

    async def put_aside(self, records: Collection[tuple[Table, str, str]]) -> None:
        """Move records, each with the reason, to where only a person looks; raises `StoreError`."""
        copy = (
            "INSERT INTO quarantine (kind, key, value, why)"
            " SELECT kind, key, value, ? FROM record WHERE kind = ? AND key = ?"
        )
        try:
            await self._database.executemany(copy, [(why, kind, key) for kind, key, why in records])
            await self._database.executemany(
                "DELETE FROM record WHERE kind = ? AND key = ?",
                [(kind, key) for kind, key, _ in records],
            )
            await self._database.commit()
        except (sqlite3.Error, ValueError, OSError) as error:
            await self._roll_back()
            why = await _why(error, self._path)
            raise StoreError(f"records were not put aside: {why}") from error
        await self._thin_quarantine()

    def what_became_of_it(self) -> str | None:
        """Say why what is written will not be found again, if so; blocks, and raises `OSError`.

        SQLite goes on writing to a file that has lost its name.
        """
        try:
            is_ours = self._path.stat().st_ino == self._inode
        except FileNotFoundError:
            return f"{self._path} is gone"
        return None if is_ours else f"{self._path} is another file now"

    async def close(self) -> None:
        """Close the database; what was committed is on disk already."""
        await self._database.close()

    async def _roll_back(self) -> None:
        try:
            await self._database.rollback()
        except (sqlite3.Error, ValueError) as error:
            self._log.error("store: cannot roll back: %s", error)

    async def _put_aside(self, damaged: list[tuple[object, object, object, str]]) -> None:
        for kind, key, _, why in damaged:
            self._log.error("store: record %r of %r is damaged and put aside: %s", key, kind, why)
        try:
            await self._database.executemany(
                "INSERT INTO quarantine (kind, key, value, why) VALUES (?, ?, ?, ?)", damaged
            )
            await self._database.executemany(
                "DELETE FROM record WHERE kind IS ? AND key IS ?",
                [(kind, key) for kind, key, _, _ in damaged],
            )
            await self._database.commit()
        except sqlite3.Error as error:
            self._log.error("store: cannot put damaged records aside: %s", error)
            await self._roll_back()

    async def _thin_quarantine(self) -> None:
        """Let go of damaged records that are old, or more than anybody will look at."""
        old = f"-{QUARANTINE_DAYS_MAX} days"
        # The newest stays, however long it is.
        long = (
            "SELECT rowid FROM (SELECT rowid, SUM(COALESCE(LENGTH(CAST(value AS BLOB)), 0)"
            " + COALESCE(LENGTH(CAST(key AS BLOB)), 0)) OVER (ORDER BY rowid DESC) AS bytes"
            " FROM quarantine) WHERE bytes > ?"
            " AND rowid < (SELECT MAX(rowid) FROM quarantine)"
        )
        try:
            await self._database.execute(
                "DELETE FROM quarantine WHERE moved_at < datetime('now', ?) OR rowid <= ("
                " SELECT rowid FROM quarantine ORDER BY rowid DESC LIMIT 1 OFFSET ?)"
                f" OR rowid IN ({long})",
                (old, QUARANTINE_ROWS_MAX, QUARANTINE_BYTES_MAX),
            )
            await self._database.commit()
        except sqlite3.Error as error:
            self._log.error("store: cannot thin out what was put aside: %s", error)
            await self._roll_back()


async def _prepare(database: aiosqlite.Connection, path: Path) -> None:
    """Set the safety of commits, check the version, and create the tables of a new file."""
    await database.execute("PRAGMA journal_mode = WAL")
    await database.execute("PRAGMA synchronous = FULL")
    async with database.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    version = int(row[0]) if row else 0
    if version > SCHEMA_VERSION:
        raise EngineStartError(
            f"{path} is of a newer cp-tui (schema {version}, this one knows {SCHEMA_VERSION})"
        )
    if version < SCHEMA_VERSION:
        await database.executescript(f"{_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION};")
    await database.execute("SELECT kind, key, value FROM record LIMIT 1")


def _create_private(path: Path) -> int:
    """See that the file is its owner's alone: SQLite's side files take over its rights.

    Gives its inode.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    return path.stat().st_ino


def _fault(kind: object, key: object, value: object) -> str | None:
    """Say what is wrong with a row, if anything."""
    if not isinstance(kind, str) or kind not in set(Table):
        return "unknown table"
    if not isinstance(key, str) or not isinstance(value, str):
        return "not text"
    try:
        from_json(value)
    except ValueError:
        return "not JSON"
    return None


def _damaged(path: Path, error: Exception) -> EngineStartError:
    return EngineStartError(f"{path} is damaged ({error}); move it away to start with an empty one")


async def _why(error: Exception, path: Path) -> str:
    """Say what is wrong; SQLite calls a disk that is full an I/O error where it maps memory."""
    try:
        about = await in_daemon_thread(partial(what_is_wrong_with_disk, path.parent))
    except OSError:
        about = None
    return about or _words(error)


def _words(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


StoredRecords = Mapping[Table, Mapping[str, str]]
"""What `load` gives to the mind."""
