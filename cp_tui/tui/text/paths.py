"""Files that somebody names: where they are, and what stands in them."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

PLACE_AND_WORDS = re.compile(r"[^:]*/([^/:]+): (.+)", re.DOTALL)
"""A file by its path, a line of it, and what is wrong there."""


class UnusableInput(Exception):
    """What somebody typed, or a file that is named, cannot be used; the text says why."""

    def __init__(self, text: str, field: str = "") -> None:
        """`field`: the name of the one in which it was typed, where there is a form."""
        super().__init__(text)
        self.field = field


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


def text_of(path: Path, size: int) -> str:
    """Read a whole file as text, up to a size in bytes; raises `UnusableInput`. Blocks as above."""
    try:
        content = read_at_most(path, size + 1)
    except OSError as error:
        raise UnusableInput(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    if len(content) > size:
        raise UnusableInput(f"{path}: larger than {size} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableInput(f"{path}: it is not text in UTF-8") from None


def words_first(problem: str) -> str:
    """What is wrong with a file, for a short line: `not a colour · mine.toml, line 5`.

    A path at its beginning would take the room of the reason. What begins with none stays.
    """
    found = PLACE_AND_WORDS.fullmatch(problem)
    return f"{found[2]} · {found[1]}" if found else problem


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
