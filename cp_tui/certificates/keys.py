"""Private keys, and requests for certificates with them (W A02, A03).

A key is PEM without a password: it is for a file that only its owner can read, and for nobody's
eyes. It is drawn from the randomness of the system.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from cp_tui.certificates.certificate_error import CertificateCheck, CertificateError
from cp_tui.certificates.described import shown_attribute, signature_words, words_of_key
from cp_tui.certificates.facts import KeyKind, RequestFacts
from cp_tui.certificates.pem import PEM_MAX, reading
from cp_tui.certificates.subject import check_common_name, check_organization
from cp_tui.ocpp.plural import count

_CURVES: dict[KeyKind, ec.EllipticCurve] = {
    KeyKind.EC_P256: ec.SECP256R1(),
    KeyKind.EC_P384: ec.SECP384R1(),
}


def new_key(kind: KeyKind) -> str:
    """Make a private key; RSA takes up to seconds of the processor."""
    key: CertificateIssuerPrivateKeyTypes
    if kind in _CURVES:
        key = ec.generate_private_key(_CURVES[kind])
    else:
        bits = int(kind.value.removeprefix("RSA "))
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def loaded_key(key: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    """Load a private key; raises CertificateError, which says nothing of its content."""
    try:
        found = serialization.load_pem_private_key(key.encode("ascii", "replace"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CertificateError(
            CertificateCheck.UNREADABLE, "the private key cannot be read: its file is damaged"
        ) from None
    if isinstance(found, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return found
    raise CertificateError(CertificateCheck.WEAK_KEY, "the private key is neither RSA nor EC")


def public_key_of(key: str) -> str:
    """Give the public key of a private one, in PEM; raises CertificateError."""
    content = loaded_key(key).public_key()
    return content.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def certificate_request(key: str, common_name: str, organization: str) -> str:
    """Make the request for a certificate (PKCS#10, PEM) that a CSMS has signed (W A02.FR.13).

    The common name is the serial number of the charge point, the organization is CpoName. Raises
    CertificateError where no certificate may have such a name.
    """
    check_common_name(common_name)
    check_organization(organization)
    secret = loaded_key(key)
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(named_subject(common_name, organization))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage_of_key(secret.public_key()), critical=True)
        .sign(secret, hashes.SHA256())
    )
    return request.public_bytes(Encoding.PEM).decode()


def named_subject(common_name: str, organization: str) -> x509.Name:
    """Give the subject with these two, each left out where it is empty."""
    attributes = {NameOID.ORGANIZATION_NAME: organization, NameOID.COMMON_NAME: common_name}
    return x509.Name(
        [x509.NameAttribute(kind, value) for kind, value in attributes.items() if value]
    )


def usage_of_key(key: object) -> x509.KeyUsage:
    """Give what the key at an end of TLS is for."""
    return key_usage(
        digital_signature=True,
        key_agreement=isinstance(key, ec.EllipticCurvePublicKey),
        key_encipherment=isinstance(key, rsa.RSAPublicKey),
    )


def key_usage(
    *,
    digital_signature: bool = False,
    key_agreement: bool = False,
    key_encipherment: bool = False,
    signs_others: bool = False,
) -> x509.KeyUsage:
    """Give the key usage with these and no others."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=key_agreement,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        encipher_only=False,
        decipher_only=False,
    )


def loaded_request(pem: str) -> x509.CertificateSigningRequest:
    """Load a request for a certificate, signed with its own key; raises CertificateError."""
    if len(pem) > PEM_MAX:
        raise CertificateError(
            CertificateCheck.TOO_LONG,
            f"it has {count(len(pem), 'character')}; at most {PEM_MAX} are taken",
        )
    with reading("the request", CertificateCheck.REQUEST):
        request = x509.load_pem_x509_csr(pem.encode("ascii", "replace"))
        request.subject.rfc4514_string()
        is_signed = request.is_signature_valid
    if not is_signed:
        raise CertificateError(
            CertificateCheck.REQUEST, "the request is not signed with the key that is in it"
        )
    return request


def request_facts_of(pem: str) -> RequestFacts:
    """Describe a request for a certificate; raises CertificateError."""
    request = loaded_request(pem)
    with reading("the request", CertificateCheck.REQUEST):
        return RequestFacts(
            common_name=shown_attribute(request, NameOID.COMMON_NAME),
            organization=shown_attribute(request, NameOID.ORGANIZATION_NAME),
            key=words_of_key(request.public_key()) or "of another kind",
            signature=signature_words(request),
        )
