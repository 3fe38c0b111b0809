"""The command line of a process that has become another command."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path


def be_called(command: Sequence[str]) -> None:
    """Show another command line to who looks for it, as the tests do for what they left behind."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    # Numbered from 1 on in proc(5), the first two stand before the bracket.
    start, end = int(fields[48 - 3]), int(fields[49 - 3])
    text = b"\0".join(map(os.fsencode, command)) + b"\0"
    assert len(text) <= end - start, command
    ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)
