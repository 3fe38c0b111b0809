"""What the CSMS saw, in order and bounded, and how to wait for more of it.

Holds request and response models only; a secret in them is masked before it gets here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from pydantic import JsonValue
from pydantic_core import to_json

from cp_tui.csms.outcome import ComposedOutcome
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.ocpp.frame import CallError
from cp_tui.ocpp.model import WireModel

EVENTS_KEPT_MAX = 10_000
"""How many events are kept: hours of a demo."""
EVENTS_BYTES_MAX = 16_000_000
"""How much those events may carry: a frame may have a megabyte, a usual one has 300 bytes."""


class Connected(Struct, frozen=True):
    """A charge point opened its WebSocket."""

    at: datetime
    charge_point_id: str
    profile: int = 0
    """Security profile of the door by which it came."""
    security: str = ""
    """How it is secured, in words; empty: not at all."""


class Disconnected(Struct, frozen=True):
    """The WebSocket of a charge point closed or broke."""

    at: datetime
    charge_point_id: str
    close_code: int


class TurnedAway(Struct, frozen=True):
    """A connection that the CSMS did not take."""

    at: datetime
    charge_point_id: str
    why: str


class Received(Struct, frozen=True):
    """A CALL of a charge point, and what the CSMS answers."""

    at: datetime
    charge_point_id: str
    message_id: str
    request: WireModel
    answer: WireModel | CallError | None
    """None: the CSMS keeps silent on purpose."""


class Malformed(Struct, frozen=True):
    """Something of a charge point that could not be taken."""

    at: datetime
    charge_point_id: str
    code: ErrorCode
    description: str
    is_answered: bool
    """False: an answer that could not be taken, which is never answered."""


class Called(Struct, frozen=True):
    """A CALL of the CSMS, and what became of it."""

    at: datetime
    charge_point_id: str
    request: WireModel
    response: WireModel | None
    failure: str | None = None
    """Why there is no response."""


class Composed(Struct, frozen=True):
    """Something that a person wrote and the CSMS sent as it stands, and what came of it."""

    at: datetime
    charge_point_id: str
    action: str
    """Empty: no CALL."""
    text: JsonValue
    """The payload of a CALL, else the text itself."""
    outcome: ComposedOutcome


class Noted(Struct, frozen=True):
    """What the CSMS did, or found, beside the messages: a certificate, a password, a file."""

    at: datetime
    charge_point_id: str
    words: str
    is_good: bool = True


Event = Connected | Disconnected | TurnedAway | Received | Malformed | Called | Composed | Noted

R = TypeVar("R", bound=WireModel)


class EventLog:
    """The newest events; `mark` and `wait_for` let a script await what happens after a point."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._count = 0
        self._listeners: list[Callable[[Event], None]] = []

    @property
    def events(self) -> tuple[Event, ...]:
        """The newest events, oldest first."""
        return tuple(self._events)

    @property
    def mark(self) -> int:
        """A point in time: everything up to here has happened."""
        return self._count

    def add(self, event: Event) -> None:
        """Append an event and tell the listeners."""
        self._keep(event)
        self._count += 1
        for listener in tuple(self._listeners):
            listener(event)

    def _keep(self, event: Event) -> None:
        """Add an event; the oldest make room for it, and it stays however long it is."""
        self._events.append(event)
        self._sizes.append(_size(event))
        self._bytes += self._sizes[-1]
        while len(self._events) > EVENTS_KEPT_MAX or (
            self._bytes > EVENTS_BYTES_MAX and len(self._events) > 1
        ):
            self._events.popleft()
            self._bytes -= self._sizes.popleft()

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` with every new event; returns how to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def after(self, mark: int) -> tuple[Event, ...]:
        """Return the events that came after a mark, as far as they are kept."""
        newer = min(self._count - mark, len(self._events))
        return tuple(self._events)[len(self._events) - newer :]

    async def wait_for(
        self, is_wanted: Callable[[Event], bool], *, after: int = 0, timeout_s: float
    ) -> Event:
        """Return the first wanted event after a mark; `TimeoutError` when it does not come."""
        for event in self.after(after):
            if is_wanted(event):
                return event
        found: asyncio.Future[Event] = asyncio.get_running_loop().create_future()

        def look(event: Event) -> None:
            if not found.done() and is_wanted(event):
                found.set_result(event)

        stop = self.listen(look)
        try:
            async with asyncio.timeout(timeout_s):
                return await found
        finally:
            stop()

    async def received(
        self,
        charge_point_id: str,
        request_type: type[R],
        where: Callable[[R], bool] = lambda _: True,
        *,
        after: int = 0,
        timeout_s: float,
    ) -> R:
        """Return the first such request of a charge point after a mark, waiting for it."""

        def is_wanted(event: Event) -> bool:
            return (
                isinstance(event, Received)
                and event.charge_point_id == charge_point_id
                and isinstance(event.request, request_type)
                and where(event.request)
            )

        event = await self.wait_for(is_wanted, after=after, timeout_s=timeout_s)
        assert isinstance(event, Received)
        assert isinstance(event.request, request_type)
        return event.request


def _size(event: Event) -> int:
    """About how much an event carries."""
    match event:
        case Received():
            models = [event.request, event.answer]
        case Called():
            models = [event.request, event.response]
        case Composed():
            return len(to_json(event.text)) + len(to_json(event.outcome.payload))
        case Malformed():
            return len(event.description)
        case Noted():
            return len(event.words)
        case _:
            return 0
    return sum(len(each.model_dump_json()) for each in models if isinstance(each, WireModel))
