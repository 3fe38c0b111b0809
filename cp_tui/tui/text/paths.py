"""Files that somebody names: where they are, and what stands in them."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_at_most(path: Path, size: int) -> bytes:
    """Read the first bytes of a regular file; raises `OSError`, for anything else as well.

    Blocks as long as the disk does, but for no FIFO and no device.
    """
    # Without waiting: the open of a FIFO returns only when somebody writes to it.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if stat.S_ISDIR(mode := os.fstat(file.fileno()).st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        return file.read(size)


def expanded(text: str) -> Path:
    """Give a path that somebody typed, with `~` put in; may block as long as the disk does."""
    # Unlike that of `Path`, it leaves a name that nobody has as it stands.
    return Path(os.path.expanduser(text))


def where_paths_start() -> str:
    """Say where a relative path starts, for whoever fills one in."""
    try:
        return f"A relative path starts at {Path.cwd()}."
    except OSError:
        return "The folder that this was started in is gone: a path must be absolute."
