"""The file at our end of a transfer: bounded while it grows, gone if anything fails.

It grows under another name and is moved into place when it is whole and on the disk, so that a
power cut leaves the file from before or the new one, and never half of one. One file is kept: that
of the newest update is all that an installation needs, and a CSMS must not be able to fill the
disk.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from cp_tui.charge_point.variables import FileFacts
from cp_tui.engine.transfer_target import LocalFileError, TransferError
from cp_tui.ocpp.printable import is_clean

CHUNK_BYTES = 65_536
PART_SUFFIX = ".part"
NAME_LENGTH_MAX = 100
FIRST_LINE_MAX = 200


class DownloadFile:
    """A file that is being fetched: written beside its place, moved there when it is complete."""

    def __init__(self, folder: Path, transfer_id: str, name: str, bytes_max: int) -> None:
        self._folder = folder
        self._part = folder / f"{transfer_id}{PART_SUFFIX}"
        self._name = safe_name(name)
        self._bytes_max = bytes_max
        self._hash = hashlib.sha256()
        self._start = b""
        self.size_bytes = 0

    def __enter__(self) -> DownloadFile:
        try:
            handle = os.open(
                self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600
            )
        except OSError as error:
            raise _not_stored(error) from None
        self._file = os.fdopen(handle, "wb", buffering=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)

    def expect(self, size_bytes: int | None) -> None:
        """Hear how long the file will be; raises `TransferError` if that is too much."""
        if size_bytes is not None and size_bytes > self._bytes_max:
            raise self._too_large()

    def write(self, chunk: bytes) -> None:
        """Take what came; raises `TransferError` if it is too much, or the disk is full."""
        if self.size_bytes + len(chunk) > self._bytes_max:
            raise self._too_large()
        try:
            self._file.write(chunk)
        except OSError as error:
            raise _not_stored(error) from None
        self.size_bytes += len(chunk)
        self._hash.update(chunk)
        self._start += chunk[: FIRST_LINE_MAX - len(self._start)]

    def keep(self) -> FileFacts:
        """Put the complete file into its place, instead of those that were there before."""
        path = self._folder / self._name
        try:
            os.fsync(self._file.fileno())
            self._part.replace(path)
            for other in self._folder.iterdir():
                if other != path and other.suffix != PART_SUFFIX and other.is_file():
                    other.unlink()
            with path.open("rb") as kept:
                # What cannot be read back must not count as fetched.
                is_same = kept.read(FIRST_LINE_MAX) == self._start
        except OSError as error:
            raise _not_stored(error) from None
        if not is_same:
            raise TransferError("the file cannot be read back")
        return FileFacts(
            name=self._name,
            size_bytes=self.size_bytes,
            sha256=self._hash.hexdigest(),
            first_line=_first_line(self._start),
        )

    def _too_large(self) -> TransferError:
        return TransferError(f"the file is larger than {self._bytes_max:,} bytes")


def drop_parts(folder: Path) -> None:
    """Delete what transfers of an earlier run left behind."""
    for path in folder.glob(f"*{PART_SUFFIX}"):
        path.unlink(missing_ok=True)


def inspected(folder: Path, name: str) -> FileFacts:
    """Say what is in a file of the downloads as it lies there now; raises `TransferError`."""
    path = folder / name
    if name != safe_name(name):
        raise TransferError("no file of the downloads has such a name")
    found, size_bytes, start = hashlib.sha256(), 0, b""
    try:
        # Neither through a link to another place, nor to wait for who writes into a FIFO.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise TransferError("it is no file")
            while chunk := file.read(CHUNK_BYTES):
                found.update(chunk)
                size_bytes += len(chunk)
                start += chunk[: FIRST_LINE_MAX - len(start)]
    except OSError as error:
        raise TransferError(f"the file cannot be read: {error.strerror}") from None
    return FileFacts(
        name=name,
        size_bytes=size_bytes,
        sha256=found.hexdigest(),
        first_line=_first_line(start),
    )


def chunks(path: Path) -> Iterator[bytes]:
    """Read a file piece by piece."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def safe_name(name: str) -> str:
    """Make a file name that stays in its folder and harms no terminal."""
    cleaned = re.sub("[^A-Za-z0-9._-]", "_", name).lstrip(".")
    cleaned = cleaned[-NAME_LENGTH_MAX:].lstrip(".").removesuffix(PART_SUFFIX)
    return cleaned or "file"


def _first_line(start: bytes) -> str:
    line = start.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    return line if is_clean(line) and "\ufffd" not in line else ""


def _not_stored(error: OSError) -> LocalFileError:
    return LocalFileError(f"the file cannot be stored: {error.strerror}")
