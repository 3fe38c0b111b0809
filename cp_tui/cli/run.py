"""`cp-tui run`: an engine of its own process, and a screen on it."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from contextlib import suppress
from pathlib import Path

from cp_tui.cli.child import Child, ChildFailed
from cp_tui.cli.first_run import first_run, is_first_run
from cp_tui.cli.output import complain, printable
from cp_tui.cli.screen import STOP, read_look, show_screen, terminal_problem
from cp_tui.cli.settings import read_settings, serve_arguments
from cp_tui.control.paths import default_socket, is_answering
from cp_tui.control.script import EngineGone, lines
from cp_tui.settings.build import ServeSettings
from cp_tui.settings.problem import SettingsError


def run(options: Namespace) -> int:
    """Start the engine unless it runs, show its screen, then leave or stop it."""
    problem = terminal_problem()
    if problem is not None:
        return complain(f"run: {problem}; use `cp-tui serve`")
    try:
        look = read_look(options)
        if is_first_run(options) and not first_run(look):
            return 0
        settings = read_settings(options)
        child = None
        if is_answering(settings.socket):
            complain(f"an engine answers at {settings.socket} already; this is its screen")
        else:
            child = _start(options, settings.socket)
    except (SettingsError, ChildFailed) as error:
        return complain(str(error))
    choice = show_screen(settings.socket, look, read_only=False, quit_choice=True)
    if choice == STOP:
        _stop(settings.socket, child)
    elif is_answering(settings.socket):
        # The terminal may be gone by now, which is a common way to leave.
        with suppress(OSError):
            print(_farewell(settings), file=sys.stderr)
    return 0


def _farewell(settings: ServeSettings) -> str:
    """Say how to come back, in commands that can be pasted."""
    if settings.socket == default_socket(settings.charge_point_id):
        target = f"--id={shlex.quote(settings.charge_point_id)}"
    else:
        target = f"--socket={shlex.quote(str(settings.socket))}"
    return printable(
        f"{settings.charge_point_id} goes on: `cp-tui attach {target}` shows it again,"
        f" `cp-tui ctl {target} shutdown` ends it."
    )


def _start(options: Namespace, path: Path) -> Child:
    """Start an engine that outlives this program and the terminal."""
    child = Child("cp_tui", ["serve", "--quiet", *serve_arguments(options)], ends_with_us=False)
    try:
        child.wait_until_answering(path)
    except BaseException:
        child.end()
        raise
    return child


def _stop(path: Path, child: Child | None) -> None:
    with suppress(EngineGone):
        for _answer in lines(path, "shutdown", {}):
            pass
    if child is not None:
        child.wait()
