"""One open WebSocket: reads, writes and pings until it ends, and says why it ended.

Reading, writing and pinging do not wait for each other, so that a CSMS that stopped reading is
still heard.

An answer usually leaves without a task: where nothing waits and the system takes bytes, it is given
to the transport there and then, and several frames in one write. Through the library's `send` it
would leave a turn of the loop later, and each frame in a packet of its own. Whatever does not fit
that case (something waits already, a long frame, a peer that has stopped reading) goes through the
queue and the writing task, where the wait has a limit and a name.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.protocol import OPEN

from cp_tui.charge_point.events import FrameReceived
from cp_tui.charge_point.variables import LinkStep
from cp_tui.engine.connect import LinkConnection
from cp_tui.engine.link_failure import LinkFailure, closed_failure
from cp_tui.engine.network import Network
from cp_tui.engine.passage import Passage
from cp_tui.engine.timeouts import ConnectionTimeouts
from cp_tui.engine.upgrade import pong_failure
from cp_tui.network.bad_network import Break
from cp_tui.network.weather import FaultKind
from cp_tui.ocpp.units import number

AT_ONCE_MAX = 32_000
"""The most that is sent without waiting; by longer frames a CSMS that takes no data is found out.
"""
OUTGOING_FRAMES_MAX = 1_000
"""How many frames may wait for a CSMS that does not read; more is a broken connection."""
OUTGOING_BYTES_MAX = 16_000_000
"""How long those frames may be together: an answer may repeat a megabyte that it was asked for."""


class Sender(Protocol):
    """Sends frames over one connection, and over no later one."""

    def __call__(self, *texts: str) -> bool:
        """Send them, in one go where nothing waits; False if the connection is given up."""


class Connection:
    """The traffic of one open connection."""

    def __init__(
        self,
        websocket: LinkConnection,
        *,
        deliver: Callable[[FrameReceived], Awaitable[None]],
        on_round_trip: Callable[[float], None],
        ping_interval_s: int,
        timeouts: ConnectionTimeouts,
        network: Network,
    ) -> None:
        self._websocket = websocket
        self._deliver = deliver
        self._on_round_trip = on_round_trip
        self._timeouts = timeouts
        self._ping_interval_s = ping_interval_s
        self._ping_changed = asyncio.Event()
        self._outgoing: asyncio.Queue[str | None] = asyncio.Queue(OUTGOING_FRAMES_MAX)
        self._outgoing_bytes = 0
        self._failure: LinkFailure | None = None
        self._is_closing = False
        self._is_dropped = False
        self._network = network
        websocket.is_unheard = network.is_unheard
        self._passage = Passage(
            network,
            leave=self._leave,
            enter=self._enter,
            cut=self._cut,
            stop_reading=self._stop_reading,
        )

    def send(self, *texts: str) -> bool:
        """Send frames, or queue them; False if so many wait that the connection is given up."""
        if not self._passage.is_clear:
            return all(map(self._send_into_weather, texts))
        return self._leave(*texts)

    def _leave(self, *texts: str) -> bool:
        """Send frames now, or queue them where something waits already."""
        if self._is_idle and sum(map(len, texts)) <= AT_ONCE_MAX:
            # They leave in one go, without a turn of the loop.
            for data in [text.encode() for text in texts]:
                self._websocket.protocol.send_text(data)
            self._websocket.transport.writelines(self._websocket.protocol.data_to_send())
            return True
        return all(map(self._queue, texts))

    @property
    def _is_idle(self) -> bool:
        """Whether what is sent now leaves now."""
        transport = self._websocket.transport
        is_open = self._websocket.protocol.state is OPEN and not transport.is_closing()
        return is_open and self._outgoing.empty() and not transport.get_write_buffer_size()

    def _send_into_weather(self, text: str) -> bool:
        if self._passage.send(text):
            return True
        failure = LinkFailure(LinkStep.OPEN, "too many frames are held back")
        self.abort(failure.by(self._network.words))
        return False

    def _queue(self, text: str) -> bool:
        waiting_bytes = self._outgoing_bytes + len(text)
        words = ""
        if self._outgoing.full():
            words = f"more than {OUTGOING_FRAMES_MAX} frames wait to be sent"
        elif self._outgoing_bytes and waiting_bytes > OUTGOING_BYTES_MAX:
            words = f"more than {OUTGOING_BYTES_MAX:,} bytes wait to be sent"
        if words:
            self.abort(LinkFailure(LinkStep.OPEN, f"the CSMS does not read: {words}"))
            return False
        self._outgoing.put_nowait(text)
        self._outgoing_bytes = waiting_bytes
        return True

    def set_ping(self, interval_s: int) -> None:
        """Ping every so many seconds from now on; 0 is never."""
        self._ping_interval_s = interval_s
        self._ping_changed.set()

    def weather_changed(self) -> None:
        """Have the weather that is set from now on act on what is under way."""
        self._passage.weather_changed()

    def close(self) -> None:
        """Close with code 1000 after what is queued; `run` returns when that is done."""
        self._is_closing = True
        try:
            self._outgoing.put_nowait(None)
        except asyncio.QueueFull:
            self._websocket.transport.abort()

    def abort(self, failure: LinkFailure) -> None:
        """Cut the connection without a word, as a pulled cable would."""
        self._failure = self._failure or failure
        self._websocket.transport.abort()

    def drop(self) -> None:
        """Give it up; the CSMS sees that at once, but in silence."""
        transport = self._websocket.transport
        if not self._is_dropped and (transport.is_closing() or not self._network.keeps(transport)):
            transport.abort()
        self._is_dropped = True

    async def run(self) -> LinkFailure | None:
        """Carry the traffic; returns why it ended, None if `close` was called."""
        jobs = (self._read(), self._write(), self._ping(), *self._passage.jobs())
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.drop()
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        if self._is_closing:
            return None
        return self._failure or _cause(results)

    async def _read(self) -> None:
        while True:
            frame = await self._websocket.recv()
            if self._passage.is_clear:
                await self._enter(frame)
            else:
                await self._passage.receive(frame)

    async def _enter(self, frame: str | bytes) -> None:
        await self._deliver(FrameReceived(frame))

    async def _write(self) -> None:
        while (text := await self._outgoing.get()) is not None:
            self._outgoing_bytes -= len(text)
            assert self._outgoing_bytes >= 0
            try:
                async with asyncio.timeout(self._timeouts.send_s):
                    await self._websocket.send(text)
            except TimeoutError:
                raise LinkFailure(
                    LinkStep.OPEN,
                    f"the CSMS took no data for {number(self._timeouts.send_s)} s",
                    "the network or the CSMS hangs",
                ) from None
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeouts.close_s):
                await self._websocket.close()

    async def _ping(self) -> None:
        while True:
            interval_s = self._ping_interval_s
            self._ping_changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(interval_s if interval_s > 0 else None):
                    await self._ping_changed.wait()
                continue
            self._on_round_trip(await self._round_trip_s())

    async def _round_trip_s(self) -> float:
        limit_s = self._timeouts.pong_s
        try:
            async with asyncio.timeout(limit_s):
                return await self._passage.ping(self._websocket.ping)
        except TimeoutError:
            raise pong_failure(limit_s) from None

    def _stop_reading(self, is_stopped: bool) -> None:
        transport = self._websocket.transport
        if is_stopped:
            transport.pause_reading()
        else:
            transport.resume_reading()

    async def _cut(self, broken: Break) -> None:
        """End the connection as the weather does: both sides see it, and ours knows why."""
        by = self._network.words
        if broken.kind is FaultKind.CLOSE:
            code, reason = broken.code, broken.reason
            text = f"closed with code {code}" + (f": {reason}" if reason else "")
            failure = LinkFailure(LinkStep.OPEN, text, close_code=code).by(by)
            self._failure = self._failure or failure
            # A peer gets the code where one may be sent; else it sees no close at all.
            with suppress(TimeoutError, WebSocketException):
                async with asyncio.timeout(self._timeouts.close_s):
                    await self._websocket.close(code, reason)
            raise failure
        sock = self._websocket.transport.get_extra_info("socket")
        # What follows is an RST then, and no orderly end.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise LinkFailure(LinkStep.OPEN, "the connection was reset", close_code=1006).by(by)


def _cause(results: Sequence[BaseException | None]) -> LinkFailure:
    """Find why the session ended in what its tasks raised; our own findings tell most."""
    for result in results:
        if isinstance(result, LinkFailure):
            return result
    for result in results:
        if isinstance(result, ConnectionClosed):
            return closed_failure(result)
    raise next(result for result in results if isinstance(result, Exception))
