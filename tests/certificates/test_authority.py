"""The small authority of the demo and the tests makes what our own checks and OpenSSL take."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from cp_tui.certificates.authority import Validity, new_root
from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.certificates.checks import (
    anchor_of,
    check_charge_point_chain,
    check_replaces,
    check_root,
    check_signing_certificate,
)
from cp_tui.certificates.described import facts_of
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import certificate_request, new_key, public_key_of
from cp_tui.certificates.pem import read_chain
from tests.certificates.making import AT, DAY, YEAR

CENTURY = Validity(AT - 3_650 * DAY, AT + 36_500 * DAY)
"""OpenSSL asks the clock."""
ROOT = new_root("Root", "Operator", CENTURY)
SUB = ROOT.authority("Sub CA", CENTURY)
KEY = new_key(KeyKind.EC_P256)
REQUEST = certificate_request(KEY, "SN-0001", "Operator")
CHAIN = SUB.charge_point(REQUEST, CENTURY)


def test_a_root_is_a_root() -> None:
    check_root(ROOT.certificate, AT)
    facts = facts_of(ROOT.certificate)
    assert (facts.common_name, facts.organization) == ("Root", "Operator")
    assert facts.is_authority
    assert facts.is_self_signed
    assert (facts.not_before, facts.not_after) == (CENTURY.begin, CENTURY.end)
    assert facts_of(new_root("Root", "Operator", YEAR, KeyKind.RSA_2048).certificate).key == (
        "RSA 2048"
    )


def test_an_authority_below_is_signed_by_the_one_above() -> None:
    check_replaces(SUB.certificate, ROOT.certificate)
    assert facts_of(SUB.certificate).issuer == "CN=Root,O=Operator"
    deep = SUB.authority("Deep", YEAR)
    assert deep.issuers == (deep.certificate, SUB.certificate)


def test_the_request_of_a_charge_point_is_signed_with_its_chain() -> None:
    chain = read_chain(CHAIN, 10_000)
    assert chain[1:] == (SUB.certificate,)
    assert chain == check_charge_point_chain(
        chain,
        [ROOT.certificate],
        AT,
        public_key=public_key_of(KEY),
        common_name="SN-0001",
        organization="Operator",
    )


def test_it_signs_for_other_names_where_it_is_told_to() -> None:
    chain = ROOT.charge_point(REQUEST, YEAR, common_name="SN-2", organization="Somebody")
    facts = facts_of(chain)
    assert (facts.common_name, facts.organization) == ("SN-2", "Somebody")


def test_it_signs_no_damaged_request() -> None:
    with pytest.raises(CertificateError):
        ROOT.charge_point(REQUEST[:200], YEAR)


def test_what_signs_firmware_is_taken_for_it() -> None:
    signer = ROOT.signing_certificate("Firmware 1", YEAR)
    assert check_signing_certificate(signer.certificate, [ROOT.certificate], AT) == ROOT.certificate
    assert "signing of software" in facts_of(signer.certificate).usages


def test_the_certificate_of_a_server_has_all_its_names() -> None:
    server = SUB.server(["csms.example", "localhost", "127.0.0.1"], YEAR)
    facts = facts_of(server.certificate)
    assert facts.common_name == "csms.example"
    assert facts.names == ("csms.example", "localhost", "127.0.0.1")
    chain = read_chain(server.chain, 10_000)
    assert anchor_of(chain, [ROOT.certificate], AT) == ROOT.certificate


def test_keys_are_in_no_representation() -> None:
    server = ROOT.server(["localhost"], YEAR)
    for holder in (ROOT, server):
        assert holder.key.splitlines()[1] not in repr(holder)
        assert "PRIVATE" not in repr(holder)


def context(folder: Path, name: str, chain: str, key: str, *, is_server: bool) -> ssl.SSLContext:
    """Make one end of a TLS connection where both ends have to show a certificate."""
    files = folder / f"{name}.pem", folder / f"{name}.key"
    for file, content in zip(files, (chain, key), strict=True):
        file.write_text(content)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if is_server else ssl.PROTOCOL_TLS_CLIENT)
    made.load_cert_chain(*files)
    made.verify_mode = ssl.CERT_REQUIRED
    made.verify_flags |= ssl.VERIFY_X509_STRICT
    made.load_verify_locations(cadata=ROOT.certificate)
    return made


def test_openssl_takes_the_chains_of_both_ends_even_where_it_is_strict(tmp_path: Path) -> None:
    issued = SUB.server(["localhost"], CENTURY)
    server = context(tmp_path, "server", issued.chain, issued.key, is_server=True)
    client = context(tmp_path, "client", CHAIN, KEY, is_server=False)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="localhost"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    done: set[int] = set()
    for _ in range(5):
        for number, end in enumerate(ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            done.add(number)
    assert done == {0, 1}
    assert (("commonName", "SN-0001"),) in (ends[1].getpeercert() or {})["subject"]


def test_a_revocation_list_names_what_counts_no_more_and_is_signed() -> None:
    serials = facts_of(CHAIN).serial, "7f"
    made = x509.load_pem_x509_crl(SUB.revocation_list(serials, YEAR).encode())
    assert [f"{each.serial_number:x}" for each in made] == [*serials]
    signer = x509.load_pem_x509_certificate(SUB.certificate.encode())
    assert made.issuer == signer.subject
    key = signer.public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    assert made.is_signature_valid(key)
    assert (made.last_update_utc, made.next_update_utc) == (YEAR.begin, YEAR.end)
