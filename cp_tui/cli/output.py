"""What every command says, harmless whatever text it is made of."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from cp_tui.ocpp.printable import clean


class ExitStatus(IntEnum):
    """The status with which the process of a `cp-tui` command ends."""

    DONE = 0
    """It is done; of `ctl`: there is an answer, and `Rejected` is one."""
    FAILED = 1
    """It was begun and failed: a step of `check`, a refusal by the charge point, a lost socket; of
    `explain`: something in the log departs from the standard; of `fleet`: a limit is broken, the
    bill is not whole, or the run was ended before its plan was done."""
    WRONG_USE = 2
    """Options, settings or parameters are wrong, nothing runs that could be asked, or there is no
    terminal for a screen; nothing was begun. Of `explain`: a file cannot be read as a log."""
    INCONCLUSIVE = 3
    """Of `scenario`: nothing failed, and something could not be said about the CSMS; of `fleet`: no
    charge point was ever Accepted."""
    INTERRUPTED = 130
    """Ctrl+c; after another signal it is 128 and the number of the signal. Not of `fleet`, which
    ends in order: 1 where its plan has an end that was not reached, otherwise what was found."""


class WrongUse(ValueError):
    """What was typed cannot be understood; the text says what is allowed."""


SILENT_S = 1.0
"""What takes longer is announced."""
LAST_LINES_S = 5.0
"""How long a slow reader has to take the last lines of a command that ends."""


def complain(text: str, status: int = ExitStatus.WRONG_USE) -> int:
    """Print one line about what went wrong; returns the exit status."""
    return complain_of([text], status)


def complain_of(lines: Iterable[str], status: int = ExitStatus.WRONG_USE) -> int:
    """Print a line for each thing that is wrong; returns the exit status."""
    for line in lines:
        print(f"cp-tui: {clean(line)}", file=sys.stderr)
    return status


def say(text: str) -> None:
    """Print one line on standard error; the terminal may be gone, a common way to leave."""
    with suppress(OSError):
        print(clean(text), file=sys.stderr, flush=True)


@contextmanager
def told_if_slow(text: str) -> Iterator[None]:
    """Say what is waited for, where that takes longer than people expect."""
    timer = threading.Timer(SILENT_S, say, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def told_without_waiting(
    without_reader: Callable[[], object] = lambda: None,
) -> Iterator[Callable[[str], None]]:
    """Give what prints a line on standard output, and goes on if nobody reads it.

    For what lives in an event loop: a charge point must not wait for the terminal of its CSMS.
    What a peer has written shows itself there and does nothing else.
    `without_reader` is called at each line once the reader of a pipe has gone.
    """
    # Imported late: `ctl` prints its answer, and is called hundreds of times by a script.
    from cp_tui.engine.line_writer import LineWriter, StreamSink

    writer = LineWriter(StreamSink(sys.stdout), "({} lines are missing here)".format, "output")

    def tell(line: str) -> None:
        writer.put(clean(line))
        if writer.error == os.strerror(errno.EPIPE):
            without_reader()

    try:
        yield tell
    finally:
        writer.close(LAST_LINES_S)
