"""Servers that give and take files on the loopback: well-behaved ones, and others."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server, socket
from typing import Any

# First of its package: it keeps what Python 3.11 says about asyncore from becoming an error.
import pyftpdlib.servers
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler

USER, PASSWORD = "tech", "geheim"

Reply = Callable[["HttpHandler"], None]


class HttpHandler(BaseHTTPRequestHandler):
    """Notes requests and answers them as the test says."""

    protocol_version = "HTTP/1.1"
    server: HttpServer

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers.get("Authorization", ""), b""))
        self.server.reply(self)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, self.headers.get("Authorization", ""), body))
        self.server.reply(self)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


class HttpServer(ThreadingHTTPServer):
    """An HTTP server with a memory."""

    daemon_threads = True
    reply: Reply
    seen: list[tuple[str, str, bytes]]

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: clients of these tests hang up."""


def answer(status: int, body: bytes = b"", **headers: str) -> Reply:
    """Answer with a status and a body."""

    def reply(handler: HttpHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


@contextmanager
def http_server(reply: Reply, tls: ssl.SSLContext | None = None) -> Iterator[HttpServer]:
    """Have an HTTP server."""
    server = HttpServer(("127.0.0.1", 0), HttpHandler)
    server.reply, server.seen = reply, []
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def silent_server() -> Iterator[int]:
    """Have a server that accepts connections and says nothing; gives its port."""
    with create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def raw_server(serve: Callable[[socket], None]) -> Iterator[int]:
    """Have a server that does with each connection what the test says; gives its port."""
    with create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        serve(connection)
                    except OSError:
                        # The client has had enough.
                        continue

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(2)
        thread.join()


@contextmanager
def ftp_server(folder: Path, *, certificate: Path | None = None) -> Iterator[int]:
    """Have an FTP server of an independent make, with TLS if it gets a certificate and key."""
    logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, str(folder), perm="elradfmw")
    base = FTPHandler if certificate is None else TLS_FTPHandler
    members: dict[str, object] = {"authorizer": authorizer, "auth_failed_timeout": 0.01}
    if certificate is not None:
        members |= {
            "certfile": str(certificate),
            "tls_control_required": True,
            "tls_data_required": True,
        }
    handler = type("Handler", (base,), members)
    server = pyftpdlib.servers.ThreadedFTPServer(("127.0.0.1", 0), handler)
    closing = threading.Event()

    def serve() -> None:
        try:
            server.serve_forever(timeout=0.02, handle_exit=False)
        except OSError:
            # It may be waiting for its sockets while they are closed.
            if not closing.is_set():
                raise

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.address[1]
    finally:
        closing.set()
        server.close_all()
        thread.join(30)
