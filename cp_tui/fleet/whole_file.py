"""Files that are there as a whole or not at all: an old one stays until the new one is complete."""

from __future__ import annotations

import os
from errno import EACCES
from pathlib import Path
from typing import IO


class WholeFile:
    """A text that is written piece by piece, and stands under its name once it is whole.

    What goes wrong is kept in `error` and told by whoever asks: a run goes on without its ledger.
    """

    def __init__(self, path: Path, *, by_line: bool = False) -> None:
        """Begin it beside its place; raises `OSError` where that cannot be.

        `by_line`: a line is out of this process before the next thing is done.
        """
        self.path = path
        buffering = 1 if by_line else -1
        self.error = ""
        self._target = path.resolve()
        # What is no file, such as a pipe, cannot be put in a place.
        is_file = self._target.is_file() or not self._target.exists()
        part = self._target.with_name(f".{self._target.name}.{os.getpid()}.part")
        self._is_beside = is_file
        self._part = part if is_file else self._target
        # Refused at once, and not when all has been measured: by another user's file, say.
        if self._target.exists() and not os.access(self._target, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES), f"{path}")
        self._file: IO[str] | None = self._part.open("w", buffering, encoding="utf-8", newline="")

    def write(self, text: str) -> None:
        """Write on, unless it has failed before."""
        if self._file is not None and not self.error:
            try:
                self._file.write(text)
            except OSError as error:
                self.error = f"{self.path}: {error.strerror}"

    def finish(self) -> bool:
        """Put it in its place; says whether it is whole. What failed leaves the old one there."""
        if self._file is None:
            return not self.error
        file, self._file = self._file, None
        try:
            with file:
                file.flush()
                if self._is_beside:
                    os.fsync(file.fileno())
            if self._is_beside and not self.error:
                self._part.replace(self._target)
        except OSError as error:
            self.error = self.error or f"{self.path}: {error.strerror}"
        if self.error and self._is_beside:
            self._part.unlink(missing_ok=True)
        return not self.error

    def abandon(self) -> None:
        """Leave the old one, or none, in its place."""
        self.error = self.error or f"{self.path}: not written"
        self.finish()


def cannot_write(path: Path) -> str:
    """Say why a file cannot be written there, before there is anything to write; empty: it can."""
    try:
        WholeFile(path).abandon()
    except OSError as error:
        return f"{path}: {error.strerror}"
    return ""


def write_whole(path: Path, text: str) -> str:
    """Write a text in one go; gives what went wrong, empty: nothing."""
    try:
        file = WholeFile(path)
    except OSError as error:
        return f"{path}: {error.strerror}"
    file.write(text)
    file.finish()
    return file.error
