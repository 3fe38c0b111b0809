"""Lines on their way to where somebody may not read them: a terminal, a pipe, a slow or full disk.

Whoever has a line to tell never waits. A thread writes; what it cannot get rid of waits in a
bounded queue, and what does not fit is dropped and counted. The number is written as a line in the
place of those that are missing, as soon as there is room again.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from typing import Protocol, TextIO

LINES_MAX = 2_000
"""How many lines may wait to be written: some minutes of a busy charge point."""
LINE_BYTES_ALL_MAX = 8_000_000
"""How long those lines may be: one with a traceback or a payload may be long."""
CLOSE_S = 1.0
"""How long the end waits for a reader that may take nothing."""
RETRY_S = 0.5
"""The time until a reader is tried again that takes nothing without blocking (O_NONBLOCK)."""


class Sink(Protocol):
    """Where lines go; used by one thread only."""

    def write(self, data: bytes) -> None:
        """Write all of it; blocks, and raises `OSError`."""

    def close(self) -> None:
        """Give back what is held."""


class LineWriter:
    """A bounded queue of lines in front of a sink."""

    def __init__(self, sink: Sink, notice: Callable[[int], str], name: str) -> None:
        """`notice` gives the line that stands for a number of dropped ones."""
        self._sink = sink
        self._notice = notice
        self._changed = Condition()
        self._lines: list[bytes | Callable[[], bytes]] = []
        self._bytes = 0
        self._dropped = 0
        self._dropped_ever = 0
        self._error = ""
        self._is_closed = False
        # A daemon: it may hang in a write for good, and nobody waits for that at exit.
        self._thread = Thread(target=self._write_on, daemon=True, name=f"{name} writer")
        self._thread.start()

    @property
    def dropped_ever(self) -> int:
        """How many lines were dropped since the start."""
        return self._dropped_ever

    @property
    def is_dropping(self) -> bool:
        """Whether lines are missing whose number is not written yet."""
        return self._dropped > 0

    @property
    def error(self) -> str:
        """Why the last write failed; empty if it did not."""
        return self._error

    def put(self, line: str) -> bool:
        """Have a line written, without its newline; False if it was dropped. Never waits."""
        data = line.encode("utf-8", "backslashreplace") + b"\n"
        return self._put(data, len(data))

    def put_late(self, make: Callable[[], bytes], size: int) -> bool:
        """Have a line written that the thread makes, about `size` bytes long; else as `put`."""
        return self._put(make, size)

    def _put(self, line: bytes | Callable[[], bytes], size: int) -> bool:
        with self._changed:
            is_full = len(self._lines) >= LINES_MAX or self._bytes + size > LINE_BYTES_ALL_MAX
            # What came after a dropped line must not stand before the word about it.
            if is_full or self._dropped or self._is_closed:
                self._count(1)
                return False
            self._lines.append(line)
            self._bytes += size
            self._changed.notify()
        return True

    def close(self, timeout_s: float = CLOSE_S) -> bool:
        """Write what waits and end, within a time; False if it could not be got rid of."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _write_on(self) -> None:
        while True:
            with self._changed:
                while not self._lines and not self._dropped and not self._is_closed:
                    self._changed.wait()
                lines, self._lines, self._bytes = self._lines, [], 0
                dropped, self._dropped = self._dropped, 0
                if not lines and not dropped:
                    break
            if not self._write(lines, dropped):
                with self._changed:
                    # A sink that fails at once is asked again later, not as fast as it can fail.
                    if self._is_closed:
                        break
                    self._changed.wait(RETRY_S)
        self._sink.close()

    def _write(self, lines: Sequence[bytes | Callable[[], bytes]], dropped: int) -> bool:
        """Write lines, and how many are missing after them; False if that failed."""
        written = 0
        try:
            for line in lines:
                self._sink.write(line if isinstance(line, bytes) else line() + b"\n")
                written += 1
            if dropped:
                # After a failure the line before it may have no end.
                start = "\n" if self._error else ""
                notice = f"{start}{self._notice(dropped)}\n"
                self._sink.write(notice.encode("utf-8", "backslashreplace"))
        except OSError as error:
            lost = len(lines) - written
            with self._changed:
                self._error = error.strerror or type(error).__name__
                # Those that were counted already are not new.
                self._dropped += dropped + lost
                self._dropped_ever += lost
            return False
        self._error = ""
        return True

    def _count(self, lines: int) -> None:
        self._dropped += lines
        self._dropped_ever += lines


class StreamSink:
    """A stream of this process, such as standard error, written to beneath Python's own buffer.

    A thread that hangs in a write would keep the lock of that buffer, and with it the interpreter
    from ending.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        try:
            self._file: int | None = stream.fileno()
        except (OSError, ValueError):
            # It is in memory only: nothing there can hang.
            self._file = None

    def write(self, data: bytes) -> None:
        """Write all of it; raises `OSError`."""
        if self._file is None:
            self._stream.write(data.decode())
        else:
            write_all(self._file, data)

    def close(self) -> None:
        """Leave the stream open: it is not ours."""


def write_all(file: int, data: bytes) -> None:
    """Write all of it, also where the file does not block; raises `OSError`."""
    while data:
        try:
            data = data[os.write(file, data) :]
        except BlockingIOError:
            # Whoever shares the stream with us has switched blocking off.
            select.select([], [file], [], RETRY_S)
