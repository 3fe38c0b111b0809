"""Frames on their way in one direction, each with the moment at which it arrives.

A WebSocket keeps the order of frames, and so does a bad network: what is late holds back what comes
after it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

UNDER_WAY_FRAMES_MAX = 1_000
"""How many frames may be held at a time, as many as may wait for a CSMS that does not read."""
UNDER_WAY_BYTES_MAX = 16_000_000


class FramesUnderWay:
    """A queue of frames that are handed over when their time has come."""

    def __init__(self, arrive: Callable[[str | bytes], Awaitable[None]]) -> None:
        self._arrive = arrive
        self._frames: deque[tuple[float, str | bytes]] = deque()
        self._bytes = 0
        self._is_arriving = False
        self._let_go = 0
        """How often."""
        self._changed = asyncio.Event()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is under way, so that the next frame may go straight."""
        return not self._frames and not self._is_arriving

    @property
    def is_full(self) -> bool:
        """Whether no more is to be put in before something has arrived."""
        many = len(self._frames) >= UNDER_WAY_FRAMES_MAX
        return many or self._bytes >= UNDER_WAY_BYTES_MAX

    def put(self, at: float, frame: str | bytes) -> None:
        """Have a frame arrive at this time of the loop, and after those that are under way."""
        self._frames.append((at, frame))
        self._bytes += len(frame)
        self._changed.set()

    async def put_in_turn(self, at: float, frame: str | bytes) -> None:
        """The same, once there is room; if all is let go meanwhile, so is this."""
        let_go = self._let_go
        while self.is_full:
            await self._wait(None)
        self.put(at if let_go == self._let_go else 0.0, frame)

    def let_go(self) -> None:
        """Have everything arrive now."""
        self._let_go += 1
        self._frames = deque((0.0, frame) for _, frame in self._frames)
        self._changed.set()

    async def run(self) -> None:
        """Hand over what is due, until cancelled."""
        now = asyncio.get_running_loop().time
        while True:
            wait_s = self._frames[0][0] - now() if self._frames else None
            if wait_s is None or wait_s > 0:
                await self._wait(wait_s)
                continue
            _, frame = self._frames.popleft()
            self._bytes -= len(frame)
            self._is_arriving = True
            await self._arrive(frame)
            self._is_arriving = False
            self._changed.set()

    async def _wait(self, wait_s: float | None) -> None:
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
