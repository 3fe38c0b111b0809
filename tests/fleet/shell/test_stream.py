"""A connection of a charge point: what it says, hears, and costs when nobody reads."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cp_tui.charge_point.effects import SetCredentials
from cp_tui.engine.endpoint import Endpoint, endpoint
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.engine.tls import TlsMaker
from cp_tui.fleet.shell.dialling import Dialler
from cp_tui.fleet.shell.stream import UNREAD_S, WAITING_BYTES_MAX, Stream
from cp_tui.fleet.stream_order import OrderKind, StreamOrder
from cp_tui.fleet.tls_refusal import tls_refusal
from tests.engine.tls_servers import Pki

WAIT_S = 30.0


class Told:
    """What a stream has told, in order."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.error: Exception | None = None
        self.data = bytearray()
        self._news = asyncio.Event()

    def _note(self, event: str) -> None:
        self.events.append(event)
        self._news.set()

    def opened(self, stream: Stream) -> None:
        self._note("opened")

    def received(self, stream: Stream, data: bytes) -> None:
        self.data += data
        self._news.set()

    def ended(self, stream: Stream) -> None:
        self._note("ended")

    def lost(self, stream: Stream, why: str) -> None:
        self._note(f"lost: {why}")

    def failed(self, stream: Stream, error: Exception | None) -> None:
        self.error = error
        self._note(f"failed: {type(error).__name__}")

    async def until(self, event: str) -> None:
        """Wait until it has been told."""
        async with asyncio.timeout(WAIT_S):
            while event not in self.events and self.data.decode() != event:
                self._news.clear()
                await self._news.wait()


class Server:
    """What a CSMS does at its end: each connection that came in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.Queue()
        )


@asynccontextmanager
async def server(context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Have a server on a free port."""
    made = Server(0)
    writers = []

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        made.connections.put_nowait((reader, writer))

    listening = await asyncio.start_server(welcome, "127.0.0.1", 0, ssl=context)
    made.port = listening.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        for writer in writers:
            writer.transport.abort()
        listening.close()


def place(port: int, *, is_secure: bool = False) -> Endpoint:
    """Say where a charge point connects to."""
    return endpoint(f"ws{'s' if is_secure else ''}://127.0.0.1:{port}/", "CP1")


def trusting(root: str) -> SetCredentials:
    """Say that a charge point trusts a root alone."""
    return SetCredentials(None, "not set", 2, roots=(root,))


async def dialled(
    port: int, sent: SetCredentials | None = None, *, source: str | None = None
) -> tuple[Stream, Told, Dialler]:
    """Connect; with TLS where it is said who is trusted."""
    told, where = Told(), place(port, is_secure=sent is not None)
    dialler = Dialler(
        TlsMaker(None, True).make, source_addresses=() if source is None else (source,)
    )
    order = StreamOrder(OrderKind.OPEN, where, sent or SetCredentials(None, "not set"))
    stream = dialler.stream(told, order)
    await dialler.dial(stream, where)
    return stream, told, dialler


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Make the authorities once."""
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.mark.parametrize("is_secure", [False, True])
async def test_bytes_go_both_ways_and_each_end_hears_of_the_other(
    pki: Pki, is_secure: bool
) -> None:
    shown = pki.good_server() if is_secure else None
    trust = trusting(pki.root.certificate) if is_secure else None
    async with server(shown) as csms:
        stream, told, _ = await dialled(csms.port, trust, source="127.0.0.1")
        await told.until("opened")
        reader, writer = await csms.connections.get()
        stream.write([b"from ", b"us"])
        assert await reader.readexactly(7) == b"from us"
        # Longer than one read, and than one record of TLS.
        long = "x" * 200_000
        writer.write(long.encode())
        await told.until(long)
        writer.close()
        await told.until("lost: ")
        assert told.events == ["opened", "ended", "lost: "]

        stream, told, _ = await dialled(csms.port, trust)
        await told.until("opened")
        reader, _ = await csms.connections.get()
        stream.write([b"last words"])
        stream.close()
        assert await reader.read() == b"last words", "in order, after what was written"
        assert told.events == ["opened"], "who closes hears no more"


async def test_a_reset_is_told_as_one_and_what_is_left_open_is_silent() -> None:
    async with server() as csms:
        _, told, _ = await dialled(csms.port)
        left, silent, _ = await dialled(csms.port)
        _, writer = await csms.connections.get()
        _, other = await csms.connections.get()
        left.leave()
        other.write(b"is anybody there?")
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        await told.until("lost: the connection was reset")
        assert (silent.events, bytes(silent.data)) == (["opened"], b"")
        left.abort()


async def test_a_csms_that_does_not_read_costs_a_bounded_memory_and_loses_the_connection() -> None:
    async with server() as csms:
        stream, told, _ = await dialled(csms.port)
        _, writer = await csms.connections.get()
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        written = 0
        async with asyncio.timeout(WAIT_S):
            while len(told.events) == 1:
                stream.write([b"x" * 50_000])
                written += 50_000
                assert written < 50_000_000
                await asyncio.sleep(0)
        words = f"more than {WAITING_BYTES_MAX // 1024} KiB wait to be sent"
        assert told.events == ["opened", f"lost: the CSMS does not read: {words}"]

        stream, told, _ = await dialled(csms.port)
        _, writer = await csms.connections.get()
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        stream.write([b"x" * 10_000_000])
        assert stream.paused_at_s is not None, "a long message alone may wait"
        begin_s = stream.paused_at_s
        stream.look(begin_s + 1)
        stream.look(begin_s + UNREAD_S - 1)
        assert not told.events[1:]
        stream.look(begin_s + UNREAD_S)
        await told.until("lost: the CSMS took no data for 30 s")


async def test_tls_that_is_not_made_is_told_in_the_words_of_serve(pki: Pki) -> None:
    stranger = trusting(pki.stranger.certificate)
    async with server(pki.good_server()) as csms:
        _, told, _ = await dialled(csms.port, stranger)
        await told.until("failed: SSLCertVerificationError")
        failure = tls_refusal(told.error, place(csms.port))
        assert failure.text.startswith("the server certificate is not trusted")
    async with server() as csms:
        _, told, _ = await dialled(csms.port, stranger)
        reader, writer = await csms.connections.get()
        # What is not read would make a reset of the end.
        assert await reader.read(10_000)
        writer.close()
        await told.until("failed: NoneType")
        text = tls_refusal(None, place(csms.port)).text
        assert text.endswith("closed the connection during the TLS handshake")
        _, told, _ = await dialled(csms.port, stranger)
        _, writer = await csms.connections.get()
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await told.until("failed: SSLError")


async def test_where_nothing_listens_the_words_are_those_of_serve() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(LinkFailure, match=f"nothing listens on 127.0.0.1:{port}"):
            await dialled(port)
