"""Commands that wait for the mind's answer, by request number."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

from msgspec import Struct

from cp_tui.charge_point.reason import Reason, because
from cp_tui.engine.errors import CommandError, ErrorNumber, PowerLostError

REPLY_TIMEOUT_S = 30.0
"""How long the door waits for the mind, which answers at once but on a full disk or a busy machine.
"""
NOT_WRITTEN = because(
    "store.not_written",
    "cp-tui",
    "the records behind it could not be written to the disk; see the log",
)
DONE_UNSAVED = f"done, but not saved: {NOT_WRITTEN.text}"


class CommandAnswer(Struct, frozen=True):
    """The result of a command, and why it is what it is."""

    result: Any
    """JSON, or a struct, or JSON that holds structs: all that `pieces` can write."""
    reason: Reason | None = None


class PendingRequests:
    """The commands that wait for an answer of the mind, by their request numbers."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[CommandAnswer]] = {}
        self._seen: set[int] = set()
        """Requests that the mind has seen; they are lost when it is."""

    def expect(self) -> tuple[int, asyncio.Future[CommandAnswer]]:
        """Give a new request number, and the future of its answer."""
        number = next(self._numbers)
        assert number, "0 stands for nobody who waits"
        future: asyncio.Future[CommandAnswer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        return number, future

    def forget(self, number: int) -> None:
        """Nobody waits for this one any more."""
        self._waiting.pop(number, None)
        self._seen.discard(number)

    def note_seen(self, number: int) -> None:
        """Note that the mind has the request now: it is lost, should the mind be (`lose_seen`)."""
        self._seen.add(number)

    def answer(self, number: int, answer: CommandAnswer, is_saved: bool) -> None:
        """Hand an answer to whoever waits for it."""
        future = self._waiting.get(number)
        if future is None or future.done():
            return
        if is_saved:
            future.set_result(answer)
        else:
            refuse(future, DONE_UNSAVED)

    def refuse(self, number: int, text: str) -> None:
        """Refuse one request."""
        if (future := self._waiting.get(number)) is not None:
            refuse(future, text)

    def lose_seen(self) -> None:
        """Fail the requests that the mind has seen: it is thrown away, and will not answer them."""
        for number in self._seen & self._waiting.keys():
            future = self._waiting[number]
            if not future.done():
                future.set_exception(PowerLostError())
        self._seen.clear()

    def refuse_all(self, text: str) -> None:
        """Refuse everything that waits."""
        for future in self._waiting.values():
            refuse(future, text)


def settle(done: asyncio.Future[None], is_saved: bool) -> None:
    """Report that something is done, and whether it is saved."""
    if not is_saved:
        refuse(done, DONE_UNSAVED)
    elif not done.done():
        done.set_result(None)


def refuse(future: asyncio.Future[Any], text: str) -> None:
    """Let whoever waits know that it will not happen."""
    if not future.done():
        future.set_exception(CommandError(ErrorNumber.REFUSED, text))
