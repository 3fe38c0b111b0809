"""A small certificate authority, for the CSMS of the demo and for tests.

It makes roots, authorities below them, and the certificates of servers, charge points and
manufacturers. Times are arguments; keys and serial numbers are drawn by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from cp_tui.certificates.described import attribute
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import (
    key_usage,
    loaded_key,
    loaded_request,
    named_subject,
    new_key,
    usage_of_key,
)
from cp_tui.certificates.pem import loaded, pem_of, reading
from cp_tui.ocpp.discreet import Discreet


class Validity(Struct, frozen=True):
    """From when until when a certificate is valid."""

    begin: datetime
    end: datetime


class Issued(Discreet, frozen=True):
    """A certificate that was made together with its key; all of it PEM."""

    HIDDEN = frozenset({"key"})

    certificate: str
    key: str
    issuers: tuple[str, ...]
    """What is sent with it: the authorities between it and the root, the nearest first."""

    @property
    def chain(self) -> str:
        """The certificate and what is sent with it."""
        return "".join((self.certificate, *self.issuers))


class Authority(Discreet, frozen=True):
    """A root, or an authority below one, with its key; all of it PEM."""

    HIDDEN = frozenset({"key"})

    certificate: str
    key: str
    issuers: tuple[str, ...] = ()
    """What is sent with each certificate that it issues; a root is not."""

    def authority(
        self, common_name: str, validity: Validity, kind: KeyKind = KeyKind.EC_P256
    ) -> Authority:
        """Make an authority below this one; a new root that the old one has signed is one too."""
        key = new_key(kind)
        subject = named_subject(common_name, _organization(self.certificate))
        builder = _of_authority(subject, _public(key), validity)
        certificate = self._signed(builder)
        return Authority(certificate, key, (certificate, *self.issuers))

    def server(
        self, names: Sequence[str], validity: Validity, kind: KeyKind = KeyKind.EC_P256
    ) -> Issued:
        """Make the certificate of a server with these hosts and addresses; the first is its CN."""
        subject = named_subject(names[0], _organization(self.certificate))
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        return self._issued(
            subject, validity, kind, [ExtendedKeyUsageOID.SERVER_AUTH], [alternatives]
        )

    def signing_certificate(
        self, common_name: str, validity: Validity, kind: KeyKind = KeyKind.EC_P256
    ) -> Issued:
        """Make a certificate whose key signs firmware (W L01)."""
        subject = named_subject(common_name, _organization(self.certificate))
        return self._issued(subject, validity, kind, [ExtendedKeyUsageOID.CODE_SIGNING], [])

    def charge_point(
        self,
        request: str,
        validity: Validity,
        *,
        common_name: str | None = None,
        organization: str | None = None,
    ) -> str:
        """Sign the request of a charge point; give the chain for CertificateSigned (W A02).

        The subject is that of the request, or another one. Raises CertificateError.
        """
        asked = loaded_request(request)
        with reading("the request"):
            subject = named_subject(
                attribute(asked, NameOID.COMMON_NAME) if common_name is None else common_name,
                attribute(asked, NameOID.ORGANIZATION_NAME)
                if organization is None
                else organization,
            )
            public = asked.public_key()
        builder = _of_end(subject, public, validity, [ExtendedKeyUsageOID.CLIENT_AUTH])
        return "".join((self._signed(builder), *self.issuers))

    def revocation_list(self, serials: Iterable[str], validity: Validity) -> str:
        """Sign the list of certificates of this authority that count no more, by serial in hex."""
        issuer = loaded(self.certificate)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.subject)
            .last_update(validity.begin)
            .next_update(validity.end)
        )
        for serial in serials:
            revoked = x509.RevokedCertificateBuilder().serial_number(int(serial, 16))
            builder = builder.add_revoked_certificate(
                revoked.revocation_date(validity.begin).build()
            )
        made = builder.sign(loaded_key(self.key), hashes.SHA256())
        return made.public_bytes(Encoding.PEM).decode()

    def _issued(
        self,
        subject: x509.Name,
        validity: Validity,
        kind: KeyKind,
        purposes: Iterable[x509.ObjectIdentifier],
        extensions: Iterable[x509.ExtensionType],
    ) -> Issued:
        key = new_key(kind)
        builder = _of_end(subject, _public(key), validity, purposes)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return Issued(self._signed(builder), key, self.issuers)

    def _signed(self, builder: x509.CertificateBuilder) -> str:
        issuer = loaded(self.certificate)
        secret = loaded_key(self.key)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(secret.public_key())
        made = builder.issuer_name(issuer.subject).add_extension(identifier, critical=False)
        return pem_of(made.sign(secret, hashes.SHA256()))


def new_root(
    common_name: str,
    organization: str,
    validity: Validity,
    kind: KeyKind = KeyKind.EC_P256,
) -> Authority:
    """Make a root certificate, signed with its own key."""
    key = new_key(kind)
    subject = named_subject(common_name, organization)
    builder = _of_authority(subject, _public(key), validity).issuer_name(subject)
    return Authority(pem_of(builder.sign(loaded_key(key), hashes.SHA256())), key)


def _public(key: str) -> CertificatePublicKeyTypes:
    return loaded_key(key).public_key()


def _organization(certificate: str) -> str:
    return attribute(loaded(certificate), NameOID.ORGANIZATION_NAME)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _of_authority(
    subject: x509.Name, key: CertificatePublicKeyTypes, validity: Validity
) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    return _builder(subject, key, validity, constraints, key_usage(signs_others=True))


def _of_end(
    subject: x509.Name,
    key: CertificatePublicKeyTypes,
    validity: Validity,
    purposes: Iterable[x509.ObjectIdentifier],
) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=False, path_length=None)
    builder = _builder(subject, key, validity, constraints, usage_of_key(key))
    return builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)


def _builder(
    subject: x509.Name,
    key: CertificatePublicKeyTypes,
    validity: Validity,
    constraints: x509.BasicConstraints,
    usage: x509.KeyUsage,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.begin)
        .not_valid_after(validity.end)
        .add_extension(constraints, critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
