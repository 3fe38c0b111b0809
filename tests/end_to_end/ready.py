"""A process that has imported the program, and becomes one of its commands when it is asked to.

Most of what a command costs are its imports: 0.4 s for `serve`, 0.6 s for a screen, and the tests
start hundreds. Here they are made once. What a test starts is a fork of this process, with the
terminal, the environment and the command line that a shell would give it; it begins where
`python -m cp_tui` does, and ends with the interpreter. Textual finds nothing twice in it, as in an
app under test; that it finds the same is held by tests/tui/test_known_styles.py and the pictures.

That the commands start by themselves is tried with real starts: of `ctl`, `check`, `screenshot` and
`demo` by `processes.start` and in tests/cli, of `serve` by a `demo` that makes its imports itself,
of a screen on terminals of other languages and over SSH.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import TypedDict

from cp_tui.cli.promptness import late_builds, late_commands
from cp_tui.tui.theme.themes import our_themes
from tests.end_to_end import forked_children
from tests.end_to_end.command_line import be_called
from tests.end_to_end.dying import DIES_AT, install
from tests.tui.quiet import known

REQUEST_BYTES_MAX = 100_000
DESCRIPTORS_MAX = 1_024
COMMAND_LINE = "-" * 2_000
"""What this process is started with: room for the command line of what it becomes."""
MODULES = (
    *("attach", "check", "ctl", "demo", "look", "run", "screen", "screenshot", "serve"),
    *("tui.main", "rpc.client_session", "charge_point.requests", "engine.commands"),
)


class Asked(TypedDict):
    """What a command is started with."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    is_leader: bool
    """Of a session of its own, on the terminal that is its input."""


def wait() -> None:
    """Wait for requests and for the ends of what was started, which are told to who asked for it.

    Returns in a process that has become what was asked for.
    """
    control = socket.socket(fileno=os.dup(0))
    running: dict[int, tuple[int, int]] = {}
    """By the descriptor of each process: its number, and where its end is told."""
    news = select.poll()
    news.register(control, select.POLLIN)
    is_asked = True
    while is_asked or running:
        for descriptor, _ in news.poll():
            if descriptor in running:
                _tell_the_end(descriptor, *running.pop(descriptor))
                news.unregister(descriptor)
                continue
            data, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES_MAX, 4)
            if not data:
                is_asked = False
                news.unregister(control)
                continue
            answer, *streams = descriptors
            if (process_id := os.fork()) == 0:
                control.close()
                _settle_in(json.loads(data), streams)
                return
            for each in streams:
                os.close(each)
            with suppress(BrokenPipeError):
                os.write(answer, b"%d" % process_id)
            found = os.pidfd_open(process_id)
            running[found] = process_id, answer
            news.register(found, select.POLLIN)
    # All of them were waited for: only then does the time that they took count as ours.
    os._exit(0)


def _tell_the_end(descriptor: int, process_id: int, answer: int) -> None:
    """Tell who waits for a process how it has ended."""
    _, status = os.waitpid(process_id, 0)
    with suppress(BrokenPipeError):
        os.write(answer, b"%d" % os.waitstatus_to_exitcode(status))
    os.close(answer)
    os.close(descriptor)


def _settle_in(asked: Asked, streams: Sequence[int]) -> None:
    """Take over everything that a process is given by the one that starts it."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, DESCRIPTORS_MAX)
    arguments = asked["arguments"]
    if asked["is_leader"]:
        os.login_tty(0)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    # Whoever runs the tests may ignore it, as a shell does in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert isinstance(sys.stdout, TextIOWrapper)
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())
    sys.argv = ["cp-tui", *arguments]
    be_called([sys.executable, "-m", "cp_tui", *arguments])


if __name__ == "__main__":
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    for name in MODULES:
        importlib.import_module(f"cp_tui.{name}" if "." in name else f"cp_tui.cli.{name}")
    for owner, attribute, value in known():
        setattr(owner, attribute, value)
    our_themes()
    for _ in late_builds(late_commands()):
        pass
    gc.collect()
    gc.freeze()
    wait()
    if wanted := os.environ.pop(DIES_AT, ""):
        install(wanted)
    forked_children.install()
    from cp_tui.cli import main

    sys.exit(main())
