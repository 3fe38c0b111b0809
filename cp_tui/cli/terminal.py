"""The terminal that a screen is drawn on, wherever standard output and standard error go."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TextIO

from cp_tui.cli.output import ExitStatus, complain
from cp_tui.ocpp.printable import clean

CONTROLLING = "/dev/tty"
"""The terminal of this session, where both streams go elsewhere."""
ERASE_LINE = "\r\x1b[K"

DRAWN_ON = ("__stdout__", "__stderr__")
"""What Textual asks for the size of the terminal, and what it writes to."""


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream of this process, which may have been closed, is a terminal."""
    return stream is not None and not stream.closed and stream.isatty()


def terminal_problem() -> str | None:
    """Say why no screen can be shown here, or None."""
    if not is_terminal(sys.stdin):
        return "a screen needs a terminal for its keys, and standard input is none"
    if not is_terminal(sys.stdout) and not is_terminal(sys.stderr) and not _has_controlling():
        return (
            "a screen needs a terminal to be drawn on, and neither standard output nor standard "
            f"error is one, nor is there {CONTROLLING}"
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        return "a screen needs a terminal that can position the cursor; see TERM"
    return None


def keys_from_terminal() -> int | None:
    """Take keys from the terminal where standard input is a pipe; give the descriptor of that.

    None: standard input is a terminal itself, or there is none.
    """
    if is_terminal(sys.stdin):
        return None
    try:
        terminal = os.open(CONTROLLING, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None
    pipe = os.dup(0)
    os.dup2(terminal, 0)
    os.close(terminal)
    return pipe


def refuse_screen(text: str) -> int:
    """Complain that there can be no screen, to whoever is there to read it."""
    if not is_terminal(sys.stderr) and is_terminal(sys.stdout):
        print(f"cp-tui: {clean(text)}")
    return complain(text, ExitStatus.WRONG_USE)


@contextmanager
def on_terminal() -> Iterator[TextIO]:
    """Let a screen be drawn on the terminal that there is; gives what writes to it.

    `cp-tui attach 2>log` is for what goes wrong, not for the picture.
    """
    before = [getattr(sys, name) for name in DRAWN_ON]
    with ExitStack() as stack:
        if not all(map(is_terminal, before)):
            terminal = stack.enter_context(_opened())
            for name in DRAWN_ON:
                setattr(sys, name, terminal)
        try:
            yield getattr(sys, DRAWN_ON[-1])
        finally:
            for name, stream in zip(DRAWN_ON, before, strict=True):
                setattr(sys, name, stream)


def _opened() -> TextIO:
    """What writes to the terminal; raises `OSError` where there is none."""
    streams = (getattr(sys, name) for name in DRAWN_ON)
    found = next(filter(is_terminal, streams), None)
    where = CONTROLLING if found is None else os.dup(found.fileno())
    # As standard error has it: nothing that is drawn can end the program.
    return open(where, "w", encoding="utf-8", errors="backslashreplace")


def _has_controlling() -> bool:
    try:
        os.close(os.open(CONTROLLING, os.O_WRONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


@contextmanager
def announced(text: str, terminal: TextIO) -> Iterator[str]:
    """Say on the terminal what is waited for, until what is waited for comes there.

    Gives what erases the line, for the screen to write first. Where none comes it is erased here.
    """
    # The cursor goes back, so that what is erased later is this line.
    _write(terminal, f"{clean(text)}\r")
    try:
        yield ERASE_LINE
    except BaseException:
        _write(terminal, ERASE_LINE)
        raise


def _write(terminal: TextIO, text: str) -> None:
    with suppress(OSError):
        terminal.write(text)
        terminal.flush()
