"""A pipe as a lifeline: whoever starts us holds its other end, and its closing is the word to end.

It closes when the holder closes it, and just as well when the holder crashes or is killed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

LET_GO = b"l"
"""Said by a holder who goes, and wants us to go on."""


async def when_stdin_closes(
    act: Callable[[], object], let_go: Callable[[], object] = lambda: None
) -> None:
    """Call back once standard input is at its end; where the holder has let us go, `let_go`.

    Raises `ValueError` where it is a file.
    """

    class Lifeline(asyncio.Protocol):
        is_let_go = False

        def data_received(self, data: bytes) -> None:
            self.is_let_go = LET_GO in data

        def connection_lost(self, exc: Exception | None) -> None:
            (let_go if self.is_let_go else act)()

    await asyncio.get_running_loop().connect_read_pipe(Lifeline, sys.stdin)
