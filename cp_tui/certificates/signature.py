"""Signatures over a file, checked and made, by its SHA-256 digest: no file is read here (W L01)."""

from __future__ import annotations

from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from cp_tui.certificates.certificate_error import CertificateCheck, CertificateError
from cp_tui.certificates.described import key_words, named, public_key
from cp_tui.certificates.facts import SignatureScheme
from cp_tui.certificates.keys import loaded_key
from cp_tui.certificates.pem import loaded

_DIGEST = Prehashed(SHA256())
_RSA_SCHEMES = SignatureScheme.RSA_PSS, SignatureScheme.RSA_PKCS1


def check_signature(
    signing_certificate: str, signature: str, digest: bytes, *, pss_only: bool = False
) -> SignatureScheme:
    """Say how a file was signed; the signature is base64, with any white space in it.

    The whitepaper wants RSA-PSS; CSMS in the field and the official tests have PKCS#1 v1.5.
    Raises CertificateError.
    """
    certificate = loaded(signing_certificate)
    content = _decoded(signature)
    match public_key(certificate):
        case rsa.RSAPublicKey() as key:
            scheme = _rsa_scheme(key, content, digest)
        case ec.EllipticCurvePublicKey() as key:
            scheme = SignatureScheme.ECDSA if _fits_ecdsa(key, content, digest) else None
        case _:
            raise CertificateError(
                CertificateCheck.SIGNATURE,
                f"the key of {named(certificate)} is {key_words(certificate)}; files are signed"
                " with RSA or ECDSA",
            )
    if scheme is None:
        raise CertificateError(
            CertificateCheck.SIGNATURE,
            f"the signature of {len(content)} B does not fit the file with SHA-256"
            f" {digest.hex()[:16]}... and the key {key_words(certificate)} of {named(certificate)}",
        )
    if pss_only and scheme is SignatureScheme.RSA_PKCS1:
        raise CertificateError(
            CertificateCheck.SIGNATURE,
            f"the signature fits, but is {scheme}; only {SignatureScheme.RSA_PSS} is taken",
        )
    return scheme


def _decoded(signature: str) -> bytes:
    try:
        return b64decode("".join(signature.split()), validate=True)
    except ValueError:
        raise CertificateError(CertificateCheck.NOT_BASE64, "the signature is not base64") from None


def _rsa_scheme(key: rsa.RSAPublicKey, signature: bytes, digest: bytes) -> SignatureScheme | None:
    for scheme in _RSA_SCHEMES:
        try:
            key.verify(signature, digest, _padding(scheme, is_checked=True), _DIGEST)
        except InvalidSignature:
            continue
        return scheme
    return None


def _padding(scheme: SignatureScheme, *, is_checked: bool) -> padding.AsymmetricPadding:
    """Give the padding; a salt of any length is taken, and one as long as the digest is made."""
    if scheme is SignatureScheme.RSA_PKCS1:
        return padding.PKCS1v15()
    salt = padding.PSS.AUTO if is_checked else padding.PSS.DIGEST_LENGTH
    return padding.PSS(padding.MGF1(SHA256()), salt)


def _fits_ecdsa(key: ec.EllipticCurvePublicKey, signature: bytes, digest: bytes) -> bool:
    try:
        key.verify(signature, digest, ec.ECDSA(_DIGEST))
    except InvalidSignature:
        return False
    return True


def sign(key: str, digest: bytes, scheme: SignatureScheme) -> str:
    """Sign the digest of a file with a private key, as its manufacturer does; give base64."""
    secret = loaded_key(key)
    if isinstance(secret, rsa.RSAPrivateKey) and scheme in _RSA_SCHEMES:
        made = secret.sign(digest, _padding(scheme, is_checked=False), _DIGEST)
    elif isinstance(secret, ec.EllipticCurvePrivateKey) and scheme is SignatureScheme.ECDSA:
        made = secret.sign(digest, ec.ECDSA(_DIGEST))
    else:
        raise CertificateError(
            CertificateCheck.SIGNATURE, f"a key of another kind cannot sign with {scheme}"
        )
    return b64encode(made).decode()
