"""An event loop whose time passes only while nothing is to be done, for plays that take their time.

Where everything waits, the time jumps to what is due next. Threads are waited for: the disk, which
they write to, takes no time here, however slow it is.
"""

from __future__ import annotations

import asyncio
import fcntl
import functools
import os
import selectors
import socket
import struct
import termios
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec, TypeVar, TypeVarTuple
from unittest.mock import patch

from cp_tui.engine.thread import DaemonThread

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")

GRACE_S = 0.000_2
"""For what a socket of this machine still has on its way, and for threads that begin."""
CARRIED_S, CARRIED_LOOKS = 0.002, 4
"""How long, and how often, the kernel is waited for where the other end is not in this loop: that
something has come, it says later."""
LOOKS_MAX = 200
THREAD_S = 0.05
"""After which threads that work are looked at again; the end of one wakes the loop at once."""


class FastLoop(asyncio.SelectorEventLoop):
    """Its seconds pass as fast as everything is done that falls into them."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.calls: set[asyncio.Future[Any]] = set()
        """What threads have not answered yet: that of a store, those of `asyncio.to_thread`."""
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self.now_s

    def stand_still(self, seconds: float) -> None:
        """Have nothing done for a while, as in a process that is stopped."""
        self.now_s += seconds

    def run_in_executor(
        self, executor: Any, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        return self.noted(super().run_in_executor(executor, func, *args))

    def noted(self, call: asyncio.Future[T]) -> asyncio.Future[T]:
        """Wait for a thread until it has answered."""
        self.calls.add(call)
        call.add_done_callback(self.calls.discard)
        return call

    @property
    def transports(self) -> dict[int, asyncio.Transport]:
        """The connections, by the number of their file."""
        # One that nobody holds any more goes away in between, where they are looked up one by one.
        return dict(self._transports.items())  # type: ignore[attr-defined]

    @property
    def is_served(self) -> bool:
        """Whether a thread works for somebody who waits."""
        return bool(self.calls) or any(
            thread.name == "blocking call" for thread in threading.enumerate()
        )


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: FastLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if ready := super().select(0):
            return ready
        # A selector would round so short a wait up to a millisecond.
        time.sleep(GRACE_S)
        for look in range(LOOKS_MAX):
            # Asked first: what a thread that has ended meanwhile has to say is there by then.
            is_served = self._loop.is_served
            is_awaited = is_served or self._is_under_way(look)
            ready = super().select(THREAD_S if is_served else CARRIED_S if is_awaited else 0)
            if ready or not is_awaited:
                break
        if not ready:
            self._loop.now_s += timeout
        return ready

    def _is_under_way(self, look: int) -> bool:
        """Whether the kernel still carries something from socket to socket: it has its own time.

        Where the machine is busy, TCP within it takes milliseconds, or some tens of them.
        """
        transports = self._loop.transports
        for key in self.get_map().values():
            if key.events & selectors.EVENT_WRITE and key.fd not in transports:
                # It is being connected.
                return True
        ends = {}
        for fd, transport in transports.items():
            place = transport.get_extra_info("socket")
            if place is not None and place.family == socket.AF_INET:
                with suppress(OSError):  # It is closed, or only listens.
                    ends[place.getsockname(), place.getpeername()] = fd, *_carried(place)
        for (here, there), (fd, state, sent, _) in ends.items():
            if other := ends.get((there, here)):
                _, other_state, _, received = other
                if sent > received or (state in _ENDED and other_state == _ESTABLISHED):
                    return True
            elif state == _ESTABLISHED and there in self._listening:
                # It is not accepted yet, or its end is under way.
                return True
            elif look < CARRIED_LOOKS and _unheard(fd):
                return True
        return False

    @property
    def _listening(self) -> set[object]:
        """The places at which this loop takes connections."""
        found = set[object]()
        for key in self.get_map().values():
            if key.fd not in self._loop.transports:
                with suppress(OSError), socket.socket(fileno=os.dup(key.fd)) as place:
                    found.add(place.getsockname())
        return found


_ESTABLISHED, _ENDED = 1, (4, 5)
"""States of a TCP connection; it has ended where its own end was sent."""


def _carried(place: socket.socket) -> tuple[int, int, int]:
    """Give the state of a TCP connection, the bytes that it has sent, those that came to it."""
    info = place.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    (received,), (sent, again) = (
        struct.unpack_from("Q", info, 128),
        struct.unpack_from("QQ", info, 200),
    )
    return info[0], sent - again, received


def _unheard(fd: int) -> bool:
    """Whether the other side of a connection has not got all that was sent to it."""
    try:
        return any(fcntl.ioctl(fd, termios.TIOCOUTQ, bytes(4)))
    except OSError:
        # It is closed, or only listens.
        return False


class FastClock:
    """The wall clock that goes with the loop in which it is made, from now on."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started_at = datetime.now(UTC) - timedelta(seconds=self._loop.time())

    def __call__(self) -> datetime:
        return self._started_at + timedelta(seconds=self._loop.time())


def clock_here() -> Callable[[], datetime]:
    """Give the wall clock that goes with the loop that runs, fast or not."""
    is_fast = isinstance(asyncio.get_running_loop(), FastLoop)
    return FastClock() if is_fast else lambda: datetime.now(UTC)


def in_fast_time(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Run an asynchronous function, a test as a rule, in a loop of its own that is fast."""

    def noted(thread: DaemonThread, work: Callable[[], Any]) -> asyncio.Future[Any]:
        future = call(thread, work)
        loop = future.get_loop()
        assert isinstance(loop, FastLoop)
        return loop.noted(future)

    call = DaemonThread.call

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with (
            patch.object(DaemonThread, "call", noted),
            asyncio.Runner(loop_factory=FastLoop) as runner,
        ):
            return runner.run(function(*args, **kwargs))

    return run
