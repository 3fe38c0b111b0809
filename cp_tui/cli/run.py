"""`cp-tui run`: a charge point in a process of its own, and a screen on it."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cp_tui.cli.child import Child
from cp_tui.cli.differences import differences
from cp_tui.cli.first_run import first_run, is_first_run
from cp_tui.cli.output import ExitStatus, complain, complain_of, say, told_if_slow
from cp_tui.cli.screen import STOP, attachment_at, read_look, show_screen
from cp_tui.cli.settings import read_all, read_settings, serve_arguments
from cp_tui.cli.terminal import refuse_screen, terminal_problem
from cp_tui.rpc.paths import default_socket, is_answering
from cp_tui.rpc.script import EngineGone, lines
from cp_tui.settings.build import ServeSettings

if TYPE_CHECKING:
    from cp_tui.tui.preferences import Look


def run(options: Namespace) -> int:
    """Start the charge point unless it runs, show its screen, then leave or stop it."""
    problem = terminal_problem()
    if problem is not None:
        return refuse_screen(f"run: {problem}; use `cp-tui serve`")
    try:
        look, settings = _read(options)
        if settings is None:
            return 0
        child = None
        if not is_answering(settings.socket):
            child = _start(options, settings.socket)
        elif others := _differences(settings):
            return complain_of(_refusal(settings, others))
    except EngineGone as error:
        return complain(f"run: {error}", ExitStatus.FAILED)
    return _show(settings, look, child)


def _read(options: Namespace) -> tuple[Look, ServeSettings | None]:
    """Read everything; no settings: nobody gave any."""
    if is_first_run(options):
        look = read_look(options)
        return look, read_settings(options) if first_run(look, options) else None
    return read_all(lambda: read_look(options), lambda: read_settings(options))


def _differences(settings: ServeSettings) -> list[str]:
    text = f"waiting for the charge point that runs at {settings.socket} to answer ..."
    with told_if_slow(text):
        return differences(settings)


def _refusal(settings: ServeSettings, others: Sequence[str]) -> list[str]:
    target = _target(settings)
    return [
        f"run: a charge point runs at {settings.socket} already, with other settings:",
        *others,
        f"`cp-tui attach {target}` shows the one that runs, `cp-tui ctl {target} shutdown` ends it",
    ]


def _show(settings: ServeSettings, look: Look, child: Child | None) -> int:
    """Show the screen; what this program did not start, it does not offer to stop."""
    welcome = ""
    if child is None:
        welcome = f"attached to {settings.charge_point_id}, which runs already; it goes on after q"
    attachment = attachment_at(
        settings.socket,
        read_only=False,
        may_stop=None if child is None else partial(child.answers_at, settings.socket),
        welcome=welcome,
        why_gone=None if child is None else child.last_words,
    )
    choice = show_screen(attachment, look)
    if choice == STOP and child is not None and child.answers_at(settings.socket):
        say(f"stopping {settings.charge_point_id} ...")
        if not _stop(settings.socket, child):
            name = settings.charge_point_id
            say(f"{name} did not answer and was ended by force, as if power went away.")
    elif is_answering(settings.socket):
        say(_farewell(settings))
    elif child is not None and (words := child.last_words()):
        return complain(f"{settings.charge_point_id} has ended: {words}", ExitStatus.FAILED)
    return 0


def _farewell(settings: ServeSettings) -> str:
    """Say how to come back, in commands that can be pasted."""
    target = _target(settings)
    return (
        f"{settings.charge_point_id} goes on: `cp-tui attach {target}` shows it again,"
        f" `cp-tui ctl {target} shutdown` ends it."
    )


def _target(settings: ServeSettings) -> str:
    """Name the charge point as `attach` and `ctl` take it."""
    if settings.socket == default_socket(settings.charge_point_id):
        return f"--id={shlex.quote(settings.charge_point_id)}"
    return f"--socket={shlex.quote(str(settings.socket))}"


def _start(options: Namespace, path: Path) -> Child:
    """Start a charge point that outlives this program and the terminal."""
    child = Child("cp_tui", ["serve", "--quiet", *serve_arguments(options)], ends_with_us=False)
    try:
        child.wait_until_answering(path, by_itself=True)
    except BaseException:
        child.end()
        raise
    return child


def _stop(path: Path, child: Child) -> bool:
    """End it in order, or else by force: then it is False."""
    with suppress(EngineGone):
        for _answer in lines(path, "shutdown", {}):
            pass
    return child.wait()
