"""The WebSocket of a station, byte by byte: upgrades that fail, silence, closes, long messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from cp_tui.charge_point.variables import LinkFault, LinkStep
from cp_tui.engine.endpoint import endpoint
from cp_tui.engine.link_failure import FRAME_BYTES_MAX, LinkFailure
from cp_tui.fleet.web_socket import Connect, WebSocket

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
PLACE = endpoint("ws://127.0.0.1:9/ocpp", "CP 1")


def at(seconds: float) -> datetime:
    """So long after the beginning."""
    return NOW + timedelta(seconds=seconds)


def made(
    password: bytes | None = None, connect: Connect | None = None, ping_s: int = 0
) -> WebSocket:
    """A WebSocket that wants to be opened."""
    return WebSocket(PLACE, password, connect or Connect(), ping_s, NOW)


def server(socket: WebSocket, *subprotocols: str, compress: bool = False) -> ServerProtocol:
    """Have a server read the request."""
    extensions = [ServerPerMessageDeflateFactory()] if compress else None
    chosen = [Subprotocol(each) for each in subprotocols]
    peer = ServerProtocol(subprotocols=chosen or None, extensions=extensions)
    peer.receive_data(b"".join(socket.take_bytes()))
    return peer


def request_of(peer: ServerProtocol) -> Request:
    """The request that came."""
    [request] = peer.events_received()
    assert isinstance(request, Request)
    return request


def opened(ping_s: int = 0, connect: Connect | None = None) -> tuple[WebSocket, ServerProtocol]:
    """A WebSocket that is open, and the server's side of it."""
    socket = made(ping_s=ping_s, connect=connect)
    peer = server(socket, "ocpp1.6", compress=True)
    peer.send_response(peer.accept(request_of(peer)))
    assert socket.receive(b"".join(peer.data_to_send()), NOW) == []
    assert socket.is_open
    assert not socket.is_over
    return socket, peer


def hear(socket: WebSocket, peer: ServerProtocol, now: datetime = NOW) -> list[str | bytes]:
    """Take what the server has to say."""
    return socket.receive(b"".join(peer.data_to_send()), now)


def failure(socket: WebSocket) -> LinkFailure:
    """Why it is over."""
    assert socket.is_over
    assert not socket.is_open
    assert socket.deadline is None
    assert socket.failure is not None
    return socket.failure


def test_the_upgrade_names_the_charge_point_and_its_password_and_offers_no_compression() -> None:
    socket = made(b"\x00\xffsecret")
    request = request_of(server(socket, "ocpp1.6"))
    assert request.path == "/ocpp/CP%201"
    assert request.headers["Sec-WebSocket-Protocol"] == "ocpp1.6"
    assert request.headers["Authorization"].startswith("Basic ")
    assert "Sec-WebSocket-Extensions" not in request.headers
    offering = request_of(server(made(connect=Connect(compress=True)), "ocpp1.6"))
    assert "permessage-deflate" in offering.headers["Sec-WebSocket-Extensions"]
    assert "Authorization" not in offering.headers
    with pytest.raises(LinkFailure, match="holds a colon"):
        WebSocket(endpoint("ws://h", "A:B"), b"x", Connect(), 0, NOW)


def test_compression_is_used_where_it_was_offered_and_agreed() -> None:
    socket, peer = opened(connect=Connect(compress=True))
    socket.send("x" * 5_000)
    data = b"".join(socket.take_bytes())
    assert len(data) < 200
    peer.receive_data(data)
    [frame] = peer.events_received()
    assert isinstance(frame, Frame)
    assert frame.data == b"x" * 5_000


@pytest.mark.parametrize(
    ("status", "step", "words"),
    [
        (HTTPStatus.UNAUTHORIZED, LinkStep.HTTP, "refused user 'CP 1' with a key of 16 bytes"),
        (HTTPStatus.NOT_FOUND, LinkStep.HTTP, "does not know 'CP 1'"),
        (HTTPStatus.SERVICE_UNAVAILABLE, LinkStep.HTTP, "the CSMS behind it is not"),
        (HTTPStatus.OK, LinkStep.HTTP, "a web page"),
    ],
)
def test_a_refused_upgrade_is_told_in_the_words_of_the_link(
    status: HTTPStatus, step: LinkStep, words: str
) -> None:
    socket = made(b"0123456789abcdef")
    peer = server(socket, "ocpp1.6")
    peer.send_response(peer.reject(status, "no"))
    hear(socket, peer)
    found = failure(socket)
    assert (found.step, found.http_status) == (step, status)
    assert words in found.text
    assert "0123456789abcdef" not in f"{found.text}{found.hint}{found}"
    refused = found.fault is LinkFault.REFUSED_CREDENTIALS
    assert refused is (status is HTTPStatus.UNAUTHORIZED)


