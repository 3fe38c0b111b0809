"""Certificates as somebody might make them who knows no rule; what OpenSSL made; the texts."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from cp_tui.certificates.authority import Validity
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import new_key
from tests.sources import ROOT

AT = datetime(2030, 6, 1, 12, tzinfo=UTC)
"""The time at which certificates are looked at; what OpenSSL made is valid for a century."""
DAY = timedelta(days=1)
YEAR = Validity(AT - DAY, AT + 365 * DAY)

VECTORS: Mapping[str, Any] = json.loads((ROOT / "tests/data/certificate_vectors.json").read_text())


def from_openssl(name: str) -> str:
    """Give a certificate that the command made: `rsa_root`, `ec_root`, `leaf` and others."""
    return str(VECTORS["certificates"][name])


@cache
def rsa_key() -> str:
    """Give an RSA key; to make one takes a tenth of a second."""
    return new_key(KeyKind.RSA_2048)


AnyKey = CertificateIssuerPrivateKeyTypes | X25519PrivateKey


class Made(NamedTuple):
    """A certificate with its key."""

    certificate: x509.Certificate
    key: AnyKey

    @property
    def pem(self) -> str:
        """The certificate, PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def public_key(self) -> str:
        """Its public key, PEM."""
        key = self.key.public_key()
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


CA = x509.BasicConstraints(ca=True, path_length=None)


def make(
    common_name: str = "SN-0001",
    by: Made | None = None,
    *,
    organization: str = "Operator",
    begin: datetime = YEAR.begin,
    end: datetime = YEAR.end,
    serial: int = 1,
    key: AnyKey | None = None,
    is_pss: bool = False,
    algorithm: hashes.SHA224 | hashes.SHA256 | None = None,
    extensions: Sequence[x509.ExtensionType] = (),
) -> Made:
    """Make a certificate, signed by another one or by itself."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    kinds = {NameOID.ORGANIZATION_NAME: organization, NameOID.COMMON_NAME: common_name}
    subject = x509.Name([x509.NameAttribute(kind, text) for kind, text in kinds.items() if text])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(own.public_key())
        .serial_number(serial)
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    signer = by.key if by else own
    assert not isinstance(signer, X25519PrivateKey)
    has_hash = not isinstance(signer, ed25519.Ed25519PrivateKey)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    signed = builder.sign(
        signer,
        (algorithm or hashes.SHA256()) if has_hash else None,
        rsa_padding=pss if is_pss else None,
    )
    return Made(signed, own)


def with_bytes(made: Made, old: bytes, new: bytes) -> str:
    """Put other bytes of one length into a certificate; its signature does not fit any more."""
    assert len(old) == len(new)
    content = made.certificate.public_bytes(Encoding.DER)
    assert old in content
    lines = b64encode(content.replace(old, new)).decode()
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def signed_as_nobody_knows() -> str:
    """Make a certificate whose way of signing has a number that stands for none."""
    ecdsa_with_sha256 = b"\x2a\x86\x48\xce\x3d\x04\x03\x02"
    return with_bytes(make("Root"), ecdsa_with_sha256, ecdsa_with_sha256[:-1] + b"\x7f")
