"""The security log: bounded, one JSON object a line, never waited for, its gaps told."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from cp_tui.charge_point.events import Event, SecurityLogChanged
from cp_tui.charge_point.variables.security import SecurityLogLine
from cp_tui.engine import line_writer
from cp_tui.engine.diagnostics_archive import LogPeriod
from cp_tui.engine.security_log import (
    FILES_KEPT,
    SECURITY_LOG_FILE,
    SecurityLog,
    build_security_log,
)
from tests.engine.fakes import NOON

WAIT_S = 30.0


def line(number: int) -> SecurityLogLine:
    """Make a line, an hour after the one before."""
    return SecurityLogLine(
        time=NOON + timedelta(hours=number),
        type="ResetOrReboot",
        tech_info=f"{number:04}",
        is_critical=True,
        is_queued=False,
    )


class Told:
    """A log, and what the mind heard of it."""

    def __init__(self, folder: Path, bytes_max: int) -> None:
        self.events: list[Event] = []
        self.log = SecurityLog(folder, self._deliver, logging.Logger("test"), bytes_max)

    async def _deliver(self, event: Event) -> None:
        self.events.append(event)

    @property
    def newest(self) -> SecurityLogChanged:
        assert isinstance(self.events[-1], SecurityLogChanged)
        return self.events[-1]

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not is_so():
                await asyncio.sleep(0.001)


@asynccontextmanager
async def security_log(folder: Path, bytes_max: int = 100_000) -> AsyncIterator[Told]:
    told = Told(folder, bytes_max)
    try:
        yield told
    finally:
        await told.log.end()


async def test_lines_are_json_and_their_size_is_told(tmp_path: Path) -> None:
    path = tmp_path / SECURITY_LOG_FILE
    async with security_log(tmp_path) as told:
        told.log.put(line(1))
        told.log.put(line(2))
        await told.until(lambda: path.read_bytes().count(b"\n") == 2)
        await told.until(lambda: bool(told.events))
        await told.until(lambda: told.newest.size_bytes == path.stat().st_size)
        assert not told.newest.has_dropped
        found = [json.loads(each) for each in path.read_text().splitlines()]
        assert [each["tech_info"] for each in found] == ["0001", "0002"]
        assert found[0]["type"] == "ResetOrReboot"
        assert path.stat().st_mode & 0o777 == 0o600

        told.log.empty()
        await told.until(lambda: told.newest.size_bytes == 0)
        assert path.read_bytes() == b""


async def test_the_oldest_lines_make_room_and_that_is_told(tmp_path: Path) -> None:
    """SecurityLogWasCleared is due when lines are lost (W A04)."""
    length = 2 * 120
    async with security_log(tmp_path, length) as told:
        for number in range(2 * (FILES_KEPT + 2)):
            told.log.put(line(number))
        await told.until(lambda: any(getattr(each, "has_dropped", False) for each in told.events))
    files = [*tmp_path.glob(f"{SECURITY_LOG_FILE}*")]
    assert len(files) == FILES_KEPT + 1
    assert sum(path.stat().st_size for path in files) <= length * (FILES_KEPT + 1)

    out = tmp_path / "out"
    build_security_log(out, tmp_path, LogPeriod())
    numbers = [int(json.loads(each)["tech_info"]) for each in out.read_text().splitlines()]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 2 * (FILES_KEPT + 2) - 1
    assert numbers[0] > 0


def test_lines_of_a_period_are_delivered_and_a_broken_one_stays_with_its_neighbour(
    tmp_path: Path,
) -> None:
    lines = [
        json.dumps({"time": (NOON + timedelta(hours=number)).isoformat(), "tech_info": number})
        for number in range(4)
    ]
    lines.insert(2, '{"cut off')
    (tmp_path / SECURITY_LOG_FILE).write_text("\n".join(lines) + "\n")
    period = LogPeriod(NOON + timedelta(hours=1), NOON + timedelta(hours=2))
    build_security_log(tmp_path / "out", tmp_path, period)
    assert (tmp_path / "out").read_text().splitlines() == lines[1:4]


async def test_a_full_disk_is_told_and_the_gap_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_full = True

    def write(file: int, data: bytes) -> None:
        if is_full:
            raise OSError(28, "No space left on device")
        line_writer.write_all(file, data)

    monkeypatch.setattr("cp_tui.engine.log.write_all", write)
    path = tmp_path / SECURITY_LOG_FILE
    async with security_log(tmp_path) as told:
        told.log.put(line(1))
        await told.until(lambda: bool(told.events))
        assert told.newest.failure == "No space left on device"
        is_full = False
        await told.until(lambda: b"missing_lines" in path.read_bytes())
        await told.until(lambda: told.newest.failure == "")
    assert json.loads(path.read_text())["missing_lines"] == 1
