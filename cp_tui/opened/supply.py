"""Where a log comes from that grows: a file that somebody writes to, or a pipe.

A half line at the end is left for later: its rest comes with the next look.
"""

from __future__ import annotations

import os
import tempfile
from abc import ABC, abstractmethod
from threading import Thread
from time import monotonic

from msgspec import Struct

from cp_tui.traces.opening import CHUNK, UNPACKED_MAX, Spool

REST_S = 3.0
"""After so long without a byte more, a half line is all that comes of it."""
PACKED = frozenset({b"\x1f\x8b", b"PK"})
"""How gzip and zip begin."""
WITNESS = 256
"""Bytes at the begin and at the end of what was read that are remembered of it."""


class Extent(Struct, frozen=True):
    """How much of a log there is to be read, and of which file."""

    file: tuple[int, int]
    """Device and number of the file."""
    size: int
    """Bytes, whole lines mostly."""
    is_over: bool = False
    """Nothing more will come."""


class Supply(ABC):
    """Gives what has come so far. Its methods may wait for the disk."""

    def __init__(self, *, has_lines: bool = True) -> None:
        """`has_lines`: what stands behind the last whole line may not be all of it."""
        self._has_lines = has_lines
        self._rests: tuple[int, float] = -1, 0.0
        """A size, and since when it is that."""

    @abstractmethod
    def open(self) -> int:
        """Give a descriptor of what has come so far; raises `OSError`."""

    @abstractmethod
    def is_over(self) -> bool:
        """Whether nothing more will come; asked before it is looked how much there is."""

    def look(self) -> Extent:
        """Say how much there is; raises `OSError`."""
        is_over = self.is_over()
        descriptor = self.open()
        try:
            told = os.fstat(descriptor)
            size = told.st_size
            if size != self._rests[0]:
                self._rests = size, monotonic()
            is_at_rest = monotonic() - self._rests[1] >= REST_S
            is_whole = is_over or is_at_rest or not self._has_lines
            whole = size if is_whole else _whole_lines(descriptor, size)
            return Extent((told.st_dev, told.st_ino), whole, is_over)
        finally:
            os.close(descriptor)

    def witness(self, size: int) -> tuple[bytes, bytes]:
        """Give some of the bytes up to a size: others there tell that it is another log."""
        descriptor = self.open()
        try:
            end = max(size - WITNESS, 0)
            return os.pread(descriptor, min(WITNESS, size), 0), os.pread(
                descriptor, size - end, end
            )
        finally:
            os.close(descriptor)


class GrowingFile(Supply):
    """A file that somebody writes to, or puts another one in the place of."""

    def __init__(self, path: str, *, has_lines: bool = True) -> None:
        super().__init__(has_lines=has_lines)
        self._path = path

    def open(self) -> int:
        return os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)

    def is_over(self) -> bool:
        return False


class PipeCopy(Supply):
    """What comes over a pipe, copied to a file that has no name and ends with this process."""

    def __init__(self, pipe: str | int) -> None:
        """`pipe` is its name, which may have no writer yet, or its descriptor.

        Raises `OSError`.
        """
        super().__init__()
        with tempfile.TemporaryFile() as file:
            self._copy = Spool(file)
        self._is_over = False
        self.problem: OSError | None = None
        """Why no more is read of it."""
        Thread(target=self._read, args=(pipe,), daemon=True, name="pipe of a log").start()

    def open(self) -> int:
        if self.problem is not None and not self._copy.size:
            raise self.problem
        return os.dup(self._copy.descriptor)

    def is_over(self) -> bool:
        return self._is_over

    def _read(self, pipe: str | int) -> None:
        copy, left = self._copy.descriptor, UNPACKED_MAX
        try:
            with open(pipe, "rb", buffering=0) as stream:
                while left and (piece := stream.read(min(CHUNK, left))):
                    left -= len(piece)
                    while piece:
                        piece = piece[os.write(copy, piece) :]
        except OSError as error:
            self.problem = error
        self._is_over = True


def _whole_lines(descriptor: int, size: int) -> int:
    """Give where the last whole line ends; of what has no lines, the size."""
    if os.pread(descriptor, 2, 0) in PACKED:
        return size
    end = size
    while end > 0:
        begin = max(end - CHUNK, 0)
        piece = os.pread(descriptor, end - begin, begin)
        if (found := piece.rfind(b"\n")) >= 0:
            return begin + found + 1
        end = begin
    return size
