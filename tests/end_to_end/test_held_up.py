"""The installed program with a reader that does not read: its charge point answers all the same."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from cp_tui.rpc.client import Client
from tests.end_to_end.hostile_csms import until_accepted
from tests.end_to_end.processes import END_TIMEOUT_S, Serve
from tests.end_to_end.programs import Running, start_writing
from tests.end_to_end.raw_csms import RawCsms
from tests.end_to_end.terminal import in_terminal

LINES = 6_000
"""Frames that are a line of the log each: many times what a pipe holds, and the queue as well."""
GROWN_MB_MAX = 80
"""Of a screen that is told 48 MB: the messages that it shows cost half of it, and no more come."""
ANSWER_S_MAX = 30.0
"""Far above any answer, far below what stood before: for ever."""


@asynccontextmanager
async def held(
    folder: Path, csms: RawCsms, *, on_terminal: bool = False
) -> AsyncIterator[tuple[Serve, int]]:
    """Run `serve` with a standard error that nobody reads; gives its other end as well."""
    reading, writing = pty.openpty() if on_terminal else os.pipe()
    socket, data_dir = folder / "door", folder / "data"
    arguments = (f"--url={csms.url}", "--id=CP1", f"--socket={socket}", f"--data-dir={data_dir}")
    try:
        process = await start_writing("serve", *arguments, stderr=writing)
    finally:
        os.close(writing)
    serve = Serve(process, socket, data_dir)
    try:
        async with asyncio.timeout(30):
            while not socket.exists() or csms._connection is None:
                await asyncio.sleep(0.02)
        yield serve, reading
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        os.close(reading)


async def provoke(csms: RawCsms) -> None:
    """Have the engine log line after line."""
    for number in range(LINES):
        await csms.say(f'[3,"nobody asked {number}",{{}}]')


async def answer_s(csms: RawCsms) -> float:
    since = time.monotonic()
    answer = await csms.call("GetConfiguration", {"key": ["HeartbeatInterval"]})
    assert answer[0] == 3
    return time.monotonic() - since


async def ended(process: Running) -> int:
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(END_TIMEOUT_S):
        return await process.wait()


@pytest.mark.parametrize("on_terminal", [False, True], ids=["pipe", "terminal"])
async def test_a_standard_error_that_nobody_reads_stops_no_answer_and_no_end(
    tmp_path: Path, on_terminal: bool
) -> None:
    async with RawCsms() as csms, held(tmp_path, csms, on_terminal=on_terminal) as (serve, _):
        assert await answer_s(csms) < ANSWER_S_MAX
        await provoke(csms)
        assert await answer_s(csms) < ANSWER_S_MAX
        async with asyncio.timeout(30):
            while "log.dropped" not in (await serve.ctl("get", "variable=troubles")).out:
                await asyncio.sleep(0.2)
        # What matters is in the file.
        assert await ended(serve.process) == 0
        lines = (serve.data_dir / "cp-tui.log").read_text().splitlines()
        assert sum("came to no open request" in line for line in lines) > LINES / 2


async def test_a_reader_that_comes_back_hears_how_much_it_missed(tmp_path: Path) -> None:
    async with RawCsms() as csms, held(tmp_path, csms) as (serve, reading):
        await provoke(csms)
        assert await answer_s(csms) < ANSWER_S_MAX
        os.set_blocking(reading, False)
        text = b""
        async with asyncio.timeout(30):
            while b" lines of the log;" not in text:
                with suppress(BlockingIOError):
                    text = text[-200:] + os.read(reading, 65_536)
                await asyncio.sleep(0)
            while "log.dropped" in (await serve.ctl("get", "variable=troubles")).out:
                await asyncio.sleep(0.2)
        assert await ended(serve.process) == 0


async def test_the_csms_answers_while_nobody_reads_what_it_prints(tmp_path: Path) -> None:
    """`cp-tui csms` on a terminal that is held with ^S."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4_096)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cp_tui", "csms", "--port=0"),
        stdin=DEVNULL,
        stdout=writing,
        stderr=DEVNULL,
    )
    os.close(writing)
    try:
        first = await asyncio.to_thread(os.read, reading, 200)
        url = first.decode().split("listens on ")[1].split("/<")[0]
        data, socket = tmp_path / "data", tmp_path / "door"
        target = (f"--url={url}", f"--data-dir={data}", f"--socket={socket}")
        engine = await start_writing("serve", "--quiet", "--id=CP1", *target)
        try:
            serve = Serve(engine, socket, data)
            async with asyncio.timeout(30):
                while not socket.exists():
                    await asyncio.sleep(0.02)
            client = await Client.connect(socket)
            await until_accepted(client)
            for _ in range(40):
                answer = await client.call("data_transfer", vendor_id="v", data="x" * 1_000)
                assert isinstance(answer.result, dict)
                assert answer.result["status"] == "UnknownVendorId"
            await client.close()
            assert await ended(serve.process) == 0
        finally:
            with suppress(ProcessLookupError):
                engine.kill()
            await engine.wait()
        assert await ended(process) == 0
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        os.close(reading)


def resident_mb(pid: int) -> int:
    """How much memory a process has, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1_000


async def test_a_screen_that_is_held_with_ctrl_s_grows_little_and_is_current_after_it(
    tmp_path: Path,
) -> None:
    long = "x" * 60_000
    async with (
        RawCsms() as csms,
        held(tmp_path, csms) as (serve, _),
        in_terminal("attach", f"--socket={serve.socket}", size=(160, 50)) as screen,
    ):
        await screen.see("Available")
        screen.press("2")
        await screen.see("BootNotification")
        before = resident_mb(screen.process.pid)
        screen.stop_reading()
        for number in range(800):
            # 48 MB: many times what waits anywhere for a reader.
            screen.press("tab")
            payload = {"vendorId": "V", "data": long}
            assert (await csms.call("DataTransfer", payload))[0] == 3, number
        assert resident_mb(screen.process.pid) - before < GROWN_MB_MAX
        await csms.call("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "4321"})
        screen.read_on()
        screen.press("3")
        await screen.see("HeartbeatInterval", "4321")
        assert resident_mb(screen.process.pid) - before < GROWN_MB_MAX
        assert await ended(serve.process) == 0
