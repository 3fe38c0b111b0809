"""The engine's log: a rotating file in the data folder, and stderr where wanted.

The logger belongs to one engine and is not registered with the logging module, so nothing global is
touched.
"""

from __future__ import annotations

import logging
import os
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from cp_tui.engine.errors import EngineStartError

LOG_FILE = "cp-tui.log"
LOG_BYTES_MAX = 1_000_000
LOG_FILES_KEPT = 3

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
        return _printable(super().formatMessage(record))

    def formatException(self, ei: SysExcInfo) -> str:
        """Write the traceback."""
        return "\n".join(map(_printable, super().formatException(ei).split("\n")))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def open_log(folder: Path, level: int, stream: TextIO | None) -> logging.Logger:
    """Make the logger of one engine; `stream` gets what the file gets."""
    log = logging.Logger("cp-tui", level)
    path = folder / LOG_FILE
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        handlers: list[logging.Handler] = [
            RotatingFileHandler(path, maxBytes=LOG_BYTES_MAX, backupCount=LOG_FILES_KEPT)
        ]
    except OSError as error:
        raise EngineStartError(f"cannot write {path}: {error.strerror}") from None
    if stream is not None:
        handlers.append(logging.StreamHandler(stream))
    form = "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(message)s"
    for handler in handlers:
        handler.setFormatter(_Formatter(form, "%Y-%m-%dT%H:%M:%S"))
        log.addHandler(handler)
    return log


def close_log(log: logging.Logger) -> None:
    """Close the files of a logger."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
