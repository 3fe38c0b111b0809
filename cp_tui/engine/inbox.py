"""What the engine loop works off: first what people do and ask for, then all else in order.

Bounded: when it is full, the link reads no further frame and commands wait, with a limit, for their
turn.

Time is an event like others, but it goes behind them. A process that was stopped for a minute finds
the answers of the CSMS in its socket and a timer that has run out; were the tick first, every call
under way would time out although it was answered in time. It is put off once and no more, or a CSMS
that never stops talking would stop the clock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from msgspec import Struct

from cp_tui.charge_point.events import Event, FrameReceived, OperatorEvent, Tick
from cp_tui.charger.charger import StationAct

INBOX_MAX = 1_000
INBOX_BYTES_MAX = 16_000_000
"""How long the frames among them may be: each may have a megabyte, and a disk that hangs keeps
them."""
BATCH_MAX = 100
"""How many events may share a transaction: the first answer waits for the last of them."""


class AtStation(Struct, frozen=True):
    """Somebody does something at the station; `done` is answered when it is saved."""

    act: StationAct
    asked: str
    """What it is, in words."""
    done: asyncio.Future[None]


class PowerCut(Struct, frozen=True):
    """The power goes and comes back; `done` is answered after the boot."""

    done: asyncio.Future[None]


class StoreMended(Struct, frozen=True):
    """Stored records that break the mind were put aside: it boots without them."""


class EndOfWork(Struct, frozen=True):
    """Stop after everything that came before."""


_URGENT = AtStation | OperatorEvent
"""What goes first: an emergency stop must not wait behind a thousand requests of a CSMS."""

Item = Event | AtStation | PowerCut | StoreMended | EndOfWork


class Inbox:
    """The bounded queue in front of the engine loop."""

    def __init__(self) -> None:
        self._urgent: deque[Item] = deque()
        """Somebody stands there and waits for it."""
        self._patient: deque[Item] = deque()
        self._bytes = 0
        self._has_come = asyncio.Event()
        self._has_room = asyncio.Event()
        self._is_put_off = False
        """A tick was put behind what had come, and is not put off again."""

    async def put(self, item: Item) -> None:
        """Add an item, waiting for room."""
        size = _size(item)
        while len(self) >= INBOX_MAX or (
            size and self._bytes and self._bytes + size > INBOX_BYTES_MAX
        ):
            self._has_room.clear()
            await self._has_room.wait()
        self._add(item)

    def put_if_room(self, item: Item) -> None:
        """Add an item that is not needed when the loop is busy anyway, nor twice in a row."""
        # A disk that hangs must not fill the inbox with seconds that went by.
        is_again = bool(self._patient) and item == self._patient[-1]
        if not is_again and len(self) < INBOX_MAX:
            self._add(item)

    async def take(self) -> list[Item]:
        """Wait for at least one item and take all that came with it, up to a limit.

        Time goes on only after what has come is seen, once put off: an answer that lies here while
        the disk is slow has come in time.
        """
        if len(self):
            # A queue that is never empty would not let anybody else have a turn.
            await asyncio.sleep(0)
        while not len(self):
            self._has_come.clear()
            await self._has_come.wait()
        items: list[Item] = []
        is_tick = False
        for queue in (self._urgent, self._patient):
            while queue and len(items) + is_tick < BATCH_MAX:
                item = queue.popleft()
                if isinstance(item, Tick):
                    is_tick = True
                else:
                    items.append(item)
                    self._bytes -= _size(item)
        assert self._bytes >= 0
        self._has_room.set()
        if is_tick and len(self) and not self._is_put_off:
            self._is_put_off = True
            self._patient.append(Tick())
        elif is_tick:
            self._is_put_off = False
            items.append(Tick())
        return items

    def drop(self, is_void: Callable[[Item], bool]) -> None:
        """Throw away items that mean nothing any more."""
        self._patient = deque(item for item in self._patient if not is_void(item))
        self._bytes = sum(map(_size, self._patient))
        self._has_room.set()

    def __len__(self) -> int:
        """Give how many items wait."""
        return len(self._urgent) + len(self._patient)

    def _add(self, item: Item) -> None:
        (self._urgent if isinstance(item, _URGENT) else self._patient).append(item)
        self._bytes += _size(item)
        self._has_come.set()


def _size(item: Item) -> int:
    """How long the frame is that an item carries, if it does."""
    return len(item.data) if isinstance(item, FrameReceived) else 0
