"""A log that grows: what comes is read, what is put in its place is told; a pipe as well."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

import pytest

from cp_tui.follow.noted import NOTHING_NOTED
from cp_tui.opened import growing, supply
from cp_tui.opened.growing import GrowingLog
from cp_tui.opened.opening import OpenedLog
from cp_tui.opened.reader import Reader
from cp_tui.opened.supply import GrowingFile, PipeCopy, Supply
from cp_tui.opened.words import ReadingTask, Stumbled
from cp_tui.traces.opening import UnreadableTrace
from tests.opened.test_process import lines_of_a_fleet

END_S = 10.0
LINES = [f"{line}\n" for line in islice(lines_of_a_fleet(), 200)]


async def read_here(descriptor: int, size: int, is_behind: bool) -> OpenedLog:
    """Read and judge it at once, without a process."""
    spool, index = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
    files = os.dup(spool.fileno()), os.dup(index.fileno()), "/tmp", os.dup(descriptor)
    task = ReadingTask("log", None, None, None, *files, size)
    log = OpenedLog(task, spool, index, NOTHING_NOTED)
    try:
        reader = Reader(task, SimpleQueue(), log._take)
        reader.look_through(reader.read())[0].run()
    except UnreadableTrace as refusal:
        log._take(Stumbled(f"{refusal}"))
    return log


@asynccontextmanager
async def followed(
    source: Supply,
    monkeypatch: pytest.MonkeyPatch,
    *,
    follows: bool = True,
) -> AsyncIterator[tuple[GrowingLog, Callable[[Callable[[], bool]], asyncio.Future[None]]]]:
    """A log that is followed, and how to wait for what becomes of it."""
    monkeypatch.setattr(growing, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(growing, "LOOK_SELDOM_S", 0.01)

    log, news = GrowingLog("log", source, read_here, follows=follows), asyncio.Event()
    log.on_change = news.set

    async def until(is_there: Callable[[], bool]) -> None:
        while not is_there():
            await news.wait()
            news.clear()

    log.begin()
    try:
        async with asyncio.timeout(END_S):
            yield log, lambda is_there: asyncio.ensure_future(until(is_there))
    finally:
        await log.close()


def frames(log: GrowingLog) -> int:
    return 0 if log.index is None else log.index.frames


async def test_what_is_written_is_read_on_and_what_is_put_in_its_place_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, newer = tmp_path / "log", list[bool]()
    path.write_text("".join(LINES[:100]))
    source = GrowingFile(f"{path}")
    async with followed(source, monkeypatch) as (log, until):
        log.on_newer = newer.append
        await until(lambda: log.is_judged)
        before = log.index
        assert before is not None
        with path.open("a") as file:
            file.write("".join(LINES[100:150]) + LINES[150][:20])
        await until(lambda: frames(log) == 150)
        assert (newer, log.is_judged, log.said) == ([False], True, ""), "half a line waits"
        assert log.index is not None
        assert log.index.record(100) == before.record(100), "what is shown can still be read"
        path.write_text("".join(LINES[20:200]))
        await until(lambda: frames(log) == 180)
        path.write_text("".join(LINES[20:40]))
        await until(lambda: frames(log) == 20)
        assert newer == [False, True, True]
        assert log.said == "log was cut or replaced: it is read anew from its begin"
        assert log.is_growing
        assert not log.problem


async def test_a_pipe_shows_what_has_come_so_far_and_its_end_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    async with followed(PipeCopy(reading), monkeypatch) as (log, until):
        os.write(writing, LINES[0].encode()[:50])
        assert log.is_reading
        os.write(writing, "".join(LINES[:10]).encode()[50:])
        await until(lambda: frames(log) == 10)
        # The last line has no end, and is whole all the same.
        os.write(writing, "".join(LINES[10:12])[:-1].encode())
        os.close(writing)
        await until(lambda: not log.is_growing)
        assert frames(log) == 12


async def test_a_log_that_is_not_followed_says_that_there_is_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_text("".join(LINES[:10])[:-1])
    source = GrowingFile(f"{path}", has_lines=False)
    async with followed(source, monkeypatch, follows=False) as (log, until):
        await until(lambda: log.is_judged)
        with path.open("a") as file:
            file.write(LINES[10])
        await until(lambda: bool(log.said))
        assert log.said == "log has changed since it was read: --follow reads on"
        assert frames(log) == 10


async def test_without_a_frame_it_is_said_why_once_nothing_more_can_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    os.close(writing)
    async with followed(PipeCopy(reading), monkeypatch) as (log, until):
        await until(lambda: bool(log.problem))
        assert log.problem == "log: it is empty"


def test_half_a_line_is_taken_once_it_stays_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    source = GrowingFile(f"{path}")
    path.write_bytes(b"one\ntwo")
    assert source.look().size == len(b"one\n")
    monkeypatch.setattr(supply, "REST_S", 0.0)
    assert source.look().size == len(b"one\ntwo")
    monkeypatch.setattr(supply, "REST_S", 60.0)
    for whole in (b"one", b"\x1f\x8bpacked\n with feeds", b""):
        path.write_bytes(whole)
        assert GrowingFile(f"{path}").look().size == len(whole)
    path.write_bytes(b"a" * 300)
    begin = source.witness(290)
    path.write_bytes(b"a" * 289 + b"b" * 20)
    assert source.witness(290) != begin, "another text of the same file"
