"""One key at a time: a key waits until what the keys before it did has settled.

Why there is a gate at all: Textual hands a key to whatever has the focus when it arrives, but a
dialog opens, a screen changes and the focus moves later, in messages. Over a line that stalls, a
whole word arrives in one packet, and its letters would be keys of the screen below the form that
the first of them opens: who types `w` and a tag would plug in cables.

When the next key may pass:

1. No action is on its way to a dialog, a screen or a wait for the engine (`doing`, `waiting`).
2. The screen on top is mounted, and no widget between the focus and the app has a message to read.
3. A message of ours (`Swept`) went from what has the focus up to the app, behind all that the keys
   before have brought about there; at its end, screens and focus were still the same.

The third is what makes it sure: an empty queue alone says nothing of a message that one widget is
just about to send to another. `Swept` is sent only while a key waits: at rest nothing runs. A key
that waits for too long is dropped with a word, so that a fault jams nobody's keyboard for good.

Letters that wait for an input pass together: they are text there, and none of them can lead
anywhere else. One by one a thousand of them, pasted over a line without bracketed paste, would
take ten seconds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from cp_tui.tui.terminal.packet import packet_of

LOOK_S = 0.02
"""How often is looked, while a key waits, whether it may pass now: the message may have been lost
with a widget that has gone. A process that is stopped for a while hears nothing either, so looks
are counted and not seconds."""
LOOKS_MAX = round(3.0 / LOOK_S)
"""The first of the keys waits three seconds, in which a small computer under load has made a screen
that was never shown before; then it and those behind it are dropped, with a word."""
HOLD_LOOKS_MAX = round(10.0 / LOOK_S)
"""An action that holds the keys for so long is stuck; it must not jam the keyboard for good."""
WAITING_MAX = 4_096
"""More keys than this are dropped as well: a person has not typed them."""


SWEEP_LOOKS_MAX = round(0.25 / LOOK_S)
"""A message that is under way for longer is taken for lost."""

Event = events.Key | events.Paste | events.MouseEvent
MOVES = (events.MouseMove, events.MouseUp)
"""Neither a key nor a click, when it comes to how many were given up."""


class Swept(Message, verbose=True):
    """Goes the way of a key, behind everything that keys have brought about there."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Hold:
    """Keeps the gate shut for an action, until it is done or waits for somebody."""

    def __init__(self) -> None:
        self.looks = 0
        """How often keys were kept waiting by it."""
        self.task: asyncio.Task[Any] | None = None
        """In which the action runs, once it does."""
        self.is_waiting = False
        self.dialog: Screen[Any] | None = None
        """What it waits for: the keys are for that while it is on the screen, and not after."""

    def holds_at(self, screens: Sequence[Screen[Any]]) -> bool:
        """Whether keys have to wait while these screens are shown."""
        if self.looks > HOLD_LOOKS_MAX:
            return False
        if self.is_waiting:
            return self.dialog is not None and self.dialog not in screens
        return True


@dataclass
class Rest:
    """Of a packet whose keys were given up: what the thread that reads has not handed on yet."""

    packet: object
    tell: Callable[[int], None] | None = None
    """Hears how many keys it is by now; without it, an escape is meant all the same."""
    count: int = 0


