"""The command line: one module per command, imported only when its command is given.

A technician types on a slow box: `cp-tui --version` must load next to nothing.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence

_OUTPUT_GONE = errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO
"""Why standard output may take no more: who read it has gone, or the disk is full."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, an `output.ExitStatus`."""
    open_closed_streams()
    try:
        return _run(arguments)
    except OSError as error:
        if error.filename is not None or error.errno not in _OUTPUT_GONE:
            raise
        # What is still in the buffer goes nowhere, else the end of the process stumbles over it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        from cp_tui.cli.output import ExitStatus, complain

        if error.errno == errno.EPIPE:
            # Who reads has seen enough, as `| head` has.
            return ExitStatus.FAILED
        return complain(f"standard output: {error.strerror}", ExitStatus.FAILED)


def _run(arguments: Sequence[str] | None) -> int:
    from cp_tui.cli.parser import parse

    try:
        options = parse(arguments)
    finally:
        # Help may be long, and ends the program.
        sys.stdout.flush()
    from cp_tui.cli.output import ExitStatus, complain_of
    from cp_tui.cli.quick_imports import importing
    from cp_tui.engine.errors import CannotBegin

    # To look for plugins, pydantic reads the metadata of everything that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        with importing():
            command = importlib.import_module(f"cp_tui.cli.{options.command}")
        status: int = command.run(options)
        sys.stdout.flush()
    except CannotBegin as error:
        return complain_of(error.lines)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    return status


def open_closed_streams() -> None:
    """Give standard streams that were closed, as by `>&-`, a place where nothing comes of them.

    Else the next file or socket that is opened would be the one that others write to.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None and getattr(sys, f"__{name}__") is None:
            found = os.open(os.devnull, os.O_RDWR)
            if found != number:
                os.dup2(found, number)
                os.close(found)
            stream = open(number, "r" if name == "stdin" else "w", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
