"""One attempt to reach the CSMS, step by step: DNS, TCP, TLS, upgrade, subprotocol.

Every step has its own timeout and says its name before it starts, for the screen to show.

The library can do all of it in one call, but then says "timeout" wherever it hangs. So the name is
looked up and TCP connected here, and the library gets the socket; of the rest, its own hook tells
when TLS is done and the upgrade begins (`ObservedConnection`). That the subprotocol was agreed is
checked here as well: a server that does not know it completes the handshake all the same (J 3.2).
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias

from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from cp_tui.charge_point.variables import LinkPhase, LinkStep, Tls
from cp_tui.engine.disk import on_disk
from cp_tui.engine.endpoint import (
    Endpoint,
)
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.link_failure import (
    FRAME_BYTES_MAX,
    LinkFailure,
    dns_failure,
    no_answer_failure,
    subprotocol_failure,
    tcp_failure,
)
from cp_tui.engine.own_certificate_failure import Heard, refused_by_status
from cp_tui.engine.thread import AllHangError, BlockingCalls
from cp_tui.engine.timeouts import CLOSE_TIMEOUT_S, Timeouts
from cp_tui.engine.tls import LinkTls, OwnCertificateError, agreed, chain_of
from cp_tui.engine.tls_failure import certificate_failure, tls_failure
from cp_tui.engine.tls_witness import Witness
from cp_tui.engine.upgrade import cause_in, silent_logger, upgrade_failure, upgrade_headers
from cp_tui.ocpp.frame import SUBPROTOCOL
from cp_tui.ocpp.units import number

Address: TypeAlias = tuple[
    socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
]
"""Address family and socket address."""

ADDRESSES_MAX = 4
"""How many addresses of a name one attempt tries; the next attempt asks the DNS again."""
HEAR_S = 0.5
"""How long a server is listened to after a handshake that is only tried."""
INCOMING_FRAMES_MAX = 16
"""How many frames are read ahead of the engine; beyond, TCP holds the CSMS back."""


class Resolved(Struct, frozen=True):
    """A stage of connecting: the name of the host has these addresses."""

    addresses: tuple[str, ...]


class Reached(Struct, frozen=True):
    """A stage of connecting: TCP is connected to this address."""

    address: str
    port: int


class Secured(Struct, frozen=True):
    """A stage of connecting: the TLS handshake is done."""

    tls: Tls
    chain: tuple[str, ...] = ()
    """What the server has shown, PEM, its own certificate first."""


Found: TypeAlias = Resolved | Reached | Secured
"""What a step that went well has found out."""


class LinkConnection(ClientConnection):
    """A connection on which the library says nothing by itself where the network is silent."""

    is_unheard: Callable[[], bool] = staticmethod(lambda: False)
    """Whether nothing reaches the CSMS right now."""

    def send_data(self) -> None:
        """Send what the library has to say; an answer to a ping too is lost in silence."""
        if self.is_unheard():
            self.protocol.data_to_send()
        else:
            super().send_data()


class ConnectAttempt(Struct, frozen=True):
    """What one attempt to connect is told: where to, with what trust, for how long at most."""

    endpoint: Endpoint
    make_tls: Callable[[], LinkTls]
    """Called where the endpoint wants TLS, in a thread; raises as `TlsMaker.make` does."""
    password: bytes | None
    timeouts: Timeouts
    on_phase: Callable[[LinkPhase], None]
    on_found: Callable[[Found], None] = lambda found: None

    def __repr__(self) -> str:
        return f"Attempt({self.endpoint.uri})"

    async def run(self) -> LinkConnection:
        """Connect; raises `LinkFailure` with the step that failed."""
        headers = upgrade_headers(self.endpoint, self.password)
        tls = await self._tls()
        self.on_phase(LinkPhase.RESOLVING)
        addresses = await self._resolve()
        self.on_found(Resolved(tuple(str(where[0]) for _, where in addresses)))
        self.on_phase(LinkPhase.CONNECTING)
        sock = await self._connect_tcp(addresses)
        self.on_found(Reached(*sock.getpeername()[:2]))
        if tls is None:
            return await self._upgrade(sock, headers, None, None)
        witness = Witness(tls.context)
        try:
            return await self._upgrade(sock, headers, tls, witness)
        finally:
            witness.end()

    async def secure(self) -> Secured:
        """Make TLS alone, say nothing over it, and end it; raises `LinkFailure`.

        With TLS 1.3 a server says only after the handshake what it thinks of our certificate, so it
        is listened to for a moment.
        """
        tls = await self._tls()
        assert tls is not None, "the endpoint wants TLS"
        sock = await self._connect_tcp(await self._resolve())
        witness = Witness(tls.context)
        try:
            async with asyncio.timeout(self.timeouts.tls_s):
                reader, writer = await asyncio.open_connection(
                    sock=sock, ssl=tls.context, server_hostname=self.endpoint.host
                )
            secured = writer.get_extra_info("ssl_object")
            found = Secured(agreed(secured, witness), chain_of(secured, witness))
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEAR_S):
                        if not await reader.read(1):
                            raise ConnectionResetError
            finally:
                writer.transport.abort()
            return found
        except TimeoutError:
            raise self._no_handshake() from None
        except (OSError, ValueError) as error:
            raise self._explain(error, None, tls, witness) from error
        finally:
            witness.end()
            sock.close()

    async def _tls(self) -> LinkTls | None:
        if not self.endpoint.is_secure:
            return None
        try:
            return await on_disk(self.make_tls, "reading certificates")
        except (EngineStartError, OwnCertificateError) as error:
            raise LinkFailure(LinkStep.TLS, f"not tried: {error}") from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise LinkFailure(
                LinkStep.TLS, f"not tried: certificates cannot be read: {why}"
            ) from None

    async def _resolve(self) -> list[Address]:
        host, port = self.endpoint.host, self.endpoint.port
        try:
            async with asyncio.timeout(self.timeouts.dns_s):
                return await resolve(host, port)
        except TimeoutError:
            raise LinkFailure(
                LinkStep.DNS,
                f"no name server answered for {host} within {number(self.timeouts.dns_s)} s",
                "check the network and the name servers of this machine",
            ) from None
        except socket.gaierror as error:
            raise dns_failure(error, host) from None
        except UnicodeError:
            raise LinkFailure(LinkStep.DNS, f"{host!r} is no host name", "check csms.url") from None

    async def _connect_tcp(self, addresses: list[Address]) -> socket.socket:
        error = OSError(errno.EHOSTUNREACH, "no address")
        for address in addresses[:ADDRESSES_MAX]:
            try:
                async with asyncio.timeout(self.timeouts.tcp_s):
                    return await _connected_socket(address)
            except TimeoutError as timeout:
                # The system's own ETIMEDOUT is a TimeoutError, too: both mean that nobody answers.
                error = OSError(errno.ETIMEDOUT, str(timeout))
            except OSError as refused:
                error = refused
        raise tcp_failure(error, self.endpoint.host, self.endpoint.port)

    async def _upgrade(
        self,
        sock: socket.socket,
        headers: dict[str, str],
        tls: LinkTls | None,
        witness: Witness | None,
    ) -> LinkConnection:
        loop = asyncio.get_running_loop()
        timeouts = self.timeouts
        made: list[LinkConnection] = []
        is_tls = tls is not None
        self.on_phase(LinkPhase.TLS if is_tls else LinkPhase.UPGRADING)
        try:
            async with asyncio.timeout(timeouts.tls_s if is_tls else timeouts.upgrade_s) as limit:

                def on_made(connection: LinkConnection) -> None:
                    made.append(connection)
                    limit.reschedule(loop.time() + timeouts.upgrade_s)
                    if witness is not None:
                        secured = connection.transport.get_extra_info("ssl_object")
                        told = agreed(secured, witness)
                        self.on_found(Secured(told, chain_of(secured, witness)))
                        self.on_phase(LinkPhase.UPGRADING)

                connection = await self._websocket(sock, headers, tls, on_made)
        except TimeoutError:
            if made or not is_tls:
                raise no_answer_failure(self.endpoint, closed=False) from None
            raise self._no_handshake() from None
        except (OSError, WebSocketException, ValueError) as error:
            raise self._explain(error, made[0] if made else None, tls, witness) from error
        finally:
            if not made:
                sock.close()
        if connection.subprotocol != SUBPROTOCOL:
            connection.transport.abort()
            raise subprotocol_failure(None)
        return connection

    async def _websocket(
        self,
        sock: socket.socket,
        headers: dict[str, str],
        tls: LinkTls | None,
        on_made: Callable[[LinkConnection], None],
    ) -> LinkConnection:
        class ObservedConnection(LinkConnection):
            """Tells when TCP and TLS are done and the upgrade request goes out."""

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                on_made(self)

        connection = await connect(
            self.endpoint.uri,
            sock=sock,
            ssl=None if tls is None else tls.context,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers=headers,
            compression=None,
            open_timeout=None,
            ping_interval=None,
            close_timeout=CLOSE_TIMEOUT_S,
            max_size=FRAME_BYTES_MAX,
            max_queue=INCOMING_FRAMES_MAX,
            logger=silent_logger(),
            create_connection=ObservedConnection,
        )
        assert isinstance(connection, LinkConnection)
        return connection

    def _no_handshake(self) -> LinkFailure:
        where = f"{self.endpoint.host}:{self.endpoint.port}"
        text = f"{where} does not answer the TLS handshake"
        return LinkFailure(LinkStep.TLS, text, "does the port speak TLS?")

    def _explain(
        self,
        error: Exception,
        made: LinkConnection | None,
        tls: LinkTls | None,
        witness: Witness | None,
    ) -> LinkFailure:
        endpoint, now, heard = self.endpoint, datetime.now(UTC), Heard()
        response = None if made is None else made.response
        if tls is not None and witness is not None:
            heard = _heard(tls, witness)
            if response is None and isinstance(error, ssl.SSLCertVerificationError):
                return certificate_failure(
                    error, endpoint.host, witness.chain, tls.roots, now, is_strict=tls.is_strict
                )
            # With TLS 1.3 a server says only after the handshake what it thinks of our certificate.
            if response is None and (made is None or heard.is_refusal):
                return tls_failure(error, endpoint.host, endpoint.port, heard, now)
        if response is not None and heard.profile == 3:
            status = response.status_code
            if status in (401, 403):
                failure = refused_by_status(status, response.reason_phrase, heard, now)
                return failure.saying(cause_in(response, endpoint, self.password))
        return upgrade_failure(endpoint, self.password, response, error)


def _heard(tls: LinkTls, witness: Witness) -> Heard:
    return Heard(
        alert=witness.alert,
        has_asked=witness.has_asked if witness.can_hear else None,
        certificate=tls.certificate,
        profile=tls.profile,
        no_certificate=tls.no_certificate,
    )


LOOKUPS_MAX = 8
"""How many questions to name servers may be without an answer at a time."""
_lookups = BlockingCalls(LOOKUPS_MAX)


async def resolve(host: str, port: int) -> list[Address]:
    """Give the addresses of a host, in the order of preference of this system.

    Raises `socket.gaierror` where there is none, or where too many questions hang already.
    """
    ask = partial(socket.getaddrinfo, port=port, type=socket.SOCK_STREAM)
    with suppress(ValueError):
        ipaddress.ip_address(host)
        # As bytes: for text, Python imports all that it knows of the world's scripts.
        found = ask(host.encode(), flags=socket.AI_NUMERICHOST)
        return [(family, address) for family, _, _, _, address in found]
    try:
        found = await _lookups.run(partial(ask, host))
    except AllHangError:
        words = "all questions to the name server hang"
        raise socket.gaierror(socket.EAI_AGAIN, words) from None
    return [(family, address) for family, _, _, _, address in found]


async def _connected_socket(address: Address) -> socket.socket:
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        # asyncio does this only for sockets that were made with the number of the protocol; without
        # it a frame that follows a frame waits for the peer's delayed acknowledgement (40 ms).
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException:
        sock.close()
        raise
    return sock
