"""The coverage that each module of the mind and the body has reached by its own tests, and keeps.

`python -m tests.coverage_gate` runs the tests of each package under coverage, lines and branches,
and fails where a module misses more than `coverage_floors.toml` says: there stands how many lines
and branches of a module no test reaches, and a module that is not named misses none. With `--raise`
what has become better is written down; what has become worse never is. With the name of a package
only that one is run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.sources import ROOT, shown

FLOORS = ROOT / "tests" / "coverage_floors.toml"
PACKAGES = {"certificates": 1, "charge_point": 3, "network": 1, "ocpp": 1, "station": 1}
"""In how many parts the tests of a package run, so that two cores are busy to the end."""
PROCESSES = 2
RUN_S_MAX = 1_200.0
HEAD = """\
# How many lines and branches of a module its own tests do not reach; of all others, none.
# `python -m tests.coverage_gate --raise` writes it, and only ever makes a number smaller.
"""

Misses = dict[str, int]
"""Module -> lines and branches that no test reaches, where there are any."""


class Part(NamedTuple):
    """Some tests of a package, run in a process of their own."""

    package: str
    number: int

    @property
    def tests(self) -> list[str]:
        """The files: every so-maniest, so that long ones are spread."""
        found = sorted((ROOT / "tests" / self.package).rglob("test_*.py"))
        return [shown(path) for path in found[self.number :: PACKAGES[self.package]]]


def main() -> int:
    """Run, compare and say; give the exit status."""
    parser = argparse.ArgumentParser(description="Hold each module to the coverage it has reached.")
    parser.add_argument("packages", nargs="*", help=f"of {', '.join(PACKAGES)}; all by default")
    parser.add_argument("--raise", dest="is_raised", action="store_true", help="write new floors")
    options = parser.parse_args()
    packages = options.packages or [*PACKAGES]
    with TemporaryDirectory(prefix="cp-tui-coverage-") as folder:
        reached = measure(packages, Path(folder))
    if reached is None:
        return 1
    floors = read_floors()
    others = {path: count for path, count in floors.items() if path.split("/")[1] not in packages}
    if options.is_raised:
        write_floors(others | raised(floors, reached))
    lines = [*fallen(floors or reached, reached)]
    print("\n".join(lines) or "Every module is covered as well as it has ever been.")
    return 1 if lines else 0


def measure(packages: Sequence[str], folder: Path) -> Misses | None:
    """Run the tests of some packages; None: some failed, and that is told."""
    parts = [Part(name, number) for name in packages for number in range(PACKAGES[name])]
    with ThreadPoolExecutor(PROCESSES) as pool:
        ended = list(pool.map(lambda part: run(part, folder), parts))
    for done in ended:
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n")
    if any(done.returncode for done in ended):
        return None
    found: Misses = {}
    for package in packages:
        data = [str(data_file(part, folder)) for part in parts if part.package == package]
        whole, report = folder / package, folder / f"{package}.json"
        coverage("combine", "--quiet", f"--data-file={whole}", *data)
        coverage("json", "--quiet", f"--data-file={whole}", "-o", str(report))
        found |= misses_in(json.loads(report.read_text()))
    return found


def run(part: Part, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run some tests of a package, and measure that package alone."""
    return coverage(
        *("run", "--branch", f"--source=cp_tui/{part.package}"),
        f"--data-file={data_file(part, folder)}",
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *part.tests),
        is_tried=True,
    )


def data_file(part: Part, folder: Path) -> Path:
    """Give where a run leaves what it has seen."""
    return folder / f"{part.package}.part-{part.number}"


def coverage(*arguments: str, is_tried: bool = False) -> subprocess.CompletedProcess[str]:
    """Run coverage; where it is tried, a failure is for the caller."""
    return subprocess.run(
        [sys.executable, "-m", "coverage", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=not is_tried,
        timeout=RUN_S_MAX,
    )


def misses_in(report: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]) -> Misses:
    """Count what is missed in a report of coverage."""
    counts = {
        path: each["summary"]["missing_lines"] + each["summary"]["missing_branches"]
        for path, each in report["files"].items()
    }
    return {path: count for path, count in counts.items() if count}


def raised(floors: Misses, reached: Misses) -> Misses:
    """Give the better of both; the first time, what is reached. Modules that are gone are left."""
    return {
        path: min(count, floors.get(path, count if not floors else 0))
        for path, count in reached.items()
        if path in floors or not floors
    }


def fallen(floors: Misses, reached: Misses) -> Iterator[str]:
    """Tell where more is missed than before."""
    for path, count in sorted(reached.items()):
        if count > floors.get(path, 0):
            yield (
                f"{path}: its tests miss {count} lines or branches, before at most"
                f" {floors.get(path, 0)}"
            )


def read_floors() -> Misses:
    """Give the floors that were written; none the first time."""
    if not FLOORS.exists():
        return {}
    return {str(path): int(count) for path, count in tomllib.loads(FLOORS.read_text()).items()}


def write_floors(floors: Misses) -> None:
    """Write the floors."""
    lines = [f'"{path}" = {count}\n' for path, count in sorted(floors.items())]
    FLOORS.write_text(HEAD + "".join(lines))


if __name__ == "__main__":
    sys.exit(main())
