"""A fleet of one size from the boot to the bill: for `bench.fleet`.

Fleet and CSMS are processes of their own; what is measured is the fleet's, and told as JSON.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import msgspec

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.fleet.charge_points import FleetChargePoints
from cp_tui.fleet.fleet import Member
from cp_tui.fleet.measures import Histogram, TimeGroup
from cp_tui.fleet.plan import FleetPlan, FleetStage, SessionPlan
from cp_tui.fleet.shell.machine import resident_kib
from cp_tui.fleet.shell.run import FleetRun
from cp_tui.fleet.station import FleetStation
from tests.fleet.csms_process import CsmsProcess

HEARTBEAT_S = 30
"""Ten times the usual rate, so that an idle fleet has something to do."""
STATUSES = 3
"""StatusNotifications after a boot, with two connectors."""
AT_ONCE = 50
REST_S = 3.0
"""Between what all do at once and the time in which they are measured."""
AWAY_S = 15.0
STEP_TIMEOUT_S = 300.0


class Figures(msgspec.Struct, kw_only=True):
    """What a run of one size has shown."""

    number: int
    idle_mib: float = 0.0
    charging_mib: float = 0.0
    base_mib: float = 0.0
    """Before the first charge point."""
    accepted_s: float = 0.0
    """From the storm to the last BootNotification that was accepted."""
    boot_ms: float = 0.0
    """Of the processor, for power, connection, boot and the first statuses of one."""
    csms_boot_ms: float = 0.0
    """What the CSMS takes for the same, in the same moments: a measure of this machine."""
    connect_p99_s: float = 0.0
    idle_share: float = 0.0
    """Of a core."""
    idle_lag_s: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """How late timers are: p50, p99, longest."""
    idle_waited: float = 0.0
    """Part of that time in which it could have run, and others had the processors."""
    charging_share: float = 0.0
    charging_lag_s: tuple[float, float, float] = (0.0, 0.0, 0.0)
    charging_waited: float = 0.0
    half_back_s: float = 0.0
    """After the CSMS is there again, which was killed."""
    all_back_s: float = 0.0
    delivered_s: float = 0.0
    descriptors: int = 0
    begun: int = 0
    lost: int = 0
    doubled: int = 0
    billed: int = 0
    """By the book of the CSMS."""


class Bench:
    """One run, step by step."""

    def __init__(
        self, number: int, csms: CsmsProcess, window_s: float, ca_file: str | None
    ) -> None:
        self.figures = Figures(number=number, base_mib=resident_kib() / 1024)
        self._number = number
        self._csms = csms
        self._window_s = window_s
        plan = FleetPlan(
            url=csms.url,
            stations=number,
            seed=1,
            stages=(FleetStage(number, 0.0, None),),
            sessions=SessionPlan(per_hour=(0.0,) * 24),
            ca_file=ca_file,
        )
        config = ChargePointConfig(
            charge_point_id="CP", url=csms.url, keys={"MeterValueSampleInterval": "60"}
        )
        self.run = FleetRun(plan, FleetChargePoints(plan, config))
        self._loop = asyncio.get_running_loop()

    async def boot(self) -> None:
        """All at once."""
        wanted = STATUSES * self._number
        csms_cpu_s = (await self._csms.ask("counts"))["cpu_s"]
        began_s, cpu_s = self._loop.time(), process_time()
        self._running = asyncio.create_task(self.run.run())
        await self._until(lambda: self.run.fleet.counts().accepted_once == self._number)
        self.figures.accepted_s = self._loop.time() - began_s
        counts = await self._csms.until(
            lambda counts: counts.get("StatusNotification", 0) >= wanted, STEP_TIMEOUT_S
        )
        self.figures.boot_ms = (process_time() - cpu_s) * 1000 / self._number
        self.figures.csms_boot_ms = (counts["cpu_s"] - csms_cpu_s) * 1000 / self._number
        connects = self.run.measures.histogram(TimeGroup.CONNECT)
        self.figures.connect_p99_s = connects.quantile(0.99)

    async def idle(self) -> None:
        """Nothing but heartbeats."""
        await asyncio.sleep(REST_S)
        figures = self.figures
        figures.idle_share, figures.idle_waited, figures.idle_lag_s = await self._watch()
        self.figures.idle_mib = resident_kib() / 1024

    async def charge(self) -> None:
        """A car at every charge point."""
        await self._each(self.run.fleet, _begin)
        await self._until(lambda: self.run.bill.begun == self._number)
        await self._csms.until(
            lambda counts: counts["transactions"] == self._number, STEP_TIMEOUT_S
        )
        await asyncio.sleep(REST_S)
        figures = self.figures
        (
            figures.charging_share,
            figures.charging_waited,
            figures.charging_lag_s,
        ) = await self._watch()
        self.figures.charging_mib = resident_kib() / 1024
        self.figures.descriptors = len(os.listdir("/proc/self/fd"))

    async def outage(self) -> None:
        """The CSMS is killed, half of the cars leave, and it comes back."""
        await self._csms.kill()
        killed_s = self._loop.time()
        await self._each(list(self.run.fleet)[::2], _end)
        await asyncio.sleep(max(0.0, killed_s + AWAY_S - self._loop.time()))
        await self._csms.start()
        back_s = self._loop.time()
        await self._until(lambda: self._open() >= self._number / 2)
        self.figures.half_back_s = self._loop.time() - back_s
        await self._until(lambda: self._open() == self._number)
        self.figures.all_back_s = self._loop.time() - back_s
        await self._until(lambda: self.run.fleet.counts().queue == 0)
        self.figures.delivered_s = self._loop.time() - back_s

    async def settle(self) -> None:
        """The other cars leave, and the bill is made."""
        await self._each(list(self.run.fleet)[1::2], _end)
        await self._until(lambda: self.run.fleet.counts().unsettled == 0)
        counts = await self._csms.ask("counts")
        bill = self.run.bill
        self.figures.begun, self.figures.billed = bill.begun, counts["billed"]
        self.figures.lost = bill.begun - bill.acknowledged
        self.figures.doubled = bill.doubled
        self.run.stop()
        await self._running

    def _open(self) -> int:
        phases = self.run.fleet.counts().phases
        return sum(number for phase, number in phases.items() if phase in ("accepted", "charging"))

    async def _watch(self) -> tuple[float, float, tuple[float, float, float]]:
        """Give the share of a core, that of waiting for one, and the lag of a while."""
        lag = self.run.self_watch.lag
        since = Histogram(dict(lag.buckets), lag.count, lag.max_s)
        began_s, cpu_s, waited_s = self._loop.time(), process_time(), _waited_s()
        await asyncio.sleep(self._window_s)
        passed_s = self._loop.time() - began_s
        late = lag.difference(since)
        return (
            (process_time() - cpu_s) / passed_s,
            (_waited_s() - waited_s) / passed_s,
            (late.quantile(0.5), late.quantile(0.99), late.quantile(1)),
        )

    async def _each(
        self, members: Iterable[Member], act: Callable[[FleetStation, datetime], None]
    ) -> None:
        """Let people act at charge points, some at a time."""
        for count, member in enumerate(list(members)):
            member.turn(lambda now, station=member.station: act(station, now))
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(STEP_TIMEOUT_S):
            while not is_true():
                await asyncio.sleep(0.02)


def _waited_s() -> float:
    """Give how long this thread has been ready to run while others did."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


def _begin(station: FleetStation, now: datetime) -> None:
    station.act(lambda body, now: body.plug_in(1, now), now)
    station.swipe(1, "TAG", now)


def _end(station: FleetStation, now: datetime) -> None:
    station.act(lambda body, now: body.press_stop(1, now), now)
    station.act(lambda body, now: body.plug_out(1, now), now)


async def measured(number: int, window_s: float, ca_file: str | None, shown: str) -> Figures:
    """Give the figures of a fleet of one size; `shown` is the CSMS's certificate, if it has one."""
    with TemporaryDirectory(prefix="cp-tui-bench-") as folder:
        options = (f"--interval={HEARTBEAT_S}", f"--certificate={shown}")
        csms = CsmsProcess(Path(folder) / "book", *options)
        await csms.start()
        try:
            bench = Bench(number, csms, window_s, ca_file)
            for step in (bench.boot, bench.idle, bench.charge, bench.outage, bench.settle):
                await step()
        finally:
            await csms.kill()
    return bench.figures


if __name__ == "__main__":
    _, size, window, root, certificate = sys.argv
    found = asyncio.run(measured(int(size), float(window), root or None, certificate))
    print(msgspec.json.encode(found).decode())
