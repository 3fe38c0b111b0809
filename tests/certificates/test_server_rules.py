"""What TLS asks of the chain that a server shows, in our words: which certificate, which rule."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import BasicConstraints, ExtendedKeyUsage, ExtensionType
from cryptography.x509.oid import ExtendedKeyUsageOID

from cp_tui.certificates.certificate_error import CertificateCheck as Check
from cp_tui.certificates.checks import check_root, check_server_chain, check_server_rules
from cp_tui.certificates.keys import key_usage
from tests.certificates.making import AT, CA, DAY, Made, make
from tests.certificates.refusals import ROOT, SERVER, refused

HOST = "csms.example"
CLIENT = ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
NOTHING = ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
SIGNS = key_usage(signs_others=True)


def judge(chain: Sequence[Made], roots: Sequence[Made] | None = (ROOT,)) -> None:
    """Look at a chain with the rules of TLS."""
    known = None if roots is None else [each.pem for each in roots]
    check_server_rules([each.pem for each in chain], known, AT)


def below(*extensions: ExtensionType, leaf: tuple[ExtensionType, ...] = ()) -> list[Made]:
    """Give a server below a CA that has these extensions."""
    middle = make("Sub", ROOT, extensions=extensions)
    return [make(HOST, middle, extensions=leaf), middle]


@pytest.mark.parametrize("roots", [(ROOT,), None], ids=["installed", "of the system"])
@pytest.mark.parametrize(
    ("chain", "check", "words"),
    [
        (below(), Check.NOT_A_CA, "'Sub' may issue no certificates"),
        (below(CA, key_usage(signs_others=False)), Check.KEY_USAGE, "the key of 'Sub' is not for"),
        (below(CA, SIGNS, CLIENT), Check.KEY_USAGE, "what 'Sub' issues is not for a server"),
        (below(CA, leaf=(CLIENT,)), Check.KEY_USAGE, "the key of 'csms.example' is not for a serv"),
        (below(CA, leaf=(SIGNS,)), Check.KEY_USAGE, "the key of 'csms.example' is not for a serv"),
        ([make(HOST, ROOT, end=AT - DAY)], Check.EXPIRED, "'csms.example' ended at"),
        (
            [make(HOST, ROOT, key=ec.generate_private_key(ec.SECP192R1()))],
            Check.WEAK_KEY,
            "the key of 'csms.example' is EC P-192",
        ),
    ],
    ids=["no CA", "usage of the CA", "purpose of the CA", "purpose", "usage", "ended", "weak"],
)
def test_the_rule_that_is_broken_is_named_with_the_certificate(
    chain: list[Made], check: Check, words: str, roots: Sequence[Made] | None
) -> None:
    found = refused(lambda: judge(chain, roots))
    assert found[0] is check
    assert found[1].startswith(words)


@pytest.mark.parametrize("roots", [(ROOT,), None], ids=["installed", "of the system"])
def test_what_breaks_none_is_taken(roots: Sequence[Made] | None) -> None:
    judge(below(CA, SIGNS, SERVER, leaf=(SERVER,)), roots)
    judge([*below(CA), ROOT], roots)


def test_without_roots_a_chain_is_looked_at_as_far_as_it_goes() -> None:
    short = make("Short", ROOT, extensions=[BasicConstraints(ca=True, path_length=0)])
    sub = make("Sub", short, extensions=[CA])
    found = refused(lambda: judge([make(HOST, sub), sub, short], None))
    assert found[0] is Check.PATH_LENGTH


def test_without_roots_a_server_that_signed_itself_breaks_no_rule() -> None:
    judge([make(HOST)], None)


def test_a_purpose_that_is_none_of_ours_is_told_by_its_number() -> None:
    found = refused(lambda: judge([make(HOST, ROOT, extensions=[NOTHING])]))
    assert found[1].endswith("by its extended key usage: 1.3.6.1.5.5.7.3.9")


def test_one_with_the_name_of_an_installed_root_is_told_from_it_by_dates_and_hash() -> None:
    twin = make("Root", begin=AT - 2 * DAY)
    found = refused(lambda: check_server_chain([twin.pem], [ROOT.pem], AT))
    assert found[0] is Check.UNKNOWN_ROOT
    day = f"{AT - 2 * DAY:%Y-%m-%d}"
    assert f"not with that of the installed one of its name: it is of {day}, SHA-256" in found[1]


def test_a_root_that_names_itself_is_signed_by_itself_or_by_one_of_its_name() -> None:
    by_the_one_before = make("Root", ROOT)
    check_root(by_the_one_before.pem, AT, [ROOT.pem])
    check_root(make("Sub", ROOT).pem, AT, [])
    found = refused(lambda: check_root(by_the_one_before.pem, AT, []))
    assert found[0] is Check.SIGNATURE
    assert found[1].startswith("'Root' names itself as its issuer")
