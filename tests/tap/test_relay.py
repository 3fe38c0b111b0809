"""Every byte goes through as it is, both ways, until either side ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random

import pytest

from cp_tui.engine.endpoint import endpoint_at
from cp_tui.tap.http_head import END, for_upstream, http_head, upstream_target
from tests.tap.place import WAIT_S, serving, tapping

REQUEST = (
    b"GET /ocpp/CP%201?x=1 HTTP/1.1\r\nHost: tap.local:9100\r\nUpgrade: websocket\r\n"
    b"Authorization: Basic c2VjcmV0\r\nX-Odd:  spaced \r\n\r\n"
)
ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
TOTAL = 3_000_000


@pytest.mark.parametrize(
    ("upstream", "target", "expected"),
    [
        ("ws://h/ocpp", "/CP1", "/ocpp/CP1"),
        ("ws://h/ocpp/", "/some/where/CP%201", "/ocpp/CP%201"),
        ("ws://h", "/some/where/CP1", "/some/where/CP1"),
        ("ws://h/", "/CP1?a=b", "/CP1?a=b"),
        ("ws://h/a/b", "/CP1?a=b", "/a/b/CP1?a=b"),
    ],
)
def test_the_identity_goes_behind_the_path_of_the_csms(
    upstream: str, target: str, expected: str
) -> None:
    assert upstream_target(target, endpoint_at(upstream, "")) == expected


def test_of_the_handshake_only_path_and_host_change() -> None:
    sent = for_upstream(http_head(REQUEST), endpoint_at("wss://csms.example.com:8443/v16", ""))
    expected = REQUEST.replace(b"/ocpp/CP%201?x=1", b"/v16/CP%201?x=1").replace(
        b"tap.local:9100", b"csms.example.com:8443"
    )
    assert sent == expected
    plain = for_upstream(http_head(REQUEST), endpoint_at("wss://csms.example.com/v16", ""))
    assert b"Host: csms.example.com\r\n" in plain


class Peer:
    """A side that sends what it was given, in pieces, and keeps what it got."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.got = bytearray()

    def data(self, size: int) -> bytes:
        return self.random.randbytes(size)

    async def send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        with suppress(ConnectionError):
            at = 0
            while at < len(data):
                size = self.random.choice((1, 7, 1_000, 70_000, 300_000))
                writer.write(data[at : at + size])
                await writer.drain()
                at += size

    async def receive(self, reader: asyncio.StreamReader, size: int) -> None:
        with suppress(ConnectionError):
            while len(self.got) < size and (data := await reader.read(65_536)):
                self.got += data


@pytest.mark.parametrize("killed", ["nobody", "charge point", "csms"])
async def test_bytes_go_through_until_a_side_ends(killed: str) -> None:
    csms, charge_point = Peer(1), Peer(2)
    from_csms, from_charge_point = csms.data(TOTAL), charge_point.data(TOTAL)
    head = bytearray()
    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head.extend(await reader.readuntil(END))
        writer.write(ANSWER)
        sending = asyncio.create_task(csms.send(writer, from_csms))
        receiving = asyncio.create_task(csms.receive(reader, TOTAL))
        if killed == "csms":
            await asyncio.sleep(0.01)
            writer.transport.abort()
        await asyncio.gather(sending, receiving)
        if killed != "nobody":
            with suppress(ConnectionError):
                await reader.read()
        ended.set()

    async with (
        serving(handle) as port,
        tapping(f"ws://127.0.0.1:{port}/v16") as tap,
        asyncio.timeout(WAIT_S),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", tap.port)
        writer.write(REQUEST)
        assert await reader.readuntil(END) == ANSWER
        sending = asyncio.create_task(charge_point.send(writer, from_charge_point))
        receiving = asyncio.create_task(charge_point.receive(reader, TOTAL))
        if killed == "charge point":
            await asyncio.sleep(0.01)
            writer.transport.abort()
        await asyncio.gather(sending, receiving)
        await ended.wait()
        writer.close()
        if killed == "nobody":
            assert bytes(csms.got) == from_charge_point
            assert bytes(charge_point.got) == from_csms
        # What got through is what was sent, up to where it was cut.
        assert from_charge_point.startswith(bytes(csms.got))
        assert from_csms.startswith(bytes(charge_point.got))
        assert bytes(head) == for_upstream(
            http_head(REQUEST), endpoint_at(f"ws://127.0.0.1:{port}/v16", "")
        )
        by_whom = {"csms": "the CSMS ended", "charge point": "the charge point ended"}
        told = f"disconnected: {by_whom.get(killed, '')}"
        await tap.until(lambda: any(told in text for text in tap.texts))


async def test_a_csms_that_is_not_there_is_told_to_both() -> None:
    async with tapping("ws://127.0.0.1:1/ocpp") as tap, asyncio.timeout(WAIT_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", tap.port)
        writer.write(REQUEST)
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 502 ")
        assert b"127.0.0.1:1 is not reached" in answer
        await tap.until(lambda: any("is not reached" in text for text in tap.texts))


@pytest.mark.parametrize("sent", [b"\x16\x03\x01hello\r\n\r\n", b"GET / HTTP/1.1\r\nodd\r\n\r\n"])
async def test_what_is_no_handshake_is_refused(sent: bytes) -> None:
    async with tapping("ws://127.0.0.1:1") as tap, asyncio.timeout(WAIT_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", tap.port)
        writer.write(sent)
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
        writer.close()


async def test_a_side_that_reads_nothing_holds_up_only_its_own_connection() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(END)
        writer.write(ANSWER)
        await asyncio.sleep(60)

    async with (
        serving(silent) as port,
        tapping(f"ws://127.0.0.1:{port}") as tap,
        asyncio.timeout(WAIT_S),
    ):
        _, flood = await asyncio.open_connection("127.0.0.1", tap.port)
        flood.write(REQUEST)
        pouring = asyncio.create_task(Peer(3).send(flood, bytes(40_000_000)))
        await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", tap.port)
        writer.write(REQUEST)
        assert await reader.readuntil(END) == ANSWER
        # It waits for its own CSMS: the tap takes no more than its buffers.
        assert not pouring.done()
        pouring.cancel()
        for each in (flood, writer):
            each.transport.abort()
