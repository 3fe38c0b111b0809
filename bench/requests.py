"""How long a CSMS waits for one answer at a time: `python -m bench.requests`.

`cp-tui serve` runs in a process of its own and answers a CSMS that has one request outstanding; in
the same run a bare client of websockets answers the same CSMS with the least frame there is. The
two take turns in short blocks, so that whatever else the machine does meets both. A ratio of 1
would be as fast as the library alone; what is to be on disk before it is answered is on disk.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

BLOCKS = 15
REQUESTS = 60
"""In a block, one after the other."""
QUIET_S = 0.5
"""After its last frame a charge point has said all that it says after a boot."""
READY_TIMEOUT_S = 30.0
PERIODS = 24

BARE_CLIENT = """
import asyncio, sys
from websockets.asyncio.client import connect

async def main():
    async with connect(sys.argv[1] + "/bare", subprotocols=["ocpp1.6"]) as connection:
        async for text in connection:
            await connection.send('[3,"1",{}]')

asyncio.run(main())
"""

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of request."""

    name: str
    action: str
    payload: Callable[[int], Payload]
    is_right: Callable[[Payload], bool]
    until: str | None = None
    """The request of the charge point with which it is done; None: its answer."""


def profile(number: int) -> Payload:
    """A daily TxDefaultProfile of 24 periods, never twice the same."""
    periods = [{"startPeriod": 3_600 * n, "limit": 6 + (number + n) % 10} for n in range(PERIODS)]
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Recurring",
            "recurrencyKind": "Daily",
            "chargingSchedule": {
                "startSchedule": "2026-01-05T00:00:00Z",
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": periods,
            },
        },
    }


def is_accepted(answer: Payload) -> bool:
    """Whether a request was Accepted."""
    return answer.get("status") == "Accepted"


def is_whole(answer: Payload) -> bool:
    """Whether all keys are named."""
    return len(answer["configurationKey"]) > 40 and "unknownKey" not in answer


def is_schedule(answer: Payload) -> bool:
    """Whether a composite schedule of a day holds every hour."""
    schedule = answer.get("chargingSchedule", {})
    return is_accepted(answer) and PERIODS <= len(schedule["chargingSchedulePeriod"]) <= PERIODS + 1


WORK = (
    Work("GetConfiguration, all keys", "GetConfiguration", lambda n: {}, is_whole),
    Work(
        "ChangeConfiguration, on disk before the answer",
        "ChangeConfiguration",
        lambda n: {"key": "MeterValueSampleInterval", "value": str(60 + n % 2)},
        is_accepted,
    ),
    Work(
        "TriggerMessage until its Heartbeat arrives",
        "TriggerMessage",
        lambda n: {"requestedMessage": "Heartbeat"},
        is_accepted,
        until="Heartbeat",
    ),
    Work("SetChargingProfile of 24 periods, on disk", "SetChargingProfile", profile, is_accepted),
    Work(
        "GetCompositeSchedule, 24 periods, 24 h",
        "GetCompositeSchedule",
        lambda n: {"connectorId": 1, "duration": 86_400, "chargingRateUnit": "A"},
        is_schedule,
    ),
)


class Peer:
    """The CSMS's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._numbers = count(1)

    async def settle(self) -> None:
        """Let the charge point boot and say what it has to say."""
        try:
            while True:
                async with asyncio.timeout(QUIET_S):
                    await self._take()
        except TimeoutError:
            pass

    async def bare(self) -> None:
        """Ask the bare client."""
        await self._connection.send('[2,"1","GetConfiguration",{}]')
        await self._connection.recv()

    async def ask(self, work: Work) -> None:
        """Ask once, until it is done; raises `SystemExit` where the answer is not right."""
        number = next(self._numbers)
        await self._connection.send(json.dumps([2, "1", work.action, work.payload(number)]))
        waits_for = {"answer"} if work.until is None else {"answer", work.until}
        while waits_for:
            frame = await self._take()
            if frame[0] == 2:
                waits_for.discard(frame[2])
                continue
            if frame[0] != 3 or not work.is_right(frame[2]):
                raise SystemExit(f"{work.name}: not the answer that was expected: {frame}")
            waits_for.discard("answer")

    async def _take(self) -> list[Any]:
        frame: list[Any] = json.loads(await self._connection.recv())
        if frame[0] == 2:
            now = datetime.now(UTC).isoformat()
            answers = {
                "BootNotification": {"status": "Accepted", "currentTime": now, "interval": 86_400},
                "Heartbeat": {"currentTime": now},
            }
            await self._connection.send(json.dumps([3, frame[1], answers.get(frame[2], {})]))
        return frame


@asynccontextmanager
async def peers() -> AsyncIterator[tuple[Peer, Peer, asyncio.subprocess.Process]]:
    """The bare client, `cp-tui serve`, and its process."""
    arrived: dict[str, asyncio.Future[ServerConnection]] = {}
    over = asyncio.Event()

    async def welcome(connection: ServerConnection) -> None:
        assert connection.request is not None
        arrived[connection.request.path].set_result(connection)
        await over.wait()

    loop = asyncio.get_running_loop()
    for path in ("/bare", "/CP001"):
        arrived[path] = loop.create_future()
    protocols = [Subprotocol("ocpp1.6")]
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        folder = Path(name)
        async with serve(welcome, "127.0.0.1", 0, subprotocols=protocols) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            start = asyncio.create_subprocess_exec
            bare = await start(sys.executable, "-c", BARE_CLIENT, url)
            ours = await start(
                *(sys.executable, "-m", "cp_tui", "serve", "--quiet", "--id=CP001", f"--url={url}"),
                *(f"--data-dir={folder / 'data'}", f"--socket={folder / 'door'}"),
            )
            try:
                async with asyncio.timeout(READY_TIMEOUT_S):
                    both = await arrived["/bare"], await arrived["/CP001"]
                responder, charge_point = (Peer(each) for each in both)
                await charge_point.settle()
                yield responder, charge_point, ours
            finally:
                over.set()
                for process in (bare, ours):
                    process.kill()
                    await process.wait()


async def block_s(ask: Callable[[], Any]) -> float:
    """Ask some times, one after the other; give the time of one in s."""
    since = perf_counter()
    for _ in range(REQUESTS):
        await ask()
    return (perf_counter() - since) / REQUESTS


async def measure() -> dict[str, tuple[float, float]]:
    """Give for each kind of request the time in s, and the ratio of the bare client's to it."""
    found = {}
    async with peers() as (responder, charge_point, _):
        for work in WORK:
            await block_s(lambda work=work: charge_point.ask(work))  # type: ignore[misc]
            times = []
            for _ in range(BLOCKS):
                bare_s = await block_s(responder.bare)
                times.append((await block_s(lambda work=work: charge_point.ask(work)), bare_s))  # type: ignore[misc]
            found[work.name] = median(t for t, _ in times), median(b / t for t, b in times)
    return found


async def main() -> None:
    print(f"one request outstanding, median of {BLOCKS} blocks of {REQUESTS}")
    print(f"{'':<50}{'ms':>8}{'ratio':>8}")
    for name, (seconds, ratio) in (await measure()).items():
        print(f"{name:<50}{seconds * 1000:>8.2f}{ratio:>8.2f}")


if __name__ == "__main__":
    asyncio.run(main())
