"""Whatever a peer or a file holds, nothing but CertificateError comes out, in words to be shown."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings, strategies as st

from cp_tui.certificates.certificate_error import (
    TEXT_MAX,
    CertificateCheck,
    CertificateError,
)
from cp_tui.certificates.checks import (
    anchor_of,
    check_charge_point_chain,
    check_replaces,
    check_root,
    check_server_chain,
    check_signing_certificate,
)
from cp_tui.certificates.described import SHOWN_MAX, facts_of
from cp_tui.certificates.facts import KeyKind, RequestFacts
from cp_tui.certificates.hash_data import hash_data_of
from cp_tui.certificates.keys import certificate_request, key_usage, new_key, request_facts_of
from cp_tui.certificates.pem import read_chain, read_one
from cp_tui.certificates.signature import check_signature
from cp_tui.certificates.subject import check_common_name
from cp_tui.ocpp.printable import is_clean
from tests.certificates.making import AT, CA, from_openssl, make
from tests.tiers import tier

T = TypeVar("T")

MANY = settings(max_examples=tier(60, deep=20_000))
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
ROOT = make("Root", extensions=[CA])
LEAF = make(
    by=ROOT,
    extensions=[
        CA,
        x509.SubjectAlternativeName([x509.DNSName("csms.example")]),
        key_usage(digital_signature=True, signs_others=True),
    ],
)
CONTENT = LEAF.certificate.public_bytes(Encoding.DER)
KEY = new_key(KeyKind.EC_P256)
REQUEST = certificate_request(KEY, "SN-0001", "Operator")


def as_pem(content: bytes, label: str = "CERTIFICATE") -> str:
    """Write bytes as if they were a certificate."""
    lines = b64encode(content).decode()
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


@st.composite
def damaged(draw: st.DrawFn, content: bytes = CONTENT) -> bytes:
    """Give a certificate in which some bytes are others, are missing, or stand twice."""
    found = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(found) - 1))
        kind = draw(st.sampled_from(["other", "other", "other", "missing", "twice"]))
        if kind == "other":
            found[at] = draw(st.integers(0, 255))
        elif kind == "missing":
            del found[at]
        else:
            found[at:at] = found[at : at + 1]
    return bytes(found)


def tried(asked: Callable[[], T]) -> T | CertificateError:
    """Ask, and give what was found or why not: in words that are bounded and can be shown."""
    try:
        return asked()
    except CertificateError as error:
        refusal = error
    assert 0 < len(refusal.text) <= TEXT_MAX
    assert is_clean(refusal.text)
    assert KEY.splitlines()[1] not in repr(refusal)
    return refusal


def ask_everything(pem: str) -> None:
    """Ask all that can be asked about a certificate that was read."""
    facts = facts_of(pem)
    texts = (facts.subject, facts.issuer, facts.common_name, facts.organization)
    for text in (*texts, facts.key, facts.signature, *facts.names, *facts.usages):
        assert is_clean(text)
        assert len(text) <= SHOWN_MAX
    tried(lambda: hash_data_of(pem, [ROOT.pem]))
    tried(lambda: check_root(pem, AT))
    tried(lambda: check_replaces(pem, ROOT.pem))
    tried(lambda: check_replaces(ROOT.pem, pem))
    tried(lambda: check_signing_certificate(pem, [ROOT.pem], AT))
    tried(lambda: check_signature(pem, "Zm9v", bytes(32)))
    tried(lambda: anchor_of([pem, LEAF.pem], [ROOT.pem], AT))
    tried(lambda: chain_checked(pem, ROOT.pem))
    tried(lambda: chain_checked(LEAF.pem, pem))
    tried(lambda: check_server_chain([pem, LEAF.pem], [ROOT.pem], AT))
    tried(lambda: check_server_chain([LEAF.pem], [pem], AT))


def chain_checked(*chain: str) -> object:
    """Check a chain against the key of the leaf."""
    return check_charge_point_chain(
        chain, [ROOT.pem], AT, public_key=LEAF.public_key, common_name=None, organization=None
    )


@MANY
@given(damaged())
def test_a_damaged_certificate_is_refused_or_told(content: bytes) -> None:
    found = tried(lambda: read_one(as_pem(content)))
    if isinstance(found, str):
        ask_everything(found)
    else:
        assert found.check is CertificateCheck.UNREADABLE


@MANY
@given(
    st.lists(
        st.sampled_from([LEAF.pem, ROOT.pem, from_openssl("negative"), KEY, REQUEST])
        | ANY_TEXT
        | st.builds(lambda pem, cut: pem[:cut], st.just(LEAF.pem), st.integers(0, 700)),
        max_size=4,
    ).map("".join)
)
def test_any_text_is_refused_or_gives_certificates(text: str) -> None:
    tried(lambda: read_one(text))
    found = tried(lambda: read_chain(text, 10_000))
    if isinstance(found, tuple):
        assert found
        for pem in found:
            ask_everything(pem)


@MANY
@given(ANY_TEXT, ANY_TEXT)
def test_any_name_is_refused_or_asked_for(common_name: str, organization: str) -> None:
    tried(lambda: check_common_name(common_name))
    tried(lambda: request_facts_of(certificate_request(KEY, common_name, organization)))


@MANY
@given(ANY_TEXT | st.binary(max_size=300).map(lambda content: b64encode(content).decode()))
def test_any_signature_is_refused(signature: str) -> None:
    found = tried(lambda: check_signature(LEAF.pem, signature, bytes(32)))
    assert isinstance(found, CertificateError)


@MANY
@given(ANY_TEXT | st.integers(0, len(REQUEST)).map(lambda cut: REQUEST[:cut]))
def test_any_request_is_refused_or_told(pem: str) -> None:
    tried(lambda: request_facts_of(pem))


@MANY
@given(damaged(b64decode("".join(REQUEST.splitlines()[1:-1]))))
def test_a_damaged_request_is_refused_or_told(content: bytes) -> None:
    found = tried(lambda: request_facts_of(as_pem(content, "CERTIFICATE REQUEST")))
    if isinstance(found, RequestFacts):
        for text in (found.common_name, found.organization, found.key):
            assert is_clean(text)
