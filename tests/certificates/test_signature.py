"""Whether a file was signed, how, and with which key (W L01)."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from cp_tui.certificates.certificate_error import CertificateCheck as Check, CertificateError
from cp_tui.certificates.facts import KeyKind, SignatureScheme
from cp_tui.certificates.keys import loaded_key, new_key
from cp_tui.certificates.signature import check_signature, sign
from tests.certificates.making import VECTORS, from_openssl, make, rsa_key

DIGEST = sha256(VECTORS["file"].encode()).digest()
OTHER_FILE = sha256(VECTORS["file"][:-1].encode()).digest()
RSA = make("Signer", key=loaded_key(rsa_key()))
EC_KEY = new_key(KeyKind.EC_P384)
EC = make("Signer", key=loaded_key(EC_KEY))


def ids(vector: dict[str, str]) -> str:
    """Name a signature of OpenSSL."""
    return f"{vector['scheme']} {vector['made_with']}".rstrip()


@pytest.mark.parametrize("vector", VECTORS["signatures"], ids=ids)
def test_what_openssl_has_signed_is_signed_and_it_is_told_how(vector: dict[str, Any]) -> None:
    signer = from_openssl(vector["certificate"])
    assert check_signature(signer, vector["signature"], DIGEST) == vector["scheme"]


@pytest.mark.parametrize("vector", VECTORS["signatures"], ids=ids)
def test_another_file_is_not(vector: dict[str, Any]) -> None:
    signer = from_openssl(vector["certificate"])
    with pytest.raises(CertificateError, match="does not fit the file with SHA-256") as caught:
        check_signature(signer, vector["signature"], OTHER_FILE)
    assert caught.value.check is Check.SIGNATURE
    assert OTHER_FILE.hex()[:16] in caught.value.text


def test_white_space_in_a_signature_is_left_out() -> None:
    signature = VECTORS["signatures"][0]["signature"]
    lines = "\r\n".join([signature[:64], f" \t{signature[64:]}", ""])
    assert check_signature(from_openssl("rsa_root"), lines, DIGEST) == "RSA-PSS"


@pytest.mark.parametrize("signature", ["Zm9v!", "Zm9", "Größe", "\x1b[31m", "Zm9vZm9v-_"])
def test_what_is_not_base64_is_refused(signature: str) -> None:
    with pytest.raises(CertificateError, match="the signature is not base64") as caught:
        check_signature(RSA.pem, signature, DIGEST)
    assert caught.value.check is Check.NOT_BASE64


@pytest.mark.parametrize("signer", [RSA, EC], ids=["RSA", "EC"])
@pytest.mark.parametrize("content", [b"", b"\x30", b"x" * 9_000], ids=len)
def test_a_signature_of_any_length_is_refused(signer: Any, content: bytes) -> None:
    with pytest.raises(CertificateError, match=f"signature of {len(content)} B does not fit"):
        check_signature(signer.pem, b64encode(content).decode(), DIGEST)


@pytest.mark.parametrize(
    ("signer", "key", "scheme"),
    [
        (RSA, rsa_key(), SignatureScheme.RSA_PSS),
        (RSA, rsa_key(), SignatureScheme.RSA_PKCS1),
        (EC, EC_KEY, SignatureScheme.ECDSA),
    ],
    ids=lambda value: value if isinstance(value, SignatureScheme) else "",
)
def test_what_was_signed_here_is_signed(signer: Any, key: str, scheme: SignatureScheme) -> None:
    assert check_signature(signer.pem, sign(key, DIGEST, scheme), DIGEST) is scheme


def test_only_pss_is_taken_where_that_is_wanted() -> None:
    pss, plain = (sign(rsa_key(), DIGEST, each) for each in (*SignatureScheme,) if "RSA" in each)
    assert check_signature(RSA.pem, pss, DIGEST, pss_only=True) is SignatureScheme.RSA_PSS
    with pytest.raises(CertificateError, match=r"is RSA PKCS#1 v1\.5; only RSA-PSS is taken"):
        check_signature(RSA.pem, plain, DIGEST, pss_only=True)
    ecdsa = sign(EC_KEY, DIGEST, SignatureScheme.ECDSA)
    assert check_signature(EC.pem, ecdsa, DIGEST, pss_only=True) is SignatureScheme.ECDSA


def test_a_key_that_signs_no_files_is_named() -> None:
    signer = make("Signer", key=ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(CertificateError, match="the key of 'Signer' is Ed25519; files are signed"):
        check_signature(signer.pem, "Zm9v", DIGEST)


@pytest.mark.parametrize(
    ("key", "scheme"),
    [(rsa_key(), SignatureScheme.ECDSA), (EC_KEY, SignatureScheme.RSA_PSS)],
    ids=["RSA", "EC"],
)
def test_a_key_signs_only_in_its_own_way(key: str, scheme: SignatureScheme) -> None:
    with pytest.raises(CertificateError, match=f"a key of another kind cannot sign with {scheme}"):
        sign(key, DIGEST, scheme)
