"""The workers of `-n`, as forks of the process that has imported the tests.

Half of what a worker costs before its first test are its imports, and the compiling of them where a
clone is fresh. Here both are done once, by the process that hands out the tests. Each worker is a
fork of it: pytest-xdist starts a small program in place of a Python of its own, which brings here
what the worker is spoken to through.

Where only some files are asked for, a worker is a Python of its own, as everywhere.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from compileall import compile_file
from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import execnet
import pytest

TESTS = Path(__file__).parent
IGNORED = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""What a Python does not warn of, unless it is told to."""
JOIN = TESTS / "join.py"


def fork_from_here(specs: Sequence[execnet.XSpec]) -> Callable[[], None]:
    """Import all tests, and let each worker be a fork of a process that has.

    Returns what waits, at the end, for the ends of all of them.
    """
    import_all()
    folder = TemporaryDirectory(prefix="cp-tui-workers-")
    path = Path(folder.name) / "door"
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen(len(specs))
    life, ours = os.pipe()
    gc.collect()
    gc.freeze()
    if (process_id := os.fork()) == 0:
        # Whoever interrupts the run means the workers as well, which end by themselves.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.close(ours)
        try:
            fork_workers(door, life)
        finally:
            os._exit(1)
    door.close()
    os.close(life)
    for spec in specs:
        spec.python = f"{sys.executable} -I -S {JOIN} {path}"
    return partial(_end, ours, process_id, folder)


def _end(ours: int, process_id: int, folder: TemporaryDirectory[str]) -> None:
    os.close(ours)
    os.waitpid(process_id, 0)
    folder.cleanup()


def import_all() -> None:
    """Import every module of tests; in a fresh clone, two processes compile one half each."""
    files = sorted(TESTS.rglob("test_*.py"))
    other = None
    if not Path(cache_from_source(str(TESTS / "peer.py"))).exists() and (other := os.fork()) == 0:
        try:
            for path in TESTS.with_name("cp_tui").rglob("*.py"):
                compile_file(path, quiet=2)
            _import(reversed(files))
        finally:
            # Whatever happens: this is not the process that hands out the tests.
            os._exit(0)
    _import(files)
    if other is not None:
        os.waitpid(other, 0)
    # Its own plugin looks in each process for the numbers and texts in all that is imported.
    with suppress(ImportError):
        import_module("hypothesis.internal.conjecture.providers")._get_local_constants()
    # So it does for all characters that a text may have; where a clone is fresh, for a second.
    with suppress(ImportError):
        import_module("hypothesis.internal.charmap").intervals_from_codec("utf-8")


def _import(files: Iterable[Path]) -> None:
    for path in files:
        # What is wrong with it is told where it is collected.
        with suppress(Exception, pytest.skip.Exception):
            import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))


def fork_workers(door: socket.socket, life: int) -> NoReturn:
    """Make a worker for whoever comes, until the process that began all this needs no more."""
    news = select.poll()
    news.register(door, select.POLLIN)
    news.register(life, select.POLLIN)
    while life not in (ready := {descriptor for descriptor, _ in news.poll()}):
        assert door.fileno() in ready
        link, _ = door.accept()
        if os.fork() == 0:
            door.close()
            os.close(life)
            become_worker(link)
        link.close()
    door.close()
    # All of them are waited for: only then does the time that they took count as ours.
    with suppress(ChildProcessError):
        while True:
            os.wait()
    os._exit(0)


def become_worker(link: socket.socket) -> NoReturn:
    """Do as a Python does that was started for a worker: what it is told on its input."""
    data, streams, _, _ = socket.recv_fds(link, 1, 3)
    assert data
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    sys.argv = ["-c"]
    # Both belong to the session of the process that this is a fork of.
    logging.getLogger().handlers.clear()
    warnings.resetwarnings()
    for category in IGNORED:
        warnings.simplefilter("ignore", category)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status = 0
    try:
        exec(eval(sys.stdin.readline()), {"__name__": "__main__"})
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        os._exit(status)
