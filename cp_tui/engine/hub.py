"""Variables and streams on their way to whoever watches.

Variables are pulled: whoever changes one says its name, and it is worked out when somebody who
watches takes it, once for all of them. Where nobody does, nothing is worked out and nothing kept.

A slow watcher costs nobody anything: of a variable it gets the newest value, of a stream the newest
1,000 events, or fewer where they are long, and the number of those it missed.

Pulled, and not pushed, because most changes are never looked at. A busy charge point changes
`connectors` some hundred times a second and a screen paints four times: to work it out each time,
and to compare it with the one before, would cost more than the answer to the CSMS that it came
with. So a change is a name in a set, and the value that is worked out is the one of the moment at
which somebody looks. Equal values are no news: of a variable there is a version, and a subscriber
takes it if it is new.

Some variables take long (a day of schedules on a hundred connectors). They are prepared in slices
by whoever wants them first, with a pause after each slice that holds for all: if every watcher had
a slice of its own, an answer to the CSMS would wait for all of them.

Events of a stream are written as JSON once for all subscribers, and only when the first one takes
them. Where nobody follows `messages`, no frame is parsed or masked a second time for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from msgspec import UNSET, Struct

from cp_tui.charge_point.variables import STREAMS, VARIABLES, NotedFrame
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.pieces import Written, written

SLICE_PAUSE_S = 0.001
"""The pause between two slices of long work for people. An answer to the CSMS takes several turns
of the loop: were there a slice in each, it would wait for several."""
HISTORY_MAX = 1_000
"""How many events are kept of a stream, as its history and for each subscriber."""
HEAD_BYTES = 300
"""How long the record of a frame is beside the frame, about."""
HISTORY_BYTES_MAX = 4_000_000
"""How long those events may be as JSON: a frame may have a megabyte, a usual one has 300 bytes."""


class Vocabulary(Struct, frozen=True):
    """What there is to watch behind a door, with the type of each; a name is one or the other."""

    peer: str
    """What is behind the door, as people call it."""
    variables: Mapping[str, Any]
    streams: Mapping[str, type[Struct]]


ENGINE = Vocabulary("charge point", VARIABLES, STREAMS)


View = Callable[[str], Any]
"""Works a variable out, as it is at this moment; UNSET while that cannot be known."""
Prepare = Callable[[str], bool]
"""Does a slice of what a variable needs to be worked out; says whether there is more to do."""


@dataclass(frozen=True, slots=True)
class VariableChanged:
    """A variable has a new value."""

    name: str
    value: Any
    written: Iterable[str] = field(default=(), compare=False, repr=False)
    """The value as JSON in pieces, worked out once for all who read it."""


@dataclass(frozen=True, slots=True)
class EventHappened:
    """An event of a stream; `dropped` events before it were lost for this subscriber."""

    name: str
    event: Struct
    dropped: int = 0
    json: str = field(default="", compare=False, repr=False)
    """The event as JSON, in ASCII, where somebody has written it already."""
    number: int = field(default=0, compare=False)
    """How many events of the stream there were with this one, since the start; 0: not told. Those
    from before the start count up to -1."""


Update = VariableChanged | EventHappened


def time_of(event: Any) -> datetime:
    """When an event of any stream happened."""
    at: datetime = event.at if hasattr(event, "at") else event.time
    return at


class SubscriptionClosed(Exception):
    """Nothing more will come: closed by the subscriber, or the engine ended."""


class _Kept:
    """An event as it is kept; its record and its JSON are made once, when first wanted."""

    __slots__ = ("_event", "_json", "bytes", "number")

    def __init__(self, event: Struct, number: int) -> None:
        self._event = event
        self.number = number
        self._json = ""
        self.bytes = (
            HEAD_BYTES + len(event.text)
            if isinstance(event, NotedFrame) and event.text
            else len(self.json)
        )
        """How long it is as JSON, or nearly so."""

    @property
    def event(self) -> Struct:
        """The event itself."""
        if isinstance(self._event, NotedFrame):
            self._event = self._event.record()
        return self._event

    @property
    def json(self) -> str:
        """The event as JSON, in ASCII."""
        self._json = self._json or written(self.event)
        return self._json


class _Events:
    """The newest events of a stream, bounded by count and by bytes; the newest always stays."""

    def __init__(self) -> None:
        self._events: deque[_Kept] = deque()
        self._bytes = 0

    def add(self, kept: _Kept) -> tuple[int, bool]:
        """Add an event; gives how many made room for it, and whether for its bytes."""
        self._events.append(kept)
        self._bytes += kept.bytes
        gone = 0
        is_long = False
        while len(self._events) > HISTORY_MAX or (
            self._bytes > HISTORY_BYTES_MAX and len(self._events) > 1
        ):
            is_long = is_long or len(self._events) <= HISTORY_MAX
            self._bytes -= self._events.popleft().bytes
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

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._events)

    def __iter__(self) -> Iterator[_Kept]:
        """Give the events, oldest first."""
        return iter(self._events)


class History:
    """The events that a stream had at some moment, oldest first; each is made when it is read."""

    def __init__(self, kept: Iterable[_Kept]) -> None:
        self._kept = tuple(kept)

    def __iter__(self) -> Iterator[Struct]:
        """Give the events."""
        return (each.event for each in self._kept)

    @property
    def written(self) -> Iterator[str]:
        """The events as a JSON array, in pieces."""
        yield "["
        yield from (f"{',' if number else ''}{each.json}" for number, each in enumerate(self._kept))
        yield "]"


class Subscription:
    """Updates that one subscriber has not taken yet; `snapshot` holds the values at its start."""

    def __init__(self, hub: Hub, names: Sequence[str]) -> None:
        self._hub = hub
        self.names = frozenset(names)
        self.snapshot: dict[str, VariableChanged | History] = {}
        """A variable as it was, or the history of a stream; each under its name."""
        self._taken: dict[str, int] = {}
        """Version of each variable that the subscriber knows."""
        self._changed: dict[str, None] = {}
        """Names of variables that may have changed since, in that order."""
        self._events: dict[str, _Events] = {}
        self._dropped: dict[str, int] = {}
        self._is_closed = False
        self._wake = asyncio.Event()

    async def next(self) -> Iterator[Update]:
        """Wait for at least one update and take all; raises `SubscriptionClosed` at the end.

        Long histories are not made all at once, but each event when its turn comes.
        """
        while True:
            await self._wake.wait()
            if self._is_closed:
                raise SubscriptionClosed
            # Cleared before the updates are taken: what comes in between wakes it once more.
            self._wake.clear()
            changes, events = [*self._take_variables()], self._take_events()
            if self._changed:
                self._wake.set()
            if changes or events:
                return chain(changes, *events)
            if self._changed:
                await asyncio.sleep(SLICE_PAUSE_S)

    def close(self) -> None:
        """Take no more updates."""
        self._is_closed = True
        self._hub.forget(self)
        self._changed.clear()
        self._events.clear()
        self._wake.set()

    @property
    def has_changes(self) -> bool:
        """Whether a variable may have changed since the subscriber took its updates."""
        return bool(self._changed)

    def note_changed(self, name: str) -> None:
        """Have a variable looked at when the subscriber takes its updates."""
        self._changed[name] = None
        self._wake.set()

    def put_event(self, name: str, kept: _Kept) -> None:
        """Remember an event; the oldest make room for it."""
        self._dropped[name] += self._events[name].add(kept)[0]
        self._wake.set()

    def start_variable(self, name: str) -> None:
        """Begin with a variable as it is now, if it has a value."""
        if (change := self._take(name)) is not None:
            self.snapshot[name] = change

    def start_stream(self, name: str, history: _Events, *, as_events: bool) -> None:
        """Begin with the history of a stream, as the first events or in the snapshot."""
        self._dropped[name] = 0
        self._events[name] = history.copy() if as_events else _Events()
        self.snapshot[name] = History(() if as_events else history)
        if self._events[name]:
            self._wake.set()

    def _take(self, name: str) -> VariableChanged | None:
        """Take a variable as it is now, if that is news."""
        known = self._hub.known(name)
        if known.version == self._taken.get(name, 0):
            return None
        self._taken[name] = known.version
        return known.newest

    def _take_variables(self) -> Iterator[Update]:
        for name in tuple(self._changed):
            if self._hub.is_ready(name):
                del self._changed[name]
                if (change := self._take(name)) is not None:
                    yield change

    def _take_events(self) -> list[Iterator[Update]]:
        taken = []
        for name, events in self._events.items():
            if events:
                taken.append(_happened(name, events, self._dropped[name]))
                self._events[name], self._dropped[name] = _Events(), 0
        return taken


def _happened(name: str, events: _Events, dropped: int) -> Iterator[Update]:
    for kept in events:
        yield EventHappened(name, kept.event, dropped, kept.json, kept.number)
        dropped = 0


class _Known(Struct):
    """What is known of a variable that somebody watches."""

    newest: VariableChanged | None = None
    version: int = 0
    """Of the newest; 0 as long as there is none."""
    is_due: bool = True
    """It may have changed since."""


class Hub:
    """Works variables out, keeps the history of each stream, and tells those who watch."""

    def __init__(self, vocabulary: Vocabulary = ENGINE) -> None:
        self._vocabulary = vocabulary
        self._views: dict[str, View] = {}
        self._preparations: dict[str, Prepare] = {}
        self._rests_until = 0.0
        """Until then no slice is done, in the time of the loop."""
        self._known: dict[str, _Known] = {}
        """Of the variables that are watched."""
        self._history = {name: _Events() for name in vocabulary.streams}
        self._numbers = dict.fromkeys(vocabulary.streams, 0)
        """How many events each stream has had."""
        self.cut = 0
        """Events that are in no history any more because those after them are long."""
        self._watching: dict[str, list[Subscription]] = {}
        """Who watches a variable or a stream, by its name."""
        self._subscriptions: list[Subscription] = []
        self.record: Callable[[str, Struct], None] | None = None
        """Writes events down, for those who look after the next start."""

    def provide(self, names: Iterable[str], view: View, prepare: Prepare | None = None) -> None:
        """Have variables worked out by this view, whenever somebody looks at one."""
        self._views |= dict.fromkeys(names, view)
        if prepare is not None:
            self._preparations |= dict.fromkeys(names, prepare)

    def is_ready(self, name: str) -> bool:
        """Say whether a variable can be worked out at once; if not, do a slice of the work."""
        prepare, loop = self._preparations.get(name), asyncio.get_running_loop()
        if prepare is None:
            return True
        # A slice for one who watches and then one for the next would hold up answers all the same.
        if loop.time() < self._rests_until:
            return False
        is_more = prepare(name)
        if is_more:
            self._rests_until = loop.time() + SLICE_PAUSE_S
        return not is_more

    async def prepare(self, names: Iterable[str]) -> None:
        """Wait until each of these variables can be worked out without holding up the loop."""
        for name in names:
            while not self.is_ready(name):
                await asyncio.sleep(SLICE_PAUSE_S)

    def publish(self, name: str, value: object) -> None:
        """Give a variable its new value; an equal one is no news."""
        self._views[name] = lambda _: value
        self.changed((name,))

    def changed(self, names: Iterable[str]) -> None:
        """Have variables looked at anew by those who watch them, if anybody does."""
        for name in names:
            if (known := self._known.get(name)) is not None:
                known.is_due = True
                for subscription in self._watching[name]:
                    subscription.note_changed(name)

    def emit(self, name: str, event: Struct) -> None:
        """Add an event to a stream."""
        if self.record is not None:
            self.record(name, event)
        self._numbers[name] += 1
        kept = _Kept(event, self._numbers[name])
        gone, is_long = self._history[name].add(kept)
        if is_long:
            self.cut += gone
        for subscription in self._watching.get(name, ()):
            subscription.put_event(name, kept)

    def restore(self, histories: Mapping[str, Sequence[Struct]]) -> None:
        """Begin with events from before the start, which nobody watches yet."""
        for name, events in histories.items():
            for number, event in enumerate(events, -len(events)):
                self._history[name].add(_Kept(event, number))

    def get(self, name: str) -> Any:
        """Give the value of a variable as it is now; raises `CommandError`."""
        if name in self._vocabulary.streams:
            raise _refusal(f"{name} is a stream and has no value; subscribe to it")
        if name not in self._vocabulary.variables:
            known = ", ".join(self._vocabulary.variables)
            raise _refusal(f"no variable {name!r}; there are: {known}")
        value = self._value(name)
        if value is UNSET:
            raise CommandError(ErrorNumber.REFUSED, f"{name} has no value yet")
        return value

    def history(self, name: str) -> History:
        """Give the newest events of a stream."""
        return History(self._history[name])

    def values(self) -> dict[str, Any]:
        """Give the present value of every variable that has one."""
        values = {name: self._value(name) for name in self._vocabulary.variables}
        return {name: value for name, value in values.items() if value is not UNSET}

    def known(self, name: str) -> _Known:
        """Give what is known of a watched variable, worked out anew if it may have changed."""
        known = self._known[name]
        if known.is_due:
            value, before = self._work_out(name), known.newest
            # What cannot be known at this moment is asked for again.
            known.is_due = value is UNSET
            # Worked out anew and found equal: no new version, and nobody is told.
            if value is not UNSET and (before is None or before.value != value):
                known.newest = VariableChanged(name, value, Written(value))
                known.version += 1
        return known

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        """Watch variables and streams; raises `CommandError` for a name that is neither.

        With `history_as_events` the histories are the first events, and not in the snapshot.
        """
        known = [*self._vocabulary.variables, *self._vocabulary.streams]
        for name in names:
            if name not in known:
                raise _refusal(f"no variable or stream {name!r}; there are: {', '.join(known)}")
        subscription = Subscription(self, names)
        self._subscriptions.append(subscription)
        for name in dict.fromkeys(names):
            self._watching.setdefault(name, []).append(subscription)
            if name in self._history:
                history = self._history[name]
                subscription.start_stream(name, history, as_events=history_as_events)
            else:
                self._known.setdefault(name, _Known())
                subscription.start_variable(name)
        return subscription

    def is_watched(self, name: str) -> bool:
        """Whether anybody subscribes to a name."""
        return name in self._watching

    def forget(self, subscription: Subscription) -> None:
        """Have a subscription told nothing more, and keep nothing that only it has watched."""
        if subscription not in self._subscriptions:
            return
        self._subscriptions.remove(subscription)
        for name in subscription.names:
            self._watching[name].remove(subscription)
            if not self._watching[name]:
                del self._watching[name]
                self._known.pop(name, None)

    def close(self) -> None:
        """End all subscriptions."""
        for subscription in tuple(self._subscriptions):
            subscription.close()

    def _value(self, name: str) -> Any:
        """Give the present value of a variable; UNSET where it has none."""
        if name not in self._known:
            return self._work_out(name)
        newest = self.known(name).newest
        return UNSET if newest is None else newest.value

    def _work_out(self, name: str) -> Any:
        view = self._views.get(name)
        return UNSET if view is None else view(name)


def _refusal(text: str) -> CommandError:
    return CommandError(ErrorNumber.INVALID_PARAMS, text)
