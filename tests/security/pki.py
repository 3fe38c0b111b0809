"""Who signs for whom in these tests; made with the library itself, and with none of our rooms."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from ipaddress import ip_address
from itertools import count
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
OPERATOR, MANUFACTURER = "Operator", "Maker"
SERIAL = "SN-0001"
CA = x509.BasicConstraints(ca=True, path_length=None)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_numbers = count(1000)


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate; where it was made here, with its key."""

    certificate: x509.Certificate
    key: Key | None = None

    @property
    def pem(self) -> str:
        """The certificate, PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def public_key(self) -> CertificatePublicKeyTypes:
        """What it is for."""
        return self.certificate.public_key()

    @property
    def key_pem(self) -> str:
        """The key, PEM."""
        assert self.key is not None
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def signed(
    name: x509.Name,
    public_key: CertificatePublicKeyTypes,
    by: Signed | None,
    key: Key | None = None,
    *,
    begin: datetime = NOW - DAY,
    end: datetime = NOW + 365 * DAY,
    extensions: Sequence[x509.ExtensionType] = (),
) -> Signed:
    """Make a certificate; without an issuer it signs itself."""
    issuer = name if by is None else by.certificate.subject
    signer = key if by is None else by.key
    assert signer is not None
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(next(_numbers))
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Signed(builder.sign(signer, hashes.SHA256()), key)


def named(common_name: str, organization: str = OPERATOR) -> x509.Name:
    """Give the subject of a certificate."""
    kinds = {NameOID.ORGANIZATION_NAME: organization, NameOID.COMMON_NAME: common_name}
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in kinds.items() if text])


def made(
    common_name: str,
    by: Signed | None = None,
    *,
    organization: str = OPERATOR,
    key: Key | None = None,
    begin: datetime = NOW - DAY,
    end: datetime = NOW + 365 * DAY,
    extensions: Sequence[x509.ExtensionType] = (),
) -> Signed:
    """Make a certificate with a key of its own."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    name = named(common_name, organization)
    return signed(name, own.public_key(), by, own, begin=begin, end=end, extensions=extensions)


def for_request(
    csr: str,
    by: Signed,
    *,
    name: x509.Name | None = None,
    begin: datetime = NOW - DAY,
    end: datetime = NOW + 365 * DAY,
) -> Signed:
    """Sign a request of the charge point, as a CA does that keeps its subject."""
    request = x509.load_pem_x509_csr(csr.encode())
    assert request.is_signature_valid
    key = request.public_key()
    return signed(name or request.subject, key, by, begin=begin, end=end)


def hash_data(of: Signed, issuer: Signed) -> dict[str, str]:
    """Name a certificate as the CSMS does: hashes over the name and the bits of the key (W 6.4)."""
    key = issuer.certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        bits = key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        bits = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": sha256(of.certificate.issuer.public_bytes()).hexdigest(),
        "issuerKeyHash": sha256(bits).hexdigest(),
        "serialNumber": f"{of.certificate.serial_number:x}",
    }


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Give an RSA key; to make one takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class Pki:
    """Two hierarchies, that of the operator and that of the manufacturer, and a stranger."""

    def __init__(self) -> None:
        self.root = made("Root", extensions=[CA])
        self.middle = made("Sub CA", self.root, extensions=[CA])
        self.manufacturer = made("Maker root", organization=MANUFACTURER, extensions=[CA])
        self.stranger = made("Stranger", organization="Somebody", extensions=[CA])

    def server(self, by: Signed | None = None, key: Key | None = None) -> Signed:
        """Make what a CSMS on this machine shows."""
        names = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        )
        return made("localhost", by or self.root, key=key, extensions=[names])

    def revoked(self, serials: Sequence[int]) -> bytes:
        """Give the list of certificates of charge points that count no more, PEM.

        Where a server has several lists, it goes by the newest.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.certificate.subject)
            .last_update(NOW - DAY + next(_numbers) * timedelta(seconds=1))
            .next_update(NOW + 365 * DAY)
        )
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW)
            builder = builder.add_revoked_certificate(entry.build())
        assert self.root.key is not None
        return builder.sign(self.root.key, hashes.SHA256()).public_bytes(Encoding.PEM)


@cache
def pki() -> Pki:
    """Give the one of this process."""
    return Pki()


def show(context: ssl.SSLContext, certificate: Signed, *more: Signed, folder: Path) -> None:
    """Have a server show a certificate from its next connection on; files are all it reads."""
    chain, key = folder / "shown.pem", folder / "shown.key"
    chain.write_text("".join(each.pem for each in (certificate, *more)))
    key.write_text(certificate.key_pem)
    context.load_cert_chain(chain, key)
