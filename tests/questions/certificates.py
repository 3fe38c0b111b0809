"""A CSMS with TLS for the questions of security: what it shows can change while it runs."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cp_tui.certificates.authority import Issued
from cp_tui.charge_point.config import ChargePointConfig, SecurityConfig
from tests.engine.links import port_of, websocket_server
from tests.engine.test_security_engine import SigningCsms
from tests.engine.tls_servers import Pki

KEY = "0123456789abcdef"
SERIAL = "SN-0001"


@dataclass
class SecureCsms:
    """Signs what it is asked to, over TLS, with whatever certificate it has to show."""

    pki: Pki
    url: str
    context: ssl.SSLContext
    csms: SigningCsms

    def shows(self, issued: Issued) -> None:
        """Show this from the next handshake on."""
        chain, key = self.pki.folder / "shown.pem", self.pki.folder / "shown.key"
        chain.write_text(issued.chain)
        key.write_text(issued.key)
        self.context.load_cert_chain(chain, key)

    def wants_certificates(self, *, wants: bool) -> None:
        """Let in only who has a certificate of the root, from the next handshake on."""
        self.context.load_verify_locations(cadata=self.pki.root.certificate)
        self.context.verify_mode = ssl.CERT_REQUIRED if wants else ssl.CERT_NONE


@asynccontextmanager
async def secure_csms(pki: Pki) -> AsyncIterator[SecureCsms]:
    """A CSMS that a charge point with the root trusts."""
    csms, context = SigningCsms(pki), pki.good_server()
    async with websocket_server(csms.serve, ssl=context) as server:
        yield SecureCsms(pki, f"wss://localhost:{port_of(server)}", context, csms)


def charge_point(profile: int) -> ChargePointConfig:
    """One with a key, and all that a certificate is asked for with."""
    keys = {"CpoName": "Operator", "AuthorizationKey": KEY, "SecurityProfile": f"{profile}"}
    return ChargePointConfig(
        "CP001",
        "",
        charge_box_serial_number=SERIAL,
        keys=keys,
        security=SecurityConfig(profile_tries=2),
    )


def root_file(pki: Pki) -> Path:
    """The root in a file, for the settings."""
    path = pki.folder / "root.pem"
    path.write_text(pki.root.certificate)
    return path
