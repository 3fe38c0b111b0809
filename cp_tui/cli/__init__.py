"""The command line: one module per command, imported only when its command is given.

A technician types on a slow box: `cp-tui --version` must load next to nothing.
"""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 failed, 2 wrong use."""
    from cp_tui.cli.parser import parse

    options = parse(arguments)
    # To look for plugins, pydantic reads the metadata of everything that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Nothing that an import makes is garbage, and looking for some costs a tenth of the start.
    gc.disable()
    try:
        command = importlib.import_module(f"cp_tui.cli.{options.command}")
        gc.freeze()
        gc.enable()
        status: int = command.run(options)
    except KeyboardInterrupt:
        return 130
    return status
