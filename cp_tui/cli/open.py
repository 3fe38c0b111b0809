"""`cp-tui open`: a log on the screens of a charge point."""

from __future__ import annotations

from argparse import Namespace
from functools import partial

from cp_tui.cli.output import ExitStatus, complain
from cp_tui.cli.screen import read_look, show_log
from cp_tui.cli.terminal import announced, on_terminal, refuse_screen, terminal_problem
from cp_tui.ocpp.printable import clean
from cp_tui.opened.opening import open_log
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
    with (
        on_terminal() as terminal,
        announced(f"opening {clean(options.file)} ...", terminal) as erase,
    ):
        look = read_look(options)
        opening = partial(
            open_log,
            options.file,
            format=options.format,
            charger=options.id,
            zone=options.zone,
        )
        problem = show_log(opening, look, erase)
    return complain(problem) if problem else ExitStatus.DONE
