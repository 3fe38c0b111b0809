"""The lock on a data folder: one engine at a time, however the one before ended."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from cp_tui.engine.errors import EngineStartError

LOCK_FILE = "lock"


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
        raise EngineStartError(f"no rights to write into data folder {folder}")


class FolderLock:
    """An exclusive lock that the system releases when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_FILE
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EngineStartError(f"cannot write {path}: {error.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            who = f" (process {holder})" if holder.isdigit() else ""
            raise EngineStartError(f"another engine{who} uses the data folder {folder}") from None
        except OSError as error:
            os.close(self._file)
            raise EngineStartError(f"cannot lock {path}: {error.strerror}") from None
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode("ascii"))

    def release(self) -> None:
        """Let another engine use the folder."""
        # The file stays: deleting it would let two engines lock two files of the same name.
        os.close(self._file)


def engine_in(folder: Path) -> str | None:
    """Say which engine uses the data folder now, if any."""
    if not (folder / LOCK_FILE).exists():
        return None
    try:
        FolderLock(folder).release()
    except EngineStartError as error:
        return str(error)
    return None
