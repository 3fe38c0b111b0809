"""How fast a play goes: its pauses, which people stretch, cut short, or hold.

Only the pauses: what the charge point and its vehicles take is never made faster.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""From slow to fast; at 1 a person can read every step, and a round takes two minutes."""
NORMAL = 1.0
LINES = 16.0
"""Where nobody watches a screen: what is told can be read at leisure afterwards."""
AT_ONCE = math.inf
"""Without any pause."""

DONE_S = 1e-6
"""A rest that is shorter than this is over."""


class Pacing:
    """The speed of a play, and whether it is held; both may change while it rests."""

    def __init__(self, speed: float = NORMAL) -> None:
        self.speed = speed
        self.is_paused = False
        self._may_step = False
        self._changed = asyncio.Event()

    def set_speed(self, speed: float) -> None:
        """Go on at this speed, also with the rest that is under way."""
        self.speed = speed
        self._changed.set()

    def pause(self) -> None:
        """Hold the play before what it does next."""
        self.is_paused, self._may_step = True, False
        self._changed.set()

    def resume(self) -> None:
        """Let it go on."""
        self.is_paused = self._may_step = False
        self._changed.set()

    def step(self) -> None:
        """Let it play one step without a pause, and hold it before the one after."""
        self.is_paused = self._may_step = True
        self._changed.set()

    async def begin_step(self) -> None:
        """Return when a step may begin: at once, or when a play that is held goes on."""
        while self._is_held:
            await self._until_changed(None)

    def end_step(self) -> None:
        """Hold a play that goes step by step here, where what has come of the step is seen."""
        self._may_step = False

    async def rest(self, seconds: float) -> None:
        """Let a pause of this length at speed 1 pass; while the play is held, none of it does."""
        # Others take their turn, however short it is.
        await asyncio.sleep(0)
        if self.speed == AT_ONCE:
            return
        loop = asyncio.get_running_loop()
        while self._is_held or (seconds > DONE_S and not self._may_step):
            is_held, speed, since_s = self._is_held, self.speed, loop.time()
            await self._until_changed(None if is_held else seconds / speed)
            if not is_held:
                seconds -= (loop.time() - since_s) * speed

    @property
    def _is_held(self) -> bool:
        return self.is_paused and not self._may_step

    async def _until_changed(self, timeout_s: float | None) -> None:
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
