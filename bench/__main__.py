"""What a charge point costs its CSMS, its machine and its operator: `python -m bench`.

A line for each figure, against what is wanted; bench/README.md says how to read it.
"""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.charger import hour_ms, memory_kib
from bench.explaining import explained
from bench.requests import sync_s, waits
from bench.startup import memory_mib, starts


class Row(NamedTuple):
    """A figure and what is wanted of it."""

    name: str
    ours: float
    wanted: float
    digits: int
    remark: str = ""

    def __str__(self) -> str:
        figures = f"{self.ours:>8.{self.digits}f} | {self.wanted:>6.{self.digits}f}"
        return f"| {self.name:<60} | {figures} | {self.remark:<36} |"


async def rows(compiled: Path) -> list[Row]:
    """Measure everything."""
    found = [
        Row(
            work.name,
            wait.ratio,
            work.wanted,
            2,
            f"{wait.seconds * 1000:.2f} ms, bare {wait.bare_s * 1000:.2f} ms",
        )
        for work, wait in (await waits(compiled)).items()
    ]
    start = await starts(compiled)
    remark = f"{start.ours.wall_s:.2f} s, bare {start.bare.wall_s:.2f} s"
    ratio = start.ours.wall_s / start.bare.wall_s
    found.append(Row("command to BootNotification, times the bare client", ratio, 2.8, 1, remark))
    found.append(Row("memory of `serve` at rest, MiB", await memory_mib(compiled), 42, 0))
    found.append(Row("one booted charge point of two among many, KiB", memory_kib(), 100, 0))
    found.append(Row("an hour of charging at 60 s samples, ms of processor", hour_ms(), 40, 0))
    log = explained()
    remark = f"{log.frames / log.seconds:,.0f} frames a second"
    ratio = log.seconds / log.bare_s
    found.append(Row("explaining a log, times decoding its JSON", ratio, 40, 1, remark))
    remark = f"{log.frames / log.open_s:,.0f} frames a second"
    ratio = log.open_s / log.bare_s
    found.append(Row("opening a log, times decoding its JSON", ratio, 10, 1, remark))
    remark = f"{log.leap_s * 1000:.2f} ms"
    ratio = log.leap_s / log.short_leap_s
    found.append(Row("a leap in a log, times one in a log of a tenth", ratio, 1.5, 1, remark))
    return found


def main() -> None:
    # This process is the CSMS: nothing that it does for itself may hold an answer up.
    gc.freeze()
    gc.disable()
    with TemporaryDirectory(prefix="cp-tui-bench-") as compiled:
        found = asyncio.run(rows(Path(compiled)))
    print(f"| {'':<60} | {'ours':>8} | {'wanted':>6} | {'':<36} |")
    print("|---|---|---|---|")
    print(*found, sep="\n")
    load = os.getloadavg()[0]
    print(f"\nload {load:.1f} of {os.cpu_count()}; a write on disk takes {sync_s() * 1000:.2f} ms")


if __name__ == "__main__":
    main()
