"""Keys, and requests for certificates with them."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cp_tui.certificates.certificate_error import CertificateCheck as Check, CertificateError
from cp_tui.certificates.facts import KeyKind, RequestFacts
from cp_tui.certificates.keys import (
    certificate_request,
    loaded_key,
    loaded_request,
    new_key,
    public_key_of,
    request_facts_of,
)
from cp_tui.certificates.pem import PEM_MAX
from tests.certificates.making import rsa_key

KEY = new_key(KeyKind.EC_P256)
REQUEST = certificate_request(KEY, "SN-0001", "Größe & Söhne")


@pytest.mark.parametrize(
    ("key", "kind"),
    [(KEY, "EC P-256"), (new_key(KeyKind.EC_P384), "EC P-384"), (rsa_key(), "RSA 2048")],
    ids=["EC P-256", "EC P-384", "RSA 2048"],
)
def test_a_request_says_who_asks_with_which_key(key: str, kind: str) -> None:
    """W A02.FR.13."""
    how = "RSA" if kind.startswith("RSA") else "ECDSA"
    assert request_facts_of(certificate_request(key, "SN-0001", "Größe & Söhne")) == RequestFacts(
        common_name="SN-0001",
        organization="Größe & Söhne",
        key=kind,
        signature=f"SHA-256 with {how}",
    )
    assert len(certificate_request(key, "x" * 64, "y" * 64)) <= 5_500


def test_every_request_is_for_a_key_of_its_own() -> None:
    assert len({public_key_of(new_key(KeyKind.EC_P256)) for _ in range(3)}) == 3


def test_a_request_asks_for_what_a_client_of_tls_needs() -> None:
    asked = loaded_request(REQUEST).extensions
    assert not asked.get_extension_for_class(x509.BasicConstraints).value.ca
    assert asked.get_extension_for_class(x509.KeyUsage).value.digital_signature


def test_a_request_never_holds_the_key() -> None:
    assert "PRIVATE" not in REQUEST + public_key_of(KEY)
    assert KEY.splitlines()[1] not in REQUEST


@pytest.mark.parametrize(
    ("common_name", "organization", "check"),
    [
        ("csms.example", "Operator", Check.COMMON_NAME),
        ("", "Operator", Check.COMMON_NAME),
        ("SN-0001", "", Check.ORGANIZATION),
        ("SN-0001", "Oper\nator", Check.ORGANIZATION),
        ("Größe" * 13, "Operator", Check.COMMON_NAME),
    ],
)
def test_no_request_is_made_for_names_that_no_certificate_may_have(
    common_name: str, organization: str, check: Check
) -> None:
    with pytest.raises(CertificateError) as caught:
        certificate_request(KEY, common_name, organization)
    assert caught.value.check is check


DAMAGED = KEY[:60] + KEY[61:]


@pytest.mark.parametrize("key", ["", DAMAGED, KEY[:90], "ä\ud800", REQUEST], ids=range(5))
def test_a_key_that_cannot_be_read_is_told_without_a_letter_of_it(key: str) -> None:
    with pytest.raises(CertificateError, match="the private key cannot be read") as caught:
        public_key_of(key)
    assert caught.value.check is Check.UNREADABLE
    assert KEY.splitlines()[1][:8] not in repr(caught.value)
    assert caught.value.__suppress_context__


def test_a_key_of_another_kind_is_refused() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(CertificateError, match="neither RSA nor EC"):
        loaded_key(pem)


@pytest.mark.parametrize(
    ("pem", "check", "words"),
    [
        ("", Check.REQUEST, "the request cannot be read"),
        (REQUEST[:300], Check.REQUEST, "the request cannot be read"),
        (REQUEST.ljust(PEM_MAX + 1), Check.TOO_LONG, "it has 20001 characters"),
    ],
    ids=["empty", "cut off", "too long"],
)
def test_a_request_that_cannot_be_read_is_refused(pem: str, check: Check, words: str) -> None:
    with pytest.raises(CertificateError, match=words) as caught:
        loaded_request(pem)
    assert caught.value.check is check


def test_a_request_that_was_not_signed_with_its_own_key_is_refused() -> None:
    body = "".join(REQUEST.splitlines()[1:-1])
    forged = body[:-12] + ("AAAA" if body[-12:-8] != "AAAA" else "BBBB") + body[-8:]
    pem = f"-----BEGIN CERTIFICATE REQUEST-----\n{forged}\n-----END CERTIFICATE REQUEST-----\n"
    with pytest.raises(CertificateError, match="not signed with the key that is in it"):
        loaded_request(pem)
