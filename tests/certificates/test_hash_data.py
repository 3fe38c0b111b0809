"""The names of certificates between CSMS and charge point, held against those of OpenSSL (W 6)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import json
from msgspec.structs import replace

from cp_tui.certificates.facts import HashData
from cp_tui.certificates.hash_data import hash_data_of
from cp_tui.ocpp.security_enumerations import HashAlgorithm
from tests.certificates.making import VECTORS, from_openssl, make

NAMED = hash_data_of(from_openssl("rsa_root"), ())


@pytest.mark.parametrize(
    "vector", VECTORS["hash_data"], ids=lambda each: f"{each['certificate']} {each['algorithm']}"
)
def test_the_hashes_are_those_that_openssl_asks_ocsp_for(vector: dict[str, Any]) -> None:
    issuers = [from_openssl("ec_root"), from_openssl(vector["issuer"])]
    found = hash_data_of(
        from_openssl(vector["certificate"]), issuers, HashAlgorithm(vector["algorithm"])
    )
    assert found == HashData(
        algorithm=vector["algorithm"],
        issuer_name_hash=vector["issuer_name_hash"],
        issuer_key_hash=vector["issuer_key_hash"],
        serial=vector["serial"],
    )


def test_a_root_needs_no_issuer() -> None:
    assert hash_data_of(from_openssl("rsa_root"), [from_openssl("ec_root")]) == NAMED
    assert hash_data_of(from_openssl("sha1_root"), ()) is not None


def test_without_its_issuer_a_certificate_has_no_name() -> None:
    assert hash_data_of(from_openssl("leaf"), [from_openssl("ec_root")]) is None


def test_an_issuer_of_the_same_name_with_another_key_is_none() -> None:
    root, other = make("Root"), make("Root")
    leaf = make(by=root)
    assert hash_data_of(leaf.pem, [other.pem]) is None
    assert hash_data_of(leaf.pem, [other.pem, root.pem]) == hash_data_of(leaf.pem, [root.pem])


def test_hashes_are_compared_however_they_are_written() -> None:
    assert NAMED is not None
    shouted = HashData(
        algorithm="SHA256",
        issuer_name_hash=NAMED.issuer_name_hash.upper(),
        issuer_key_hash=NAMED.issuer_key_hash.upper(),
        serial=f"000{NAMED.serial.upper()}",
    )
    assert NAMED.matches(shouted)
    assert shouted.matches(NAMED)


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "SHA384"},
        {"issuer_name_hash": "0" * 64},
        {"issuer_key_hash": "0" * 64},
        {"serial": "a1b2c3d4e50"},
    ],
)
def test_each_part_of_the_name_counts(change: dict[str, str]) -> None:
    assert NAMED is not None
    assert not NAMED.matches(replace(NAMED, **change))


def test_the_serial_number_0_is_written_and_compared() -> None:
    assert NAMED is not None
    assert replace(NAMED, serial="0").matches(replace(NAMED, serial="00"))


def test_hash_data_is_written_and_read_as_json() -> None:
    assert json.decode(json.encode(NAMED), type=HashData) == NAMED
