"""The same surroundings for every test, whoever runs them and wherever.

It is imported before any test, and before the workers of `-n` inherit the environment.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from compileall import compile_file
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import pytest

from tests import tiers

FOREIGN = ("TEXTUAL", "CP_TUI_", "XDG_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
"""Beginnings of variables that would change what the program does."""
KEPT = "TEXTUAL_SNAPSHOT"
"""The plugin's own: where workers put pictures that differ."""
for name in list(os.environ):
    if name.startswith(FOREIGN) and not name.startswith(KEPT):
        del os.environ[name]

TESTS = Path(__file__).parent


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
    with one_at_first(config):
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
    begin_elsewhere(session.config)
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


def begin_elsewhere(config: pytest.Config) -> None:
    """Read the tests from another place on than the other workers do, before they are collected.

    In a fresh clone each module is compiled by who comes to it first, at twice the time of reading
    it. All together they compile each once; in the same order, each of them would compile all.
    """
    worker = getattr(config, "workerinput", None)
    if worker is None or config.getoption("file_or_dir") or config.getoption("markexpr"):
        return
    number, count = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
    for path in sorted(TESTS.with_name("cp_tui").rglob("*.py"))[number::count]:
        compile_file(path, quiet=2)
    files = sorted(TESTS.rglob("test_*.py"))
    first = len(files) * number // count
    for path in files[first:] + files[:first]:
        # What is wrong with it is told where it is collected.
        with suppress(Exception, pytest.skip.Exception):
            import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))


@contextmanager
def one_at_first(config: pytest.Config) -> Iterator[None]:
    """Let one worker find for all what Hypothesis keeps of the code, where nobody has done so."""
    run = getattr(config, "workerinput", {}).get("testrunuid")
    if run is None or (TESTS.parent / ".hypothesis" / "constants").exists():
        yield
        return
    with (Path(gettempdir()) / f"cp-tui-constants-{run}").open("w") as door:
        try:
            flock(door, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            flock(door, LOCK_SH)
        else:
            config.add_cleanup(partial(Path(door.name).unlink, missing_ok=True))
        yield
