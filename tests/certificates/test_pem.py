"""What is taken as one certificate, and as a chain, and in which words all else is refused."""

from __future__ import annotations

import pytest

from cp_tui.certificates.certificate_error import CertificateCheck as Check, CertificateError
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import certificate_request, new_key, public_key_of
from cp_tui.certificates.pem import PEM_MAX, loaded, read_chain, read_one
from tests.certificates.making import from_openssl

ONE = from_openssl("ec_root")
OTHER = from_openssl("leaf")
KEY = new_key(KeyKind.EC_P256)
BODY = ONE.splitlines()[2]


@pytest.mark.parametrize(
    "text",
    [
        ONE,
        ONE.rstrip(),
        ONE.replace("\n", "\r\n"),
        f"subject=/CN=Größe\n    Signature: 00:01\n{ONE}\nand more\n",
        ONE.replace("\n", "\n\n  "),
        ONE.replace("BEGIN CERT", "BEGIN X509 CERT").replace("END CERT", "END X509 CERT"),
    ],
    ids=[
        "plain",
        "no final newline",
        "CRLF",
        "words around it",
        "empty lines and blanks",
        "old label",
    ],
)
def test_one_certificate_is_kept_in_one_form(text: str) -> None:
    assert read_one(text) == ONE


HOSTILE = {
    "empty": (" \n", Check.NOT_PEM, "it is empty"),
    "no PEM": ("MIIB" * 9, Check.NOT_PEM, "no -----BEGIN CERTIFICATE----- in its 36 characters"),
    "no first line": (ONE[1:], Check.NOT_PEM, "its first line is not -----BEGIN CERTIFICATE-----"),
    "cut off": (ONE[:300], Check.NOT_PEM, "it is cut off: -----END CERTIFICATE----- is missing"),
    "escaped": (ONE.replace("\n", "\\n"), Check.NOT_PEM, r"it has \n where its lines should end"),
    "damaged": (ONE.replace(BODY, BODY[::-1]), Check.UNREADABLE, "it cannot be read"),
    "a line is missing": (ONE.replace(BODY + "\n", ""), Check.UNREADABLE, "it cannot be read"),
    "not base64": (ONE.replace(BODY, "ä*\x1b[31m"), Check.UNREADABLE, "it cannot be read"),
    "two": (ONE + OTHER, Check.SEVERAL, "it holds 2 certificates; exactly one is wanted"),
    "the second is cut off": (ONE + OTHER[:90], Check.NOT_PEM, "certificate 2 of 2 is cut off"),
    "too long": (ONE + " " * PEM_MAX, Check.TOO_LONG, "at most 20000 are taken"),
    "with its key": (ONE + KEY, Check.PRIVATE_KEY, "a private key came with it"),
    "only a key": (KEY, Check.PRIVATE_KEY, "it is a private key, no certificate"),
    "half a key": (KEY[KEY.index("\n") :].lower(), Check.PRIVATE_KEY, "it is a private key"),
    "a public key": (
        public_key_of(KEY),
        Check.NOT_A_CERTIFICATE,
        "it is no certificate, but 'PUBLIC KEY'",
    ),
    "a request": (
        ONE + certificate_request(KEY, "SN-1", "Operator"),
        Check.NOT_A_CERTIFICATE,
        "certificate 2 of 2 is no certificate, but 'CERTIFICATE REQUEST'",
    ),
    "a label of controls": (
        "-----BEGIN \x1b]0;owned\x07\u202e" + "x" * 99 + "-----",
        Check.NOT_A_CERTIFICATE,
        r"it is no certificate, but '\x1b]0;owned\x07\u202e",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_all_else_is_refused_in_words_that_can_be_shown(name: str) -> None:
    text, check, words = HOSTILE[name]
    with pytest.raises(CertificateError) as caught:
        read_one(text)
    assert caught.value.check is check
    assert words in caught.value.text
    assert str(caught.value) == caught.value.text
    assert caught.value.text.isprintable()
    assert BODY not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_chain_is_read_as_it_stands() -> None:
    assert read_chain(OTHER + "root:\r\n" + ONE, 10_000) == (OTHER, ONE)
    assert read_chain(ONE, len(ONE)) == (ONE,)


def test_a_chain_that_is_longer_than_its_limit_is_refused_with_both_lengths() -> None:
    with pytest.raises(CertificateError, match=f"has {len(ONE)} characters; at most 600 are"):
        read_chain(ONE, 600)
    with pytest.raises(CertificateError, match="has 10001 characters; at most 10000 are taken"):
        read_chain(ONE.ljust(10_001), 10_000)


def test_what_is_kept_and_was_damaged_is_told_as_such() -> None:
    with pytest.raises(CertificateError, match="the certificate cannot be read"):
        loaded(ONE[:300])
