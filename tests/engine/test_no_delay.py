"""No frame waits for the acknowledgement of the one before: TCP_NODELAY on whatever is opened."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.typing import Subprotocol

from cp_tui.csms.central_system import CentralSystem
from cp_tui.engine.tls import tls_context
from cp_tui.engine.transfer_file import DownloadFile
from cp_tui.engine.transfer_ftp import FtpCarrier
from cp_tui.engine.transfer_http import HttpCarrier
from cp_tui.engine.transfer_target import target
from tests.engine.file_servers import PASSWORD, USER, answer, ftp_server, http_server
from tests.engine.links import link_to, url_of, websocket_server

ROUNDS = 60
"""The first 16 or so are acknowledged at once by the kernel, whatever the option says."""
DELAYED_ACK_S = 0.040


def is_undelayed(sock: Any) -> bool:
    return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


@contextmanager
def sockets_opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Note of each TCP socket of this process that is closed whether it delayed frames."""
    seen: list[bool] = []
    close: Callable[[socket.socket], None] = socket.socket.close

    def noting_close(sock: socket.socket) -> None:
        # Only clients: a listening socket and what it accepts are the test's.
        if sock.fileno() >= 0 and sock in connected:
            seen.append(is_undelayed(sock))
        close(sock)

    connected: list[socket.socket] = []
    create: Callable[..., socket.socket] = socket.create_connection

    def noting_create(*args: Any, **options: Any) -> socket.socket:
        sock = create(*args, **options)
        connected.append(sock)
        return sock

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "close", noting_close)
        patch.setattr(socket, "create_connection", noting_create)
        yield seen


async def test_two_frames_in_a_row_arrive_without_the_delayed_acknowledgement_between() -> None:
    """On the wire: the second of two frames must not wait for the peer's ACK of the first."""
    took: list[float] = []

    async def measure(connection: ServerConnection) -> None:
        clock = asyncio.get_running_loop().time
        for _ in range(ROUNDS):
            since = clock()
            await connection.send("two, please")
            assert [await connection.recv(), await connection.recv()] == ["one", "two"]
            took.append(clock() - since)
        done.set()

    done = asyncio.Event()
    async with websocket_server(measure) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        for number in range(1, ROUNDS + 1):
            await under_test.until(lambda n=number: len(under_test.events) > n)  # type: ignore[misc]
            under_test.send("one")
            under_test.send("two")
        async with asyncio.timeout(30):
            await done.wait()
    # Most rounds would take 40 ms; a busy machine holds up a few, but never most of them.
    assert median(took) < DELAYED_ACK_S / 2


async def test_the_socket_of_the_link_does_not_delay() -> None:
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        connection = under_test.link._connection
        assert connection is not None
        sock = connection._websocket.transport.get_extra_info("socket")
        assert is_undelayed(sock)


async def test_the_sockets_that_the_csms_accepts_do_not_delay() -> None:
    async with (
        CentralSystem() as csms,
        connect(f"{csms.url}/CP001", subprotocols=[Subprotocol("ocpp1.6")]),
    ):
        async with asyncio.timeout(30):
            while "CP001" not in csms.charge_points:
                await asyncio.sleep(0.01)
        websocket = csms._sessions["CP001"]._websocket
        assert is_undelayed(websocket.transport.get_extra_info("socket"))


def test_a_transfer_by_http_does_not_delay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_server(answer(200, b"firmware")) as server, sockets_opened(monkeypatch) as seen:
        location = target(f"http://127.0.0.1:{server.server_address[1]}/f.bin")
        carrier = HttpCarrier(location, tls_context(None, True), connect_s=5, idle_s=5)
        with DownloadFile(tmp_path, "t", "f.bin", 1_000) as file:
            carrier.fetch(file, lambda done, total: None)
    assert seen == [True]


def test_the_commands_of_a_transfer_by_ftp_do_not_delay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f.bin").write_bytes(b"firmware")
    with ftp_server(tmp_path) as port, sockets_opened(monkeypatch) as seen:
        location = target(f"ftp://{USER}:{PASSWORD}@127.0.0.1:{port}/f.bin")
        carrier = FtpCarrier(location, None, connect_s=5, idle_s=5)
        with DownloadFile(tmp_path, "t", "g.bin", 1_000) as file:
            carrier.fetch(file, lambda done, total: None)
    # The data connection carries one stream and is closed: nothing waits on it.
    assert True in seen
