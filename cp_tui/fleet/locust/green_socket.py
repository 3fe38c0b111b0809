"""One connection under gevent: bytes in and out of a socket that never blocks, with TLS or not.

Only to connect waits, in a greenlet of its own; what is read and written afterwards is done within
a turn, and no other greenlet gets between. What waits to be written has a bound: a CSMS that does
not read loses the connection.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from gevent import get_hub

from cp_tui.charge_point.variables import LinkStep, Tls
from cp_tui.engine.connect import ADDRESSES_MAX
from cp_tui.engine.endpoint import Endpoint
from cp_tui.engine.link_failure import LinkFailure, dns_failure, tcp_failure
from cp_tui.engine.timeouts import Timeouts
from cp_tui.fleet.tls_refusal import tls_refusal

READ_BYTES = 64 * 1024
READS_MAX = 8
"""How often one socket is read before others get their turn."""
WAITING_BYTES_MAX = 64 * 1024
"""How much may wait for a CSMS that does not read; one message alone may be longer."""
_READABLE, _WRITABLE = 1, 2
"""What a watcher of the loop waits for."""
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def connected(place: Endpoint, context: ssl.SSLContext | None, timeouts: Timeouts) -> socket.socket:
    """Connect, with TLS where there is a context; raises `LinkFailure`. Others run meanwhile."""
    sock = _tcp(place, timeouts)
    try:
        # A frame that follows a frame would else wait for an acknowledgement (40 ms).
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            sock.settimeout(timeouts.tls_s)
            sock = _secured(sock, place, context)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


def _tcp(place: Endpoint, timeouts: Timeouts) -> socket.socket:
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise dns_failure(error, place.host) from None
    except UnicodeError:
        raise LinkFailure(LinkStep.DNS, f"{place.host!r} is no host name") from None
    failure = OSError(errno.EHOSTUNREACH, "no address")
    for family, kind, protocol, _, address in found[:ADDRESSES_MAX]:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(timeouts.tcp_s)
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = OSError(errno.ETIMEDOUT, "") if isinstance(error, TimeoutError) else error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise tcp_failure(failure, place.host, place.port)


def _secured(sock: socket.socket, place: Endpoint, context: ssl.SSLContext) -> socket.socket:
    try:
        return context.wrap_socket(sock, server_hostname=place.host)
    except OSError as error:
        raise tls_refusal(error, place) from None


class GreenSocket:
    """A connection from the moment it is connected to its end."""

    __slots__ = ("_reading", "_socket", "_unsent", "_woken", "_writing")

    def __init__(self, connected_socket: socket.socket, woken: Callable[[], None]) -> None:
        """`woken` is called, in the hub, whenever there is something to read, or room to write."""
        self._socket = connected_socket
        self._unsent = bytearray()
        loop: Any = get_hub().loop
        self._reading = loop.io(connected_socket.fileno(), _READABLE)
        self._writing = loop.io(connected_socket.fileno(), _WRITABLE)
        self._reading.start(woken)
        self._woken = woken

    @property
    def agreed(self) -> Tls | None:
        """What TLS has agreed on; certificates are left out, for each is work to read."""
        if not isinstance(self._socket, ssl.SSLSocket):
            return None
        cipher, version = self._socket.cipher(), self._socket.version() or ""
        return Tls(version=version.replace("TLSv", "TLS "), cipher=cipher[0] if cipher else "")

    def read(self, take: Callable[[bytes], object]) -> bool:
        """Hand over what has arrived; False once the CSMS writes no more. Raises `OSError`.

        What is not read at once is told again.
        """
        for _ in range(READS_MAX):
            try:
                data = self._socket.recv(READ_BYTES)
            except _NOT_NOW:
                return True
            except ssl.SSLEOFError:
                data = b""
            if not data:
                self._reading.stop()
                return False
            take(data)
        # TLS may hold more than the socket shows.
        self._woken()
        return True

    def write(self, pieces: Iterable[bytes]) -> bool:
        """Write what goes at once and keep the rest; False where too much waits already."""
        data = b"".join(pieces)
        if self._unsent and len(self._unsent) + len(data) > WAITING_BYTES_MAX:
            return False
        self._unsent += data
        self.flush()
        return True

    def flush(self) -> None:
        """Write what waits, as much as goes; what goes wrong is seen where it is read next."""
        while self._unsent:
            try:
                del self._unsent[: self._socket.send(self._unsent)]
            except _NOT_NOW:
                self._writing.start(self._woken)
                return
            except OSError:
                self._unsent.clear()
        self._writing.stop()

    def leave(self) -> None:
        """Leave it open, never read nor written again."""
        self._reading.stop()
        self._writing.stop()

    def close(self) -> None:
        """Close it; what waits to be sent is lost."""
        for watcher in (self._reading, self._writing):
            watcher.stop()
            watcher.close()
        with suppress(OSError):
            self._socket.close()
