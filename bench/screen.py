"""What the screen costs: `python bench/screen.py`. Bytes to the terminal, processor, key to paint.

`cp-tui attach` runs in a pty of 80x24 on a real `cp-tui serve`; a CSMS in a process of its own
sends requests at a steady rate. Start is set against a bare Textual app, and traffic against
a program that reads the same variables through the same door and does nothing with them.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import pty
import sys
import termios
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

from websockets.asyncio.server import ServerConnection, serve

COLUMNS, LINES = 80, 24
IDLE_S = 60.0
TRAFFIC_S = 15.0
STEPS = 20
PAINT_S_MAX = 2.0
SETTLE_S = 1.0
STARTS = 5
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
FOLLOWED = ("identity", "link", "registration", "connectors", "configuration", "outbox", "messages")

REQUESTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
    ("DataTransfer", {"vendorId": "org.example", "data": "x" * 100}),
    ("GetLocalListVersion", {}),
)
"""Each is a frame in and a frame out."""

BARE_APP = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("Accepted")
Bare().run()
"""

BARE_READER = """
import json, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect(sys.argv[1])
ask = {"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"variables": sys.argv[2:]}}
door.sendall(json.dumps(ask).encode() + b"\\n")
for line in door.makefile("rb"):
    json.loads(line)
"""


# --- the CSMS, in a process of its own ------------------------------------------------------------


def run_csms(pipe: Connection) -> None:
    """Serve one charge point; the pipe says how many frames per second to cause, until None."""
    asyncio.run(_csms(pipe))


async def _csms(pipe: Connection) -> None:
    rate = 0.0

    async def converse(connection: ServerConnection) -> None:
        asking = asyncio.create_task(_ask(connection))
        try:
            async for text in connection:
                frame = json.loads(text)
                if frame[0] == 2:
                    await connection.send(json.dumps([3, frame[1], _answer(frame[2])]))
        finally:
            asking.cancel()

    async def _ask(connection: ServerConnection) -> None:
        begin, sent = monotonic(), 0.0
        for number in count():
            if rate == 0:
                begin, sent = monotonic(), 0.0
            elif sent < (monotonic() - begin) * rate / 2:
                action, payload = REQUESTS[number % len(REQUESTS)]
                await connection.send(json.dumps([2, f"{number}", action, payload]))
                sent += 1
                continue
            await asyncio.sleep(0.002)

    async with serve(converse, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:  # type: ignore[list-item]
        pipe.send(next(iter(server.sockets)).getsockname()[1])
        while (order := await asyncio.to_thread(pipe.recv)) is not None:
            rate = order


def _answer(action: str) -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    answers: dict[str, dict[str, object]] = {
        "BootNotification": {"status": "Accepted", "currentTime": now, "interval": 86_400},
        "Heartbeat": {"currentTime": now},
    }
    return answers.get(action, {})


# --- what is measured -----------------------------------------------------------------------------


class Terminal:
    """A program in a pty: how many bytes came, and when the newest did."""

    def __init__(self, process: Process, near: int) -> None:
        self.process = process
        self.bytes = 0
        self.text = bytearray()
        self.last_at = 0.0
        self._near = near
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(near, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._near, 65_536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self._near)
            return
        self.bytes += len(data)
        self.text += data
        self.last_at = monotonic()
        self._news.set()

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._near, keys.encode())

    async def painted(self, keys: str) -> tuple[float, int]:
        """Type; give the seconds to the first byte of what comes of it, and how many bytes come."""
        before, begin = self.bytes, monotonic()
        self._news.clear()
        self.press(keys)
        async with asyncio.timeout(PAINT_S_MAX):
            await self._news.wait()
        first_s = self.last_at - begin
        await asyncio.sleep(0.3)
        return first_s, self.bytes - before

    async def wait_for(self, text: bytes) -> None:
        """Wait until a text was written."""
        async with asyncio.timeout(20):
            while text not in self.text:
                self._news.clear()
                await self._news.wait()

    @property
    def cpu_s(self) -> float:
        """Time of the processor that the program took so far."""
        return cpu_s(self.process.pid)

    async def close(self) -> None:
        """End it."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        asyncio.get_running_loop().remove_reader(self._near)
        os.close(self._near)


def cpu_s(process_id: int) -> float:
    """Time of the processor that a process took so far, its threads included."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


@asynccontextmanager
async def in_terminal(*command: str) -> AsyncIterator[Terminal]:
    """Run a program in a pty of 80x24."""
    near, far = pty.openpty()
    os.set_blocking(near, False)
    termios.tcsetwinsize(far, (LINES, COLUMNS))
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=far,
        stdout=far,
        stderr=far,
        start_new_session=True,
        env=os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )
    os.close(far)
    terminal = Terminal(process, near)
    try:
        yield terminal
    finally:
        await terminal.close()


@asynccontextmanager
async def charge_point() -> AsyncIterator[tuple[Path, Connection, int]]:
    """An accepted charge point: its door, the reins of its CSMS, and its process id."""
    context = multiprocessing.get_context("spawn")
    pipe, far = context.Pipe()
    csms = context.Process(target=run_csms, args=(far,))
    csms.start()
    port = await asyncio.to_thread(pipe.recv)
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        door = Path(name) / "door"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cp_tui", "serve", "--quiet", "--id=CP001"),
            *(f"--url=ws://127.0.0.1:{port}", f"--socket={door}", f"--data-dir={name}/data"),
            stdin=DEVNULL,
            stderr=PIPE,
        )
        try:
            while not door.exists():
                await asyncio.sleep(0.05)
            await asyncio.sleep(SETTLE_S)
            yield door, pipe, process.pid
        finally:
            process.terminate()
            await process.communicate()
            pipe.send(None)
            csms.join()


