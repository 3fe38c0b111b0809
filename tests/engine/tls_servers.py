"""A public key infrastructure made for a test, and the TLS servers that show it."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from cp_tui.certificates.authority import Authority, Issued, Validity, new_root
from cp_tui.certificates.facts import KeyKind
from cp_tui.charge_point.effects import ClientCertificate, MakeCertificateRequest, SetCredentials
from cp_tui.engine.keys import KeyFolder

WAIT_S = 30.0
NOW = datetime.now(UTC).replace(microsecond=0)
YEAR = Validity(NOW - timedelta(days=1), NOW + timedelta(days=365))
OVER = Validity(NOW - timedelta(days=30), NOW - timedelta(days=1))
TO_COME = Validity(NOW + timedelta(days=1), NOW + timedelta(days=30))


@contextmanager
def alerting_server(context: ssl.SSLContext) -> Iterator[int]:
    """Have a server that makes handshakes, and says by an alert why one fails; give its port.

    The servers of asyncio only end the connection.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = Thread(target=_shake_hands, args=(listening, context), daemon=True)
        serving.start()
        port: int = listening.getsockname()[1]
        try:
            yield port
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            serving.join(WAIT_S)


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.settimeout(WAIT_S)
            secured = context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
            with secured, suppress(OSError):
                try:
                    secured.do_handshake()
                finally:
                    # What is not read would have the alert thrown away with the connection.
                    raw = socket.socket(fileno=os.dup(secured.fileno()))
                    with raw:
                        raw.shutdown(socket.SHUT_WR)
                        while raw.recv(65_536):
                            pass


class Pki:
    """Two authorities that do not know each other, and what a charge point has of the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = new_root("Root", "Operator", YEAR)
        self.middle = self.root.authority("Sub CA", YEAR)
        self.stranger = new_root("Stranger", "Somebody", YEAR)
        self.keys = KeyFolder(folder)

    def server(self, issued: Issued, *, clients: Authority | None = None) -> ssl.SSLContext:
        """Make what a server shows; with `clients` it wants a certificate that those issued."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        chain, key = self.folder / "server.pem", self.folder / "server.key"
        chain.write_text(issued.chain)
        key.write_text(issued.key)
        context.load_cert_chain(chain, key)
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=clients.certificate)
        return context

    def good_server(self, clients: Authority | None = None) -> ssl.SSLContext:
        """Make a server that a charge point with the root trusts."""
        return self.server(self.middle.server(["localhost", "127.0.0.1"], YEAR), clients=clients)

    def own(self, by: Authority, validity: Validity = YEAR, key: str = "k1") -> ClientCertificate:
        """Have a key of the charge point, and a certificate for it."""
        order = MakeCertificateRequest(key, KeyKind.EC_P256, "SN-0001", "Operator")
        chain = by.charge_point(self.keys.make(order).request, validity)
        parts = chain.split("-----END CERTIFICATE-----\n")[:-1]
        return ClientCertificate(key, tuple(f"{part}-----END CERTIFICATE-----\n" for part in parts))

    def sent(
        self,
        certificate: ClientCertificate | None = None,
        *,
        roots: Sequence[str] | None = None,
        password: bytes | None = None,
    ) -> SetCredentials:
        """Say how a charge point connects that trusts these roots; the first one by default."""
        return SetCredentials(
            password,
            "not set" if password is None else f"{len(password)} bytes (hex)",
            2 if certificate is None else 3,
            roots=(self.root.certificate,) if roots is None else tuple(roots),
            certificate=certificate,
        )
