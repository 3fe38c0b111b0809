"""`cp-tui open`: a log on the screens of a charge point."""

from __future__ import annotations

import errno
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from shutil import copyfileobj, rmtree
from tempfile import TemporaryDirectory

from cp_tui.cli.output import ExitStatus, complain
from cp_tui.cli.screen import read_look, show_log
from cp_tui.cli.terminal import announced, on_terminal, refuse_screen, terminal_problem
from cp_tui.engine.recorder import FRAMES_FILE, trace_files
from cp_tui.ocpp.printable import clean
from cp_tui.opened.opening import OpenedLog, open_log
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.times import zone_of


def run(options: Namespace) -> int:
    """Show the log until somebody quits."""
    problem = terminal_problem()
    if problem is not None:
        return refuse_screen(f"open: {problem}")
    try:
        if options.zone:
            zone_of(options.zone)
    except ValueError:
        return complain(f"--zone {options.zone}: it has to be such as +02:00 or Europe/Berlin")
    try:
        with log_file(options.file) as file:
            return _shown(file, options)
    except OSError as error:
        return complain(f"{clean(options.file)}: {error.strerror}")


def _shown(file: str, options: Namespace) -> int:
    """Show a file; of a log that cannot be read it is said why."""
    with (
        on_terminal() as terminal,
        announced(f"opening {clean(options.file)} ...", terminal) as erase,
    ):
        look = read_look(options)
        problem = show_log(partial(_opened, file, options), look, erase)
    return complain(problem) if problem else ExitStatus.DONE


async def _opened(file: str, options: Namespace) -> OpenedLog:
    """Open it; a copy of ours goes as soon as it is read, however this program may end."""
    log = await open_log(file, format=options.format, charger=options.id, zone=options.zone)
    if Path(options.file).is_dir() and Path(file).parent != Path(options.file):
        with suppress(UnreadableTrace):
            await log.read()
        rmtree(Path(file).parent, ignore_errors=True)
    return log


@contextmanager
def log_file(path: str) -> Iterator[str]:
    """Give the file of a log; of a data folder its trace, which may be in several pieces.

    Raises `OSError`.
    """
    if path == "-" or not Path(path).is_dir():
        yield path
        return
    pieces = [each for each in trace_files(Path(path)) if each.name.startswith(FRAMES_FILE)]
    if not pieces:
        raise FileNotFoundError(errno.ENOENT, "no charge point has its trace there")
    if len(pieces) == 1:
        yield f"{pieces[0]}"
        return
    with TemporaryDirectory(prefix="cp-tui-open-", ignore_cleanup_errors=True) as folder:
        whole = Path(folder, FRAMES_FILE)
        with whole.open("wb") as to:
            for piece in pieces:
                with piece.open("rb") as part:
                    copyfileobj(part, to)
        yield f"{whole}"
