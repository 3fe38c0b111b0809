"""The process that reads: what it says arrives, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from queue import SimpleQueue

import pytest

from cp_tui.explain.explain import explain
from cp_tui.opened import reader
from cp_tui.opened.opening import open_log
from cp_tui.opened.words import ReadingTask, Wish, line
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.reading import open_trace

SAMPLE = Path(__file__).parent.parent / "data" / "traces" / "home_assistant_finishing.log"
END_S = 10.0


async def test_a_log_is_read_and_judged_beside_and_its_files_have_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    changed = asyncio.Event()
    log = await open_log(SAMPLE)
    log.on_change = changed.set
    assert log.is_reading
    async with asyncio.timeout(END_S):
        index = await log.read()
        while not log.is_judged:
            await changed.wait()
            changed.clear()
    assert [*tmp_path.iterdir()] == []
    assert (index.frames, log.problem, log.progress) == (38, "", 1.0)
    report = explain(open_trace(SAMPLE))
    assert [each.text for each in index.found.findings] == [each.text for each in report.findings]
    await log.close()
    with pytest.raises(OSError, match=r"closed|descriptor"):
        index.record(1)


async def test_what_is_no_log_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    log = await open_log(tmp_path / "empty")
    with pytest.raises(UnreadableTrace, match=r"empty: it is empty$"):
        await log.read()
    assert not log.is_reading
    await log.close()


async def test_a_process_that_is_killed_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    log = await open_log(tmp_path / "fifo")
    log.kill()
    with pytest.raises(UnreadableTrace, match="what reads it has ended: signal SIGKILL"):
        await log.read()
    await log.close()


def test_it_ends_when_the_pipe_closes_even_where_it_waits_for_a_log(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as spool:
        file, fd = str(tmp_path / "fifo"), spool.fileno()
        task = ReadingTask(file, None, None, None, fd, fd, "/tmp")
        process = subprocess.Popen(
            [sys.executable, "-m", "cp_tui.opened.reader", str(reading)],
            pass_fds=(reading, spool.fileno()),
        )
    os.close(reading)
    os.write(writing, line(task))
    os.close(writing)
    assert process.wait(END_S) == 0


def test_it_ends_when_another_process_has_become_its_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ended(status: int) -> None:
        raise SystemExit(status)

    monkeypatch.setattr(os, "_exit", ended)
    monkeypatch.setattr(reader, "PARENT_CHECKED_S", 0.0)
    reading, writing = os.pipe()
    wishes: SimpleQueue[Wish] = SimpleQueue()
    with pytest.raises(SystemExit):
        reader.listen(reading, line(Wish(1, 0, 7)), wishes, parent=-1)
    os.close(reading)
    os.close(writing)
    assert wishes.get() == Wish(1, 0, 7)
