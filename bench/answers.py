"""How long a CSMS waits for an answer while the engine is held up: `python -m bench.answers`.

`cp-tui serve` runs in a process of its own, its standard error a pipe that nobody reads; clients
of the door follow everything and read nothing. Waits are multiples of the median
GetConfiguration at rest, in the same run.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from cp_tui.control.client import Client
from tests.end_to_end.raw_csms import RawCsms

REST = 300
LONG = {"vendorId": "v", "data": "x" * 60_000}
KEYS = {"key": ["HeartbeatInterval"]}
STREAMS = ("messages", "status_changes", "link_attempts", "configuration")


def profile(number: int) -> Mapping[str, object]:
    """A profile of 100 periods."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=number)
    periods = [{"startPeriod": 60 * n, "limit": 6 + n % 10} for n in range(100)]
    return {
        "connectorId": 0,
        "csChargingProfiles": {
            "chargingProfileId": number + 1,
            "stackLevel": number % 10,
            "chargingProfilePurpose": "ChargePointMaxProfile",
            "chargingProfileKind": "Recurring",
            "recurrencyKind": "Daily",
            "chargingSchedule": {
                "startSchedule": start.isoformat(),
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": periods,
            },
        },
    }


async def wait_s(csms: RawCsms, action: str, payload: Mapping[str, object]) -> float:
    """Ask and give the time until the answer."""
    since = perf_counter()
    await csms.call(action, payload)
    return perf_counter() - since


async def longest_s(csms: RawCsms, action: str, payload: Mapping[str, object], count: int) -> float:
    return max([await wait_s(csms, action, payload) for _ in range(count)])


async def measure(csms: RawCsms, socket: Path) -> None:
    rest_s = median([await wait_s(csms, "GetConfiguration", KEYS) for _ in range(REST)])
    print(f"GetConfiguration at rest: {rest_s * 1000:.2f} ms, median of {REST}")

    def tell(name: str, seconds: float) -> None:
        print(f"{name:<52}{seconds / rest_s:>8.1f}")

    tell("at rest, the longest", await longest_s(csms, "GetConfiguration", KEYS, REST))
    for number in range(5_000):
        await csms.say(f'[3,"nobody asked {number}",{{}}]')
    await wait_s(csms, "GetConfiguration", KEYS)
    tell(
        "standard error full, GetConfiguration",
        await longest_s(csms, "GetConfiguration", KEYS, REST),
    )
    tell("DataTransfer of 60 kB", await longest_s(csms, "DataTransfer", LONG, 500))
    held = [await asyncio.open_unix_connection(str(socket)) for _ in range(5)]
    request = {"jsonrpc": "2.0", "id": 1, "method": "subscribe"}
    for reader, writer in held:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        line = json.dumps({**request, "params": {"variables": STREAMS, "pages": True}})
        writer.write(f"{line}\n".encode())
    waits = longest_s(csms, "GetConfiguration", KEYS, REST)
    tell("5 clients that subscribe and never read", await waits)
    attach = asyncio.create_task(follow(socket))
    tell(
        "a screen attaches to long histories", await longest_s(csms, "GetConfiguration", KEYS, REST)
    )
    await attach
    longest = max([await wait_s(csms, "SetChargingProfile", profile(n)) for n in range(50)])
    tell("SetChargingProfile, up to 50 of 100 periods", longest)
    month = {"connectorId": 0, "duration": 30 * 86_400, "chargingRateUnit": "A"}
    tell("GetCompositeSchedule of a month", await longest_s(csms, "GetCompositeSchedule", month, 5))
    for _, writer in held:
        writer.close()


async def follow(socket: Path) -> None:
    """Take in the histories as a screen does."""
    client = await Client.connect(socket)
    await client.subscribe(STREAMS)
    with suppress(TimeoutError):
        async with asyncio.timeout(2):
            while True:
                await client.next_updates()
    await client.close()


async def main() -> None:
    with TemporaryDirectory(prefix="cp-tui-bench-") as name:
        folder = Path(name)
        reading, writing = os.pipe()
        async with RawCsms() as csms:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cp_tui", "serve", f"--url={csms.url}", "--id=CP1"),
                *(f"--data-dir={folder / 'data'}", f"--socket={folder / 'door'}"),
                stderr=writing,
            )
            os.close(writing)
            try:
                while not (folder / "door").exists() or csms._connection is None:
                    await asyncio.sleep(0.05)
                await asyncio.sleep(1)
                await measure(csms, folder / "door")
            finally:
                process.kill()
                await process.wait()
                os.close(reading)


if __name__ == "__main__":
    asyncio.run(main())