class KeyGate:
    """Lets keys, pastes and clicks through in order, one at a time."""

    def __init__(
        self,
        app: App[Any],
        admit: Callable[[Sequence[Event]], Awaitable[None]],
        drop: Callable[[int], None],
        settled: Callable[[], None],
    ) -> None:
        """`admit` hands on an event, or letters of one text; `drop` hears how many were given up.

        `settled` is called when an action is done, or waits for somebody.
        """
        self._app = app
        self._admit = admit
        self._drop = drop
        self._settled = settled
        self._holds: list[Hold] = []
        self._waiting: deque[Event] = deque()
        self._looks = 0
        """While the first key waits."""
        self._too_many = 0
        """Keys that found no room; it is told when those that did have passed."""
        self._packet: object = None
        """Of what passed last."""
        self._rest: Rest | None = None
        """What may still come of a packet that was given up."""
        self._sweep_number = 0
        self._sweep_looks: int | None = None
        """While a message is under way; else none."""
        self._way_swept: Sequence[DOMNode] = ()
        self._seen: tuple[object, ...] = ()
        self._was_quiet = False
        self._watch: asyncio.TimerHandle | None = None

    def takes(self, event: events.Event) -> bool:
        """Whether an event is one for the gate, which has it now; else it may pass at once."""
        if not isinstance(event, Event) or event.is_forwarded:
            return False
        if self._is_of_rest(event):
            return True
        if isinstance(event, events.MouseMove):
            if not self._waiting:
                return False
            if isinstance(self._waiting[-1], events.MouseMove):
                self._waiting.pop()
        if len(self._waiting) >= WAITING_MAX or (self._too_many and self._waiting):
            if _is_escape(event) and not _is_escape(self._waiting[-1]):
                self._waiting.append(event)
                return True
            # Nor what comes behind: an enter would send a text with a hole in it.
            self._too_many += 1
            return True
        if not self._waiting:
            self._looks = 0
        self._waiting.append(event)
        if self._watch is None:
            self._watch_on()
        self.look()
        return True

    def forget(self, tell: Callable[[int], None]) -> None:
        """Give up the keys that wait, meant for something that does not come.

        `tell` hears how many they are, and again with each of their packet that comes late.
        """
        packet = self._newest()
        count = self._forget(len(self._waiting)) + self._too_many
        self._too_many = 0
        self._rest = Rest(packet, tell, count)
        tell(count)

    def forget_text(self) -> None:
        """Give up what waits behind a text that was not taken; an escape is meant all the same."""
        end = self._next_escape(0)
        if end == len(self._waiting):
            self._rest = Rest(self._newest())
        self._forget(end)

    def _forget(self, number: int) -> int:
        """Give up so many of those that wait; give how many of them were keys or clicks."""
        return sum(not isinstance(self._waiting.popleft(), MOVES) for _ in range(number))

    def _newest(self) -> object:
        """The packet of which more may come."""
        return packet_of(self._waiting[-1]) if self._waiting else self._packet

    def _is_of_rest(self, event: Event) -> bool:
        """Whether an event came with keys that were given up, but late; so it is given up too."""
        rest = self._rest
        if rest is None or rest.packet is None or packet_of(event) != rest.packet:
            return False
        if rest.tell is None:
            if _is_escape(event):
                self._rest = None
                return False
        elif not isinstance(event, MOVES):
            rest.count += 1
            rest.tell(rest.count)
        return True

    def _next_escape(self, begin: int) -> int:
        """Where the first escape waits from there on; at the end, if none does."""
        waiting = enumerate(islice(self._waiting, begin, None), begin)
        return next((at for at, event in waiting if _is_escape(event)), len(self._waiting))

    @property
    def is_busy(self) -> bool:
        """Whether a key waits."""
        return bool(self._waiting)

    @property
    def is_settled(self) -> bool:
        """Whether no key waits, and no action is on its way to what the next one is for."""
        return not self._waiting and not self._is_held()

    def is_letter(self, event: events.Event) -> bool:
        """Whether a key does nothing but add to the text of the input that has the focus."""
        taker = self._app.focused
        return (
            isinstance(taker, Input | TextArea)
            and isinstance(event, events.Key)
            and event.is_printable
            and taker.check_consume_key(event.key, event.character)
        )

    async def swept(self, message: Swept) -> None:
        """The message has come all the way: let the next key through, or send another."""
        if message.number != self._sweep_number:
            return
        self._sweep_looks = None
        if not self._waiting:
            return
        if self._was_quiet and self._is_quiet() and self._seen == self._state():
            together = self._take()
            self._packet = packet_of(together[-1])
            hit = self._hit(together[0])
            await self._admit(together)
            self._looks = 0
            if self._waiting:
                self._sweep(hit)
            elif self._too_many:
                self._give_up()
        else:
            self.look()

    def look(self) -> None:
        """Find out whether the first key may pass, unless that is under way or it may not yet."""
        if not self._app.screen_stack:
            return
        if self._waiting and self._sweep_looks is None and not self._is_held():
            self._sweep()

    def doing(self, work: Awaitable[object]) -> Coroutine[Any, Any, None]:
        """An action that holds the keys from now until it is done or waits for somebody."""
        hold = Hold()
        self._holds.append(hold)

        async def done() -> None:
            hold.task = asyncio.current_task()
            try:
                await work
            finally:
                self._holds.remove(hold)
                self.look()
                self._settled()

        return done()

    @contextmanager
    def waiting(self, dialog: Screen[Any] | None = None) -> Iterator[None]:
        """While an action waits for the engine the keys pass; for a dialog, while it is shown."""
        task = asyncio.current_task()
        hold = next((each for each in self._holds if each.task is task), Hold())
        hold.is_waiting, hold.dialog = True, dialog
        self.look()
        self._settled()
        try:
            yield
        finally:
            hold.is_waiting, hold.dialog, hold.looks = False, None, 0

    def _is_held(self) -> bool:
        screens = self._app.screen_stack
        return any(hold.holds_at(screens) for hold in self._holds)

    def _state(self) -> tuple[object, ...]:
        return (*self._app.screen_stack, self._app.focused)

    def _way(self) -> Sequence[DOMNode]:
        """Where a key comes past, before the app."""
        top = self._app.screen_stack[-1]
        return (self._app.focused or top).ancestors_with_self

    def _is_quiet(self) -> bool:
        if self._is_held() or not self._app.screen_stack[-1].is_mounted:
            return False
        return all(node.message_queue_size == 0 for node in self._way())

    def _take(self) -> Sequence[Event]:
        """The first that waits, and with a letter for an input the letters behind it."""
        letters = len(list(takewhile(self.is_letter, self._waiting)))
        return [self._waiting.popleft() for _ in range(max(1, letters))]

    def _hit(self, event: Event) -> Widget | None:
        """What a click hits; keys go to what has the focus."""
        if not isinstance(event, events.MouseEvent):
            return None
        hits = self._app.screen_stack[-1].get_widgets_at(int(event.x), int(event.y))
        return next((widget for widget, _ in hits), None)

    def _sweep(self, first: Widget | None = None) -> None:
        self._sweep_number += 1
        self._sweep_looks = 0
        self._seen = self._state()
        self._was_quiet = first is None and self._is_quiet()
        start = first or self._app.focused or self._app.screen_stack[-1]
        self._way_swept = start.ancestors_with_self
        message = Swept(self._sweep_number)
        if not start.post_message(message):
            self._app.post_message(message)

    def _is_lost(self) -> bool:
        """Whether the message is not coming: somebody on its way has gone meanwhile."""
        if self._sweep_looks is None:
            return False
        self._sweep_looks += 1
        is_late = self._sweep_looks > SWEEP_LOOKS_MAX
        return is_late or not all(node.is_running for node in self._way_swept)

    def _watch_on(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(LOOK_S, self._watched)

    def _watched(self) -> None:
        """While a key waits: give up what has waited too long, and ask again what was not heard."""
        self._watch = None
        if not self._waiting or not self._app.screen_stack:
            return
        self._looks += 1
        for hold in self._holds:
            hold.looks += 1
        if self._looks > LOOKS_MAX:
            self._give_up()
        if self._is_lost():
            self._sweep_looks = None
        self.look()
        self._watch_on()

    def _give_up(self) -> None:
        """Drop what waits, but for an escape behind it: who presses it wants out."""
        end = self._next_escape(1)
        if end == len(self._waiting):
            self._rest = Rest(self._newest())
        count = self._forget(end) + self._too_many
        self._too_many = self._looks = 0
        self._drop(count)


def _is_escape(event: Event) -> bool:
    return isinstance(event, events.Key) and event.key == "escape"
