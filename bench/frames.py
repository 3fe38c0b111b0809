"""What one request of a CSMS costs the engine: `python bench/frames.py`.

A CSMS in a process of its own sends requests as fast as they are answered, a few at a time. The
engine runs in this process and its time of the processor is measured, store and link included. It
is set against a bare client of websockets that sends the same answer to every frame.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine

REQUESTS = 5_000
REPEATS = 5
IN_FLIGHT = 8
QUIET_S = 1.0
"""After its last frame a charge point has said all that it says after a boot."""

WORK: Mapping[str, tuple[str, object]] = {
    "GetConfiguration, 1 key": ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
    "GetConfiguration, all": ("GetConfiguration", {}),
    "TriggerMessage Heartbeat": ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
    "ChangeConfiguration": (
        "ChangeConfiguration",
        {"key": "MeterValueSampleInterval", "value": "60"},
    ),
    "DataTransfer": ("DataTransfer", {"vendorId": "org.example", "data": "x" * 100}),
}
BARE_ANSWER = '[3,"1",{"configurationKey":[{"key":"HeartbeatInterval","readonly":false}]}]'


# --- the CSMS, in a process of its own ------------------------------------------------------------


def run_csms(pipe: Connection) -> None:
    """Serve one charge point; the pipe says what to send, and hears when all is answered."""
    asyncio.run(_csms(pipe))


async def _csms(pipe: Connection) -> None:
    done = asyncio.Event()

    async def converse(connection: ServerConnection) -> None:
        try:
            await _settle(connection)
            pipe.send("ready")
            while (order := await asyncio.to_thread(pipe.recv)) is not None:
                await _ask(connection, *order)
                pipe.send("answered")
        finally:
            done.set()

    async with serve(converse, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:  # type: ignore[list-item]
        pipe.send(next(iter(server.sockets)).getsockname()[1])
        await done.wait()


async def _settle(connection: ServerConnection) -> None:
    """Let the charge point boot and say what it has to say."""
    try:
        while True:
            async with asyncio.timeout(QUIET_S):
                await _take(connection)
    except TimeoutError:
        pass


async def _ask(connection: ServerConnection, action: str, payload: object, count: int) -> None:
    """Send a request many times, with a few unanswered at any moment."""
    text = json.dumps([2, "1", action, payload])
    sent = answered = 0
    while answered < count:
        while sent < count and sent - answered < IN_FLIGHT:
            await connection.send(text)
            sent += 1
        answered += await _take(connection)


async def _take(connection: ServerConnection) -> bool:
    """Take one frame, and answer it if it is a request; True if it is an answer."""
    frame = json.loads(await connection.recv())
    if frame[0] != 2:
        return True
    now = datetime.now(UTC).isoformat()
    answers = {
        "BootNotification": {"status": "Accepted", "currentTime": now, "interval": 86_400},
        "Heartbeat": {"currentTime": now},
    }
    await connection.send(json.dumps([3, frame[1], answers.get(frame[2], {})]))
    return False


# --- the charge points ----------------------------------------------------------------------------


@asynccontextmanager
async def engine(url: str) -> AsyncIterator[None]:
    """An engine with an empty store."""
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        config = ChargePointConfig(charge_point_id="CP001", url=url)
        under_test = Engine(EngineConfig(config, url), data_dir=Path(name))
        await under_test.start()
        try:
            yield
        finally:
            await under_test.close()


@asynccontextmanager
async def bare_client(url: str) -> AsyncIterator[None]:
    """A client that knows one answer."""

    async def answer() -> None:
        async with connect(f"{url}/CP001", subprotocols=["ocpp1.6"]) as connection:  # type: ignore[list-item]
            async for _ in connection:
                await connection.send(BARE_ANSWER)

    task = asyncio.create_task(answer())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def measure(
    charge_point: Callable[[str], AbstractAsyncContextManager[None]],
    work: Mapping[str, tuple[str, object]],
) -> dict[str, float]:
    """Give the time of the processor per request in ms, the shortest of several runs."""
    context = multiprocessing.get_context("spawn")
    pipe, far = context.Pipe()
    csms = context.Process(target=run_csms, args=(far,))
    csms.start()
    port = await asyncio.to_thread(pipe.recv)
    costs = {}
    async with charge_point(f"ws://127.0.0.1:{port}"):
        await asyncio.to_thread(pipe.recv)
        for name, (action, payload) in work.items():
            times = []
            for _ in range(REPEATS):
                before = process_time()
                pipe.send((action, payload, REQUESTS))
                await asyncio.to_thread(pipe.recv)
                times.append(process_time() - before)
            costs[name] = min(times) / REQUESTS * 1000
        pipe.send(None)
    csms.join()
    return costs


async def main() -> None:
    ours = await measure(engine, WORK)
    name, order = next(iter(WORK.items()))
    bare = (await measure(bare_client, {name: order}))[name]
    print(f"CPU per request, {REQUESTS} requests, best of {REPEATS}")
    print(f"{'':<26}{'ms':>8}{'ratio':>8}")
    print(f"{'bare client':<26}{bare:>8.3f}{1:>8.1f}")
    for name, cost in ours.items():
        print(f"{name:<26}{cost:>8.3f}{cost / bare:>8.1f}")


if __name__ == "__main__":
    asyncio.run(main())
