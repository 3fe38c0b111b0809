"""The command line: one module per command, imported only when its command is given.

A technician types on a slow box: `cp-tui --version` must load next to nothing.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, an `output.ExitStatus`."""
    from cp_tui.cli.parser import parse

    try:
        try:
            options = parse(arguments)
        finally:
            # Help may be long, and `| head` reads but its beginning.
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    from cp_tui.cli.output import ExitStatus, complain_of
    from cp_tui.cli.quick_imports import importing
    from cp_tui.engine.errors import CannotBegin

    # To look for plugins, pydantic reads the metadata of everything that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        with importing():
            command = importlib.import_module(f"cp_tui.cli.{options.command}")
        status: int = command.run(options)
    except CannotBegin as error:
        return complain_of(error.lines)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    return status
