"""Variables and streams on their way to whoever watches.

A slow watcher costs nobody anything: of a variable it gets the newest value, of a stream the newest
1,000 events, or fewer where they are long, and the number of those it missed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from pydantic import BaseModel

from cp_tui.charge_point.variables import STREAMS, VARIABLES
from cp_tui.engine.errors import CommandError, ErrorNumber

HISTORY_MAX = 1_000
"""Events kept per stream, both as history and for each subscriber."""
HISTORY_BYTES_MAX = 4_000_000
"""Of those events, as JSON: a frame of the CSMS may have a megabyte, a usual one has 300 bytes."""


class Vocabulary(Struct, frozen=True):
    """What there is to watch behind a door, with the model of each; a name is one or the other."""

    peer: str
    """What is behind the door, as people call it."""
    variables: Mapping[str, type[BaseModel]]
    streams: Mapping[str, type[BaseModel]]


ENGINE = Vocabulary("charge point", VARIABLES, STREAMS)


class VariableChanged(Struct, frozen=True):
    """A variable has a new value."""

    name: str
    value: BaseModel


@dataclass(frozen=True, slots=True)
class EventHappened:
    """An event of a stream; `dropped` events before it were lost for this subscriber."""

    name: str
    event: BaseModel
    dropped: int = 0
    json: str = field(default="", compare=False, repr=False)
    """The event as JSON, in ASCII, where somebody has written it already."""


Update = VariableChanged | EventHappened


class SubscriptionClosed(Exception):
    """Nothing more will come: closed by the subscriber, or the engine ended."""


class _Events:
    """The newest events of a stream, bounded by count and by bytes; the newest always stays."""

    def __init__(self) -> None:
        self._events: deque[tuple[BaseModel, str]] = deque()
        self._bytes = 0

    def add(self, event: BaseModel, json: str) -> tuple[int, bool]:
        """Add an event; gives how many made room for it, and whether for its bytes."""
        self._events.append((event, json))
        self._bytes += len(json)
        gone = 0
        is_long = False
        while len(self._events) > HISTORY_MAX or (
            self._bytes > HISTORY_BYTES_MAX and len(self._events) > 1
        ):
            is_long = is_long or len(self._events) <= HISTORY_MAX
            self._bytes -= len(self._events.popleft()[1])
            gone += 1
        return gone, is_long

    def copy(self) -> _Events:
        """Give the same events, to be added to apart."""
        other = _Events()
        other._events, other._bytes = self._events.copy(), self._bytes
        return other

    def clear(self) -> None:
        """Forget all."""
        self._events.clear()
        self._bytes = 0

    def __iter__(self) -> Iterator[tuple[BaseModel, str]]:
        """Give the events and their JSON, oldest first."""
        return iter(self._events)


class Subscription:
    """What one subscriber has not taken yet; `snapshot` is how things stood at the start."""

    def __init__(self, names: Sequence[str], snapshot: Mapping[str, _Snapshot]) -> None:
        self.names = frozenset(names)
        self.snapshot = snapshot
        """Name -> value of a variable, or history of a stream, oldest first."""
        self._changed: dict[str, BaseModel] = {}
        self._events: dict[str, _Events] = {
            name: _Events() for name in names if isinstance(snapshot.get(name), tuple)
        }
        self._dropped: dict[str, int] = dict.fromkeys(self._events, 0)
        self._is_closed = False
        self._wake = asyncio.Event()

    async def next(self) -> list[Update]:
        """Wait for at least one update and take all; raises `SubscriptionClosed` at the end."""
        while not self._wake.is_set():
            await self._wake.wait()
        if self._is_closed:
            raise SubscriptionClosed
        self._wake.clear()
        updates: list[Update] = [
            VariableChanged(name, value) for name, value in self._changed.items()
        ]
        self._changed.clear()
        for name, events in self._events.items():
            for event, json in events:
                updates.append(EventHappened(name, event, self._dropped[name], json))
                self._dropped[name] = 0
            events.clear()
        return updates

    def close(self) -> None:
        """Take no more updates."""
        self._is_closed = True
        self._changed.clear()
        self._events.clear()
        self._wake.set()

    @property
    def is_closed(self) -> bool:
        """Whether nothing more will come."""
        return self._is_closed

    def put_value(self, name: str, value: BaseModel) -> None:
        """Remember the newest value of a variable."""
        self._changed[name] = value
        self._wake.set()

    def put_event(self, name: str, event: BaseModel, json: str) -> None:
        """Remember an event; the oldest make room for it."""
        self._dropped[name] += self._events[name].add(event, json)[0]
        self._wake.set()

    def put_history(self, histories: Mapping[str, _Events]) -> None:
        """Give the histories as events as well, before any that is new."""
        for name in self._events:
            self._events[name] = histories[name].copy()
        if any(map(any, self._events.values())):
            self._wake.set()


_Snapshot = BaseModel | tuple[BaseModel, ...]


class Hub:
    """The newest value of each variable, the history of each stream, and the subscribers."""

    def __init__(self, vocabulary: Vocabulary = ENGINE) -> None:
        self._vocabulary = vocabulary
        self._values: dict[str, BaseModel] = {}
        self._history = {name: _Events() for name in vocabulary.streams}
        self.cut = 0
        """Events that are in no history any more because those after them are long."""
        self._subscriptions: list[Subscription] = []

    def publish(self, name: str, value: BaseModel) -> None:
        """Give a variable its new value; an equal one is no news."""
        if self._values.get(name) == value:
            return
        self._values[name] = value
        for subscription in self._watching(name):
            subscription.put_value(name, value)

    def emit(self, name: str, event: BaseModel) -> None:
        """Add an event to a stream."""
        # Once, for its size and for all who will read it.
        json = event.model_dump_json(ensure_ascii=True)
        gone, is_long = self._history[name].add(event, json)
        if is_long:
            self.cut += gone
        for subscription in self._watching(name):
            subscription.put_event(name, event, json)

    def get(self, name: str) -> BaseModel:
        """Give the value of a variable; raises `CommandError`."""
        if name in self._vocabulary.streams:
            raise _refusal(f"{name} is a stream and has no value; subscribe to it")
        if name not in self._vocabulary.variables:
            known = ", ".join(self._vocabulary.variables)
            raise _refusal(f"no variable {name!r}; there are: {known}")
        if name not in self._values:
            raise CommandError(ErrorNumber.REFUSED, f"{name} has no value yet")
        return self._values[name]

    def history(self, name: str) -> tuple[BaseModel, ...]:
        """Give the newest events of a stream, oldest first."""
        return tuple(event for event, _ in self._history[name])

    def values(self) -> dict[str, BaseModel]:
        """Give the present value of every variable that has one."""
        return dict(self._values)

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        """Watch variables and streams; raises `CommandError` for a name that is neither.

        With `history_as_events` the histories are the first events, and not in the snapshot.
        """
        known = [*self._vocabulary.variables, *self._vocabulary.streams]
        for name in names:
            if name not in known:
                raise _refusal(f"no variable or stream {name!r}; there are: {', '.join(known)}")
        snapshot: dict[str, _Snapshot] = {}
        for name in names:
            if name in self._history:
                snapshot[name] = () if history_as_events else self.history(name)
            elif name in self._values:
                snapshot[name] = self._values[name]
        subscription = Subscription(names, snapshot)
        if history_as_events:
            subscription.put_history(self._history)
        self._forget_closed()
        self._subscriptions.append(subscription)
        return subscription

    def is_watched(self, name: str) -> bool:
        """Whether anybody subscribes to a name."""
        self._forget_closed()
        return any(True for _ in self._watching(name))

    def close(self) -> None:
        """End all subscriptions."""
        for subscription in self._subscriptions:
            subscription.close()
        self._subscriptions.clear()

    def _watching(self, name: str) -> list[Subscription]:
        return [each for each in self._subscriptions if name in each.names and not each.is_closed]

    def _forget_closed(self) -> None:
        self._subscriptions = [each for each in self._subscriptions if not each.is_closed]


def _refusal(text: str) -> CommandError:
    return CommandError(ErrorNumber.INVALID_PARAMS, text)
