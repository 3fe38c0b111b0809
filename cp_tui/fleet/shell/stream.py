"""One connection of a charge point: bytes between a socket and whoever takes them, with TLS or not.

What arrives is read into one buffer that all connections share, for a read and what comes of it are
one turn of the loop. What waits to be written has a bound by bytes and by time: a CSMS that does
not read loses the connection, in the words of `serve`, and does not grow this process.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Protocol

from cp_tui.charge_point.variables import Tls
from cp_tui.fleet.shell.tls_pipe import TlsPipe
from cp_tui.ocpp.units import number

READ_BYTES = 64 * 1024
WAITING_BYTES_MAX = 64 * 1024
"""How much may wait for a CSMS that does not read; one message alone may be longer."""
TLS_S = 10.0
"""How long a handshake of TLS may take."""
UNREAD_S = 30.0
"""How long it may take no data at all, as in `serve`."""
_shared = memoryview(bytearray(READ_BYTES))


class Taker(Protocol):
    """Who has a connection; nothing of it may raise."""

    def opened(self, stream: Stream) -> None:
        """TCP stands, and TLS where that is wanted: something may be written."""

    def received(self, stream: Stream, data: bytes) -> None:
        """Something has arrived."""

    def ended(self, stream: Stream) -> None:
        """The CSMS writes no more (a FIN); the connection is closed next."""

    def lost(self, stream: Stream, why: str) -> None:
        """It is gone, and nothing more is told; `why` is empty where the CSMS closed in order."""

    def failed(self, stream: Stream, error: Exception | None) -> None:
        """TLS was not made; None: the CSMS hung up instead."""


class Stream(asyncio.BufferedProtocol):
    """A connection from its first moment to its last."""

    __slots__ = ("_seen_bytes", "_taker", "_timer", "_tls", "_transport", "_why", "paused_at_s")

    def __init__(self, taker: Taker, context: ssl.SSLContext | None, host: str) -> None:
        self._taker: Taker | None = taker
        self._tls = None if context is None else TlsPipe(context, host)
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        """Of the handshake of TLS."""
        self._why = ""
        self._seen_bytes = 0
        """How much waited when it was looked at last."""
        self.paused_at_s: float | None = None
        """Since when the CSMS takes no data, in the time of the loop."""

    @property
    def tls(self) -> Tls | None:
        """What TLS has agreed on; None: there is none."""
        return None if self._tls is None else self._tls.agreed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP stands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._taker is None:
            transport.abort()
            return
        # Told at once that something waits: that is when the clock of the bound begins.
        transport.set_write_buffer_limits(high=0)
        if self._tls is not None:
            transport.write(self._tls.sealed())
            self._timer = asyncio.get_running_loop().call_later(TLS_S, self._fail, TimeoutError())
        else:
            self._taker.opened(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Give what the next read goes to."""
        return _shared

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read."""
        data = bytes(_shared[:nbytes])
        if self._taker is None:
            return
        if self._tls is None:
            self._taker.received(self, data)
            return
        was_ready = self._tls.is_ready
        try:
            plain = self._tls.receive(data)
        except ssl.SSLError as error:
            self._tls_failed(error, was_ready)
            return
        self._write_sealed()
        if not was_ready and self._tls.is_ready:
            self._stop_timer()
            self._taker.opened(self)
        if plain and self._taker is not None:
            self._taker.received(self, plain)
        if self._tls.is_over and self._taker is not None:
            self._taker.ended(self)
            if self._transport is not None:
                self._transport.close()

    def eof_received(self) -> bool:
        """The CSMS writes no more."""
        if self._taker is not None:
            if self._tls is not None and not self._tls.is_ready:
                self._fail(None)
            else:
                self._taker.ended(self)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        taker, self._taker = self._taker, None
        self._transport, self.paused_at_s = None, None
        self._stop_timer()
        if taker is None:
            return
        if self._tls is not None and not self._tls.is_ready:
            taker.failed(self, exc)
            return
        why = "" if exc is None else "the connection was reset"
        if isinstance(exc, OSError) and not isinstance(exc, ConnectionError):
            why = exc.strerror or type(exc).__name__
        taker.lost(self, self._why or why)

    def pause_writing(self) -> None:
        """The CSMS does not take what is written."""
        self.paused_at_s, self._seen_bytes = asyncio.get_running_loop().time(), 0

    def resume_writing(self) -> None:
        """It takes it again."""
        self.paused_at_s = None

    def write(self, pieces: Iterable[bytes]) -> None:
        """Write, or end the connection where too much waits already."""
        if self._transport is None or self._transport.is_closing():
            return
        data = b"".join(pieces)
        waiting = self._transport.get_write_buffer_size()
        if waiting and waiting + len(data) > WAITING_BYTES_MAX:
            self.give_up(
                f"the CSMS does not read: more than {WAITING_BYTES_MAX // 1024} KiB wait to be sent"
            )
        elif self._tls is None:
            self._transport.write(data)
        else:
            self._tls.send(data)
            self._write_sealed()

    def look(self, now_s: float) -> None:
        """End the connection where the CSMS has taken no data for too long."""
        if self.paused_at_s is None or self._transport is None:
            return
        waiting = self._transport.get_write_buffer_size()
        if waiting < self._seen_bytes:
            self.paused_at_s = now_s
        elif now_s - self.paused_at_s >= UNREAD_S:
            self.give_up(f"the CSMS took no data for {number(UNREAD_S)} s")
        self._seen_bytes = waiting

    def give_up(self, why: str) -> None:
        """Cut it, for this reason; whoever has it hears of it."""
        self._why = why
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close in order after what is written; nobody hears of it any more."""
        self._taker = None
        if self._transport is not None:
            if self._tls is not None and self._tls.is_ready:
                self._tls.say_goodbye()
                self._write_sealed()
            self._transport.close()

    def abort(self) -> None:
        """Cut it without a word; nobody hears of it any more."""
        self._taker = None
        if self._transport is not None:
            self._transport.abort()

    def leave(self) -> None:
        """Leave it as it is: open, never read nor written again."""
        self._taker = None
        if self._transport is not None:
            self._transport.pause_reading()

    def _write_sealed(self) -> None:
        assert self._tls is not None
        if self._transport is not None and (sealed := self._tls.sealed()):
            self._transport.write(sealed)

    def _tls_failed(self, error: ssl.SSLError, was_ready: bool) -> None:
        # What TLS has to say about it, an alert, is on its way out.
        self._write_sealed()
        if was_ready:
            self.give_up(f"TLS broke: {(error.reason or 'damaged').replace('_', ' ').lower()}")
        else:
            self._fail(error)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fail(self, error: Exception | None) -> None:
        taker, self._taker = self._taker, None
        self._stop_timer()
        if self._transport is not None:
            self._transport.close()
        if taker is not None:
            taker.failed(self, error)
