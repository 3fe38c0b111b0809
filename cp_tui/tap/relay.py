"""The way through: one connection of a charge point, passed on to its CSMS byte by byte.

Only the head of the handshake is read before it goes on, for the CSMS is another place. After that
each direction is a loop of its own that waits for nobody but the side it writes to, so that a CSMS
that does not read holds up its charge point as it would without a tap, and nothing else. Whoever
reads along gets a copy once the bytes are on their way.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Protocol

from msgspec import Struct

from cp_tui.engine.endpoint import Endpoint
from cp_tui.tap.http_head import END, HEAD_MAX, HttpHead, HttpHeadError, for_upstream, http_head
from cp_tui.traces.record import FrameDirection

CHUNK_BYTES = 256 * 1024
HANDSHAKE_S = 30.0
"""For the request of the charge point, and for reaching the CSMS."""
CLOSE_S = 2.0
"""How long what has been read may take to leave when the other side has ended."""


class Watcher(Protocol):
    """Reads along on one connection. Its methods return at once."""

    def asked(self, head: HttpHead) -> None:
        """The charge point begins its handshake."""

    def passed(self, direction: FrameDirection, data: bytes) -> None:
        """These bytes have been passed on."""

    def ended(self, why: str, step: str) -> None:
        """Both sides are closed; `step` is where an attempt has failed: TCP, TLS or HTTP."""


class Upstream(Struct, frozen=True):
    """Where the CSMS is, and how it is reached."""

    place: Endpoint
    tls: ssl.SSLContext | None = None


class RelayError(Exception):
    """The CSMS is not reached; the text says why."""

    def __init__(self, text: str, step: str) -> None:
        super().__init__(text)
        self.step = step


class _NotTaken(OSError):
    """The side that is written to has gone."""


async def relay(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    upstream: Upstream,
    watch: Callable[[], Watcher],
) -> None:
    """Carry one connection until either side ends; both are closed then."""
    watcher: Watcher | None = None
    there: asyncio.StreamWriter | None = None
    why, step = "", "HTTP"
    try:
        head = await _request(reader)
        watcher = watch()
        watcher.asked(head)
        from_csms, there = await _reach(upstream)
        there.write(for_upstream(head, upstream.place))
        why = await _carry(reader, writer, from_csms, there, watcher)
    except RelayError as error:
        why, step = str(error), error.step
        _refuse(writer, HTTPStatus.BAD_GATEWAY, why)
    except HttpHeadError as error:
        why = str(error)
        _refuse(writer, HTTPStatus.BAD_REQUEST, why)
    except OSError as error:
        why = f"the connection broke: {error.strerror or type(error).__name__}"
    except asyncio.CancelledError:
        # Nobody waits for a side that does not read.
        for each in (there, writer):
            if each is not None:
                each.transport.abort()
        raise
    finally:
        await asyncio.gather(*(_close(each) for each in (there, writer) if each is not None))
        if watcher is not None:
            watcher.ended(why or "the tap ends", step)


async def _request(reader: asyncio.StreamReader) -> HttpHead:
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            raw = await reader.readuntil(END)
    except TimeoutError:
        raise HttpHeadError(f"no handshake within {HANDSHAKE_S:g} s") from None
    except asyncio.IncompleteReadError:
        raise HttpHeadError("it ended before its handshake did") from None
    except asyncio.LimitOverrunError:
        raise HttpHeadError(f"its handshake is longer than {HEAD_MAX} bytes") from None
    return http_head(raw)


async def _reach(upstream: Upstream) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    place, step = upstream.place, "TCP"
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            return await asyncio.open_connection(
                place.host,
                place.port,
                ssl=upstream.tls,
                server_hostname=place.host if upstream.tls else None,
                limit=CHUNK_BYTES,
            )
    except TimeoutError:
        words = f"no connection within {HANDSHAKE_S:g} s"
    except ssl.SSLCertVerificationError as error:
        step = "TLS"
        words = f"its certificate is not trusted: {error.verify_message}"
    except ssl.SSLError as error:
        step = "TLS"
        words = f"TLS failed: {error.reason or 'no reason given'}"
    except OSError as error:
        # asyncio has words of its own in it, and those of `getaddrinfo` are below 0.
        code = error.errno or 0
        words = os.strerror(code) if code > 0 else error.strerror or type(error).__name__
    raise RelayError(f"the CSMS at {place.host}:{place.port} is not reached: {words}", step)


async def _carry(
    from_charge_point: asyncio.StreamReader,
    to_charge_point: asyncio.StreamWriter,
    from_csms: asyncio.StreamReader,
    to_csms: asyncio.StreamWriter,
    watcher: Watcher,
) -> str:
    """Pass both directions on until one ends; say which."""
    ways = {
        asyncio.create_task(_pass(from_charge_point, to_csms, FrameDirection.TO_CSMS, watcher)): (
            "the charge point",
            "the CSMS",
        ),
        asyncio.create_task(
            _pass(from_csms, to_charge_point, FrameDirection.TO_CHARGE_POINT, watcher)
        ): ("the CSMS", "the charge point"),
    }
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        first = next(iter(done))
        error = first.exception()
        who = f"{ways[first][isinstance(error, _NotTaken)]} ended the connection"
        if isinstance(error, OSError):
            return f"{who}: {error.strerror or type(error).__name__}"
        return who
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pass(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    direction: FrameDirection,
    watcher: Watcher,
) -> None:
    while data := await reader.read(CHUNK_BYTES):
        writer.write(data)
        # First on their way, then looked at.
        watcher.passed(direction, data)
        try:
            await writer.drain()
        except OSError as error:
            raise _NotTaken(error.errno, error.strerror or type(error).__name__) from error


def _refuse(writer: asyncio.StreamWriter, status: HTTPStatus, why: str) -> None:
    """Answer a charge point that cannot be passed on, in plain words."""
    body = f"cp-tui tap: {why}\n".encode()
    head = (
        f"HTTP/1.1 {status} {status.phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with suppress(OSError):
        writer.write(head.encode() + body)


async def _close(writer: asyncio.StreamWriter) -> None:
    """Let what is written leave, and close; a side that takes nothing is cut off."""
    if writer.transport.is_closing():
        return
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_S):
            if writer.can_write_eof():
                writer.write_eof()
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            return
    writer.transport.abort()
