"""What a fleet costs its machine, by its size: `python -m bench.fleet [wss] [N ...]`.

Each size is a process of its own (`fleet_run`), against a CSMS in another one. It takes some three
minutes a size; the exit status tells whether a budget was broken.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.budgets import Budgets
from bench.fleet_run import Figures
from tests.engine.certificates import authority

SIZES = (100, 1_000, 5_000, 10_000)
WINDOW_S = 60.0
RUN_TIMEOUT_S = 1_800
KIB = 1_024

MEMORY_MIB = {"ws": 100.0, "wss": 160.0}
"""What 1,000 may take, idle or charging; per charge point beyond that it grows as it does there."""
BOOT_RATIO = 5.0
"""Power, connection, boot and statuses cost so many times what the CSMS has with them, at most: it
is a bare loop around the same library, and meets the same neighbours."""
IDLE_LAG_S = 0.1
WAITED_MOST = 0.02
"""Where others took more of its time than that, the lag is not that of the fleet."""


def measured(number: int, window_s: float, root: str = "", certificate: str = "") -> Figures:
    """Measure one size in a fresh process, over TLS where there is a certificate."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.fleet_run", str(number), str(window_s), root, certificate],
        stdout=subprocess.PIPE,
        check=True,
        timeout=RUN_TIMEOUT_S,
    )
    return msgspec.json.decode(done.stdout, type=Figures)


def table(found: list[Figures], budgets: Budgets, memory_mib: float) -> list[str]:
    """Give the lines of the table, a column for each size."""

    def row(name: str, *cells: str) -> str:
        return "| " + " | ".join((name, *cells)) + " |"

    def lag(times_s: tuple[float, float, float]) -> str:
        return " / ".join(f"{each * 1000:,.0f}" for each in times_s)

    def memory(name: str, each: Figures, mib: float) -> str:
        most = memory_mib * max(1.0, each.number / 1_000)
        return budgets.cell(f"{name} of {each.number:,}, MiB", mib, most)

    sizes = [f"{each.number:,}" for each in found]
    per = [(each.idle_mib - each.base_mib) * KIB / each.number for each in found]
    return [
        row("charge points", *sizes),
        "|" + "---|" * (len(found) + 1),
        row("memory, idle, MiB", *(memory("idle", each, each.idle_mib) for each in found)),
        row("above the bare process, each, KiB", *(f"{each:,.0f}" for each in per)),
        row("memory, all charging, MiB", *(memory("charging", e, e.charging_mib) for e in found)),
        row("boot storm: all Accepted after, s", *(f"{e.accepted_s:.1f}" for e in found)),
        row("boots a second", *(f"{e.number / e.accepted_s:,.0f}" for e in found)),
        row("CPU of a boot, ms", *(f"{e.boot_ms:.1f}" for e in found)),
        row("times that of the CSMS", *(f"{e.boot_ms / e.csms_boot_ms:.1f}" for e in found)),
        row("connect p99, s", *(f"{e.connect_p99_s:.2f}" for e in found)),
        row("idle, % of a core", *(f"{e.idle_share:.1%}".rstrip("%") for e in found)),
        row("and waiting for one, %", *(f"{e.idle_waited:.1%}".rstrip("%") for e in found)),
        row("timer lag idle, p50 / p99 / most, ms", *(lag(e.idle_lag_s) for e in found)),
        row("all charging, % of a core", *(f"{e.charging_share:.1%}".rstrip("%") for e in found)),
        row("and waiting for one, %", *(f"{e.charging_waited:.1%}".rstrip("%") for e in found)),
        row("timer lag charging, ms", *(lag(e.charging_lag_s) for e in found)),
        row(
            "CSMS killed for 15 s: half are back after, s", *(f"{e.half_back_s:.1f}" for e in found)
        ),
        row("all are back, s", *(f"{e.all_back_s:.1f}" for e in found)),
        row("all is delivered, s", *(f"{e.delivered_s:.1f}" for e in found)),
        row("file descriptors", *(f"{e.descriptors:,}" for e in found)),
        row("begun, lost, doubled", *(f"{e.begun:,}, {e.lost}, {e.doubled}" for e in found)),
        row("in the book of the CSMS", *(f"{e.billed:,}" for e in found)),
    ]


def certified(folder: Path) -> tuple[str, str]:
    """Make a root, and the certificate of the CSMS with its key in one file."""
    root = authority(folder)
    root.server("csms", "IP:127.0.0.1")
    both = folder / "both.pem"
    both.write_text((folder / "csms.pem").read_text() + (folder / "csms.key").read_text())
    return str(root.certificate), str(both)


def main() -> int:
    budgets = Budgets()
    scheme = "wss" if "wss" in sys.argv else "ws"
    sizes = [int(each) for each in sys.argv[1:] if each.isdecimal()] or SIZES
    with TemporaryDirectory(prefix="cp-tui-bench-") as folder:
        shown = certified(Path(folder)) if scheme == "wss" else ("", "")
        found = [measured(each, WINDOW_S, *shown) for each in sizes]
    for each in found:
        name = f"of {each.number:,}"
        ratio = each.boot_ms / each.csms_boot_ms
        budgets.cell(f"CPU of a boot {name}, % of that of the CSMS", ratio * 100, BOOT_RATIO * 100)
        if each.idle_waited <= WAITED_MOST:
            lag_s = each.idle_lag_s[1]
            budgets.cell(f"timer lag, idle, p99 {name}, ms", lag_s * 1000, IDLE_LAG_S * 1000)
        budgets.cell(f"lost or doubled {name}", each.lost + each.doubled, 0)
        budgets.cell(f"not in the book {name}", each.begun - each.billed, 0)
    print(*table(found, budgets, MEMORY_MIB[scheme]), sep="\n")
    print(f"\nload {os.getloadavg()[0]:.1f} of {os.cpu_count()}")
    return budgets.status()


if __name__ == "__main__":
    sys.exit(main())
