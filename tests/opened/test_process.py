"""The process that reads: what it says arrives, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from queue import SimpleQueue

import pytest

from cp_tui.explain.explain import explain
from cp_tui.ocpp.calendar import later
from cp_tui.opened import reader
from cp_tui.opened.opening import open_log
from cp_tui.opened.words import ReadingTask, Wish, line
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.reading import open_trace
from tests.tiers import tier

END_S = 30.0
FRAMES = tier(400, deep=500_000)
CHARGE_POINTS = 20
BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
MEMORY_KIB = 208 * 1024
"""Of the process that reads, whatever the log; a screen has 100 MiB besides."""


def lines_of_a_fleet() -> Iterator[str]:
    """Sessions of charge points side by side, for ever."""
    for number in count():
        step, own = divmod(number, CHARGE_POINTS)
        at = later(BEGIN, number).isoformat()
        common = {"timestamp": at, "chargePointId": f"CP{own}", "messageId": f"{number}"}
        values = {"timestamp": at, "sampledValue": [{"value": f"{step}"}]}
        meter = {"connectorId": 1, "transactionId": own * 1_000_000 + step // 4 + 1}
        start = {"connectorId": 1, "idTag": "A", "meterStart": step, "timestamp": at}
        accepted = {"idTagInfo": {"status": "Accepted"}}
        action, call, answer = (
            ("StartTransaction", start, {**accepted, "transactionId": meter["transactionId"]}),
            ("MeterValues", {**meter, "meterValue": [values]}, {}),
            ("Heartbeat", {}, {"currentTime": at}),
            ("StopTransaction", {**meter, "meterStop": step, "timestamp": at}, accepted),
        )[step % 4]
        call.pop("connectorId") if action == "StopTransaction" else None
        head = {"direction": "cp-to-csms", "messageType": "CALL", "action": action}
        yield json.dumps({**common, **head, "payload": call})
        head = {"direction": "csms-to-cp", "messageType": "CALLRESULT"}
        yield json.dumps({**common, **head, "payload": answer})


async def test_a_log_is_read_and_judged_beside_within_bounds_and_its_files_have_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(files))
    monkeypatch.setenv("TMPDIR", str(files))
    path = tmp_path / "log"
    lines = lines_of_a_fleet()
    path.write_text("\n".join(islice(lines, FRAMES)))
    changed = asyncio.Event()
    with path.open("ab") as grown:
        # What has come since it was looked at is left for the next time.
        size = grown.tell()
        grown.write(f"\n{next(lines)}".encode())
    with path.open("rb") as file:
        log = await open_log(path, source=file.fileno(), size=size, is_behind=True)
    log.on_change = changed.set
    assert log.is_reading
    index = await log.read()
    while not log.is_compared:
        await changed.wait()
        changed.clear()
    assert [*files.iterdir()] == []
    assert (index.frames, log.problem, log.progress) == (FRAMES, "", 1.0)
    os.truncate(path, size)
    report = explain(open_trace(path))
    assert [each.text for each in index.found.findings] == [each.text for each in report.findings]
    given_up = asyncio.create_task(log.follower_at(FRAMES // 2))
    await asyncio.sleep(0)
    given_up.cancel()
    follower = await log.follower_at(FRAMES)
    assert follower is not None
    assert follower.known.now == index.at(FRAMES)
    status = Path(f"/proc/{log.process_id}/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        assert int(peak.split()[1]) < MEMORY_KIB
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
