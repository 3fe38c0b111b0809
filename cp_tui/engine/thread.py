"""Blocking calls that may hang, kept from holding up the end of the program.

The event loop's own pool is joined at exit, which a name server that does not answer would hold up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Any, TypeVar

T = TypeVar("T")


async def in_daemon_thread(function: Callable[[], T]) -> T:
    """Run a blocking function in a thread of its own, which nobody waits for at exit."""
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    Thread(target=_answer, args=(function, future), daemon=True, name="blocking call").start()
    return await future


class AllHangError(Exception):
    """As many calls as are allowed have not come back: one more is not begun."""


class BlockingCalls:
    """Blocking functions of one kind, each in a thread of its own, and so many at a time.

    One that hangs keeps its thread for good. Without a bound, each new try would add another.
    """

    def __init__(self, count_max: int) -> None:
        self._room = BoundedSemaphore(count_max)

    async def run(self, function: Callable[[], T]) -> T:
        """Run a blocking function; raises what it raises, and `AllHangError` where none is left."""
        if not self._room.acquire(blocking=False):
            raise AllHangError

        def run_and_make_room() -> T:
            try:
                return function()
            finally:
                self._room.release()

        return await in_daemon_thread(run_and_make_room)


class DaemonThread:
    """One thread for blocking functions, one after the other, which nobody waits for at exit."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = (
            SimpleQueue()
        )
        Thread(target=self._work, daemon=True, name=name).start()

    def call(self, function: Callable[[], T]) -> asyncio.Future[T]:
        """Have a function run after those before it; it runs even if nobody waits any more."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._calls.put((function, future))
        return future

    def end(self) -> None:
        """Let the thread end after what it was called for."""
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            _answer(*call)


def _answer(function: Callable[[], T], future: asyncio.Future[T]) -> None:
    result: T | None = None
    error: Exception | None = None
    try:
        result = function()
    except Exception as raised:
        error = raised
    # The loop may be closed by now: then nobody waits for the result any more.
    with suppress(RuntimeError):
        future.get_loop().call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
