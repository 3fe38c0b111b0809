"""The store: what was committed is there after a crash, and a bad file is one clear line."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cp_tui.charge_point.effects import PutAside, Table
from cp_tui.engine.errors import EngineStartError, StoreError
from cp_tui.engine.lock import LOCK_FILE, FolderLock, engine_in, prepare_folder
from cp_tui.engine.store import (
    DATABASE_FILE,
    QUARANTINE_BYTES_MAX,
    QUARANTINE_DAYS_MAX,
    QUARANTINE_ROWS_MAX,
    Store,
)
from cp_tui.engine.troubles import TroubleKeeper

SILENT = logging.Logger("test", logging.CRITICAL)
UNHEARD = TroubleKeeper(lambda name, value: None, lambda: datetime.now(UTC))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Store]:
    store = await Store.open(folder, SILENT, UNHEARD)
    try:
        yield store
    finally:
        await store.close()


async def test_records_are_kept_replaced_and_forgotten(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.commit(
            {
                (Table.KEY, "a"): '{"text":"1"}',
                (Table.KEY, "b"): '{"text":"2"}',
                (Table.STATE, "a"): '{"text":"4"}',
            }
        )
        await store.commit(
            {
                (Table.KEY, "a"): '{"text":"3"}',
                (Table.KEY, "b"): None,
                (Table.KEY, "never there"): None,
            }
        )
        await store.commit({})
    async with opened(tmp_path) as store:
        records = await store.load()
    assert records[Table.KEY] == {"a": '{"text":"3"}'}
    assert records[Table.STATE] == {"a": '{"text":"4"}'}
    assert records[Table.OUTBOX] == {}


async def test_the_files_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "CP001"
    prepare_folder(folder)
    async with opened(folder) as store:
        await store.commit({(Table.KEY, "a"): "1"})
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    assert f"{DATABASE_FILE}-wal" in modes


async def test_commits_are_durable(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        assert await execute(store, "PRAGMA synchronous") == [(2,)]
        assert await execute(store, "PRAGMA journal_mode") == [("wal",)]


CRASHING = """
import asyncio, sys
from pathlib import Path
from cp_tui.charge_point.effects import Table
from cp_tui.engine.store import Store
from tests.engine.test_store import SILENT, UNHEARD

async def main() -> None:
    store = await Store.open(Path(sys.argv[1]), SILENT, UNHEARD)
    for number in range(1_000_000):
        text = str(number)
        await store.commit({(Table.OUTBOX, text): "1", (Table.KEY, "n"): text})
        print(number, flush=True)

