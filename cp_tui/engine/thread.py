"""Blocking calls that may hang, kept from holding up the end of the program.

The event loop's own pool is joined at exit, which a name server that does not answer would hold up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(function: Callable[[], T]) -> T:
    """Run a blocking function in a thread of its own, which nobody waits for at exit."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def finish(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type]  # T may itself allow None.
        else:
            future.set_exception(error)

    def work() -> None:
        result, error = None, None
        try:
            result = function()
        except Exception as raised:
            error = raised
        # The loop may be closed by now: then nobody waits for the result any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(finish, result, error)

    Thread(target=work, daemon=True, name="blocking call").start()
    return await future
