"""How long a CSMS waits while something holds the engine up: `python -m bench.answers`.

Each case has a charge point of its own, in a process of its own, whose standard error nobody reads.
Waits are multiples of the median GetConfiguration at rest, in the same process: by the clock, best,
median and most of some runs, and in time of the processor at both ends, which other work on the
machine hardly touches. By the clock alone over the bound ("busy?"): something else held it up.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from statistics import median
from typing import NamedTuple

from bench.answer_cases import CASES, Case
from bench.site import site

ROUNDS = 3
WANTED = 20.0


class Result(NamedTuple):
    """Of one run of a case."""

    wall_ms: float
    wall: float
    """As a multiple of GetConfiguration at rest, as the next."""
    cpu: float


async def measure(case: Case) -> Result:
    """Give the longest wait of the CSMS."""
    async with site(case.setup) as at:
        await case.run(at)
        wall_s, cpu_s = map(max, zip(*at.csms.waits, strict=True))
        return Result(wall_s * 1_000, wall_s / at.at_rest.wall_s, cpu_s / at.at_rest.cpu_s)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each case")
    options.add_argument("--only", default="", help="cases whose name holds this")
    chosen = options.parse_args()
    # This process is the CSMS: what it waits for must not be its own.
    gc.freeze()
    gc.disable()
    print("Longest wait of the CSMS, in multiples of GetConfiguration at rest")
    print(f"{'':<66}{'best':>6}{'median':>8}{'most':>7}{'processor':>11}{'ms, best':>10}")
    is_over = False
    for case in CASES:
        if chosen.only not in case.name:
            continue
        found = [asyncio.run(measure(case)) for _ in range(chosen.rounds)]
        walls = sorted(each.wall for each in found)
        cpu = median(each.cpu for each in found)
        note = ""
        if walls[0] >= WANTED or cpu >= WANTED:
            note = "  as it must" if case.must_wait else "  OVER" if cpu >= WANTED else "  busy?"
        is_over = is_over or note.endswith("OVER")
        print(
            f"{case.name:<66}{walls[0]:>6.1f}{median(walls):>8.1f}{walls[-1]:>7.1f}"
            f"{cpu:>11.1f}{min(found).wall_ms:>10.1f}{note}",
            flush=True,
        )
    return int(is_over)


if __name__ == "__main__":
    sys.exit(main())