def test_a_server_without_ocpp_that_talks_nonsense_or_nothing_fails_the_upgrade() -> None:
    socket = made()
    peer = server(socket)
    peer.send_response(peer.accept(request_of(peer)))
    hear(socket, peer)
    assert failure(socket).step is LinkStep.SUBPROTOCOL
    for answer in (b"SSH-2.0-OpenSSH\r\n", b"\x15\x03\x01" * 10_000, b"HTTP/1.1 101 \r\n\r\n"):
        socket = made()
        socket.take_bytes()
        socket.receive(answer, NOW)
        assert failure(socket).step is LinkStep.HTTP
        assert socket.receive(b"more", NOW) == []
    socket = made()
    assert socket.deadline == at(20)
    socket.tick(at(19.9))
    assert not socket.is_over
    socket.tick(at(20))
    assert "does not answer the upgrade request" in failure(socket).text
    assert socket.is_cut
    socket = made()
    socket.lost()
    assert "closed the connection without an answer" in failure(socket).text
    socket.lost("again")
    assert "without an answer" in failure(socket).text


def test_messages_come_whole_whatever_the_frames_and_the_bytes_they_are_cut_into() -> None:
    socket, peer = opened()
    peer.send_text(b"[3,", fin=False)
    peer.send_ping(b"?")
    peer.send_continuation('"ü",'.encode()[:3], fin=False)
    peer.send_continuation('"ü",'.encode()[3:] + b"{}]", fin=True)
    peer.send_binary(b"\x00\xff")
    found: list[str | bytes] = []
    for byte in b"".join(peer.data_to_send()):
        found += socket.receive(bytes([byte]), NOW)
    assert found == ['[3,"ü",{}]', b"\x00\xff"]
    peer.receive_data(b"".join(socket.take_bytes()))
    [pong] = peer.events_received()
    assert isinstance(pong, Frame)
    assert (pong.opcode, pong.data) == (Opcode.PONG, b"?")


@pytest.mark.parametrize(
    ("say", "code", "words"),
    [
        (lambda peer: peer.send_text(b"\xff"), 1007, "text that is not UTF-8"),
        (lambda peer: peer.send_text(b"x" * (FRAME_BYTES_MAX + 1)), 1009, "larger than 1024 KiB"),
        (lambda peer: peer.writes.append(b"\xff\x00"), 1002, "broke the WebSocket protocol"),
        (lambda peer: peer.send_close(1001, "bye\x1b[2J"), 1001, "closed by the CSMS with code"),
        (lambda peer: peer.send_close(), 1005, "closed by the CSMS with code 1005"),
    ],
)
def test_a_close_by_either_side_has_its_code_and_ends_with_the_stream(
    say: Callable[[ServerProtocol], None], code: int, words: str
) -> None:
    socket, peer = opened(ping_s=60)
    say(peer)
    hear(socket, peer)
    assert not socket.is_open
    assert not socket.send("too late")
    # It waits for the CSMS to end the stream, and not for ever.
    assert (socket.is_over, socket.deadline) == (False, at(5))
    peer.receive_data(b"".join(socket.take_bytes()))
    assert peer.state in (State.CLOSING, State.CLOSED)
    socket.lost()
    assert (failure(socket).close_code, failure(socket).step) == (code, LinkStep.OPEN)
    assert words in failure(socket).text
    assert not socket.is_cut


def test_a_csms_that_does_not_end_the_stream_is_cut_off() -> None:
    socket, peer = opened()
    peer.send_close(1012)
    hear(socket, peer)
    socket.tick(at(5))
    assert socket.is_cut
    assert failure(socket).close_code == 1012


def test_a_close_that_its_owner_wanted_is_no_failure() -> None:
    socket, peer = opened()
    socket.close(NOW)
    peer.receive_data(b"".join(socket.take_bytes()))
    hear(socket, peer)
    assert not socket.is_over
    socket.lost()
    assert socket.is_over
    assert (socket.failure, socket.is_cut) == (None, False)
    waiting = made()
    waiting.close(NOW)
    assert waiting.is_over
    assert waiting.failure is None


def test_it_pings_and_ends_where_nobody_answers() -> None:
    socket, peer = opened(ping_s=30)
    due_s = 30
    for _ in range(3):
        assert socket.deadline == at(due_s)
        socket.tick(at(due_s))
        peer.receive_data(b"".join(socket.take_bytes()))
        answer = peer.data_to_send()
        # What answers another ping than the newest is no answer to it.
        peer.send_pong(b"0")
        hear(socket, peer, at(due_s + 1))
        assert socket.deadline == at(due_s + 10)
        socket.receive(b"".join(answer), at(due_s + 2))
        due_s += 32
    socket.set_ping(0, at(130))
    assert socket.deadline is None
    socket.set_ping(10, at(130))
    socket.tick(at(140))
    assert socket.deadline == at(150)
    socket.tick(at(150))
    assert failure(socket).text == "the CSMS did not answer a ping within 10 s"
    assert socket.is_cut


def test_a_broken_stream_is_told_in_the_words_of_who_saw_it_break() -> None:
    socket, _ = opened()
    socket.lost("the CSMS took no data for 30 s")
    assert failure(socket).text == "the CSMS took no data for 30 s"
    socket, _ = opened()
    socket.lost()
    assert "broke without a close" in failure(socket).text
    assert failure(socket).close_code == 1006
    socket, _ = opened()
    socket.drop()
    assert socket.is_over
    assert socket.failure is None
