"""TCP to the CSMS for thousands: one lookup for all, own addresses in turns, and the words of
`serve` for what fails.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle

from cp_tui.charge_point.variables import LinkStep
from cp_tui.engine.connect import ADDRESSES_MAX, Address, resolve
from cp_tui.engine.endpoint import Endpoint
from cp_tui.engine.link_failure import LinkFailure, dns_failure, tcp_failure
from cp_tui.engine.own_certificate_failure import Heard
from cp_tui.engine.timeouts import Timeouts
from cp_tui.engine.tls_failure import certificate_failure, tls_failure
from cp_tui.fleet.shell.stream import Stream, Taker
from cp_tui.ocpp.units import number

KNOWN_S = 30.0
"""How long an answer of the name server holds."""
_OWN_ERRORS = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.EADDRINUSE})
"""What this machine has no more of: descriptors, ports."""
# Linux: the port is chosen when it connects, by its target, and not when the address is bound.
_NO_PORT_YET = getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24)


class OwnLimitError(LinkFailure):
    """This machine has no room for one connection more; it says nothing about the CSMS."""


class Dialler:
    """Makes the connections of a run to one host and port."""

    def __init__(
        self,
        place: Endpoint,
        context: ssl.SSLContext | None,
        *,
        source_addresses: Sequence[str] = (),
        timeouts: Timeouts | None = None,
    ) -> None:
        """`context` is what TLS is made with, one for all; None: plain TCP."""
        self._place = place
        self._context = context
        self._sources = cycle(source_addresses or (None,))
        self._timeouts = timeouts or Timeouts()
        self._addresses: list[Address] = []
        self._known_until_s = 0.0
        self._lookup: asyncio.Task[list[Address]] | None = None

    def stream(self, taker: Taker) -> Stream:
        """Make what a connection will be, for who takes it; `dial` connects it."""
        return Stream(taker, self._context, self._place.host)

    async def dial(self, stream: Stream) -> None:
        """Connect; raises `LinkFailure`."""
        sock = await self._connected(await self.addresses())
        await asyncio.get_running_loop().create_connection(lambda: stream, sock=sock)

    async def addresses(self) -> list[Address]:
        """Give the addresses of the CSMS; raises `LinkFailure`."""
        loop = asyncio.get_running_loop()
        if self._addresses and loop.time() < self._known_until_s:
            return self._addresses
        if self._lookup is None:
            self._lookup = loop.create_task(self._resolved(), name="name server")
            self._lookup.add_done_callback(self._looked_up)
        # Many wait for the one question: who gives up does not take it from the others.
        return await asyncio.shield(self._lookup)

    def failed(self, error: Exception | None) -> LinkFailure:
        """Say why TLS was not made; None: the CSMS hung up."""
        host, port = self._place.host, self._place.port
        now = datetime.now(UTC)
        if isinstance(error, ssl.SSLCertVerificationError):
            return certificate_failure(error, host, (), None, now)
        if isinstance(error, TimeoutError):
            return LinkFailure(LinkStep.TLS, f"{host}:{port} does not answer the TLS handshake")
        return tls_failure(error or ConnectionResetError(), host, port, Heard(), now)

    async def _resolved(self) -> list[Address]:
        host, limit_s = self._place.host, self._timeouts.dns_s
        try:
            async with asyncio.timeout(limit_s):
                return (await resolve(host, self._place.port))[:ADDRESSES_MAX]
        except TimeoutError:
            text = f"no name server answered for {host} within {number(limit_s)} s"
            raise LinkFailure(LinkStep.DNS, text) from None
        except socket.gaierror as error:
            raise dns_failure(error, host) from None
        except UnicodeError:
            raise LinkFailure(LinkStep.DNS, f"{host!r} is no host name") from None

    def _looked_up(self, lookup: asyncio.Task[list[Address]]) -> None:
        self._lookup = None
        if not lookup.cancelled() and lookup.exception() is None:
            self._addresses = lookup.result()
            self._known_until_s = asyncio.get_running_loop().time() + KNOWN_S

    async def _connected(self, addresses: Sequence[Address]) -> socket.socket:
        error = OSError(errno.EHOSTUNREACH, "no address")
        source = next(self._sources)
        for address in addresses:
            try:
                async with asyncio.timeout(self._timeouts.tcp_s):
                    return await _connected_socket(address, source)
            except TimeoutError as timeout:
                error = OSError(errno.ETIMEDOUT, str(timeout))
            except OSError as refused:
                error = refused
        if error.errno in _OWN_ERRORS:
            text = f"this machine has no room for one connection more: {error.strerror}"
            raise OwnLimitError(LinkStep.TCP, text, "have fewer, or give --source-address")
        raise tcp_failure(error, self._place.host, self._place.port)


async def _connected_socket(address: Address, source: str | None) -> socket.socket:
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        # As the link does: else a frame that follows a frame waits for an acknowledgement (40 ms).
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source is not None:
            sock.setsockopt(socket.IPPROTO_IP, _NO_PORT_YET, 1)
            sock.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException:
        sock.close()
        raise
    return sock
