"""What is told of a certificate, whatever stands in it."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.hashes import SHA3_256
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from msgspec import json

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.certificates.described import NAMES_MAX, SHOWN_MAX, facts_of, hash_words
from cp_tui.certificates.facts import CertificateFacts
from cp_tui.certificates.keys import key_usage, loaded_key
from cp_tui.certificates.pem import read_one
from tests.certificates.making import (
    AT,
    CA,
    DAY,
    AnyKey,
    Made,
    from_openssl,
    make,
    rsa_key,
    signed_as_nobody_knows,
    with_bytes,
)


def test_everything_that_a_technician_asks_for_is_told() -> None:
    """The fingerprint is that of `openssl x509 -fingerprint -sha256`."""
    facts = facts_of(from_openssl("leaf"))
    assert facts.subject == "CN=SN-0001,O=Example Operator"
    assert facts.issuer == "CN=CSMS root,O=Example Operator,C=DE"
    assert facts.common_name == "SN-0001"
    assert facts.organization == "Example Operator"
    assert facts.serial == "1"
    assert facts.key == "EC P-256"
    assert facts.signature == "SHA-256 with RSA"
    assert facts.fingerprint == "3b677ae359e2ba50dfaeaa4e6a6deeb4b7571c9ece1c491ffc62571048af9076"
    assert facts.names == facts.usages == ()
    assert not facts.is_authority
    assert not facts.is_self_signed


def test_a_root_of_openssl_says_what_it_is() -> None:
    facts = facts_of(from_openssl("rsa_root"))
    assert (facts.key, facts.serial) == ("RSA 2048", "a1b2c3d4e5f")
    assert facts.is_authority
    assert facts.is_self_signed


def test_facts_are_written_and_read_as_json() -> None:
    facts = facts_of(make().pem)
    assert json.decode(json.encode(facts), type=CertificateFacts) == facts


def test_days_are_those_of_the_calendar() -> None:
    facts = facts_of(make(end=AT + 3 * DAY).pem)
    assert facts.not_after == AT + 3 * DAY
    days = (0, 0.4, 0.5, 2.9, 3, 3.1, 3.5, 4.5)
    assert [facts.days_left(AT + each * DAY) for each in days] == [3, 3, 2, 0, 0, 0, -1, -2]
    assert [facts.left(AT + each * DAY) for each in (0, 2, 3, 3.1, 3.5, 4.5)] == [
        "3 days left",
        "1 day left",
        "ends today at 12:00Z",
        "ended today at 12:00Z",
        "ended 1 day ago",
        "ended 2 days ago",
    ]


def test_names_and_usages_are_told() -> None:
    names = [
        x509.DNSName("csms.example"),
        x509.IPAddress(ip_address("::1")),
        x509.RFC822Name("a@b.example"),
        x509.UniformResourceIdentifier("https://csms.example/"),
        x509.RegisteredID(ObjectIdentifier("1.2.3")),
    ]
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH, ObjectIdentifier("1.2.3.4")]
    extensions = [
        x509.SubjectAlternativeName(names),
        x509.ExtendedKeyUsage(purposes),
        key_usage(digital_signature=True, key_agreement=True),
        CA,
    ]
    facts = facts_of(make(extensions=extensions).pem)
    assert facts.names == ("csms.example", "::1", "a@b.example", "https://csms.example/")
    assert facts.usages == ("signatures", "key agreement", "client of TLS", "1.2.3.4")
    assert facts.is_authority


def test_of_many_names_some_are_told_and_the_rest_is_counted() -> None:
    names = [x509.DNSName(f"{'x' * 60}.{number}") for number in range(NAMES_MAX + 5)]
    facts = facts_of(make(extensions=[x509.SubjectAlternativeName(names)]).pem)
    assert (len(facts.names), facts.more_names) == (NAMES_MAX, 5)


def test_a_subject_of_controls_is_shown_as_escapes() -> None:
    facts = facts_of(make("\x1b[31m\u202eSN", organization="Zo\u00eb\n" * 30).pem)
    assert facts.common_name == r"\x1b[31m\u202eSN"
    assert len(facts.organization) == SHOWN_MAX
    assert facts.organization.endswith("...")
    assert all(text.isprintable() for text in (facts.subject, facts.issuer, facts.organization))


@pytest.mark.parametrize("by", [make("broken"), None], ids=["issuer", "both"])
def test_a_certificate_with_a_name_that_is_no_text_is_not_read(by: Made | None) -> None:
    """A sentence about it could not even name it."""
    made = make("broken" if by is None else "SN-0001", by)
    with pytest.raises(CertificateError, match="it cannot be read"):
        read_one(with_bytes(made, b"broken", b"\xff\xfe\x80\x00\x1b\x07"))


@pytest.mark.parametrize("which", ["begin", "end"])
def test_a_certificate_with_a_date_that_python_does_not_know_is_not_read(which: str) -> None:
    year = datetime(2060, 1, 1, tzinfo=UTC)
    dates = (year, year + DAY) if which == "begin" else (AT, year)
    made = make(begin=dates[0], end=dates[1])
    with pytest.raises(CertificateError, match="it cannot be read"):
        read_one(with_bytes(made, b"20600101000000Z", b"00000101000000Z"))


def test_extensions_that_cannot_be_read_are_left_out() -> None:
    made = make(extensions=[x509.SubjectAlternativeName([x509.DNSName("csms.example")])])
    facts = facts_of(with_bytes(made, b"\x82\x0ccsms.example", b"\x87\x0ccsms.example"))
    assert facts.names == ()


def test_a_certificate_without_a_subject_is_told() -> None:
    facts = facts_of(make("", organization="").pem)
    assert (facts.subject, facts.common_name, facts.organization) == ("", "", "")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (ec.generate_private_key(ec.SECP384R1()), "EC P-384"),
        (ec.generate_private_key(ec.BrainpoolP256R1()), "EC brainpoolP256r1"),
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519"),
        (ed448.Ed448PrivateKey.generate(), "Ed448"),
        (rsa.generate_private_key(65537, 1024), "RSA 1024"),
        (x25519.X25519PrivateKey.generate(), "1.3.101.110"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_keys_are_told_by_kind_and_size(key: AnyKey, words: str) -> None:
    assert facts_of(make(by=make(), key=key).pem).key == words


def test_signatures_are_told_by_hash_and_kind() -> None:
    by_rsa, by_pss = (make(key=loaded_key(rsa_key()), is_pss=each) for each in (False, True))
    by_ed25519 = make(key=ed25519.Ed25519PrivateKey.generate())
    assert facts_of(by_rsa.pem).signature == "SHA-256 with RSA"
    assert facts_of(by_pss.pem).signature == "SHA-256 with RSA-PSS"
    assert facts_of(make().pem).signature == "SHA-256 with ECDSA"
    assert facts_of(by_ed25519.pem).signature == "Ed25519"
    assert facts_of(from_openssl("sha1_root")).signature == "SHA-1"
    assert hash_words(SHA3_256()) == "SHA3-256"
    assert all(facts_of(each.pem).is_self_signed for each in (by_rsa, by_pss, by_ed25519))


def test_a_signature_of_a_kind_that_nobody_knows_is_told_by_its_number() -> None:
    assert facts_of(signed_as_nobody_knows()).signature == "1.2.840.10045.4.3.127"


def test_one_that_is_too_old_to_be_checked_is_a_root_if_it_says_so() -> None:
    assert facts_of(from_openssl("sha1_root")).is_self_signed


def test_one_of_the_same_name_as_its_issuer_is_no_root_for_that() -> None:
    assert not facts_of(make("Root", by=make("Root")).pem).is_self_signed


def test_a_serial_number_below_zero_is_told_and_warns_nobody() -> None:
    assert facts_of(from_openssl("negative")).serial == "-5"
