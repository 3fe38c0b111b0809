"""A certificate in words that can be shown, whatever is in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, SignatureAlgorithmOID

from cp_tui.certificates.certificate_error import CertificateError, quoted, shortened
from cp_tui.certificates.facts import CertificateFacts
from cp_tui.certificates.pem import loaded, reading
from cp_tui.ocpp.printable import clean

T = TypeVar("T")
Extension = TypeVar("Extension", bound=x509.ExtensionType)
Signed = x509.Certificate | x509.CertificateSigningRequest

SHOWN_MAX = 200
"""Longest subject, issuer or alternative name that is shown, in characters."""
NAMES_MAX = 30
"""Alternative names, and usages, that are shown."""

_NONE: tuple[str, ...] = ()
_CURVES = {
    "secp192r1": "P-192",
    "secp224r1": "P-224",
    "secp256r1": "P-256",
    "secp384r1": "P-384",
    "secp521r1": "P-521",
}
_WITHOUT_HASH = {
    SignatureAlgorithmOID.ED25519: "Ed25519",
    SignatureAlgorithmOID.ED448: "Ed448",
}
_KEY_USAGES = {
    "digital_signature": "signatures",
    "content_commitment": "commitment",
    "key_encipherment": "encipherment of keys",
    "data_encipherment": "encipherment of data",
    "key_agreement": "key agreement",
    "key_cert_sign": "signing of certificates",
    "crl_sign": "signing of revocation lists",
}
_EXTENDED_USAGES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "server of TLS",
    ExtendedKeyUsageOID.CLIENT_AUTH: "client of TLS",
    ExtendedKeyUsageOID.CODE_SIGNING: "signing of software",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "any purpose",
}


def facts_of(pem: str) -> CertificateFacts:
    """Describe one certificate.

    A part that cannot be read is told as far as it can be: a key by the number of its kind, an
    extension as if it were not there. Raises CertificateError where there is no certificate.
    """
    certificate = loaded(pem)
    names = _known(lambda: _alternative_names(certificate), _NONE)
    with reading("the certificate"):
        return CertificateFacts(
            subject=_shown(certificate.subject.rfc4514_string()),
            issuer=_shown(certificate.issuer.rfc4514_string()),
            common_name=shown_attribute(certificate, NameOID.COMMON_NAME),
            organization=shown_attribute(certificate, NameOID.ORGANIZATION_NAME),
            serial=f"{serial(certificate):x}",
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            key=key_words(certificate),
            signature=signature_words(certificate),
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
            names=tuple(_shown(name) for name in names[:NAMES_MAX]),
            more_names=len(names[NAMES_MAX:]),
            usages=_known(lambda: _usages(certificate), _NONE)[:NAMES_MAX],
            is_authority=_known(lambda: _is_authority(certificate), False),
            is_self_signed=is_self_signed(certificate),
        )


def shown_attribute(signed: Signed, kind: x509.ObjectIdentifier) -> str:
    """Give an attribute of the subject, fit to be shown; empty: it has none."""
    return _shown(attribute(signed, kind))


def attribute(signed: Signed, kind: x509.ObjectIdentifier) -> str:
    """Give an attribute of the subject as it is, to be compared; empty: it has none."""
    found = signed.subject.get_attributes_for_oid(kind)
    return str(found[0].value) if found else ""


def named(certificate: x509.Certificate) -> str:
    """Name a certificate in a sentence, by the shortest name that it has."""
    return _named(certificate.subject)


def issuer_named(certificate: x509.Certificate) -> str:
    """Name the issuer of a certificate, in the same way."""
    return _named(certificate.issuer)


def _named(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return quoted(str(found[0].value) if found else name.rfc4514_string())


def serial(certificate: x509.Certificate) -> int:
    """Give the serial number, negative ones as well."""
    with reading("the serial number"):
        return certificate.serial_number


def extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    """Give an extension; None: there is none. Raises CertificateError where none can be read."""
    with reading("what the certificate may be used for"):
        try:
            return certificate.extensions.get_extension_for_class(kind).value
        except x509.ExtensionNotFound:
            return None


def public_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes:
    """Give the public key; raises CertificateError where it is of a kind that is not known."""
    with reading("the public key"):
        return certificate.public_key()


def key_words(certificate: x509.Certificate) -> str:
    """Tell kind and size of the public key."""
    key = _known(lambda: certificate.public_key(), None)
    words = None if key is None else words_of_key(key)
    return words or certificate.public_key_algorithm_oid.dotted_string


def words_of_key(key: object) -> str | None:
    """Tell kind and size of a key; None: of a kind that the standard does not have."""
    match key:
        case rsa.RSAPublicKey():
            return f"RSA {key.key_size}"
        case dsa.DSAPublicKey():
            return f"DSA {key.key_size}"
        case ec.EllipticCurvePublicKey():
            return f"EC {_CURVES.get(key.curve.name, key.curve.name)}"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
    return None


def signature_words(signed: Signed) -> str:
    """Tell how a certificate or a request was signed."""
    oid = signed.signature_algorithm_oid
    if oid in _WITHOUT_HASH:
        return _WITHOUT_HASH[oid]
    algorithm = signature_hash(signed)
    if algorithm is None:
        return oid.dotted_string
    match _known(lambda: signed.signature_algorithm_parameters, None):
        case padding.PSS():
            how = "RSA-PSS"
        case padding.PKCS1v15():
            how = "RSA"
        case ec.ECDSA():
            how = "ECDSA"
        case _:
            return hash_words(algorithm)
    return f"{hash_words(algorithm)} with {how}"


def signature_hash(signed: Signed) -> hashes.HashAlgorithm | None:
    """Give the hash that was signed; None: the way of signing has none, or is not known."""
    return _known(lambda: signed.signature_hash_algorithm, None)


def hash_words(algorithm: hashes.HashAlgorithm) -> str:
    """Name a hash: `SHA-256`."""
    return re.sub(r"^SHA(?=\d+$)", "SHA-", algorithm.name.upper())


def _usages(certificate: x509.Certificate) -> tuple[str, ...]:
    found: list[str] = []
    if (usage := extension(certificate, x509.KeyUsage)) is not None:
        found += [words for name, words in _KEY_USAGES.items() if getattr(usage, name)]
    if (extended := extension(certificate, x509.ExtendedKeyUsage)) is not None:
        found += purposes(extended)
    return tuple(found)


def purposes(extended: x509.ExtendedKeyUsage) -> list[str]:
    """Tell what a key may be used for, by its extended key usage."""
    return [_EXTENDED_USAGES.get(each, each.dotted_string) for each in extended]


def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether one certificate was signed with the key of another one, under its name."""
    try:
        with reading("the certificate"):
            certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, CertificateError):
        return False
    return True


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Whether it is signed with its own key.

    A signature too old to be checked counts, if the certificate says that it is its own issuer.
    """
    if certificate.issuer != certificate.subject:
        return False
    return has_weak_signature(certificate) or issued(certificate, certificate)


def has_weak_signature(certificate: x509.Certificate) -> bool:
    """Whether the signature proves nothing: its hash is shorter than SHA-256, or not known."""
    algorithm = signature_hash(certificate)
    if algorithm is None:
        return certificate.signature_algorithm_oid not in _WITHOUT_HASH
    return algorithm.digest_size < hashes.SHA256.digest_size


def _alternative_names(certificate: x509.Certificate) -> tuple[str, ...]:
    found = extension(certificate, x509.SubjectAlternativeName)
    if found is None:
        return ()
    plain = (x509.DNSName, x509.IPAddress, x509.UniformResourceIdentifier, x509.RFC822Name)
    return tuple(str(name.value) for name in found if isinstance(name, plain))


def _is_authority(certificate: x509.Certificate) -> bool:
    found = extension(certificate, x509.BasicConstraints)
    return found is not None and found.ca


def _shown(text: str) -> str:
    return shortened(clean(text), SHOWN_MAX)


def _known(read: Callable[[], T], otherwise: T) -> T:
    """Read a part of a certificate; what cannot be read is told as something else."""
    try:
        with reading("a part"):
            return read()
    except CertificateError:
        return otherwise
