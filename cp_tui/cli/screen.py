"""The screen on a running engine, for the commands that show one; Textual is imported late."""

from __future__ import annotations

import os
import sys
from pathlib import Path

LEAVE = "leave"
STOP = "stop"


def terminal_problem() -> str | None:
    """Say why no screen can be shown here, or None."""
    streams = {
        "standard input": sys.stdin,
        "standard output": sys.stdout,
        "standard error": sys.stderr,
    }
    for name, stream in streams.items():
        if stream is None or not stream.isatty():
            return f"a screen needs a terminal, and {name} is none"
    if os.environ.get("TERM", "") in ("", "dumb"):
        return "a screen needs a terminal that can position the cursor; see TERM"
    return None


def show_screen(path: Path, *, read_only: bool, quit_choice: bool) -> str:
    """Show the engine at the socket until the user quits; returns `LEAVE` or `STOP`."""
    from cp_tui.control.client import Client, EngineConnection
    from cp_tui.tui.app import run_screen

    async def connect() -> EngineConnection:
        return await Client.connect(path, read_only=read_only)

    return run_screen(connect, read_only=read_only, quit_choice=quit_choice)
