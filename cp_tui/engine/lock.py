"""The lock on a data folder: one engine at a time, however the one before ended.

Two engines on one store would each send what the other has sent. The lock is `flock` on a file and
not the file itself: the system lets go of it with the process, even after kill -9, and no lock that
was left behind keeps the next engine out. Who only wants to know whether an engine is there
(`engine_in`) takes it shared for a moment; an engine that starts in that moment waits for it and
takes neither for the other (`_take`).
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from cp_tui.engine.errors import EngineStartError

LOCK_FILE = "lock"
ROOM_BYTES_MIN = 64 * 1024
"""The least room on a disk that counts as not full: the index of SQLite's log takes half of it."""
LOOK_S = 0.01
"""The time between two tries while somebody looks who holds the lock, for microseconds."""
LOOKS_MAX = 100


def prepare_folder(folder: Path) -> None:
    """Create the data folder, for its owner alone, and see that it can be written."""
    try:
        # An existing folder keeps its rights: it may serve others, too. Our files are ours alone.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise EngineStartError(f"data folder {folder} is not a folder") from None
    except OSError as error:
        raise EngineStartError(f"cannot create data folder {folder}: {error.strerror}") from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        if (wrong := what_is_wrong_with_disk(folder)) is not None:
            raise EngineStartError(f"cannot write into data folder {folder}: {wrong}")
        raise EngineStartError(f"no rights to write into data folder {folder}")


def what_is_wrong_with_disk(folder: Path) -> str | None:
    """Say that the disk of a folder is full or read only; None: neither. Raises `OSError`."""
    found = os.statvfs(folder)
    if found.f_flag & os.ST_RDONLY:
        return "the file system is read only"
    is_full = found.f_blocks and found.f_bavail * found.f_frsize < ROOM_BYTES_MIN
    return "the disk is full" if is_full else None


class FolderLock:
    """An exclusive lock that the system releases when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_FILE
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EngineStartError(f"cannot write {path}: {error.strerror}") from None
        try:
            is_ours = _take(self._file)
            holder = None if is_ours else _holder(self._file, folder)
        except OSError as error:
            os.close(self._file)
            raise EngineStartError(f"cannot lock {path}: {error.strerror}") from None
        if holder is not None:
            os.close(self._file)
            raise EngineStartError(holder)
        # Only a word for who comes next: a disk that is full is told where it matters.
        with suppress(OSError):
            os.ftruncate(self._file, 0)
            os.write(self._file, f"{os.getpid()}\n".encode("ascii"))

    def release(self) -> None:
        """Let another engine use the folder."""
        # The file stays: deleting it would let two engines lock two files of the same name.
        os.close(self._file)


def engine_in(folder: Path) -> str | None:
    """Say which engine uses the data folder now, if any; an engine that starts is not disturbed."""
    try:
        file = os.open(folder / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EngineStartError(f"cannot read {folder / LOCK_FILE}: {error.strerror}") from None
    try:
        return None if _try(file, fcntl.LOCK_SH) else _holder(file, folder)
    except OSError as error:
        raise EngineStartError(f"cannot lock {folder / LOCK_FILE}: {error.strerror}") from None
    finally:
        os.close(file)


def _take(file: int) -> bool:
    """Take the lock for an engine; False if another engine has it.

    Whoever only looks shares it for a moment, which is waited for: that is no engine.
    """
    for _ in range(LOOKS_MAX):
        if _try(file, fcntl.LOCK_EX):
            return True
        if not _try(file, fcntl.LOCK_SH):
            return False
        fcntl.flock(file, fcntl.LOCK_UN)
        time.sleep(LOOK_S)
    return False


def _try(file: int, operation: int) -> bool:
    """Take the lock in one way if that is possible at once."""
    try:
        fcntl.flock(file, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: int, folder: Path) -> str:
    holder = os.pread(file, 20, 0).decode("ascii", "replace").strip()
    who = f" (process {holder})" if holder.isdigit() else ""
    there = f"a charge point runs already{who} and uses the data folder {folder}"
    return f"{there}; `cp-tui attach` shows it"
