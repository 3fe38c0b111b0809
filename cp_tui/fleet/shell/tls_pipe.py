"""TLS between a socket and a charge point, in memory: bytes in, bytes out.

asyncio's own TLS reserves 256 KiB for each connection to read into, which a thousand charge points
cannot afford. This takes what has arrived, wherever that was read into.
"""

from __future__ import annotations

import ssl
from contextlib import suppress

from cp_tui.charge_point.variables import Tls

READ_BYTES = 64 * 1024


class TlsPipe:
    """One connection's TLS; who drives it takes `sealed()` after every call, and writes it."""

    __slots__ = ("_incoming", "_outgoing", "_tls", "is_over", "is_ready")

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        """The handshake begins at once: what it says first is there to be taken."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.is_ready = False
        """Whether the handshake is done."""
        self.is_over = False
        """Whether the peer has said that it says no more."""
        self._shake_hands()

    @property
    def agreed(self) -> Tls:
        """What the handshake has agreed on; certificates are left out, for each is work to read."""
        cipher = self._tls.cipher()
        version = (self._tls.version() or "").replace("TLSv", "TLS ")
        return Tls(version=version, cipher=cipher[0] if cipher else "")

    def receive(self, data: bytes) -> bytes:
        """Take what has arrived, and give what it says; raises `ssl.SSLError`.

        Empty as long as the handshake is under way.
        """
        self._incoming.write(data)
        if not self.is_ready:
            self._shake_hands()
        return self._read() if self.is_ready else b""

    def send(self, data: bytes) -> None:
        """Say something; only after the handshake."""
        # Memory takes all of it: nothing is ever left over.
        self._tls.write(data)

    def sealed(self) -> bytes:
        """Hand over what has to go onto the wire."""
        return self._outgoing.read() if self._outgoing.pending else b""

    def say_goodbye(self) -> None:
        """End in order: the peer hears that nothing was cut off (RFC 8446 6.1)."""
        # It would like to hear the same from the peer, for which nobody waits.
        with suppress(ssl.SSLError):
            self._tls.unwrap()

    def _shake_hands(self) -> None:
        with suppress(ssl.SSLWantReadError):
            self._tls.do_handshake()
            self.is_ready = True

    def _read(self) -> bytes:
        pieces = []
        try:
            while piece := self._tls.read(READ_BYTES):
                pieces.append(piece)
            self.is_over = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.is_over = True
        return b"".join(pieces)
