"""How long a CSMS waits for one answer at a time, set against the least that a client can do.

`cp-tui serve` has one request outstanding; in the same run a bare client of websockets answers a
small frame with a small frame. The two take turns in short blocks, so that whatever else the
machine does meets both, and the CSMS does as little for the one as for the other: it has written
its requests before the clock starts and reads the answers after it has stopped. A ratio of 1 would
be as fast as the library alone; what is to be on disk before it is answered is on disk.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

from websockets.asyncio.server import ServerConnection

from bench.peer import Peer
from bench.program import bare_client, charge_point, csms, running

BLOCKS = 25
REQUESTS = 40
"""In a block, one after the other."""
SETTLE_S = 5.0
"""After it a charge point has said all that it says after a boot, and is ready for all requests."""
READY_TIMEOUT_S = 30.0
PERIODS = 24
SMALL = '[2,"1","ClearCache",{}]'

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of request."""

    name: str
    wanted: float
    action: str
    payload: Callable[[int], Payload]
    is_right: Callable[[Payload], bool]
    until: str | None = None
    """The request of the charge point with which it is done; None: its answer."""


class Waits(NamedTuple):
    """What one kind of request took."""

    seconds: float
    bare_s: float
    """What the bare client took in the same blocks."""
    ratio: float
    """Of the bare client to the charge point, block by block; the median, as the others."""


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
    """Whether a composite schedule of a day holds every hour, with the limits of the profile."""
    schedule = answer.get("chargingSchedule", {})
    periods = schedule["chargingSchedulePeriod"]
    starts = [each["startPeriod"] for each in periods]
    return (
        is_accepted(answer)
        and PERIODS <= len(periods) <= PERIODS + 1
        and starts == sorted(set(starts))
        and {each["limit"] for each in periods} == set(range(6, 16))
    )


WORK = (
    Work("GetConfiguration, all keys", 0.60, "GetConfiguration", lambda n: {}, is_whole),
    Work(
        "ChangeConfiguration, on disk before the answer",
        0.35,
        "ChangeConfiguration",
        lambda n: {"key": "MeterValueSampleInterval", "value": str(60 + n % 2)},
        is_accepted,
    ),
    Work(
        "TriggerMessage until its Heartbeat arrives",
        0.50,
        "TriggerMessage",
        lambda n: {"requestedMessage": "Heartbeat"},
        is_accepted,
        until="Heartbeat",
    ),
    Work(
        "SetChargingProfile of 24 periods, on disk before the answer",
        0.30,
        "SetChargingProfile",
        profile,
        is_accepted,
    ),
    Work(
        "GetCompositeSchedule, 24 periods, 24 h, right",
        0.50,
        "GetCompositeSchedule",
        lambda n: {"connectorId": 1, "duration": 86_400, "chargingRateUnit": "A"},
        is_schedule,
    ),
)


class Block(NamedTuple):
    """Requests that were asked one after the other."""

    seconds: float
    """For one of them."""
    answers: list[str]


async def waits(compiled: Path) -> dict[Work, Waits]:
    """Ask for each kind of work; raises `SystemExit` where an answer is not right."""
    numbers = count(1)
    found = {}
    async with _peers(compiled) as (bare, ours):
        for work in WORK:
            blocks = []
            for _ in range(BLOCKS + 1):
                written = [_written(work, next(numbers)) for _ in range(REQUESTS)]
                least = await _block(bare, [SMALL] * REQUESTS)
                done = await _block(ours, written, work.until)
                _check(work, done.answers)
                blocks.append((done.seconds, least.seconds, least.seconds / done.seconds))
            # The first meets what nobody has asked for before.
            found[work] = Waits(*map(median, zip(*blocks[1:], strict=True)))
    return found


async def _block(peer: Peer, requests: Sequence[str], until: str | None = None) -> Block:
    """Ask one after the other."""
    since = perf_counter()
    answers = [await peer.ask(each, until) for each in requests]
    return Block((perf_counter() - since) / len(requests), answers)


def _written(work: Work, number: int) -> str:
    frame = [2, str(number), work.action, work.payload(number)]
    return json.dumps(frame, separators=(",", ":"))


def _check(work: Work, answers: Sequence[str]) -> None:
    for each in answers:
        kind, _, *rest = json.loads(each)
        if kind != 3 or not work.is_right(rest[0]):
            raise SystemExit(f"{work.name}: not the answer that was expected: {each}")


@asynccontextmanager
async def _peers(compiled: Path) -> AsyncIterator[tuple[Peer, Peer]]:
    """The bare client and a charge point, both with nothing else to do."""
    loop = asyncio.get_running_loop()
    arrived: dict[str, asyncio.Future[ServerConnection]] = {
        path: loop.create_future() for path in ("/bare", "/CP001")
    }
    over = asyncio.Event()

    async def welcome(connection: ServerConnection) -> None:
        assert connection.request is not None
        arrived[connection.request.path].set_result(connection)
        await over.wait()

    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        async with csms(welcome) as url:
            with (
                running(bare_client(url), compiled),
                running(charge_point(url, Path(name)), compiled),
            ):
                async with asyncio.timeout(READY_TIMEOUT_S):
                    bare, ours = [Peer(await each) for each in arrived.values()]
                await asyncio.gather(*(each.settle(SETTLE_S) for each in (bare, ours)))
                try:
                    yield bare, ours
                finally:
                    over.set()


def sync_s() -> float:
    """Give what the disk takes for one small write, in s: no answer that waits for it is faster."""
    times = []
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        file = os.open(Path(name) / "file", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        for _ in range(BLOCKS * REQUESTS):
            os.write(file, bytes(4096))
            since = perf_counter()
            os.fsync(file)
            times.append(perf_counter() - since)
        os.close(file)
    return median(times)
