"""The same surroundings for every test, whoever runs them and wherever.

It is imported before any test, and before the workers of `-n` inherit the environment.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import execnet
import pytest

from tests import tiers, workers

FOREIGN = ("TEXTUAL", "CP_TUI_", "XDG_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
"""Beginnings of variables that would change what the program does."""
KEPT = "TEXTUAL_SNAPSHOT"
"""The plugin's own: where workers put pictures that differ."""
for name in list(os.environ):
    if name.startswith(FOREIGN) and not name.startswith(KEPT):
        del os.environ[name]

TESTS = Path(__file__).parent
OWN = ("popen", "execmodel=main_thread_only//popen")
"""What stands for a worker of `-n`; `--tx` can ask for others."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the option of the nightly run."""
    parser.addoption(
        "--deep",
        action="store_true",
        help="for a night: all seeds, all sizes, 10,000 simulated days, thousands of examples",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set how much is tried, before any module of tests asks."""
    tiers.begin(is_deep=config.getoption("deep"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read, for `-m fast`, what has nothing for it."""
    is_slow = collection_path.name.startswith("test_") and not is_fast(collection_path)
    return True if is_slow and config.getoption("markexpr") == "fast" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, object, object]:
    """Mark what is fast by where it lies; `slow` on a test takes it out."""
    for item in items:
        if is_fast(item.path) and item.get_closest_marker("slow") is None:
            item.add_marker("fast")
    return (yield)


@cache
def is_fast(path: Path) -> bool:
    """Say whether a file is for the quick run."""
    return path.is_relative_to(TESTS) and tiers.is_fast(path.relative_to(TESTS).as_posix())


@pytest.fixture(scope="session", autouse=True)
def home() -> Iterator[Path]:
    """Give a home of our own to everything that is started; short, because sockets live in it."""
    with TemporaryDirectory(prefix="cp-tui-") as folder, pytest.MonkeyPatch.context() as patch:
        home = Path(folder)
        runtime = home / "run"
        runtime.mkdir(mode=0o700)
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield home


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Look for garbage in what a test leaves, not each time in everything that was imported."""
    gc.disable()
    found = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    return found


def pytest_sessionfinish() -> None:
    """Look for garbage once: pytest looks five times, and need not see again what is in use."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Sequence[execnet.XSpec]) -> None:
    """Make each worker a fork of this process, which imports all tests first."""
    is_part = config.getoption("file_or_dir") or config.getoption("markexpr")
    if sys.platform == "linux" and not is_part and all(str(spec) in OWN for spec in specs):
        from tests.end_to_end import programs

        # One for all workers; it ends after them.
        programs.ready_process()
        config.add_cleanup(programs.end_ready_process)
        config.add_cleanup(workers.fork_from_here(specs))
