"""What the screen costs: `python -m bench.screen`. Bytes to the terminal, processor, key to paint.

It ends with 1 where more bytes are sent than the budget allows.

The screen runs in a pty of 80x24 on a real `cp-tui serve`; a CSMS in a process of its own sends
requests at a steady rate. Start is set against a bare Textual app, and traffic against a program
that reads the same variables through the same door and does nothing with them. Beside bytes, only
the time of the processor is worth comparing where other work goes on.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count, cycle, islice, product
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

from pydantic import JsonValue
from websockets.asyncio.server import ServerConnection, serve

from bench.budgets import Budgets
from bench.pty_terminal import Terminal, cpu_s, in_terminal
from cp_tui.rpc.client import Client

IDLE_S = 60.0
STEADY_S = 120.0
RAMP_S = 15.0
"""A car that has just begun to charge takes more from second to second."""
DEMO_PACE, DEMO_BEGIN_S, DEMO_S, DEMO_LOOK_S = 2, 120.0, 150.0, 1.0
STEADY_AVERAGE_S = 30.0
"""No 30 s of a demo cost more than the budget: what moves a picture is not told by a long mean."""
STEADY_BYTES_MAX = 60
"""A second, while two connectors charge and nothing else happens."""
PING_INTERVAL_S = 60.0
"""Default of WebSocketPingInterval: the first ping is news, one as fast as before is not."""
TRAFFIC_S = 10.0
STEPS = 15
RATES = (100, 500, 1_000)
SETTLE_S = 1.0
STARTS = 7
SCREENS = {
    "1": "dashboard",
    "2": "messages",
    "3": "configuration",
    "4": "schedule",
    "5": "transactions",
    "6": "maintenance",
    "7": "csms",
    "8": "security",
}
PANE_STEPS = {"dashboard": "\t\t", "schedule": "\t"}
"""Keys that lead to the table in which the cursor goes; elsewhere it has the focus."""
FOLLOWED = ("identity", "link", "registration", "connectors", "configuration", "outbox", "messages")

PROFILE: Mapping[str, JsonValue] = {
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Daily",
    "chargingSchedule": {
        "startSchedule": "2026-01-05T00:00:00Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 3_600 * hour, "limit": 8 + hour % 8} for hour in range(24)
        ],
    },
}
"""Installed twice, so that the table of profiles has a line to go to."""

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
PAINTING_KEYS = {"messages": "jk", "configuration": "jk"}
"""Where there is one pane, the key of the next changes nothing; `g` goes back to the newest."""

CSMS_DOOR = """
import asyncio, sys
from pathlib import Path
from cp_tui.rpc.client import Client
from cp_tui.rpc.server import RpcServer
from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.player import Player
from cp_tui.demo.csms_rpc import CsmsRpc
async def main():
    async with CentralSystem() as csms:
        player = Player(await Client.connect(Path(sys.argv[1])), csms, "CP001")
        await RpcServer(CsmsRpc(csms, player), Path(sys.argv[2])).start()
        await asyncio.Event().wait()
