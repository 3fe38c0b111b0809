"""TCP to the CSMS for thousands: one lookup for all, own addresses in turns, and the words of
`serve` for what fails.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable, Sequence
from itertools import cycle

from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.variables import LinkStep
from cp_tui.engine.connect import ADDRESSES_MAX, Address, resolve
from cp_tui.engine.endpoint import Endpoint
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.link_failure import LinkFailure, dns_failure, tcp_failure
from cp_tui.engine.timeouts import Timeouts
from cp_tui.engine.tls import LinkTls, OwnCertificateError
from cp_tui.fleet.shell.stream import Stream, Taker
from cp_tui.fleet.stream_order import StreamOrder
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
    """Makes the connections of a run; as a rule there is one CSMS, but it may have more doors."""

    def __init__(
        self,
        make_tls: Callable[[SetCredentials], LinkTls],
        *,
        source_addresses: Sequence[str] = (),
        timeouts: Timeouts | None = None,
    ) -> None:
        """`make_tls` reads certificates, and is called once for each set of them."""
        self._make_tls = make_tls
        self._sources = cycle(source_addresses or (None,))
        self._timeouts = timeouts or Timeouts()
        self._contexts: dict[object, ssl.SSLContext] = {}
        self._known: dict[tuple[str, int], _Known] = {}

    def stream(self, taker: Taker, order: StreamOrder) -> Stream:
        """Make what a connection will be, for who takes it; `dial` connects it.

        Raises `LinkFailure` where TLS cannot even be tried.
        """
        place, sent = order.endpoint, order.sent
        assert place is not None
        assert sent is not None
        context = self.context(sent) if place.is_secure else None
        return Stream(taker, context, place.host)

    def context(self, sent: SetCredentials) -> ssl.SSLContext:
        """Give what TLS is made with: one for all that show and trust the same.

        One for each would cost a megabyte each, and 35 ms.
        """
        wanted = sent.roots, sent.with_system, sent.certificate
        if (context := self._contexts.get(wanted)) is None:
            try:
                context = self._make_tls(sent).context
            except (EngineStartError, OwnCertificateError) as error:
                raise LinkFailure(LinkStep.TLS, f"not tried: {error}") from None
            self._contexts[wanted] = context
        return context

    async def dial(self, stream: Stream, place: Endpoint) -> None:
        """Connect; raises `LinkFailure`."""
        sock = await self._connected(place, await self.addresses(place))
        await asyncio.get_running_loop().create_connection(lambda: stream, sock=sock)

    async def addresses(self, place: Endpoint) -> list[Address]:
        """Give the addresses of a host; raises `LinkFailure`."""
        loop = asyncio.get_running_loop()
        known = self._known.setdefault((place.host, place.port), _Known())
        if known.addresses and loop.time() < known.until_s:
            return known.addresses
        if known.lookup is None:
            known.lookup = loop.create_task(self._resolved(place), name="name server")
            known.lookup.add_done_callback(known.looked_up)
        # Many wait for the one question: who gives up does not take it from the others.
        return await asyncio.shield(known.lookup)

    async def _resolved(self, place: Endpoint) -> list[Address]:
        host, limit_s = place.host, self._timeouts.dns_s
        try:
            async with asyncio.timeout(limit_s):
                return (await resolve(host, place.port))[:ADDRESSES_MAX]
        except TimeoutError:
            text = f"no name server answered for {host} within {number(limit_s)} s"
            raise LinkFailure(LinkStep.DNS, text) from None
        except socket.gaierror as error:
            raise dns_failure(error, host) from None
        except UnicodeError:
            raise LinkFailure(LinkStep.DNS, f"{host!r} is no host name") from None

    async def _connected(self, place: Endpoint, addresses: Sequence[Address]) -> socket.socket:
        error = OSError(errno.EHOSTUNREACH, "no address")
        source = next(self._sources)
        for address in addresses:
            try:
                async with asyncio.timeout(self._timeouts.tcp_s):
                    return await connected_socket(address, source)
            except TimeoutError as timeout:
                error = OSError(errno.ETIMEDOUT, str(timeout))
            except OSError as refused:
                error = refused
        if error.errno in _OWN_ERRORS:
            text = f"this machine has no room for one connection more: {error.strerror}"
            raise OwnLimitError(LinkStep.TCP, text, "have fewer, or give --source-address")
        raise tcp_failure(error, place.host, place.port)


class _Known:
    """What is known of the addresses of a host."""

    def __init__(self) -> None:
        self.addresses: list[Address] = []
        self.until_s = 0.0
        """In the time of the loop."""
        self.lookup: asyncio.Task[list[Address]] | None = None

    def looked_up(self, lookup: asyncio.Task[list[Address]]) -> None:
        """Take the answer of the name server."""
        self.lookup = None
        if not lookup.cancelled() and lookup.exception() is None:
            self.addresses = lookup.result()
            self.until_s = lookup.get_loop().time() + KNOWN_S


async def connected_socket(address: Address, source: str | None) -> socket.socket:
    """Connect TCP to an address, from one of our own where that is said; raises `OSError`."""
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
