"""The rules that a single certificate has to keep; each raises CertificateError, with both values.

A time is compared to the second, both ends of a certificate included.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from cp_tui.certificates.certificate_error import (
    CertificateCheck,
    CertificateError,
    moment,
    quoted,
)
from cp_tui.certificates.described import (
    attribute,
    extension,
    has_weak_signature,
    key_words,
    named,
    public_key,
    purposes,
    serial,
    signature_words,
)
from cp_tui.certificates.pem import reading
from cp_tui.certificates.subject import check_common_name

RSA_BITS_MIN = 2048
EC_BITS_MIN = 224
SERIAL_DIGITS_MAX = 40
"""Hex digits that CertificateHashData has room for (W 6); X.509 has no longer ones either."""


def check_not_ended(certificate: x509.Certificate, at: datetime) -> None:
    """Refuse one that has ended."""
    if at.replace(microsecond=0) > certificate.not_valid_after_utc:
        raise CertificateError(
            CertificateCheck.EXPIRED,
            f"{named(certificate)} ended at {moment(certificate.not_valid_after_utc)};"
            f" here it is {moment(at)}",
        )


def check_dates(certificate: x509.Certificate, at: datetime) -> None:
    """Refuse one that has ended, or has not begun."""
    check_not_ended(certificate, at)
    if at < certificate.not_valid_before_utc:
        raise CertificateError(
            CertificateCheck.NOT_YET_VALID,
            f"{named(certificate)} begins at {moment(certificate.not_valid_before_utc)};"
            f" here it is {moment(at)}",
        )


def check_strength(certificate: x509.Certificate) -> None:
    """Refuse a weak key or hash, and a serial number that cannot be told (W A00.FR.502 to 508)."""
    check_key_size(certificate)
    if has_weak_signature(certificate):
        raise CertificateError(
            CertificateCheck.WEAK_HASH,
            f"the signature of {named(certificate)} is {signature_words(certificate)};"
            " at least SHA-256 is needed",
        )
    _check_serial(certificate)


def check_key_size(certificate: x509.Certificate) -> None:
    """Refuse a weak key (W A00.FR.502, 503)."""
    found = key_words(certificate)
    match public_key(certificate):
        case rsa.RSAPublicKey(key_size=size) | dsa.DSAPublicKey(key_size=size):
            is_strong = size >= RSA_BITS_MIN
        case ec.EllipticCurvePublicKey(key_size=size):
            is_strong = size >= EC_BITS_MIN
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            is_strong = True
        case _:
            is_strong = False
    if not is_strong:
        raise CertificateError(
            CertificateCheck.WEAK_KEY,
            f"the key of {named(certificate)} is {found}; at least RSA {RSA_BITS_MIN} or an"
            f" elliptic curve of {EC_BITS_MIN} bits is needed",
        )


def _check_serial(certificate: x509.Certificate) -> None:
    number = serial(certificate)
    if number < 0:
        raise CertificateError(
            CertificateCheck.SERIAL,
            f"the serial number of {named(certificate)} is negative: {quoted(f'{number:x}')}",
        )
    if len(digits := f"{number:x}") > SERIAL_DIGITS_MAX:
        raise CertificateError(
            CertificateCheck.SERIAL,
            f"the serial number of {named(certificate)} has {len(digits)} hex digits;"
            f" at most {SERIAL_DIGITS_MAX} are possible",
        )


def check_key(certificate: x509.Certificate, wanted: str) -> None:
    """Refuse one for another key than the public key that is wanted, in PEM (W A02.FR.06)."""
    if not has_key(certificate, wanted):
        raise CertificateError(
            CertificateCheck.KEY_MISMATCH,
            f"{named(certificate)} is for another key ({key_words(certificate)}) than the one of"
            " the request",
        )


def has_key(certificate: x509.Certificate, wanted: str) -> bool:
    """Whether it is for this public key, in PEM."""
    with reading("the public key of the request"):
        key = load_pem_public_key(wanted.encode())
    return _spki(public_key(certificate)) == _spki(key)


def _spki(key: object) -> bytes:
    assert hasattr(key, "public_bytes")
    content: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return content


def check_subject(
    certificate: x509.Certificate, common_name: str | None, organization: str | None
) -> None:
    """Refuse one for somebody else; None: it may be anybody, but not a server."""
    name = attribute(certificate, NameOID.COMMON_NAME)
    if common_name is not None and name != common_name:
        raise CertificateError(
            CertificateCheck.COMMON_NAME,
            f"its common name is {quoted(name)}; the serial number here is {quoted(common_name)}",
        )
    check_common_name(name)
    operator = attribute(certificate, NameOID.ORGANIZATION_NAME)
    if organization is not None and operator != organization:
        raise CertificateError(
            CertificateCheck.ORGANIZATION,
            f"its organization is {quoted(operator)}; CpoName is {quoted(organization)}",
        )


def check_purpose(certificate: x509.Certificate, purpose: ObjectIdentifier, words: str) -> None:
    """Refuse one that says what its key is for, and leaves signatures or a purpose out."""
    usage = extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        raise CertificateError(
            CertificateCheck.KEY_USAGE,
            f"the key of {named(certificate)} is not for signatures, by its key usage",
        )
    extended = extension(certificate, x509.ExtendedKeyUsage)
    any_purpose = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
    if extended is not None and purpose not in extended and any_purpose not in extended:
        raise CertificateError(
            CertificateCheck.KEY_USAGE,
            f"the key of {named(certificate)} is not for {words}, by its extended key usage",
        )


def check_server(certificate: x509.Certificate, *, is_issuer: bool) -> None:
    """Refuse one that says what its key is for, and leaves a server of TLS out.

    What an issuer may be used for holds for all that it has issued. Unlike `check_purpose` this is
    what TLS itself asks: "any purpose" is not enough, and a key need not be for signatures.
    """
    usage = None if is_issuer else extension(certificate, x509.KeyUsage)
    if usage is not None and not (
        usage.digital_signature or usage.key_encipherment or usage.key_agreement
    ):
        raise CertificateError(
            CertificateCheck.KEY_USAGE,
            f"the key of {named(certificate)} is not for a server of TLS: by its key usage"
            " neither for signatures, nor for encipherment of keys, nor for key agreement",
        )
    extended = extension(certificate, x509.ExtendedKeyUsage)
    if extended is not None and ExtendedKeyUsageOID.SERVER_AUTH not in extended:
        what = f"the key of {named(certificate)} is not"
        if is_issuer:
            what = f"what {named(certificate)} issues is not"
        raise CertificateError(
            CertificateCheck.KEY_USAGE,
            f"{what} for a server of TLS, by its extended key usage:"
            f" {', '.join(purposes(extended)) or 'nothing'}",
        )


def check_authority(certificate: x509.Certificate, below: int, *, is_root: bool) -> None:
    """Refuse an issuer that may issue none, or not with so many others below it.

    A root may say nothing about it: those of charging often do not.
    """
    usage = extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        raise CertificateError(
            CertificateCheck.KEY_USAGE,
            f"the key of {named(certificate)} is not for signing certificates, by its key usage",
        )
    constraints = extension(certificate, x509.BasicConstraints)
    if constraints is None and is_root:
        return
    if constraints is None or not constraints.ca:
        raise CertificateError(
            CertificateCheck.NOT_A_CA,
            f"{named(certificate)} may issue no certificates: it does not say that it is a CA",
        )
    if constraints.path_length is not None and below > constraints.path_length:
        raise CertificateError(
            CertificateCheck.PATH_LENGTH,
            f"the path length of {named(certificate)} is {constraints.path_length}; this chain"
            f" needs {below}",
        )
