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

STEPS_ASKED_MAX = 20
"""How many steps may be asked for ahead: about a round."""
DONE_S = 1e-6
"""A rest that is shorter than this is over."""


class Pacing:
    """The speed of a play, and whether it is held; both may change while it rests."""

    def __init__(self, speed: float = NORMAL) -> None:
        self.speed = speed
        self.is_paused = False
        self.steps_asked = 0
        """Steps that may still begin while it is held."""
        self._is_finishing = False
        """The step that acts goes on to its end without a pause, though it is held after that."""
        self._changed = asyncio.Event()

    def set_speed(self, speed: float) -> None:
        """Go on at this speed, also with the rest that is under way."""
        self.speed = speed
        self._changed.set()

    def pause(self) -> None:
        """Hold the play before what it does next."""
        self._hold(True)

    def resume(self) -> None:
        """Let it go on."""
        self._hold(False)

    def _hold(self, is_paused: bool) -> None:
        self.is_paused = is_paused
        self.steps_asked, self._is_finishing = 0, False
        self._changed.set()

    def step(self) -> None:
        """Let it play one step more without a pause, and hold it before the one after.

        A step that acts is not that one: it has been seen to begin, and only comes to its end.
        """
        self.is_paused = True
        self.steps_asked = min(self.steps_asked + 1, STEPS_ASKED_MAX)
        self._changed.set()

    async def begin_step(self) -> None:
        """Return when a step may begin: at once, or when a play that is held goes on."""
        while self._is_held:
            await self._until_changed(None)

    def step_begins(self) -> None:
        """Count a step from where it is seen to happen; it is not held in its middle."""
        if self.steps_asked:
            self.steps_asked -= 1
            self._is_finishing = True

    def end_step(self) -> None:
        """Hold a play that goes step by step here, where what has come of the step is seen."""
        self._is_finishing = False

    async def rest(self, seconds: float) -> None:
        """Let a pause of this length at speed 1 pass; while the play is held, none of it does."""
        # Others take their turn, however short it is.
        await asyncio.sleep(0)
        if self.speed == AT_ONCE:
            return
        loop = asyncio.get_running_loop()
        while self._is_held or (seconds > DONE_S and not self._is_stepping):
            is_held, speed, since_s = self._is_held, self.speed, loop.time()
            await self._until_changed(None if is_held else seconds / speed)
            if not is_held:
                seconds -= (loop.time() - since_s) * speed

    @property
    def _is_held(self) -> bool:
        return self.is_paused and not self._is_stepping

    @property
    def _is_stepping(self) -> bool:
        return self._is_finishing or self.steps_asked > 0

    async def _until_changed(self, timeout_s: float | None) -> None:
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
