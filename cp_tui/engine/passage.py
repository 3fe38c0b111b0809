"""The way of an open connection through the network: in bad weather frames come late, or never.

In fair weather nothing goes this way but what is still under way.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine

from cp_tui.engine.frames_under_way import FramesUnderWay
from cp_tui.engine.network import Network
from cp_tui.network.bad_network import Break
from cp_tui.network.frame_actions import FrameActions
from cp_tui.network.weather import Way

_HEAD = re.compile(r'\s*\[\s*[234]\s*,\s*"([^"]*)"')
"""Of a frame, up to its message id."""


class Passage:
    """What becomes of the frames and pings of one connection."""

    def __init__(
        self,
        network: Network,
        *,
        leave: Callable[[str], object],
        enter: Callable[[str | bytes], Awaitable[None]],
        cut: Callable[[Break], Awaitable[None]],
        stop_reading: Callable[[bool], None],
    ) -> None:
        """`leave` sends a frame, `enter` hands one over that has come, `cut` ends it all.

        `stop_reading` leaves what the CSMS sends where it is, or has it read again.
        """
        self._network = network
        self._leave = leave
        self._cut = cut
        self._stop_reading = stop_reading
        self._outward = FramesUnderWay(self._left)
        self._inward = FramesUnderWay(enter)
        self._actions = FrameActions()
        self._stirred = asyncio.Event()
        """Is set, and replaced by a new one, where something else is to come than was."""
        network.connected()

    @property
    def is_clear(self) -> bool:
        """Whether frames go as if nothing were between."""
        is_empty = self._outward.is_empty and self._inward.is_empty
        return self._network.bad is None and is_empty

    def send(self, text: str) -> bool:
        """Send a frame into the weather; False if too many are under way."""
        if self._outward.is_full:
            return False
        arrivals = self._arrivals(Way.TO_CSMS, text)
        for at in arrivals:
            self._outward.put(at, text)
        if len(arrivals) != 1 and (head := _HEAD.match(text)) is not None:
            self._network.note_fate(head[1], is_lost=not arrivals)
        return True

    async def receive(self, frame: str | bytes) -> None:
        """Take a frame that the CSMS has sent; waits where too many are under way."""
        for at in self._arrivals(Way.TO_CHARGE_POINT, frame):
            await self._inward.put_in_turn(at, frame)

    def weather_changed(self) -> None:
        """Let go what the weather of before has held, and look what is to come."""
        self._outward.let_go()
        self._inward.let_go()
        self._stir()

    def _stir(self) -> None:
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

    async def ping(self, ping: Callable[[], Awaitable[Awaitable[float]]]) -> float:
        """Send a ping, and give the seconds until its pong; never, where one of them is lost."""
        began_at = asyncio.get_running_loop().time()
        await self._cross(Way.TO_CSMS)
        round_trip_s = await (await ping())
        if self._network.bad is None:
            return round_trip_s
        await self._cross(Way.TO_CHARGE_POINT)
        return asyncio.get_running_loop().time() - began_at

    def jobs(self) -> tuple[Coroutine[None, None, None], ...]:
        """Give what has to run while the connection is open."""
        return self._outward.run(), self._inward.run(), self._weather(), self._silence()

    def _arrivals(self, way: Way, frame: str | bytes) -> tuple[float, ...]:
        network = self._network
        if network.bad is None:
            return (0.0,)
        broken = network.next_break()
        size = len(frame.encode() if isinstance(frame, str) else frame)
        arrivals = network.frame(way, size, self._actions.action_of(way, frame))
        if network.next_break() != broken:
            self._stir()
        return arrivals

    async def _left(self, frame: str | bytes) -> None:
        assert isinstance(frame, str)
        self._leave(frame)

    async def _cross(self, way: Way) -> None:
        """Wait as long as a ping is under way; one that is lost waits for other weather."""
        bad = self._network.bad
        at = 0.0 if bad is None else self._network.ping(way)
        while self._network.bad is bad and await self._is_stirred_before(at):
            pass

    async def _weather(self) -> None:
        """Break the connection when the weather does."""
        while True:
            broken = self._network.next_break()
            if not await self._is_stirred_before(None if broken is None else broken.at):
                assert broken is not None
                self._network.note_cut()
                await self._cut(broken)

    async def _silence(self) -> None:
        """Take nothing off the wire in silence: a ping of the CSMS must have no answer either."""
        while True:
            bad = self._network.bad
            if await self._is_stirred_before(self._network.deaf_from()):
                continue
            self._stop_reading(True)
            while self._network.bad is bad:
                await self._is_stirred_before(None)
            self._stop_reading(False)

    async def _is_stirred_before(self, at: float | None) -> bool:
        """Wait for a time of the loop; True: before that there was something new."""
        stirred, now = self._stirred, asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(None if at is None else max(0.0, at - now)):
                return await stirred.wait()
        except TimeoutError:
            return False