asyncio.run(main())
"""
"""A CSMS of a demo in which nothing is played."""

SCREEN = """
import sys
from pathlib import Path
from cp_tui.cli.screen import attachment_at, show_screen
from cp_tui.tui.preferences import Look
door, csms = map(Path, sys.argv[1:])
show_screen(attachment_at(door, read_only=False, csms=csms), Look())
"""
"""As `cp-tui demo` shows it: with the screen of the CSMS."""

BARE_READER = """
import json, socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect(sys.argv[1])
ask = {"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"variables": sys.argv[2:]}}
door.sendall(json.dumps(ask).encode() + b"\\n")
for line in door.makefile("rb"):
    json.loads(line)
"""


def run_csms(pipe: Connection) -> None:
    """Serve one charge point; the pipe says how many frames per second to cause, until None.

    To each word it answers how many requests were sent so far.
    """
    asyncio.run(_csms(pipe))


async def _csms(pipe: Connection) -> None:
    rate = 0.0
    total = 0

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
        nonlocal total
        begin, sent = monotonic(), 0.0
        for number in count():
            if rate == 0:
                begin, sent = monotonic(), 0.0
            elif sent < (monotonic() - begin) * rate / 2:
                action, payload = REQUESTS[number % len(REQUESTS)]
                await connection.send(json.dumps([2, f"{number}", action, payload]))
                sent += 1
                total += 1
                continue
            await asyncio.sleep(0.002)

    async with serve(converse, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:  # type: ignore[list-item]
        pipe.send(next(iter(server.sockets)).getsockname()[1])
        while (order := await asyncio.to_thread(pipe.recv)) is not None:
            rate = order
            pipe.send(total)


def _answer(action: str) -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    answers: dict[str, dict[str, object]] = {
        "BootNotification": {"status": "Accepted", "currentTime": now, "interval": 86_400},
        "Heartbeat": {"currentTime": now},
        "Authorize": {"idTagInfo": {"status": "Accepted"}},
        "StartTransaction": {"transactionId": 1, "idTagInfo": {"status": "Accepted"}},
    }
    return answers.get(action, {})


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


async def starts(door: Path) -> None:
    """From the command to the first byte and to the first full data; the shortest of each."""
    commands: dict[str, Sequence[str]] = {
        "bare Textual app": (sys.executable, "-c", BARE_APP),
        "cp-tui attach": attach(door),
    }
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            begin = monotonic()
            async with in_terminal(*command) as terminal:
                await terminal.wait_for(b"\x1b")
                first_s = monotonic() - begin
                await terminal.wait_for(b"Accepted")
                found[name].append((first_s, monotonic() - begin, terminal.cpu_s))
    print("| Start | first byte, s | data, s | CPU, s | Ratio of CPU |\n|---|---|---|---|---|")
    bare_s = min(cpu for *_walls, cpu in found["bare Textual app"])
    for name, runs in found.items():
        first_s, data_s, cpu = (min(column) for column in zip(*runs, strict=True))
        print(f"| {name} | {first_s:.2f} | {data_s:.2f} | {cpu:.2f} | {cpu / bare_s:.1f} |")


def versions() -> None:
    """What the command takes that needs nothing, against Python alone; the shortest of each."""
    print("\n| Command | s | CPU, s |\n|---|---|---|")
    for name, arguments in (
        ("python -c pass", ("-c", "pass")),
        ("cp-tui --version", ("-m", "cp_tui", "--version")),
    ):
        walls, cpus = [], []
        for _ in range(STARTS):
            begin, before = monotonic(), os.times()
            subprocess.run((sys.executable, *arguments), stdout=subprocess.DEVNULL, check=True)
            after = os.times()
            walls.append(monotonic() - begin)
            cpus.append(sum(after[2:4]) - sum(before[2:4]))
        print(f"| {name} | {min(walls):.3f} | {min(cpus):.2f} |")


async def at_rest(command: Sequence[str], budgets: Budgets) -> None:
    """Every screen at rest, in terminals side by side."""
    print("\n| At rest, for a minute | Bytes, at most 0 | CPU |\n|---|---|---|")
    async with AsyncExitStack() as stack:
        terminals: list[Terminal] = []
        for digit in SCREENS:
            terminal = await stack.enter_async_context(in_terminal(*command))
            await terminal.wait_for(b"Accepted")
            await asyncio.sleep(SETTLE_S)
            terminal.press(digit)
            terminals.append(terminal)
        await asyncio.sleep(PING_INTERVAL_S)
        before = [(terminal.bytes, terminal.cpu_s) for terminal in terminals]
        await asyncio.sleep(IDLE_S)
        for name, terminal, (size, cpu) in zip(SCREENS.values(), terminals, before, strict=True):
            share = 100 * (terminal.cpu_s - cpu) / IDLE_S
            sent = budgets.cell(f"{name} at rest", (terminal.bytes - size) * 60 / IDLE_S, 0)
            print(f"| {name} | {sent} | {share:.2f} % |")


async def charging(command: Sequence[str], door: Path, budgets: Budgets) -> None:
    """Two connectors that charge with the same power all the time, on the dashboard."""
    client = await Client.connect(door)
    for connector_id in (1, 2):
        await client.call("plug_in", connector_id=connector_id)
        await client.call("swipe", connector_id=connector_id, id_tag="TAG1")
    async with in_terminal(*command) as terminal:
        await terminal.wait_for(b"Accepted")
        await asyncio.sleep(RAMP_S)
        size, cpu = terminal.bytes, terminal.cpu_s
        await asyncio.sleep(STEADY_S)
        rate = (terminal.bytes - size) / STEADY_S
        share = 100 * (terminal.cpu_s - cpu) / STEADY_S
    print("\n| Dashboard | Bytes a second | at most | CPU |\n|---|---|---|---|")
    cell = budgets.cell("two connectors charging", rate, STEADY_BYTES_MAX)
    print(f"| two connectors charging, steady | {cell} | {STEADY_BYTES_MAX} | {share:.1f} % |")
    for connector_id in (1, 2):
        await client.call("swipe", connector_id=connector_id, id_tag="TAG1")
        await client.call("plug_out", connector_id=connector_id)
    for number in (1, 2):
        profile = {**PROFILE, "chargingProfileId": number, "stackLevel": number}
        await client.call("install_charging_profile", connector_id=0, profile=profile)
    await client.close()


async def demo(budgets: Budgets) -> None:
    """What who watches a demo pays: its story paused where both cars charge.

    Its samples come every 2 s, and its CSMS answers them: each is news twice. At first its window
    is one of 3 minutes, then one of 15. Told are the 30 s that cost most, and all of it.
    """
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        home = {"XDG_DATA_HOME": name, "XDG_RUNTIME_DIR": name}
        command = (sys.executable, "-m", "cp_tui", "demo", f"--pace={DEMO_PACE}")
        async with in_terminal(*command, environment=home) as terminal:
            async with asyncio.timeout(DEMO_BEGIN_S):
                while sum("Charging" in line for line in terminal.lines) < 2:
                    await asyncio.sleep(SETTLE_S)
            terminal.press(" ")
            await asyncio.sleep(RAMP_S)
            sizes, begin = [(0.0, terminal.bytes)], monotonic()
            while sizes[-1][0] < DEMO_S:
                await asyncio.sleep(DEMO_LOOK_S)
                sizes.append((monotonic() - begin, terminal.bytes))
            # So it ends its charge point and its CSMS as well.
            terminal.press("q")
            with suppress(TimeoutError):
                await asyncio.wait_for(terminal.process.wait(), RAMP_S)
    most = max(
        (last - first) / (until - since)
        for (since, first), (until, last) in product(sizes, repeat=2)
        if STEADY_AVERAGE_S <= until - since < STEADY_AVERAGE_S + 2 * DEMO_LOOK_S
    )
    mean = (sizes[-1][1] - sizes[0][1]) / sizes[-1][0]
    what = "demo, paused where two connectors charge"
    for part, rate in (("all of it", mean), ("the 30 s that cost most", most)):
        cell = budgets.cell(f"{what}: {part}", rate, STEADY_BYTES_MAX)
        print(f"| {what}: {part} | {cell} | {STEADY_BYTES_MAX} | |")


async def all_keys(terminal: Terminal) -> None:
    """What keys cost on each screen."""
    print("\n| Key | Bytes, median | most | ms to paint, median | CPU, ms each |")
    print("|---|---|---|---|---|")
    await keys(terminal, "next pane, dashboard", "", ["\t"] * STEPS)
    await keys(terminal, "another screen, for the first time", "", [*SCREENS][1:])
    await keys(terminal, "another screen, later", "", [*SCREENS] * 2)
    for digit, name in SCREENS.items():
        lead = digit + PANE_STEPS.get(name, "")
        await keys(terminal, f"cursor step, {name}", lead, ["j", "j", "j", "k", "k", "k"] * 3)
    terminal.press("1")
    await asyncio.sleep(SETTLE_S)


async def keys(terminal: Terminal, what: str, first: str, presses: Sequence[str]) -> None:
    """Press keys one by one and print a row."""
    for key in first:
        terminal.press(key)
        await asyncio.sleep(SETTLE_S)
    cpu = terminal.cpu_s
    results = [found for key in presses if (found := await terminal.painted(key)) is not None]
    each_ms = 1_000 * (terminal.cpu_s - cpu) / len(presses)
    if not results:
        print(f"| {what} | 0, there is nothing to go to | | | {each_ms:.0f} |")
        return
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
        "\n| Traffic | Frames/s | KiB/s | CPU, screen | bare reader | engine | key to paint, ms |"
    )
    print("|---|---|---|---|---|---|---|")
    try:
        for digit, name in SCREENS.items():
            terminal.press(digit)
            await asyncio.sleep(SETTLE_S)
            for rate in RATES if name in ("dashboard", "messages") else RATES[-1:]:
                send_at(reins, rate)
                await asyncio.sleep(SETTLE_S)
                cells = await passing(terminal, (reins, rate), reader, engine)
                paint = await key_to_paint(terminal, PAINTING_KEYS.get(name, "\t"))
                terminal.press("g")
                print(f"| {name} | {' | '.join([*cells, paint])} |")
                send_at(reins, 0)
                await asyncio.sleep(SETTLE_S)
    finally:
        reader.kill()
        await reader.wait()


def send_at(reins: Connection, rate: int) -> int:
    """Say how many frames per second there shall be; give the requests that were sent so far."""
    reins.send(rate)
    sent: int = reins.recv()
    return sent


async def passing(
    terminal: Terminal, source: tuple[Connection, int], reader: Process, engine: int
) -> list[str]:
    """Measure for a while; give frames, bytes, and the processor of each."""
    processes = (terminal.process.pid, reader.pid, engine)
    size, begin, requests = terminal.bytes, monotonic(), send_at(*source)
    cpus = [cpu_s(process) for process in processes]
    await asyncio.sleep(TRAFFIC_S)
    lasted_s = monotonic() - begin
    shares = [100 * (cpu_s(p) - cpu) / lasted_s for p, cpu in zip(processes, cpus, strict=True)]
    frames = 2 * (send_at(*source) - requests) / lasted_s
    rate = (terminal.bytes - size) / lasted_s / 1024
    return [f"{frames:,.0f}", f"{rate:.1f}", *(f"{share:.0f} %" for share in shares)]


async def key_to_paint(terminal: Terminal, keys: str) -> str:
    """Press keys in turn; give the milliseconds to the first byte, where something changes."""
    presses = islice(cycle(keys), STEPS)
    found = [each for key in presses if (each := await terminal.painted(key)) is not None]
    return f"{1_000 * median(seconds for seconds, _ in found):.0f}" if found else ""


@asynccontextmanager
async def csms_door(door: Path) -> AsyncIterator[Path]:
    """The door of a CSMS that has nothing to do."""
    path = door.with_name("csms")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CSMS_DOOR, f"{door}", f"{path}", stdin=DEVNULL
    )
    try:
        while not path.exists():
            await asyncio.sleep(0.05)
        yield path
    finally:
        process.terminate()
        await process.wait()


def key_bytes() -> int:
    """What each key costs the line, as `bench.key_bytes` tells; give its status."""
    print(flush=True)
    command = (sys.executable, "-m", "bench.key_bytes")
    done = subprocess.run(command, cwd=Path(__file__).parents[1], check=False)
    return done.returncode


async def main() -> int:
    """Print the tables; give the exit status."""
    budgets = Budgets()
    async with charge_point() as (door, reins, engine), csms_door(door) as csms:
        await starts(door)
        versions()
        shown = (sys.executable, "-c", SCREEN, f"{door}", f"{csms}")
        await at_rest(shown, budgets)
        await charging(shown, door, budgets)
        await demo(budgets)
        async with in_terminal(*shown) as terminal:
            await terminal.wait_for(b"Accepted")
            await asyncio.sleep(2 * SETTLE_S)
            await all_keys(terminal)
            await traffic(door, terminal, reins, engine)
    return max(key_bytes(), budgets.status())


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
