"""The charge point that `run` or `demo` starts, as a fork of the one that starts it.

A Python of its own would make again all the imports that this process has made (see ready.py). What
`subprocess` does around a start stays as it is; only where it would execute a Python with a command
of ours, the fork goes on as that command instead.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any, NoReturn

from tests.end_to_end.command_line import be_called

DESCRIPTORS_MAX = 1_024


def install() -> None:
    """Have every Python with a command of ours that this process starts be a fork of it."""
    original = subprocess.Popen._execute_child  # type: ignore[attr-defined]
    parameters = signature(original)

    def execute(self: subprocess.Popen[bytes], args: Sequence[str], *others: Any) -> None:
        if list(args[:3]) != [sys.executable, "-m", "cp_tui"]:
            original(self, args, *others)
            return
        given = parameters.bind(self, args, *others).arguments
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():
            # What other threads hold locks of is not used by what follows.
            warnings.simplefilter("ignore", DeprecationWarning)
            process_id = os.fork()
        if process_id == 0:
            _become(args, given)
        self.pid = process_id
        self._child_created = True  # type: ignore[attr-defined]
        pipes = ["p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite"]
        self._close_pipe_fds(*(given[name] for name in pipes))  # type: ignore[attr-defined]

    subprocess.Popen._execute_child = execute  # type: ignore[attr-defined]


def _become(command: Sequence[str], given: Mapping[str, Any]) -> NoReturn:
    """Be the command, and nothing of what this process was; end with its status."""
    status = 1
    try:
        _settle_in(command, given)
        from cp_tui.cli import main

        status = _status_of(main)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _settle_in(command: Sequence[str], given: Mapping[str, Any]) -> None:
    # Whatever still refers to what is closed here must not be found, and closed once more.
    gc.freeze()
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asyncio._set_running_loop(None)
    for stream, name in enumerate(("p2cread", "c2pwrite", "errwrite")):
        if given[name] >= 0:
            os.dup2(given[name], stream)
    os.closerange(3, DESCRIPTORS_MAX)
    if given["start_new_session"]:
        os.setsid()
    if given["env"] is not None:
        os.environ.clear()
        os.environ.update(given["env"])
    time.tzset()
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    sys.argv = ["cp-tui", *command[3:]]
    be_called(command)


def _status_of(main: Callable[[], int]) -> int:
    try:
        return main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
