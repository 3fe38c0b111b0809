"""Which chains a charge point may use; the first rule that one breaks, in words (W A02.FR.06).

For each rule there is one chain that breaks it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import BasicConstraints

from cp_tui.certificates.certificate_error import CertificateCheck as Check
from cp_tui.certificates.checks import check_charge_point_chain
from cp_tui.certificates.keys import key_usage
from cp_tui.certificates.pem import loaded
from tests.certificates.making import AT, CA, DAY, Made, from_openssl, make
from tests.certificates.refusals import LEAF, OTHER, ROOT, SECOND, SERVER, SUB, end, refused


def checked(
    *chain: Made,
    roots: Sequence[Made] = (OTHER, ROOT),
    key: Made | None = None,
    common_name: str | None = "SN-0001",
    organization: str | None = "Operator",
) -> tuple[str, ...]:
    """Check a chain for the charge point."""
    return check_charge_point_chain(
        [each.pem for each in chain],
        [each.pem for each in roots],
        AT,
        public_key=(key or chain[0]).public_key,
        common_name=common_name,
        organization=organization,
    )


def test_a_chain_for_the_charge_point_is_shown_to_servers_without_its_root() -> None:
    whole = (LEAF.pem, SUB.pem)
    assert checked(LEAF, SUB) == whole
    assert checked(LEAF, SUB, ROOT) == whole
    assert checked(LEAF, SUB, roots=[SUB]) == whole
    assert checked(LEAF, roots=[ROOT, SUB]) == (LEAF.pem,)
    assert checked(OTHER, common_name=None) == (OTHER.pem,)


def test_a_certificate_that_begins_later_is_taken_for_later() -> None:
    """W A02.FR.08."""
    late = make(by=ROOT, begin=AT + DAY)
    assert checked(late) == (late.pem,)


def test_names_that_nobody_asks_for_are_not_compared() -> None:
    other = make("SN-2", ROOT, organization="Somebody")
    assert checked(other, common_name=None, organization=None) == (other.pem,)


LOOP_A = make("A", key=(KEY_A := ec.generate_private_key(ec.SECP256R1())))
LOOP_B = make("B", LOOP_A)
LOOP_C = make("A", LOOP_B, key=KEY_A, extensions=[CA])
LOOP_D = make("B", LOOP_A, key=LOOP_B.key, extensions=[CA])

BAD_CHAINS: dict[str, tuple[Callable[[], object], Check, str]] = {
    "for another key": (
        lambda: checked(LEAF, SUB, key=OTHER),
        Check.KEY_MISMATCH,
        "'SN-0001' is for another key (EC P-256) than the one of the request",
    ),
    "ended": (
        lambda: checked(make(by=ROOT, end=AT - SECOND)),
        Check.EXPIRED,
        "'SN-0001' ended at 2030-06-01 11:59:59Z; here it is 2030-06-01 12:00:00Z",
    ),
    "short key": (
        lambda: checked(make(by=ROOT, key=rsa.generate_private_key(65537, 1024))),
        Check.WEAK_KEY,
        "the key of 'SN-0001' is RSA 1024; at least",
    ),
    "not for signatures": (
        lambda: checked(end(key_usage(key_encipherment=True))),
        Check.KEY_USAGE,
        "the key of 'SN-0001' is not for signatures, by its key usage",
    ),
    "of a server": (
        lambda: checked(end(SERVER)),
        Check.KEY_USAGE,
        "the key of 'SN-0001' is not for a client of TLS, by its extended key usage",
    ),
    "for another serial number": (
        lambda: checked(LEAF, SUB, common_name="SN-0002"),
        Check.COMMON_NAME,
        "its common name is 'SN-0001'; the serial number here is 'SN-0002'",
    ),
    "without a name": (
        lambda: checked(make("", ROOT)),
        Check.COMMON_NAME,
        "its common name is ''; the serial number here is 'SN-0001'",
    ),
    "a URL as its name": (
        lambda: checked(make("wss://csms.example/ocpp", ROOT), common_name=None),
        Check.COMMON_NAME,
        "the common name 'wss://csms.example/ocpp' looks like a URL; it has to be a serial number",
    ),
    "an address as its name": (
        lambda: checked(make("192.0.2.7", ROOT), common_name="192.0.2.7"),
        Check.COMMON_NAME,
        "the common name '192.0.2.7' looks like an IP address; it has to be a serial number",
    ),
    "for another operator": (
        lambda: checked(LEAF, SUB, organization="Somebody"),
        Check.ORGANIZATION,
        "its organization is 'Operator'; CpoName is 'Somebody'",
    ),
    "without an operator": (
        lambda: checked(make(by=ROOT, organization="")),
        Check.ORGANIZATION,
        "its organization is ''; CpoName is 'Operator'",
    ),
    "issuer first": (
        lambda: checked(SUB, LEAF, key=LEAF),
        Check.ORDER,
        "certificate 2 of the chain, 'SN-0001', is for the key of the request; it has to be the"
        " first",
    ),
    "root before the authority below it": (
        lambda: checked(LEAF, ROOT, SUB),
        Check.ORDER,
        "certificate 2 of the chain, 'Root', did not issue certificate 1, but certificate 3 did:"
        " each has to be followed by its issuer",
    ),
    "one that belongs to nothing": (
        lambda: checked(LEAF, SUB, OTHER),
        Check.UNRELATED,
        "certificate 3 of the chain, 'Other root', did not issue 'Sub CA' before it",
    ),
    "the same one twice": (
        lambda: checked(LEAF, LEAF),
        Check.UNRELATED,
        "certificate 2 of the chain, 'SN-0001', did not issue 'SN-0001' before it",
    ),
    "in a circle": (
        lambda: checked(make(by=LOOP_C), LOOP_C, LOOP_D),
        Check.LOOP,
        "the issuers go round in a circle from 'B' back to it",
    ),
    "signed by itself": (
        lambda: checked(make()),
        Check.SELF_SIGNED,
        "'SN-0001' is signed with its own key, and not installed; installed: 'Other root', 'Root'",
    ),
    "without what stands between": (
        lambda: checked(LEAF),
        Check.UNKNOWN_ROOT,
        "'SN-0001' was issued by 'Sub CA', which is not installed; installed: 'Other root', 'Root'",
    ),
    "up to another root": (
        lambda: checked(LEAF, SUB, roots=[OTHER, LOOP_A, LOOP_B]),
        Check.UNKNOWN_ROOT,
        "'Sub CA' was issued by 'Root', which is neither in the chain nor installed; installed:"
        " 'Other root', 'A' and 1 more",
    ),
    "with another root": (
        lambda: checked(LEAF, SUB, ROOT, roots=[OTHER]),
        Check.UNKNOWN_ROOT,
        "'Root' is the root of the chain, and not installed; installed: 'Other root'",
    ),
    "signed with another key than that of the root": (
        lambda: checked(make(by=make("Root"))),
        Check.UNKNOWN_ROOT,
        "'SN-0001' is not signed with the key of the 'Root' that is installed",
    ),
    "nothing installed": (
        lambda: checked(LEAF, SUB, roots=[]),
        Check.NO_ROOT,
        "no root certificate is installed for it",
    ),
    "by an authority that has ended": (
        lambda: checked(
            end(by=(sub := make("Sub CA", ROOT, extensions=[CA], end=AT - SECOND))), sub
        ),
        Check.EXPIRED,
        "'Sub CA' ended at 2030-06-01 11:59:59Z; here it is 2030-06-01 12:00:00Z",
    ),
    "by a root that has ended": (
        lambda: checked(end(by=(root := make("Root", end=AT - SECOND))), roots=[root]),
        Check.EXPIRED,
        "'Root' ended at",
    ),
    "by a weak authority": (
        lambda: checked(
            end(
                by=(
                    sub := make(
                        "Sub CA",
                        ROOT,
                        key=rsa.generate_private_key(65537, 1024),
                        extensions=[CA],
                    )
                )
            ),
            sub,
        ),
        Check.WEAK_KEY,
        "the key of 'Sub CA' is RSA 1024",
    ),
    "by what is no authority": (
        lambda: checked(end(by=(sub := make("Sub CA", ROOT))), sub),
        Check.NOT_A_CA,
        "'Sub CA' may issue no certificates: it does not say that it is a CA",
    ),
    "by a root that says it is none": (
        lambda: checked(
            end(by=(root := make("Root", extensions=[BasicConstraints(False, None)]))),
            roots=[root],
        ),
        Check.NOT_A_CA,
        "'Root' may issue no certificates",
    ),
    "by a key that may not sign certificates": (
        lambda: checked(
            end(
                by=(sub := make("Sub CA", ROOT, extensions=[CA, key_usage(digital_signature=True)]))
            ),
            sub,
        ),
        Check.KEY_USAGE,
        "the key of 'Sub CA' is not for signing certificates, by its key usage",
    ),
    "with more between than a root allows": (
        lambda: checked(
            end(
                by=(
                    sub := make(
                        "Sub CA",
                        root := make("Root", extensions=[BasicConstraints(True, 0)]),
                        extensions=[CA],
                    )
                )
            ),
            sub,
            roots=[root],
        ),
        Check.PATH_LENGTH,
        "the path length of 'Root' is 0; this chain needs 1",
    ),
}


@pytest.mark.parametrize("name", BAD_CHAINS)
def test_a_chain_that_breaks_a_rule_is_refused_with_both_values(name: str) -> None:
    by, check, words = BAD_CHAINS[name]
    found = refused(by)
    assert found[0] is check
    assert found[1].startswith(words)


@pytest.mark.parametrize("end_of_chain", [["rsa_root"], []], ids=["with its root", "without"])
def test_an_authority_that_was_signed_with_sha_1_is_refused_for_that(
    end_of_chain: list[str],
) -> None:
    chain = [from_openssl(name) for name in ("leaf_of_sha1_ca", "sha1_ca", *end_of_chain)]
    public_key = loaded(chain[0]).public_key()
    wanted = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert refused(
        lambda: check_charge_point_chain(
            chain,
            [from_openssl("rsa_root")],
            AT,
            public_key=wanted,
            common_name="SN-0001",
            organization="Example Operator",
        )
    ) == (
        Check.WEAK_HASH,
        "the signature of 'Old CA' is SHA-1 with RSA; at least SHA-256 is needed",
    )


@pytest.mark.parametrize("others", [2, 13])
def test_many_that_have_all_signed_each_other_take_no_longer(others: int) -> None:
    """Each is tried once: as many as fit a message are through before anybody waits."""
    key = ec.generate_private_key(ec.SECP256R1())
    first = make("A", key=key, extensions=[CA])
    each = [
        make("A", first, key=key, serial=number + 2, extensions=[CA]) for number in range(others)
    ]
    found = refused(lambda: checked(make(by=first), *each))
    assert found[0] in (Check.LOOP, Check.UNKNOWN_ROOT)
