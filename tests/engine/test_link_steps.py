"""Each step of connecting, failing: the technician is told which, why, and what to check."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.events import LinkFailed
from cp_tui.charge_point.variables import LinkError, LinkPhase, LinkStep
from tests.demo.fast_time import in_fast_time
from tests.engine.links import (
    PATIENT,
    link_to,
    listen_quietly,
    port_of,
    tcp_server,
    url_of,
    websocket_server,
)
from tests.ports import free_port


async def failure_at(
    url: str, *, password: bytes | None = None, identity: str = "CP001"
) -> LinkError:
    """Make one attempt that must fail."""
    async with link_to(url, settings=PATIENT, identity=identity) as under_test:
        under_test.link.set_credentials(SetCredentials(password, ""))
        under_test.link.open()
        state = await under_test.until_error()
        assert state.phase is LinkPhase.WAITING
        await under_test.until(lambda: under_test.state.next_attempt_at is not None)
        assert not any(under_test.connected)
        await under_test.until(lambda: bool(under_test.events))
        assert [type(event) for event in under_test.events] == [LinkFailed]
        assert state.last_error is not None
        return state.last_error


async def test_a_name_that_does_not_exist_fails_at_dns() -> None:
    error = await failure_at("ws://csms.invalid/ocpp")
    assert error.step is LinkStep.DNS
    assert "csms.invalid" in error.text


async def test_a_refused_port_fails_at_tcp_and_says_that_nothing_listens() -> None:
    port = free_port()
    error = await failure_at(f"ws://127.0.0.1:{port}/")
    assert error.step is LinkStep.TCP
    assert error.text == f"connection refused: nothing listens on 127.0.0.1:{port}"


@in_fast_time
async def test_a_server_that_never_answers_the_upgrade_fails_at_http() -> None:
    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with tcp_server(say_nothing) as port:
        error = await failure_at(f"ws://127.0.0.1:{port}/")
    assert error.step is LinkStep.HTTP
    assert "does not answer the upgrade request" in error.text
    assert "wss://" in error.hint


async def test_a_server_that_hangs_up_on_the_upgrade_fails_at_http() -> None:
    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readline()

    async with tcp_server(hang_up) as port:
        error = await failure_at(f"ws://127.0.0.1:{port}/")
    assert error.step is LinkStep.HTTP
    assert "without an answer" in error.text


async def test_a_server_that_speaks_no_http_fails_at_http() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n")
        await reader.read()

    async with tcp_server(greet) as port:
        error = await failure_at(f"ws://127.0.0.1:{port}/")
    assert error.step is LinkStep.HTTP


async def failure_with_status(
    status: HTTPStatus, headers: dict[str, str] | None = None, password: bytes | None = None
) -> LinkError:
    def refuse(_: ServerConnection, __: Request) -> Response:
        reply = Headers(headers or {})
        reply["Content-Length"] = "0"
        return Response(status.value, status.phrase, reply, b"")

    async with websocket_server(process_request=refuse) as server:
        return await failure_at(url_of(server), password=password)


async def test_401_without_credentials_says_that_none_were_sent() -> None:
    error = await failure_with_status(HTTPStatus.UNAUTHORIZED)
    assert (error.step, error.http_status) == (LinkStep.HTTP, 401)
    assert error.text == "HTTP 401 Unauthorized: no credentials were sent"
    assert error.hint == "set AuthorizationKey"


async def test_401_with_credentials_names_the_user_and_the_length_of_the_key_but_not_the_key() -> (
    None
):
    error = await failure_with_status(HTTPStatus.UNAUTHORIZED, password=b"0123456789abcdef")
    assert "user 'CP001' with a key of 16 bytes" in error.text
    assert "0123456789abcdef" not in encode(error).decode()


async def test_404_asks_for_id_and_path() -> None:
    error = await failure_with_status(HTTPStatus.NOT_FOUND)
    assert error.http_status == 404
    assert "does not know 'CP001'" in error.text


async def test_a_redirect_is_not_followed_but_shown() -> None:
    error = await failure_with_status(
        HTTPStatus.FOUND, {"Location": "http://elsewhere.example/ocpp"}
    )
    assert error.http_status == 302
    assert "redirects to http://elsewhere.example/ocpp" in error.text
    assert "not followed" in error.text


@pytest.mark.parametrize(
    "status",
    [HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.BAD_GATEWAY, HTTPStatus.NOT_IMPLEMENTED],
)
async def test_any_other_status_is_named(status: HTTPStatus) -> None:
    error = await failure_with_status(status)
    assert (error.step, error.http_status) == (LinkStep.HTTP, status.value)


async def test_a_server_without_subprotocol_fails_although_the_handshake_succeeded() -> None:
    """OCPP-J 1.6 section 3.2."""
    async with websocket_server(subprotocols=None) as server:
        error = await failure_at(url_of(server))
    assert error.step is LinkStep.SUBPROTOCOL
    assert "it did not choose one" in error.text


async def test_a_server_with_another_subprotocol_fails_and_the_choice_is_named() -> None:
    def choose_wrongly(_: ServerConnection, __: Request, response: Response) -> None:
        del response.headers["Sec-WebSocket-Protocol"]
        response.headers["Sec-WebSocket-Protocol"] = "ocpp2.0.1"

    async with websocket_server(process_response=choose_wrongly) as server:
        error = await failure_at(url_of(server))
    assert error.step is LinkStep.SUBPROTOCOL
    assert "ocpp2.0.1" in error.text


async def test_an_id_with_a_colon_is_refused_with_a_password_and_nothing_is_sent() -> None:
    """RFC 7617: the user name ends at the first colon."""
    callers = 0

    async def count(connection: ServerConnection) -> None:
        nonlocal callers
        callers += 1

    async with websocket_server(count) as server:
        error = await failure_at(url_of(server), password=b"x" * 16, identity="CP:1")
    assert "colon" in error.text
    assert callers == 0


async def test_the_phases_are_published_in_order() -> None:
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        assert under_test.phases() == [
            LinkPhase.STOPPED,
            LinkPhase.RESOLVING,
            LinkPhase.CONNECTING,
            LinkPhase.UPGRADING,
            LinkPhase.OPEN,
        ]
        assert under_test.state.subprotocol == "ocpp1.6"
        assert under_test.connected == [False, True]


async def test_path_query_and_credentials_arrive_as_the_standard_wants_them() -> None:
    """OCPP-J 1.6 section 3.1.1; whitepaper A00.FR.203."""
    seen: list[Request] = []

    async def note(connection: ServerConnection) -> None:
        assert connection.request is not None
        seen.append(connection.request)
        await listen_quietly(connection)

    async with websocket_server(note) as server:
        url = f"ws://127.0.0.1:{port_of(server)}/ocpp//?tenant=a"
        async with link_to(url, identity="RDAM 123/a") as under_test:
            password = bytes.fromhex("0001020304050607" + "FF" * 12)
            under_test.link.set_credentials(SetCredentials(password, "20 bytes (hex)"))
            under_test.link.open()
            await under_test.until_open()
            assert under_test.state.security_profile == 1
            assert under_test.state.authorization_key == "20 bytes (hex)"
    assert seen[0].path == "/ocpp/RDAM%20123%2Fa?tenant=a"
    assert seen[0].headers["Authorization"].startswith("Basic UkRBTSAxMjMvYToAAQIDBAUGB")
    assert seen[0].headers["Sec-WebSocket-Protocol"] == "ocpp1.6"
    assert "Sec-WebSocket-Extensions" not in seen[0].headers
