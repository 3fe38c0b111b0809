"""The store: what survives power cuts, in one SQLite file, as a rule that of a data folder.

Records are JSON texts by table and key; what they mean is the mind's business. A commit is on disk
when it returns: WAL with `synchronous=FULL`. All of it happens in one thread, each call in one go.

One thread, because a connection of SQLite belongs to the thread that made it, and because calls
that queue up behind one another need no lock. It is a daemon: a disk that hangs keeps it for good,
and the end of the program must not wait for that. FULL, because after NORMAL a power cut may lose
the commits of the last moments; they stay consistent, but "saved before sent" would be a lie.

One table for all records, with JSON as text: the program that reads a store may be older or newer
than the one that wrote it, and unknown fields are simply not read. A row that is no JSON is moved
to `quarantine` rather than deleted, and never stops the start; what comes of a record that is well
formed and wrong is in `rescue`.

Several charge points may share a file of another kind (`StoreKind`), which says so in its head.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from pydantic_core import from_json

from cp_tui.charge_point.effects import PutAside, StoredRecords, Table
from cp_tui.engine.errors import EngineStartError, StoreError
from cp_tui.engine.lock import what_is_wrong_with_disk
from cp_tui.engine.slow_disk import TO_PUT_ASIDE, TO_READ, SlowDisk
from cp_tui.engine.thread import DaemonThread, in_daemon_thread
from cp_tui.engine.troubles import HAPPENED, RECORD_SET_ASIDE, TroubleKeeper
from cp_tui.ocpp.plural import count

DATABASE_FILE = "state.sqlite3"
LOST = "store.lost"
"""The trouble: the file of the store has no name any more, so nobody will find it again."""
LOST_HINT = "end the charge point and put the data folder back before it is started again"
PLACE_LOOK_S = 2.0
SCHEMA_VERSION = 1
WAL_PAGES = 100
BUSY_MS = 200
QUARANTINE_ROWS_MAX = 1_000
QUARANTINE_BYTES_MAX = 4_000_000
QUARANTINE_DAYS_MAX = 90
"""Damaged records are kept for whoever looks into the damage, which nobody does later than that."""

_OF_TAGS = frozenset({Table.AUTHORIZATION_CACHE, Table.LOCAL_LIST})
"""Tables whose keys are tags."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarantine (
    moved_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, kind, key, value, why TEXT NOT NULL
);
"""
_SAVE = "INSERT OR REPLACE INTO record (kind, key, value) VALUES (?, ?, ?)"
_FORGET = "DELETE FROM record WHERE kind IS ? AND key IS ?"
_COPY_ASIDE = (
    "INSERT INTO quarantine (kind, key, value, why)"
    " SELECT kind, key, value, ? FROM record WHERE kind IS ? AND key IS ?"
)
_THIN_OUT = """
DELETE FROM quarantine WHERE moved_at < datetime('now', ?)
OR rowid <= (SELECT rowid FROM quarantine ORDER BY rowid DESC LIMIT 1 OFFSET ?)
OR rowid IN (
    SELECT rowid FROM (
        SELECT rowid, SUM(COALESCE(LENGTH(CAST(value AS BLOB)), 0)
            + COALESCE(LENGTH(CAST(key AS BLOB)), 0)) OVER (ORDER BY rowid DESC) AS bytes
        FROM quarantine
    ) WHERE bytes > ? AND rowid < (SELECT MAX(rowid) FROM quarantine)
)
"""
"""The newest stays, however long it is."""

Changes = Mapping[tuple[Table, str], str | None]
"""What is to be written, by table and key: a record as JSON, or None to delete it."""


class StoreKind(Struct, frozen=True):
    """What a file is used for."""

    of: str
    """Whose it is, in words."""
    application_id: int = 0
    """What the head of the file says of it; 0: nothing, and what it says is not looked at."""
    synchronous: str = "FULL"
    wal_pages: int = WAL_PAGES
    """From so many on the log is taken over into the file, which the disk is waited for."""
    is_locked: bool = False
    """Whether the file itself keeps others out; a data folder has a lock of its own."""


OF_ONE = StoreKind("a charge point")


class Store:
    """An open database; what takes long or is damaged is told."""

    def __init__(
        self,
        path: Path,
        log: logging.Logger,
        troubles: TroubleKeeper,
        kind: StoreKind = OF_ONE,
    ) -> None:
        self.slow = SlowDisk(log, troubles)
        """Tells of a disk that is slow at this store."""
        self._log = log
        self._troubles = troubles
        self._path = path
        self._kind = kind
        self._thread = DaemonThread("store")
        self._database: sqlite3.Connection
        self._inode: int

    @staticmethod
    async def open(folder: Path, log: logging.Logger, troubles: TroubleKeeper) -> Store:
        """Open or create the database in a folder that is locked already."""
        store = Store(folder / DATABASE_FILE, log, troubles)
        await store.begin()
        return store

    async def begin(self) -> None:
        """Open or create the file; raises `EngineStartError`."""
        try:
            await self._thread.call(self._open)
        except BaseException:
            self._thread.end()
            raise

    async def read(self, table: Table, key: str) -> str | None:
        """Give one record as it is; raises `EngineStartError`."""
        query = "SELECT value FROM record WHERE kind IS ? AND key IS ?"

        def find() -> str | None:
            row = self._database.execute(query, (table, key)).fetchone()
            return None if row is None else row[0]

        try:
            return await self._thread.call(find)
        except sqlite3.Error as error:
            raise EngineStartError(f"cannot read {self._path}: {error}") from None

    async def load(self) -> StoredRecords:
        """Read all records; a damaged row is put aside and never stops the start.

        Raises `EngineStartError`.
        """
        with self.slow.watched(TO_READ):
            records, damaged = await self._thread.call(self._load)
        if damaged:
            hint = "the disk may be failing: what they said is not in force any more"
            text = f"Damaged and put aside: {count(damaged, 'record')} of the store"
            self._troubles.raise_trouble(RECORD_SET_ASIDE, text, hint, lasts=HAPPENED)
        return records

    async def counts(self) -> dict[str, int]:
        """Count the records of each table; raises `StoreError`."""
        query = "SELECT kind, COUNT(*) FROM record GROUP BY kind"
        try:
            rows = await self._thread.call(lambda: self._database.execute(query).fetchall())
        except (sqlite3.Error, ValueError) as error:
            raise StoreError(f"records were not counted: {_words(error)}") from error
        return {str(kind): int(number) for kind, number in rows}

    async def commit(self, changes: Changes) -> None:
        """Write all in one transaction; raises `StoreError`."""
        saved = [
            (table, key, value) for (table, key), value in changes.items() if value is not None
        ]
        gone = [key for key, value in changes.items() if value is None]
        await self._thread.call(partial(self._commit, saved, gone))

    async def put_aside(self, records: Collection[PutAside]) -> None:
        """Move records, each with the reason, to where only a person looks; raises `StoreError`."""
        rows = [(each.table, each.key, each.why) for each in records]
        with self.slow.watched(TO_PUT_ASIDE):
            await self._thread.call(partial(self._put_aside, rows))

    async def watch_place(self) -> None:
        """Tell for as long as what is written would not be found again; until cancelled.

        SQLite goes on writing to a file that has lost its name.
        """
        while True:
            await asyncio.sleep(PLACE_LOOK_S)
            try:
                # Without a limit: a look that hangs is one thread, and the store tells of it.
                inode = (await in_daemon_thread(self._path.stat)).st_ino
            except FileNotFoundError:
                inode = None
            except OSError:
                # A disk that fails is told by what is written to it.
                continue
            if inode == self._inode:
                self._troubles.end_trouble(LOST)
            else:
                what = "gone" if inode is None else "another file now"
                text = f"What is saved now is lost at the next start: {self._path} is {what}"
                news = 0 if self._troubles.stands(LOST) else 1
                self._troubles.raise_trouble(LOST, text, LOST_HINT, news)

    async def close(self) -> None:
        """Close the database; what was committed is on disk already."""
        closing = self._thread.call(self._database.close)
        self._thread.end()
        await closing

    def _open(self) -> None:
        path = self._path
        try:
            self._inode = _create_private(path, self._kind)
            self._database = sqlite3.connect(path)
        except (OSError, sqlite3.Error) as error:
            raise EngineStartError(f"cannot open {path}: {_why(error, path)}") from None
        try:
            _prepare(self._database, path, self._kind)
        except sqlite3.OperationalError as error:
            self._database.close()
            if self._kind.is_locked and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise EngineStartError(f"{path} is in use by another process") from None
            raise EngineStartError(f"cannot use {path}: {_why(error, path)}") from None
        except sqlite3.DatabaseError as error:
            self._database.close()
            if self._kind.application_id and error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
                raise _of_others(path, self._kind) from None
            raise EngineStartError(
                f"{path} is damaged ({error}); move it away to start with an empty one"
            ) from None
        except BaseException:
            self._database.close()
            raise

    def _load(self) -> tuple[StoredRecords, int]:
        records: dict[Table, dict[str, str]] = {table: {} for table in Table}
        damaged: list[tuple[object, object, str]] = []
        try:
            rows = self._database.execute("SELECT kind, key, value FROM record").fetchall()
        except sqlite3.Error as error:
            raise EngineStartError(f"cannot read {self._path.name}: {error}") from None
        for kind, key, value in rows:
            why = _fault(kind, key, value)
            if why is None:
                records[Table(kind)][key] = value
            else:
                self._log.error("store: %s is damaged: %s", record_name(kind, key), why)
                damaged.append((kind, key, why))
        try:
            self._put_aside(damaged)
        except StoreError as error:
            self._log.error("store: %s", error)
        return records, len(damaged)

    def _commit(
        self, saved: Sequence[tuple[Table, str, str]], gone: Sequence[tuple[Table, str]]
    ) -> None:
        try:
            with self._database:
                if saved:
                    self._database.executemany(_SAVE, saved)
                if gone:
                    self._database.executemany(_FORGET, gone)
        except (sqlite3.Error, ValueError, OSError) as error:
            raise StoreError(f"records were not written: {_why(error, self._path)}") from error

    def _put_aside(self, records: Collection[tuple[object, object, str]]) -> None:
        try:
            with self._database:
                copies = [(why, kind, key) for kind, key, why in records]
                self._database.executemany(_COPY_ASIDE, copies)
                self._database.executemany(_FORGET, [(kind, key) for kind, key, _ in records])
                # What is old, or more than anybody will look at, goes.
                bounds = f"-{QUARANTINE_DAYS_MAX} days", QUARANTINE_ROWS_MAX, QUARANTINE_BYTES_MAX
                self._database.execute(_THIN_OUT, bounds)
        except (sqlite3.Error, ValueError, OSError) as error:
            raise StoreError(f"records were not put aside: {_why(error, self._path)}") from error


def _prepare(database: sqlite3.Connection, path: Path, kind: StoreKind) -> None:
    """Set the safety of commits, check the version, and create the tables of a new file."""
    if kind.is_locked:
        # Held from the first look on; the system lets go of it, even after kill -9.
        database.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
    if kind.application_id:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        (found,) = database.execute("PRAGMA application_id").fetchone()
        if pages and found != kind.application_id:
            raise _of_others(path, kind)
        if not pages:
            # Before all else: a file that a kill leaves half made is known again.
            database.execute(f"PRAGMA application_id = {kind.application_id}")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"PRAGMA synchronous = {kind.synchronous}")
    # A log that has been round once is not grown by a commit any more: the disk has less to do.
    database.execute(f"PRAGMA wal_autocheckpoint = {kind.wal_pages}")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise EngineStartError(
            f"{path} is of a newer cp-tui (schema {version}, this one knows {SCHEMA_VERSION})"
        )
    if version < SCHEMA_VERSION:
        # In one transaction: each by itself would wait for the disk.
        version_too = f"PRAGMA user_version = {SCHEMA_VERSION};"
        database.executescript(f"BEGIN; {_SCHEMA} {version_too} COMMIT;")
    database.execute("SELECT kind, key, value FROM record LIMIT 1")
    if kind.is_locked:
        # Readers share the lock: only who writes keeps others out.
        database.execute("BEGIN EXCLUSIVE")
        database.execute("COMMIT")


def _of_others(path: Path, kind: StoreKind) -> EngineStartError:
    return EngineStartError(f"{path} is no store of {kind.of}: name another file")


def _create_private(path: Path, kind: StoreKind) -> int:
    """See that the file is its owner's alone: SQLite's side files take over its rights.

    Gives its inode.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    if not kind.application_id or not path.stat().st_size:
        # A file that somebody has named may be another one than he meant, unless it is empty.
        path.chmod(0o600)
    return path.stat().st_ino


def record_name(kind: object, key: object) -> str:
    """Name a record for people; that of a tag would be the tag."""
    return f"a record of {kind}" if kind in _OF_TAGS else f"{kind} {key!r}"


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


def _why(error: Exception, path: Path) -> str:
    """Say what is wrong; SQLite calls a disk that is full an I/O error where it maps memory."""
    try:
        about = what_is_wrong_with_disk(path.parent)
    except OSError:
        about = None
    return about or _words(error)


def _words(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
