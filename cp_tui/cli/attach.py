"""`cp-tui attach`: the screen of an engine, or of a fleet, that runs already."""

from __future__ import annotations

from argparse import Namespace

from cp_tui.cli.demo_folder import csms_beside
from cp_tui.cli.screen import attachment_at, read_look, show_screen
from cp_tui.cli.terminal import announced, on_terminal, refuse_screen, terminal_problem
from cp_tui.rpc.paths import find_engine, find_fleet, name_at


def run(options: Namespace) -> int:
    """Show the screen; what is shown goes on when it ends."""
    problem = terminal_problem()
    if problem is not None:
        return refuse_screen(f"attach: {problem}")
    if options.fleet:
        return _show_fleet(options)
    path = find_engine(options.socket, options.id)
    # What a screen is made of takes longer to import than anybody likes to look at nothing.
    with (
        on_terminal() as terminal,
        announced(f"attaching to {name_at(path)} ...", terminal) as erase,
    ):
        look = read_look(options)
        attachment = attachment_at(path, read_only=options.read_only, csms=csms_beside(path))
        show_screen(attachment, look, erase)
    return 0


def _show_fleet(options: Namespace) -> int:
    from cp_tui.cli.fleet_screen import attach_fleet

    path = find_fleet(options.socket, options.id)
    look = read_look(options)
    return attach_fleet(path, look, read_only=options.read_only)