asyncio.run(main())
"""


async def test_what_was_reported_as_written_survives_a_kill(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CRASHING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        for _ in range(20):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        reported = 19 + len(process.stdout.read().splitlines())
    process.wait(timeout=30)
    async with opened(tmp_path) as store:
        records = await store.load()
    newest = int(records[Table.KEY]["n"])
    # The commit may have been done and its report lost, never the other way round.
    assert newest in (reported, reported + 1)
    assert len(records[Table.OUTBOX]) == newest + 1


async def test_damaged_rows_are_put_aside_and_the_rest_is_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.commit({(Table.KEY, "good"): "1"})
    with sqlite3.connect(tmp_path / DATABASE_FILE) as database:
        database.execute("INSERT INTO record VALUES ('configuration_key', 'torn', '{\"a\":')")
        database.execute("INSERT INTO record VALUES ('no_such_table', 'x', '1')")
        database.execute("INSERT INTO record VALUES ('outbox', 'blob', x'ff00')")
    database.close()
    async with opened(tmp_path) as store:
        assert (await store.load())[Table.KEY] == {"good": "1"}
    async with opened(tmp_path) as store:
        assert await execute(store, "SELECT key, why FROM quarantine ORDER BY key") == [
            ("blob", "not text"),
            ("torn", "not JSON"),
            ("x", "unknown table"),
        ]


async def test_what_was_put_aside_is_bounded_by_count_and_age(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await execute(
            store,
            "INSERT INTO quarantine (moved_at, kind, key, value, why)"
            " VALUES (datetime('now', ?), 'key', ?, '{', 'not JSON')",
            [(f"-{QUARANTINE_DAYS_MAX + 1} days", "old"), ("-1 days", "recent")],
        )
        await execute(
            store,
            "INSERT INTO record (kind, key, value) VALUES ('key', ?, '{')",
            [(f"{number:05}",) for number in range(QUARANTINE_ROWS_MAX - 1)],
        )
        await store.load()
        assert await _put_aside(store) == (QUARANTINE_ROWS_MAX, "recent")
        await execute(store, "INSERT INTO record VALUES ('key', 'z', '{')")
        await store.load()
        # The newest stay; the oldest has made room.
        assert await _put_aside(store) == (QUARANTINE_ROWS_MAX, "00000")


async def test_what_was_put_aside_is_bounded_by_bytes_and_the_newest_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for number in range(6):
            value = json.dumps("x" * (QUARANTINE_BYTES_MAX // 4))
            await store.commit({(Table.KEY, f"{number}"): value})
            await store.put_aside([PutAside(Table.KEY, f"{number}", "it breaks the charger")])
        assert await _put_aside(store) == (3, "3")
        await store.commit({(Table.KEY, "long"): json.dumps("x" * 2 * QUARANTINE_BYTES_MAX)})
        await store.put_aside([PutAside(Table.KEY, "long", "it breaks the charger")])
        assert await _put_aside(store) == (1, "long")


async def execute(store: Store, sql: str, many: Sequence[Any] = ((),)) -> list[Any]:
    """Do something in the database, beside the store."""

    def work() -> list[Any]:
        with store._database as database:
            return [row for values in many for row in database.execute(sql, values)]

    return await store._thread.call(work)


async def _put_aside(store: Store) -> tuple[int, str]:
    keys = [
        str(key) for (key,) in await execute(store, "SELECT key FROM quarantine ORDER BY rowid")
    ]
    return len(keys), keys[0]


async def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(b"this is not a database" * 100)
    with pytest.raises(EngineStartError, match=r"state.sqlite3 is damaged .*move it away"):
        await Store.open(tmp_path, SILENT, UNHEARD)


async def test_a_database_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / DATABASE_FILE) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(EngineStartError, match="schema 99, this one knows 1"):
        await Store.open(tmp_path, SILENT, UNHEARD)


async def test_a_full_disk_is_an_error_and_writing_works_again_later(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.commit({(Table.KEY, "before"): "1"})
        ((pages,),) = await execute(store, "PRAGMA page_count")
        await execute(store, f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="full"):
            await store.commit({(Table.KEY, "big"): f'"{"x" * 100_000}"'})
        await execute(store, "PRAGMA max_page_count = 1000000")
        await store.commit({(Table.KEY, "after"): "2"})
        assert (await store.load())[Table.KEY] == {"before": "1", "after": "2"}


async def test_a_folder_without_rights_or_of_a_wrong_kind_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineStartError, match="is not a folder"):
        prepare_folder(tmp_path / "file")
    with pytest.raises(EngineStartError, match="cannot create"):
        prepare_folder(tmp_path / "file" / "below")
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(EngineStartError, match="no rights"):
        prepare_folder(tmp_path)


HOLDING = """
import sys, time
from pathlib import Path
from cp_tui.engine.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_second_engine_is_kept_out_and_told_who_is_in(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdout.readline()
        with pytest.raises(EngineStartError, match=rf"\(process {process.pid}\).*{tmp_path}"):
            FolderLock(tmp_path)
        process.kill()
        process.wait(timeout=30)
    lock = FolderLock(tmp_path)
    with pytest.raises(EngineStartError, match="runs already"):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()


LOOKING = """
import sys
from pathlib import Path
from cp_tui.engine.lock import engine_in
print("looking", flush=True)
while True:
    engine_in(Path(sys.argv[1]))
"""


def test_somebody_who_looks_keeps_no_engine_from_starting(tmp_path: Path) -> None:
    """As `cp-tui check` does while `cp-tui serve` starts; here as often as it can."""
    FolderLock(tmp_path).release()
    looking = [
        subprocess.Popen(
            [sys.executable, "-c", LOOKING, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        for process in looking:
            assert process.stdout is not None
            process.stdout.readline()
        for _ in range(50):
            FolderLock(tmp_path).release()
    finally:
        for process in looking:
            process.kill()
            process.communicate(timeout=30)


def test_a_look_changes_nothing_and_finds_no_other_look(tmp_path: Path) -> None:
    FolderLock(tmp_path).release()
    (tmp_path / LOCK_FILE).write_text("12345\n")
    with (tmp_path / LOCK_FILE).open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert engine_in(tmp_path) is None
    assert (tmp_path / LOCK_FILE).read_text() == "12345\n"


def test_a_look_that_never_ends_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FolderLock(tmp_path).release()
    monkeypatch.setattr("cp_tui.engine.lock.LOOKS_MAX", 3)
    with (tmp_path / LOCK_FILE).open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        with pytest.raises(EngineStartError, match="runs already"):
            FolderLock(tmp_path)
    FolderLock(tmp_path).release()
