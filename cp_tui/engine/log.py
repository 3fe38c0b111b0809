"""The engine's log: a rotating file in the data folder, and stderr where wanted.

The logger belongs to one engine and is not registered with the logging module, so nothing global is
touched. A line is written out where it is logged, with the values of that moment; a thread takes it
to the file or the reader, for which nobody waits.

File and standard error have a writer each: whoever reads standard error may stop reading (a pager,
a terminal with ^S, a service manager that hangs), and the file must go on. Lines that are lost are
counted, told as a trouble, and named by a line in the place where they are missing.
"""

from __future__ import annotations

import fcntl
import logging
import os
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import TextIO

from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.line_writer import CLOSE_S, LineWriter, Sink, StreamSink, write_all
from cp_tui.engine.troubles import TroubleKeeper
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import clean

LOG_FILE = "cp-tui.log"
LOG_BYTES_MAX = 1_000_000
LOG_FILES_KEPT = 3

NOT_WRITING = "log.not_writing"
"""The trouble: the log file takes no lines."""
DROPPED = "log.dropped"
"""The trouble: whoever reads standard error does not read on."""
HINTS = {
    NOT_WRITING: "make room on the disk; records and frames are not touched by this",
    DROPPED: "let its reader read on, or start with --quiet; the file of the log is whole",
}

SysExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)
"""What `sys.exc_info()` gives."""


class _Formatter(logging.Formatter):
    """One event per line, in UTC; what a terminal would obey in a foreign text is shown as code."""

    @staticmethod
    def converter(seconds: float | None) -> time.struct_time:
        """Show times in UTC."""
        return time.gmtime(seconds)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Write the line; only a traceback may add lines of its own."""
        return clean(super().formatMessage(record))

    def formatException(self, ei: SysExcInfo) -> str:
        """Write the traceback."""
        return "\n".join(map(clean, super().formatException(ei).split("\n")))


class LogFile:
    """The newest lines in a file, those before in files beside it; the oldest make room."""

    def __init__(
        self,
        path: Path,
        bytes_max: int = LOG_BYTES_MAX,
        kept: int = LOG_FILES_KEPT,
        *,
        is_alone: bool = False,
    ) -> None:
        """Open or create the file; raises `OSError`. Besides it, `kept` older ones stay.

        `is_alone`: a second one that wants the file for itself is refused (`BlockingIOError`).
        """
        self._path = path
        self._bytes_max = bytes_max
        self._kept = kept
        self._is_alone = is_alone
        self.dropped = 0
        """How many files have made room."""
        # Not to wait for a reader of a FIFO that somebody put there.
        self._file = self._opened(os.O_NONBLOCK)
        os.set_blocking(self._file, True)

    def write(self, data: bytes) -> None:
        """Append a line; blocks, and raises `OSError`."""
        self._follow_name()
        found = os.fstat(self._file)
        is_full = found.st_size and found.st_size + len(data) > self._bytes_max
        if is_full and stat.S_ISREG(found.st_mode):
            self._roll_over()
        write_all(self._file, data)

    def _follow_name(self) -> None:
        """Write where the name is: somebody may have moved or deleted the file meanwhile."""
        with suppress(FileNotFoundError):
            if os.stat(self._path).st_ino == os.fstat(self._file).st_ino:
                return
        before, self._file = self._file, self._opened()
        os.close(before)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _roll_over(self) -> None:
        """Count the files on; raises `OSError`, rather than let this one grow without bound."""
        names = log_files(self._path, self._kept)
        self.dropped += names[0].exists()
        for older, newer in pairwise(names):
            if newer.exists():
                newer.replace(older)
        before, self._file = self._file, self._opened()
        os.close(before)

    def _opened(self, flags: int = 0) -> int:
        flags |= os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        file = os.open(self._path, flags, 0o600)
        try:
            if self._is_alone and stat.S_ISREG(os.fstat(file).st_mode):
                # The system lets go of it with the process, however that ends.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            raise
        return file


def log_files(path: Path, kept: int) -> list[Path]:
    """Give the names that the files of a log have, oldest first; not all of them need be there."""
    return [*(path.with_name(f"{path.name}.{number}") for number in range(kept, 0, -1)), path]


class _Handler(logging.Handler):
    """Writes the line at once, and leaves it to a writer."""

    def __init__(self, sink: Sink, place: str) -> None:
        super().__init__()
        self.place = place
        self.writer = LineWriter(sink, self._notice, place)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        try:
            self.writer.put(self.format(record))
        except Exception as error:
            # The library would print a traceback to standard error, and wait for its reader.
            self.writer.put(f"a line of the log cannot be written: {type(error).__name__}")

    def _notice(self, dropped: int) -> str:
        text = f"missing here: {count(dropped, 'line')} of the log; {self.place} took no more"
        values = {"msg": text, "levelno": logging.WARNING, "levelname": "WARNING"}
        return self.format(logging.makeLogRecord(values))


class EngineLog:
    """A logger, and what becomes of its lines."""

    def __init__(self, logger: logging.Logger, handlers: Mapping[str, _Handler]) -> None:
        self.logger = logger
        self.handlers = handlers
        """By the id of the trouble that each may have."""
        self._told = dict.fromkeys(handlers, 0)

    def look(self, troubles: TroubleKeeper) -> None:
        """Raise and end the troubles of the log, according to how it stands."""
        for trouble_id, handler in self.handlers.items():
            writer = handler.writer
            ever = writer.dropped_ever
            new, self._told[trouble_id] = ever - self._told[trouble_id], ever
            if new:
                why = writer.error or "nobody reads it, or not fast enough"
                text = f"Lines of the log are lost, {ever} so far: {handler.place} ({why})"
                troubles.raise_trouble(trouble_id, text, HINTS[trouble_id], new)
            elif not writer.is_dropping:
                troubles.end_trouble(trouble_id)

    def close(self) -> None:
        """Write what waits, within a second or so, and close the files."""
        deadline = time.monotonic() + CLOSE_S
        for handler in self.handlers.values():
            handler.writer.close(max(0.0, deadline - time.monotonic()))
            self.logger.removeHandler(handler)
            handler.close()


def open_log(folder: Path, level: int, stream: TextIO | None) -> EngineLog:
    """Make the log of one engine; `stream` gets what the file gets. Raises `EngineStartError`."""
    logger = logging.Logger("cp-tui", level)
    path = folder / LOG_FILE
    try:
        handlers = {NOT_WRITING: _Handler(LogFile(path), f"the file {path}")}
    except OSError as error:
        raise EngineStartError(f"cannot write {path}: {error.strerror}") from None
    if stream is not None:
        handlers[DROPPED] = _Handler(StreamSink(stream), "standard error")
    form = "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(message)s"
    for handler in handlers.values():
        handler.setFormatter(_Formatter(form, "%Y-%m-%dT%H:%M:%S"))
        logger.addHandler(handler)
    return EngineLog(logger, handlers)
