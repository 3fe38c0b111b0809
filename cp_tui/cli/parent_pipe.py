"""A pipe as a lifeline: whoever starts us holds its other end, and its closing is the word to end.

It closes when the holder closes it, and just as well when the holder crashes or is killed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable


async def when_stdin_closes(act: Callable[[], object]) -> None:
    """Call back once standard input is at its end; raises `ValueError` where it is a file."""

    class Lifeline(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            act()

    await asyncio.get_running_loop().connect_read_pipe(Lifeline, sys.stdin)
