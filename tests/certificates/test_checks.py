"""Which certificates may be installed, or sign firmware; the first rule that one breaks, in words.

For each rule there is one certificate that breaks it alone (W A00.FR.502 to 512, L01, M05).
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.hashes import SHA224
from cryptography.x509 import ExtendedKeyUsage
from cryptography.x509.oid import ExtendedKeyUsageOID

from cp_tui.certificates.certificate_error import CertificateCheck as Check
from cp_tui.certificates.checks import check_replaces, check_root, check_signing_certificate
from cp_tui.certificates.keys import key_usage
from tests.certificates.making import (
    AT,
    DAY,
    AnyKey,
    Made,
    from_openssl,
    make,
    signed_as_nobody_knows,
)
from tests.certificates.refusals import OTHER, ROOT, SECOND, SERVER, SUB, end, refused


def with_key(key: AnyKey) -> str:
    """Make a root that is otherwise in order."""
    return make("Root", ROOT, key=key).pem


BAD_ALONE = {
    "ended": (
        make("Root", end=AT - SECOND).pem,
        Check.EXPIRED,
        "'Root' ended at 2030-06-01 11:59:59Z; here it is 2030-06-01 12:00:00Z",
    ),
    "not begun": (
        make("Root", begin=AT + SECOND).pem,
        Check.NOT_YET_VALID,
        "'Root' begins at 2030-06-01 12:00:01Z; here it is 2030-06-01 12:00:00Z",
    ),
    "short RSA": (
        with_key(rsa.generate_private_key(65537, 1024)),
        Check.WEAK_KEY,
        "the key of 'Root' is RSA 1024; at least RSA 2048 or an elliptic curve of 224 bits is"
        " needed",
    ),
    "short DSA": (
        with_key(dsa.generate_private_key(1024)),
        Check.WEAK_KEY,
        "the key of 'Root' is DSA 1024; at least",
    ),
    "small curve": (
        with_key(ec.generate_private_key(ec.SECP192R1())),
        Check.WEAK_KEY,
        "the key of 'Root' is EC P-192; at least",
    ),
    "key that signs nothing": (
        with_key(x25519.X25519PrivateKey.generate()),
        Check.WEAK_KEY,
        "the key of 'Root' is 1.3.101.110; at least",
    ),
    "SHA-1": (
        from_openssl("sha1_root"),
        Check.WEAK_HASH,
        "the signature of 'Old root' is SHA-1; at least SHA-256 is needed",
    ),
    "SHA-224": (
        make("Root", algorithm=SHA224()).pem,
        Check.WEAK_HASH,
        "the signature of 'Root' is SHA-224 with ECDSA; at least SHA-256 is needed",
    ),
    "a signature that nobody knows": (
        signed_as_nobody_knows(),
        Check.WEAK_HASH,
        "the signature of 'Root' is 1.2.840.10045.4.3.127; at least SHA-256 is needed",
    ),
    "serial below zero": (
        from_openssl("negative"),
        Check.SERIAL,
        "the serial number of 'Negative' is negative: '-5'",
    ),
    "serial without end": (
        from_openssl("huge"),
        Check.SERIAL,
        "the serial number of 'Huge' has 50 hex digits; at most 40 are possible",
    ),
    "controls in its name": (
        make("\x1b[31m\u202e" + "x" * 50, end=AT - DAY).pem,
        Check.EXPIRED,
        r"'\x1b[31m\u202exxxxxxxxxxxxxxxxxxxxxxx...' ended at",
    ),
}


@pytest.mark.parametrize("name", BAD_ALONE)
def test_a_root_that_breaks_a_rule_is_refused_with_both_values(name: str) -> None:
    pem, check, words = BAD_ALONE[name]
    found = refused(lambda: check_root(pem, AT))
    assert found[0] is check
    assert found[1].startswith(words)


@pytest.mark.parametrize("name", BAD_ALONE)
def test_a_signing_certificate_breaks_the_same_rules_even_as_the_root_itself(name: str) -> None:
    pem, check, words = BAD_ALONE[name]
    found = refused(lambda: check_signing_certificate(pem, [pem], AT))
    assert found[0] is check
    assert found[1].startswith(words)


@pytest.mark.parametrize(
    "pem",
    [
        ROOT.pem,
        OTHER.pem,
        make("csms.example", extensions=[key_usage(digital_signature=True)]).pem,
        make("Root", by=OTHER).pem,
        make("Root", begin=AT, end=AT).pem,
        make("Root", key=ed25519.Ed25519PrivateKey.generate()).pem,
        make("Root", serial=(1 << 159) - 1).pem,
        from_openssl("rsa_root"),
    ],
    ids=[
        "of a CA",
        "without extensions",
        "of a server",
        "signed by another one",
        "for this second",
        "Ed25519",
        "long serial",
        "RSA",
    ],
)
def test_a_root_need_not_be_more_than_a_certificate_of_today(pem: str) -> None:
    """W M05, and what charge points meet: the certificate of a server is installed as a root."""
    check_root(pem, AT)


def test_a_root_that_ends_this_second_is_valid_for_the_whole_of_it() -> None:
    check_root(make(end=AT).pem, AT + 0.9 * SECOND)
    assert refused(lambda: check_root(make(end=AT).pem, AT + SECOND))[0] is Check.EXPIRED


def test_the_root_that_replaces_another_one_is_signed_by_it() -> None:
    check_replaces(make("New root", by=ROOT).pem, ROOT.pem)


@pytest.mark.parametrize(
    "pem", [OTHER.pem, make("Other root", make("Root")).pem], ids=["self-signed", "by a namesake"]
)
def test_a_root_that_the_active_one_has_not_signed_does_not_replace_it(pem: str) -> None:
    assert refused(lambda: check_replaces(pem, ROOT.pem)) == (
        Check.WRONG_SIGNER,
        "'Other root' is not signed by the active root 'Root', as AdditionalRootCertificateCheck"
        " wants it",
    )


SIGNER = ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
ANY = ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])


@pytest.mark.parametrize(
    "signing",
    [end(), end(SIGNER, key_usage(digital_signature=True)), end(ANY)],
    ids=["without extensions", "for software", "for anything"],
)
def test_a_signing_certificate_leads_to_the_root_that_signed_it(signing: Made) -> None:
    """W L01."""
    assert check_signing_certificate(signing.pem, [OTHER.pem, ROOT.pem], AT) == ROOT.pem


def test_a_root_may_sign_files_itself_whatever_its_key_is_for() -> None:
    assert check_signing_certificate(ROOT.pem, [OTHER.pem, ROOT.pem], AT) == ROOT.pem


BAD_SIGNERS: dict[str, tuple[Made, Sequence[Made], Check, str]] = {
    "nothing installed": (end(), [], Check.NO_ROOT, "no root certificate is installed for it"),
    "through another authority": (
        end(by=SUB),
        [ROOT],
        Check.UNKNOWN_ROOT,
        "'SN-0001' was issued by 'Sub CA', which is not installed; installed: 'Root'",
    ),
    "by another root": (end(), [OTHER], Check.UNKNOWN_ROOT, "'SN-0001' was issued by 'Root'"),
    "by itself": (make(), [ROOT], Check.SELF_SIGNED, "'SN-0001' is signed with its own key"),
    "of a server": (
        end(SERVER),
        [ROOT],
        Check.KEY_USAGE,
        "the key of 'SN-0001' is not for signing software, by its extended key usage",
    ),
    "not for signatures": (
        end(key_usage(key_agreement=True)),
        [ROOT],
        Check.KEY_USAGE,
        "the key of 'SN-0001' is not for signatures, by its key usage",
    ),
    "by a root that has ended": (
        end(by=(ENDED := make("Root", end=AT - SECOND))),
        [ENDED],
        Check.EXPIRED,
        "'Root' ended at",
    ),
}


@pytest.mark.parametrize("name", BAD_SIGNERS)
def test_a_signing_certificate_that_nobody_stands_for_is_refused(name: str) -> None:
    signing, roots, check, words = BAD_SIGNERS[name]
    found = refused(
        lambda: check_signing_certificate(signing.pem, [root.pem for root in roots], AT)
    )
    assert found[0] is check
    assert found[1].startswith(words)
