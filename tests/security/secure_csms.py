"""A CSMS of the PyPI package `ocpp` that holds charge points to a security profile."""

from __future__ import annotations

import ssl
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from ocpp.charge_point import snake_to_camel_case
from ocpp.routing import after, on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import CertificateUse, GenericStatus, MessageTrigger
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.peer import CALL, Payload, Peer, PeerCsms
from tests.security.pki import Pki, Signed, for_request, show

PASSWORD = b"0123456789abcdef"
IDENTITY = "CP001"
CSMS_ROOT = CertificateUse.central_system_root_certificate
MANUFACTURER_ROOT = CertificateUse.manufacturer_root_certificate


class SecurePeer(Peer):
    """Answers what charge points say by the security whitepaper."""

    _csms: SecureCsms

    @on("SignCertificate")  # type: ignore[untyped-decorator]
    def on_sign_certificate(self, **_: object) -> object:
        return call_result.SignCertificate(GenericStatus.accepted)

    @after("SignCertificate")  # type: ignore[untyped-decorator]
    async def after_sign_certificate(self, csr: str) -> None:
        if self._csms.signs:
            certificate = for_request(csr, self._csms.pki.root)
            answer = await self.call(call.CertificateSigned(certificate_chain=certificate.pem))
            if answer is not None and answer.status == "Accepted":
                self._csms.taken.append(certificate.certificate.serial_number)

    @on("SecurityEventNotification")  # type: ignore[untyped-decorator]
    def on_security_event_notification(self, **_: object) -> object:
        return call_result.SecurityEventNotification()

    @on("LogStatusNotification")  # type: ignore[untyped-decorator]
    def on_log_status_notification(self, **_: object) -> object:
        return call_result.LogStatusNotification()

    @on("SignedFirmwareStatusNotification")  # type: ignore[untyped-decorator]
    def on_signed_firmware_status_notification(self, **_: object) -> object:
        return call_result.SignedFirmwareStatusNotification()

    @on("FirmwareStatusNotification")  # type: ignore[untyped-decorator]
    def on_firmware_status_notification(self, **_: object) -> object:
        return call_result.FirmwareStatusNotification()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a charge point has shown of itself when it connected."""

    path: str
    authorization: str | None
    """The header of that name."""
    tls_version: str | None
    suites: frozenset[str]
    """Those that both sides know."""
    certificate: x509.Certificate | None


class SecureCsms(PeerCsms):
    """One for a security profile; what it lets in has proved itself by the rules of that profile.

    A `peer` that does not is refused as in the field: with 401, or in the handshake.
    """

    peer_type = SecurePeer

    def __init__(self, profile: int, pki: Pki, folder: Path, *, identity: str = IDENTITY) -> None:
        """`folder` is for the files that the TLS library reads."""
        super().__init__()
        self.profile = profile
        self.pki = pki
        self.identity = identity
        self.password = PASSWORD
        """That of the charge point, in profile 1 and 2."""
        self.signs = False
        """Whether each request for a certificate is answered with one."""
        self.taken: list[int] = []
        """Serial numbers of those that were accepted then, oldest first."""
        self.ever: list[tuple[str, Payload]] = []
        """Requests of the charge point, also those that were forgotten since, oldest first."""
        self.shown: list[Shown] = []
        """Of each connection that was let in."""
        self.refused = 0
        """How many connection requests were answered with 401."""
        self._folder = folder
        self.context: ssl.SSLContext | None = None
        if profile >= 2:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.set_ciphers("ALL")
            show(self.context, pki.server(), folder=folder)
        if profile == 3:
            assert self.context is not None
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(cadata=pki.root.pem)
            self.revoke()

    @property
    def url(self) -> str:
        """The endpoint; the charge point appends its id."""
        scheme = "ws" if self.context is None else "wss"
        return f"{scheme}://localhost:{self.port}/ocpp"

    def options(self) -> dict[str, Any]:
        """Give what the server is made with."""
        return {"ssl": self.context, "process_request": self._let_in}

    def show(self, certificate: Signed, *more: Signed) -> None:
        """Show another certificate from the next connection on."""
        assert self.context is not None
        show(self.context, certificate, *more, folder=self._folder)

    def revoke(self, *serials: int) -> None:
        """Refuse these certificates of charge points from the next connection on."""
        assert self.context is not None
        path = self._folder / "revoked.pem"
        path.write_bytes(self.pki.revoked(serials))
        self.context.load_verify_locations(cafile=path)
        self.context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF

    async def reconnected(self, count: int) -> Shown:
        """Wait until so many connections were let in; returns the newest."""
        await self.until(lambda: len(self.shown) >= count)
        return self.shown[-1]

    async def take(self, frame: list[Any]) -> None:
        """Record a request of the charge point."""
        if frame[0] == CALL:
            self.ever.append((frame[2], frame[3]))
        await super().take(frame)

    @property
    def events(self) -> list[Payload]:
        """The security events that came ever, oldest first."""
        return [payload for name, payload in self.ever if name == "SecurityEventNotification"]

    def forget(self) -> None:
        """Forget what was received and shown, as at the beginning of a test."""
        super().forget()
        self.shown.clear()

    async def request(self) -> str:
        """Have the charge point ask for a certificate; returns its request, PEM."""
        asked = self.actions().count("SignCertificate")
        trigger = call.ExtendedTriggerMessage(MessageTrigger.sign_charge_point_certificate)
        assert (await self.call(trigger)).status == "Accepted"
        return str((await self.receive("SignCertificate", asked + 1))["csr"])

    async def deliver(self, certificate: Signed, *more: Signed) -> str:
        """Send CertificateSigned; returns the status that answers it."""
        chain = "".join(each.pem for each in (certificate, *more))
        answer = await self.call(call.CertificateSigned(certificate_chain=chain))
        return str(answer.status)

    async def installed(self, use: CertificateUse = CSMS_ROOT) -> list[dict[str, str]]:
        """Ask which root certificates there are, by their hashes."""
        answer = await self.call(call.GetInstalledCertificateIds(use))
        return [snake_to_camel_case(each) for each in answer.certificate_hash_data or []]

    async def install(self, root: Signed, use: CertificateUse = CSMS_ROOT) -> str:
        """Send InstallCertificate; returns the status that answers it."""
        return str((await self.call(call.InstallCertificate(use, root.pem))).status)

    async def delete(self, data: dict[str, str]) -> str:
        """Send DeleteCertificate; returns the status that answers it."""
        return str((await self.call(call.DeleteCertificate(data))).status)

    async def set_key(self, key: str, value: str) -> str:
        """Send ChangeConfiguration; returns the status that answers it."""
        return str((await self.call(call.ChangeConfiguration(key=key, value=value))).status)

    async def event(self, kind: str, count: int = 1) -> Payload:
        """Wait for so many security events of a type; returns the newest."""
        return await self.receive("SecurityEventNotification", count, type=kind)

    def _let_in(self, connection: ServerConnection, request: Request) -> Response | None:
        authorization = request.headers.get("Authorization")
        if self.profile in (1, 2) and authorization != basic(self.identity, self.password):
            self.refused += 1
            return connection.respond(401, "who are you?\n")
        return None

    async def _welcome(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        tls = connection.transport.get_extra_info("ssl_object")
        certificate = tls and tls.getpeercert(binary_form=True)
        self.shown.append(
            Shown(
                connection.request.path,
                connection.request.headers.get("Authorization"),
                tls and tls.version(),
                frozenset(name for name, _, _ in (tls and tls.shared_ciphers()) or ()),
                x509.load_der_x509_certificate(certificate) if certificate else None,
            )
        )
        await super()._welcome(connection)


def basic(identity: str, password: bytes) -> str:
    """Give the header that proves who a charge point is (J 6.2, RFC 7617)."""
    return "Basic " + b64encode(identity.encode() + b":" + password).decode()
