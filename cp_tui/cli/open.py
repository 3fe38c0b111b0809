"""`cp-tui open`: a log on the screens of a charge point."""

from __future__ import annotations

from argparse import Namespace
from contextlib import suppress
from functools import partial
from pathlib import Path
from shutil import rmtree

from cp_tui.cli.log_file import events_beside, is_copy, log_file, named_in
from cp_tui.cli.output import ExitStatus, complain
from cp_tui.cli.screen import read_look, show_log
from cp_tui.cli.terminal import (
    announced,
    keys_from_terminal,
    on_terminal,
    refuse_screen,
    terminal_problem,
)
from cp_tui.engine.thread import in_daemon_thread
from cp_tui.follow.noted import NotedEvents
from cp_tui.ocpp.printable import clean
from cp_tui.opened.growing import GrowingLog
from cp_tui.opened.opening import OpenedLog, open_log
from cp_tui.opened.supply import GrowingFile, PipeCopy
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.recognise import FORMATS
from cp_tui.traces.times import zone_of

PIPES = {Path("/dev/fd"): "a pipe"}
"""How pipes are called that have a number in the place of a name, as shells make them."""


def run(options: Namespace) -> int:
    """Show the log until somebody quits."""
    pipe = keys_from_terminal() if options.file == "-" else None
    problem = terminal_problem()
    if problem is not None:
        return refuse_screen(f"open: {problem}")
    if wrong := _wrong_option(options):
        return complain(wrong)
    try:
        with log_file(options.file) as file:
            if options.follow and file != options.file and is_copy(file):
                words = "its trace is in pieces; only a file is followed, such as its trace.jsonl"
                return complain(f"{clean(options.file)}: {words}")
            return _shown(file, pipe, options)
    except OSError as error:
        return complain(f"{clean(options.file)}: {error.strerror}")


def _wrong_option(options: Namespace) -> str:
    """Say what is wrong with what was typed; empty: nothing is."""
    if options.format is not None and options.format not in FORMATS:
        return f"no format {clean(options.format)}; there are: {', '.join(FORMATS)}"
    try:
        if options.zone:
            zone_of(options.zone)
    except ValueError:
        return f"--zone {options.zone}: it has to be such as +02:00 or Europe/Berlin"
    return ""


def _shown(file: str, pipe: int | None, options: Namespace) -> int:
    """Show a file; of a log that cannot be read it is said why."""
    with (
        on_terminal() as terminal,
        announced(f"opening {clean(options.file)} ...", terminal) as erase,
    ):
        look = read_look(options)
        problem = show_log(partial(_opened, file, pipe, options), look, erase)
    return complain(problem) if problem else ExitStatus.DONE


async def _opened(file: str, pipe: int | None, options: Namespace) -> GrowingLog:
    """Open it; a copy of ours goes as soon as it is read, however this program may end."""
    path = Path(options.file)
    is_file = pipe is None and path.exists() and not path.is_fifo()
    name = path.resolve().name if is_file else PIPES.get(path.parent, path.name)
    if pipe is not None:
        name = "standard input"

    async def read(descriptor: int, size: int, is_behind: bool) -> OpenedLog:
        noted = NotedEvents(await in_daemon_thread(partial(events_beside, options.file)))
        log = await open_log(
            file,
            format=options.format,
            charger=options.id or await in_daemon_thread(partial(named_in, options.file)),
            zone=options.zone,
            source=descriptor,
            size=size,
            is_behind=is_behind,
            noted=noted,
        )
        log.name = name
        if is_copy(file):
            with suppress(UnreadableTrace):
                await log.read()
            rmtree(Path(file).parent, ignore_errors=True)
        return log

    follows = options.follow or not is_file
    source = GrowingFile(file, has_lines=follows) if is_file else PipeCopy(pipe or file)
    log = GrowingLog(name, source, read, follows=follows)
    log.begin()
    return log
