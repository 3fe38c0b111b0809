"""Servers that are silent, endless or rude: each is an ordinary failure, and nothing is left."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from socket import socket

import pytest

from cp_tui.charge_point.variables import TransferFault
from cp_tui.engine.transfer_job import TransferSettings
from tests.engine.file_servers import (
    PASSWORD,
    USER,
    HttpHandler,
    http_server,
    raw_server,
    silent_server,
)
from tests.engine.transfer_bench import WAIT_S, bench


async def test_a_length_beyond_the_limit_is_refused_before_anything_is_stored(
    tmp_path: Path,
) -> None:
    def reply(handler: HttpHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(2 * 1024**3))
        handler.end_headers()

    with http_server(reply) as server:
        async with bench(tmp_path) as on:
            event = await on.download(f"http://127.0.0.1:{server.server_port}/big.bin")
    assert event.text == "the file is larger than 1,000,000 bytes"
    assert on.files == []


async def test_an_endless_file_ends_at_the_limit_and_leaves_nothing(tmp_path: Path) -> None:
    sizes: list[int] = []

    def serve(connection: socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)
            parts = list((tmp_path / "downloads").glob("*.part"))
            sizes.extend(path.stat().st_size for path in parts if path.exists())

    with raw_server(serve) as port:
        async with bench(tmp_path) as on:
            event = await on.download(f"http://127.0.0.1:{port}/endless.bin")
    assert event.text == "the file is larger than 1,000,000 bytes"
    assert max(sizes) <= 1_000_000
    assert on.files == []


@pytest.mark.parametrize("scheme", ["http", "https", "ftp", "ftps"])
async def test_a_silent_server_is_given_up(tmp_path: Path, scheme: str) -> None:
    with silent_server() as port:
        async with bench(tmp_path) as on:
            event = await on.download(f"{scheme}://127.0.0.1:{port}/x")
    assert not event.ok
    assert "0.5 s" in event.text


async def test_a_server_that_falls_silent_within_the_file_is_given_up(tmp_path: Path) -> None:
    def serve(connection: socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbeginning")
        connection.recv(1)

    with raw_server(serve) as port:
        async with bench(tmp_path) as on:
            event = await on.download(f"http://127.0.0.1:{port}/x")
    assert event.text == f"127.0.0.1:{port} did nothing for 0.5 s"
    assert on.files == []


async def test_a_server_that_drips_is_given_up_when_the_whole_time_is_over(tmp_path: Path) -> None:
    def serve(connection: socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            connection.sendall(b".")
            time.sleep(0.05)

    settings = TransferSettings(connect_s=0.5, idle_s=0.5, total_s=0.3)
    with raw_server(serve) as port:
        async with bench(tmp_path, settings=settings) as on:
            event = await on.download(f"http://127.0.0.1:{port}/x")
            async with asyncio.timeout(WAIT_S):
                while on.files:
                    await asyncio.sleep(0.01)
    assert event.text == "not finished within 0.3 s"


async def test_a_file_that_breaks_off_is_no_file(tmp_path: Path) -> None:
    def serve(connection: socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")

    with raw_server(serve) as port:
        async with bench(tmp_path) as on:
            event = await on.download(f"http://127.0.0.1:{port}/x")
    assert not event.ok
    assert "closed the connection" in event.text
    assert on.files == []


@pytest.mark.parametrize("scheme", ["http", "https", "ftp", "ftps"])
async def test_a_server_that_talks_nonsense_is_an_ordinary_failure(
    tmp_path: Path, scheme: str
) -> None:
    def serve(connection: socket) -> None:
        connection.sendall(b"\x1b[31m\xff" * 100 + b"\r\n")

    with raw_server(serve) as port:
        async with bench(tmp_path) as on:
            event = await on.download(f"{scheme}://{USER}:{PASSWORD}@127.0.0.1:{port}/x")
    assert not event.ok
    assert event.text.isprintable()
    assert "internal error" not in event.text
    assert (event.fault is TransferFault.BAD_MESSAGE) == (scheme != "https")


@pytest.mark.parametrize("scheme", ["http", "https", "ftp", "ftps"])
async def test_a_closed_port_says_so(tmp_path: Path, scheme: str) -> None:
    with silent_server() as port:
        pass
    async with bench(tmp_path) as on:
        event = await on.download(f"{scheme}://127.0.0.1:{port}/x")
    assert event.text == f"127.0.0.1:{port} refuses connections"


@pytest.mark.parametrize("way", ["download", "upload"])
async def test_a_closed_data_port_is_told_from_the_port_of_the_login(
    tmp_path: Path, way: str
) -> None:
    with silent_server() as closed:
        pass

    def serve(connection: socket) -> None:
        connection.sendall(b"220 ready\r\n")
        while line := connection.recv(4_096):
            reply = b"200 well"
            if line.startswith((b"PASV", b"EPSV")):
                high, low = divmod(closed, 256)
                reply = f"227 Entering Passive Mode (127,0,0,1,{high},{low})".encode()
            connection.sendall(reply + b"\r\n")

    with raw_server(serve) as port:
        async with bench(tmp_path) as on:
            transfer = on.download if way == "download" else on.upload
            event = await transfer(f"ftp://127.0.0.1:{port}/x")
    named = f"the data port 127.0.0.1:{closed} that 127.0.0.1:{port} named"
    assert event.text == f"{named} refuses connections"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "gopher://127.0.0.1/x"])
async def test_a_redirect_to_what_is_not_http_says_so(tmp_path: Path, address: str) -> None:
    def reply(handler: HttpHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", address)
        handler.end_headers()

    with http_server(reply) as server:
        async with bench(tmp_path) as on:
            event = await on.download(f"http://127.0.0.1:{server.server_port}/x")
    assert event.text.endswith("redirects to an address that is not HTTP or HTTPS")


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("sftp://h/x", "scheme 'sftp' is not supported, only ftp, ftps, http, https"),
        ("file:///etc/passwd", "scheme 'file' is not supported"),
        (f"{USER}:{PASSWORD}@h/x", "location without scheme"),
        ("", "location without scheme"),
        ("http:///x", "names no host"),
        ("http://h:99999/x", "no valid URL"),
        ("http://[::1/x", "no valid URL"),
        ("http://" + "h" * 5_000, "longer than"),
        ("http://no-such-host.invalid/x", "cannot be found"),
        ("ftp://no-such-host.invalid/x", "cannot be found"),
        (f"http://{USER}:{PASSWORD}@a b/x", ""),
        ("http://xn--\u00fc.\u200b/x", ""),
    ],
)
async def test_a_bad_location_is_an_ordinary_failure(
    tmp_path: Path, location: str, words: str
) -> None:
    async with bench(tmp_path) as on:
        fetched = await on.download(location, "t1")
        delivered = await on.upload(location, "t2")
    for event in (fetched, delivered):
        assert not event.ok
        assert words in event.text
        assert "internal error" not in event.text
