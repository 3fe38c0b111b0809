"""What the machine works off: first what people do and ask for, then all else in order.

Bounded: when it is full, the link reads no further frame and commands wait, with a limit, for their
turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from cp_tui.charge_point.events import Command, Event, FrameReceived, Tick
from cp_tui.engine.charger import StationAct
from cp_tui.engine.link import LinkEvent

INBOX_MAX = 1_000
INBOX_BYTES_MAX = 16_000_000
"""Of the frames among them: each may have a megabyte, and a disk that hangs keeps them here."""
BATCH_MAX = 100
"""Events that share a transaction. More would make the first answer wait for the last."""


@dataclass(frozen=True, slots=True)
class FromLink:
    """An event of one connection of the link; each connection has its own number."""

    event: LinkEvent
    connection: int


@dataclass(frozen=True, slots=True)
class AtStation:
    """Somebody does something at the station; `done` is answered when it is saved."""

    act: StationAct
    asked: str
    """What it is, in words."""
    done: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class PowerCut:
    """The power goes and comes back; `done` is answered after the boot."""

    done: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class StoreMended:
    """Stored records that break the mind were put aside: it boots without them."""


@dataclass(frozen=True, slots=True)
class EndOfWork:
    """Stop after everything that came before."""


Item = Event | FromLink | AtStation | PowerCut | StoreMended | EndOfWork


@dataclass(frozen=True, slots=True, order=True)
class _Queued:
    """An item and its place."""

    is_patient: bool
    """Nobody stands there and waits for it."""
    number: int
    item: Item = field(compare=False)


class Inbox:
    """The bounded queue in front of the machine."""

    def __init__(self) -> None:
        self._queue: asyncio.PriorityQueue[_Queued] = asyncio.PriorityQueue(INBOX_MAX)
        self._numbers = count()
        self._bytes = 0
        self._has_room = asyncio.Event()
        self._newest: Item | None = None
        self._is_put_off = False
        """A tick was put behind what had come, and is not put off again."""

    async def put(self, item: Item) -> None:
        """Add an item, waiting for room."""
        size = _size(item)
        while self._bytes and self._bytes + size > INBOX_BYTES_MAX:
            self._has_room.clear()
            await self._has_room.wait()
        self._bytes += size
        try:
            await self._queue.put(self._queued(item))
        except BaseException:
            self._went(item)
            raise
        self._newest = item

    def put_if_room(self, item: Item) -> None:
        """Add an item that is not needed when the machine is busy anyway, nor twice in a row."""
        if not self._queue.empty() and item == self._newest:
            # A disk that hangs must not fill the inbox with seconds that went by.
            return
        with suppress(asyncio.QueueFull):
            self._queue.put_nowait(self._queued(item))
            self._newest = item

    async def take(self) -> list[Item]:
        """Wait for at least one item and take all that came with it, up to a limit.

        Time goes on only after what has come is seen, once put off: an answer that lies here while
        the disk is slow has come in time.
        """
        items = [(await self._queue.get()).item]
        while len(items) < BATCH_MAX and not self._queue.empty():
            items.append(self._queue.get_nowait().item)
        for item in items:
            self._went(item)
        others: list[Item] = [item for item in items if not isinstance(item, Tick)]
        if len(others) == len(items):
            return items
        if not self._queue.empty() and not self._is_put_off:
            self._is_put_off = True
            self._queue.put_nowait(self._queued(Tick()))
            return others
        self._is_put_off = False
        return [*others, Tick()]

    def drop(self, is_void: Callable[[Item], bool]) -> None:
        """Throw away items that mean nothing any more."""
        queued = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        for each in queued:
            if is_void(each.item):
                self._went(each.item)
            else:
                self._queue.put_nowait(each)

    def _queued(self, item: Item) -> _Queued:
        # An emergency stop must not wait behind a thousand requests of a CSMS on a slow disk.
        return _Queued(not isinstance(item, AtStation | Command), next(self._numbers), item)

    def _went(self, item: Item) -> None:
        self._bytes -= _size(item)
        self._has_room.set()


def _size(item: Item) -> int:
    """How long the frame is that an item carries, if it does."""
    event = item.event if isinstance(item, FromLink) else None
    return len(event.data) if isinstance(event, FrameReceived) else 0
