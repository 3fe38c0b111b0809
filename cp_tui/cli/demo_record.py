"""`cp-tui demo --record FILE`: the screen of the demo as an asciicast, without a terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import time
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cp_tui.cli.output import ExitStatus, complain, say
from cp_tui.cli.patience import writing
from cp_tui.cli.quick_imports import importing

if TYPE_CHECKING:
    from cp_tui.tui.app import Attachment
    from cp_tui.tui.preferences import Look
    from cp_tui.tui.terminal.recording import Recording

ROUND_S = 130.0
"""What is recorded unless told: a round of the story at speed 1."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def problem_of(file: Path) -> str | None:
    """Say why a recording cannot be written to a file, before it is made; None where it can."""
    try:
        writing(file, partial(_try, file))
    except OSError as error:
        return f"{file}: {error.strerror or error}"
    return None


def record(attachment: Attachment, look: Look, options: Namespace) -> int:
    """Record the screen for as long as was asked for; one that is interrupted is shorter."""
    with importing():
        from cp_tui.tui.terminal.recording import TERMINAL, Recording

    # The screen asks for what a terminal can show: that of a recording shows everything.
    os.environ |= TERMINAL
    seconds = options.seconds or ROUND_S / options.pace
    recording = Recording(options.size, time.monotonic)
    say(f"recording {options.size[0]}x{options.size[1]} for {seconds:.0f} s ...")
    ended = asyncio.run(_show(attachment, look, recording, seconds))
    file = options.record
    try:
        writing(file, partial(write, file, recording.cast("cp-tui demo")))
    except OSError as error:
        return complain(f"demo: {file}: {error.strerror or error}", ExitStatus.FAILED)
    return 128 + ended if ended else ExitStatus.DONE


async def _show(attachment: Attachment, look: Look, recording: Recording, seconds: float) -> int:
    """Show the screen to nobody; gives the signal that ended it, or 0."""
    from cp_tui.tui.main import make_app
    from cp_tui.tui.preferences import LayoutState
    from cp_tui.tui.terminal.recording import record as record_screen

    # As it is for who starts it for the first time: a recording is made for others.
    app = make_app(attachment, look, LayoutState(is_utc=True), os.environ)
    record_screen(app, recording)
    ended: list[int] = []

    def end(number: int) -> None:
        ended.append(number)
        app.exit()

    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, end, number)
    loop.call_later(seconds, app.exit)
    await app.run_async(size=recording.size)
    return ended[0] if ended else 0


def _try(file: Path) -> None:
    """Raise what stands against a file; nothing is left of it."""
    if file.exists() and not stat.S_ISREG(file.stat().st_mode):
        raise OSError(0, "it is there, and no file that can be replaced")
    _beside(file, lambda unfinished: unfinished.touch())


def write(file: Path, text: str) -> None:
    """Write the whole file, or nothing of it."""

    def work(unfinished: Path) -> None:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(file)

    _beside(file, work)


def _beside(file: Path, work: Callable[[Path], object]) -> None:
    """Work on an unfinished file beside it, of which nothing is left."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        work(unfinished)
    finally:
        unfinished.unlink(missing_ok=True)
