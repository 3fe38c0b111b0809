"""The security log: the newest security events, a JSON object a line, in files of their own.

It is written as the log is: who has a line never waits, a thread takes it to the disk, and what the
disk does not take is counted and named in the place where it is missing. The oldest lines make
room; that is an event of its own (`SecurityLogWasCleared`), so the mind is told.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import DecodeError, Struct

from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.events import Event, SecurityLogChanged
from cp_tui.charge_point.variables.security import SecurityLogLine
from cp_tui.engine.diagnostics_archive import LogPeriod
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.line_writer import LineWriter
from cp_tui.engine.log import LogFile, log_files

SECURITY_LOG_FILE = "security.log"
FILE_BYTES_MAX = 500_000
FILES_KEPT = 3
_EMPTY_IT = ""
"""In the place of a line: delete those before. No line is empty."""


class _Dated(Struct):
    """What is read of a line."""

    time: datetime


class SecurityLog:
    """The files of one engine's log, and who hears how they stand."""

    def __init__(
        self,
        folder: Path,
        deliver: Callable[[Event], Awaitable[None]],
        log: logging.Logger,
        bytes_max: int = FILE_BYTES_MAX,
    ) -> None:
        """Open the file; raises `EngineStartError`."""
        path = folder / SECURITY_LOG_FILE
        self._deliver = deliver
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._news: SecurityLogChanged | None = None
        self._telling: asyncio.Task[None] | None = None
        try:
            sink = _SecurityLogFile(path, bytes_max, self._written)
        except OSError as error:
            raise EngineStartError(f"cannot write {path}: {error.strerror}") from None
        self._writer = LineWriter(sink, _missing, "security log")

    def put(self, line: SecurityLogLine) -> None:
        """Have a line written."""
        self._writer.put(encode(line).decode())

    def empty(self) -> None:
        """Have all lines deleted that came before."""
        self._writer.put(_EMPTY_IT)

    async def end(self) -> None:
        """Write what waits, within a second, and tell nobody any more."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait({self._telling})
        self._writer.close()

    def _written(self, news: SecurityLogChanged) -> None:
        """Hear from the thread how the files stand."""
        # The loop may be closed by now: then nobody asks any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._changed, news)

    def _changed(self, news: SecurityLogChanged) -> None:
        before, self._news = self._news, news
        if before is not None:
            # The mind has no time just now: it will hear of both at once.
            has_dropped = news.has_dropped or before.has_dropped
            self._news = SecurityLogChanged(news.size_bytes, has_dropped, news.failure)
        if news.failure and (before is None or before.failure != news.failure):
            self._log.warning("the security log takes no lines: %s", news.failure)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(), name="security log")

    async def _tell(self) -> None:
        while self._news is not None:
            news, self._news = self._news, None
            await self._deliver(news)


class _SecurityLogFile:
    """The files, as the writer's thread sees them."""

    def __init__(
        self, path: Path, bytes_max: int, written: Callable[[SecurityLogChanged], None]
    ) -> None:
        self._path = path
        self._written = written
        self._file = LogFile(path, bytes_max, FILES_KEPT)
        self._failure = ""

    def write(self, data: bytes) -> None:
        """Append a line, or delete all; raises `OSError`."""
        before = self._file.dropped
        try:
            if data == b"\n":
                self._empty()
            else:
                self._file.write(data)
        except OSError as error:
            why = error.strerror or type(error).__name__
            if why != self._failure:
                self._failure = why
                self._tell(False)
            raise
        self._failure = ""
        self._tell(self._file.dropped > before)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _empty(self) -> None:
        for path in log_files(self._path, FILES_KEPT)[:-1]:
            path.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            os.truncate(self._path, 0)

    def _tell(self, has_dropped: bool) -> None:
        size_bytes = 0
        for path in log_files(self._path, FILES_KEPT):
            with suppress(OSError):
                size_bytes += path.stat().st_size
        self._written(SecurityLogChanged(size_bytes, has_dropped, self._failure))


def build_security_log(path: Path, folder: Path, period: LogPeriod) -> None:
    """Write the lines of a period into one file, the oldest first; blocks, and raises `OSError`."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        for part in log_files(folder / SECURITY_LOG_FILE, FILES_KEPT):
            # It may be counted on meanwhile, or there may be none yet.
            with suppress(FileNotFoundError), part.open("rb") as lines:
                file.writelines(_wanted(lines, period))


def _wanted(lines: Iterator[bytes], period: LogPeriod) -> Iterator[bytes]:
    """Give the lines within a period; one without a time belongs to the line before it."""
    is_wanted = period.start is None
    for line in lines:
        with suppress(DecodeError):
            at = decode(_Dated, line).time
            is_wanted = period.holds(at if at.tzinfo else at.replace(tzinfo=UTC))
        if is_wanted:
            yield line


def _missing(lines: int) -> str:
    return encode({"missing_lines": lines, "reason": "the disk took no more"}).decode()