def attach(door: Path) -> tuple[str, ...]:
    """The command of the screen."""
    return (sys.executable, "-m", "cp_tui", "attach", f"--socket={door}")


# --- the tables -----------------------------------------------------------------------------------


async def starts(door: Path) -> None:
    """From the command to the first byte and to the first full data."""
    commands: dict[str, Sequence[str]] = {
        "bare Textual app": (sys.executable, "-c", BARE_APP),
        "cp-tui attach": attach(door),
    }
    first: dict[str, list[float]] = {name: [] for name in commands}
    full: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            begin = monotonic()
            async with in_terminal(*command) as terminal:
                await terminal.wait_for(b"\x1b")
                first[name].append(monotonic() - begin)
                await terminal.wait_for(b"Accepted")
                full[name].append(monotonic() - begin)
    print("| Start | first byte, s | data, s | Ratio |\n|---|---|---|---|")
    bare = median(full["bare Textual app"])
    for name in commands:
        data_s = median(full[name])
        print(f"| {name} | {median(first[name]):.2f} | {data_s:.2f} | {data_s / bare:.1f} |")


async def idle_and_keys(terminal: Terminal) -> None:
    """A screen at rest, and what keys cost on it."""
    before, cpu = terminal.bytes, terminal.cpu_s
    await asyncio.sleep(IDLE_S)
    idle = (terminal.bytes - before) * 60 / IDLE_S
    share = 100 * (terminal.cpu_s - cpu) / IDLE_S
    print("\n| At rest | Bytes | CPU |\n|---|---|---|")
    print(f"| dashboard, a minute | {idle:,.0f} | {share:.2f} % |")
    print("\n| Key | Bytes, median | most | ms to paint, median | CPU, ms each |")
    print("|---|---|---|---|---|")
    await keys(terminal, "cursor step, keys of the dashboard", "\t\t", ["j"] * STEPS)
    await keys(terminal, "next pane", "", ["\t"] * STEPS)
    await keys(terminal, "another screen", "", [*"23456123451"])
    await keys(terminal, "cursor step, messages", "2", ["j"] * STEPS)
    await keys(terminal, "cursor step, configuration", "3", ["j"] * STEPS)
    terminal.press("1")
    await asyncio.sleep(SETTLE_S)


async def keys(terminal: Terminal, what: str, first: str, presses: Sequence[str]) -> None:
    """Press keys one by one and print a row."""
    for key in first:
        terminal.press(key)
        await asyncio.sleep(SETTLE_S)
    cpu = terminal.cpu_s
    results = [await terminal.painted(key) for key in presses]
    each_ms = 1_000 * (terminal.cpu_s - cpu) / len(presses)
    paints = [1_000 * seconds for seconds, _ in results]
    sizes = [size for _, size in results]
    print(
        f"| {what} | {median(sizes):,.0f} | {max(sizes):,} | {median(paints):.0f} | {each_ms:.0f} |"
    )


async def traffic(door: Path, terminal: Terminal, reins: Connection, engine: int) -> None:
    """What passes by costs, on two screens, and how long a key waits meanwhile."""
    reader = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BARE_READER, f"{door}", *FOLLOWED, stdin=DEVNULL
    )
    print(
        "\n| Traffic | CPU of the screen | KiB/s | key to paint, ms | CPU, bare reader | engine |"
    )
    print("|---|---|---|---|---|---|")
    try:
        for digit, name in (("1", "dashboard"), ("2", "messages")):
            terminal.press(digit)
            await asyncio.sleep(SETTLE_S)
            for rate in (100, 500, 1_000):
                reins.send(rate)
                await asyncio.sleep(SETTLE_S)
                row = await passing(terminal, reader, engine)
                print(f"| {name}, {rate:,} frames/s | {row}")
                reins.send(0)
                await asyncio.sleep(SETTLE_S)
    finally:
        reader.kill()
        await reader.wait()


async def passing(terminal: Terminal, reader: Process, engine: int) -> str:
    """Measure for a while; give the cells of a row."""
    before, begin = terminal.bytes, monotonic()
    cpus = [cpu_s(process) for process in (terminal.process.pid, reader.pid, engine)]
    await asyncio.sleep(TRAFFIC_S)
    lasted_s = monotonic() - begin
    own, bare, served = (
        100 * (cpu_s(process) - cpu) / lasted_s
        for process, cpu in zip((terminal.process.pid, reader.pid, engine), cpus, strict=True)
    )
    rate = (terminal.bytes - before) / lasted_s / 1024
    paints = [1_000 * (await terminal.painted("\t"))[0] for _ in range(STEPS)]
    return f"{own:.0f} % | {rate:.1f} | {median(paints):.0f} | {bare:.0f} % | {served:.0f} % |"


async def main() -> None:
    """Print the tables."""
    async with charge_point() as (door, reins, engine):
        await starts(door)
        async with in_terminal(*attach(door)) as terminal:
            await terminal.wait_for(b"Accepted")
            await asyncio.sleep(2 * SETTLE_S)
            await idle_and_keys(terminal)
            await traffic(door, terminal, reins, engine)


if __name__ == "__main__":
    asyncio.run(main())
