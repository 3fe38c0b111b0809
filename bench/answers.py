"""How long a CSMS waits while something holds the engine up: `python -m bench.answers`.

Each case has a charge point of its own, in a process of its own, whose standard error nobody reads.
Waits are multiples of the median GetConfiguration at rest, in the same process.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
from contextlib import suppress
from statistics import median

from bench.answer_cases import CASES, Case
from bench.site import site

ROUNDS = 3
WANTED = 20.0


async def measure(case: Case) -> tuple[float, float]:
    """Give the longest wait of the CSMS in ms, and as a multiple of the wait at rest."""
    async with site(case.setup) as at:
        await case.run(at)
        longest_s = max(at.csms.waits)
        return longest_s * 1_000, longest_s / at.rest_s


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each case")
    options.add_argument("--only", default="", help="cases whose name holds this")
    chosen = options.parse_args()
    # This process is the CSMS: what it waits for must not be its own.
    gc.freeze()
    gc.disable()
    with suppress(PermissionError):
        # Nor that of whoever else works on this machine; only root may ask for it.
        os.nice(-15)
    print("Longest wait of the CSMS, in multiples of GetConfiguration at rest")
    print(f"{'':<66}{'best':>7}{'median':>8}{'most':>7}{'ms, best':>10}")
    is_over = False
    for case in CASES:
        if chosen.only not in case.name:
            continue
        found = [asyncio.run(measure(case)) for _ in range(chosen.rounds)]
        ratios = sorted(ratio for _, ratio in found)
        note = "" if ratios[0] < WANTED else "  as it must" if case.must_wait else "  OVER"
        is_over = is_over or note.endswith("OVER")
        print(
            f"{case.name:<66}{ratios[0]:>7.1f}{median(ratios):>8.1f}{ratios[-1]:>7.1f}"
            f"{min(found)[0]:>10.1f}{note}",
            flush=True,
        )
    return int(is_over)


if __name__ == "__main__":
    sys.exit(main())
