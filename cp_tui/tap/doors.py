"""The doors of a tap: one for each charge point that comes through, as an engine has one.

What passes is followed in the thread that reads along. The hub and the sockets live in the loop,
which is told of changes by name and asks for values when somebody looks.
"""

from __future__ import annotations

import asyncio
import shlex
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from msgspec import Struct

from cp_tui.engine.endpoint import endpoint
from cp_tui.engine.hub import HISTORY_MAX
from cp_tui.explain.finding import Finding
from cp_tui.follow.door import AskThere, FollowDoor
from cp_tui.follow.follower import Follower
from cp_tui.ocpp.printable import is_clean
from cp_tui.rpc.paths import SocketPathError, default_socket, sweep_dead_sockets
from cp_tui.rpc.server import RpcServer
from cp_tui.tap.observer import Tapped
from cp_tui.traces.record import LinkKind, Record

NOT_WRITTEN = "tap.not_writing"
"""The trouble: the file of the tap takes no frames."""
NOT_WRITTEN_HINT = "make room where the tap writes; what passes is passed on all the same"
DOORS_MAX = 100
"""Charge points that can be attached to; those beyond are judged and written down only."""


class Feed:
    """One charge point on its way from the thread to the loop."""

    def __init__(
        self,
        follower: Follower,
        loop: asyncio.AbstractEventLoop,
        has_come: Callable[[Feed], None],
    ) -> None:
        """`has_come` is called with its first open WebSocket, in the thread."""
        self.follower = follower
        self._has_come: Callable[[Feed], None] | None = has_come
        self.door: FollowDoor | None = None
        self._loop = loop
        self._lock = Lock()
        self._changed: set[str] = set()
        self._events: deque[tuple[str, Struct]] = deque(maxlen=HISTORY_MAX)
        self._is_coming = False

    def take(self, record: Record) -> Sequence[Finding]:
        """Judge the next record, and tell the loop; called in the thread."""
        findings = self.follower.take(record)
        self._tell_loop()
        if self._has_come and record.link is not None and record.link.event is LinkKind.OPEN:
            # Who only asks for a page, or is refused, needs no door.
            self._has_come(self)
            self._has_come = None
        return findings

    def not_written(self, why: str, at: datetime) -> None:
        """Frames are in no file, or are again: an empty `why`; called in the thread."""
        text = f"The frames are in no file: {why}" if why else ""
        self.follower.trouble(NOT_WRITTEN, text, NOT_WRITTEN_HINT, at)
        self._tell_loop()

    def _tell_loop(self) -> None:
        changed, events = self.follower.take_changed(), self.follower.take_events()
        with self._lock:
            self._changed |= changed
            self._events.extend(events)
            is_coming, self._is_coming = self._is_coming, True
        # Many records between two turns of the loop are one piece of news.
        if not is_coming and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.deliver)

    def open(self, door: FollowDoor) -> None:
        """There is a door now; called in the loop."""
        self.door = door
        self.deliver()

    def forget(self) -> None:
        """There will be no door: nothing is kept for one."""
        self._events = deque(maxlen=0)

    def deliver(self) -> None:
        """Hand over what has come, as soon as there is a door; called in the loop."""
        if self.door is None:
            return
        with self._lock:
            changed, self._changed = self._changed, set()
            events = tuple(self._events)
            self._events.clear()
            self._is_coming = False
        self.door.take(changed, events)


class TapDoors:
    """All doors of a tap; made, opened and closed in the loop."""

    def __init__(
        self,
        upstream: str,
        through: str,
        ask_there: AskThere,
        clock: Callable[[], datetime],
        tell: Callable[[Tapped], None],
    ) -> None:
        """`through` says where the tap listens; `ask_there` asks the thread that reads along."""
        self._upstream = upstream
        self._through = through
        self._ask_there = ask_there
        self._clock = clock
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        # Those of a tap that was killed would stand there for good.
        sweep_dead_sockets()
        self._feeds: list[Feed] = []
        self._servers: list[RpcServer] = []
        self._opening: set[asyncio.Task[None]] = set()

    def follow(self, charger: str) -> Feed | None:
        """Somebody asks for a way; None: there are doors enough. Called in the thread."""
        if len(self._feeds) >= DOORS_MAX or self._loop.is_closed():
            return None
        url = endpoint(self._upstream, charger).uri
        follower = Follower(charger, url=url, source=self._through, is_whole=True)
        return Feed(follower, self._loop, lambda feed: self._has_come(feed, charger))

    def _has_come(self, feed: Feed, charger: str) -> None:
        """It has a connection for the first time; called in the thread."""
        if len(self._feeds) >= DOORS_MAX or self._loop.is_closed():
            feed.forget()
            return
        self._feeds.append(feed)
        if len(self._feeds) == DOORS_MAX:
            text = f"is the last of {DOORS_MAX} charge points that can be attached to"
            self._tell(Tapped(self._clock(), charger, text))
        self._loop.call_soon_threadsafe(self._open_soon, feed, charger)

    async def close(self) -> None:
        """Close every door; who is inside is told."""
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        await asyncio.gather(*(server.close() for server in self._servers))
        for feed in self._feeds:
            if feed.door is not None:
                feed.door.close()

    def _open_soon(self, feed: Feed, charger: str) -> None:
        task = self._loop.create_task(self._open(feed, charger))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, feed: Feed, charger: str) -> None:
        door = FollowDoor(feed.follower, self._ask_there, self._clock, self._through)
        server = RpcServer(door, default_socket(charger))
        try:
            await server.start()
        except SocketPathError as error:
            door.close()
            feed.forget()
            text = f"cannot be attached to: {error}"
        else:
            self._servers.append(server)
            feed.open(door)
            text = f"can be looked at: cp-tui attach {_named(charger)}"
        self._tell(Tapped(self._clock(), charger, text))


def _named(charger: str) -> str:
    """Say how a door is named in a shell; its socket can be typed whatever the identity holds."""
    if is_clean(charger):
        return f"--id={shlex.quote(charger)}"
    return f"--socket={shlex.quote(str(default_socket(charger)))}"
