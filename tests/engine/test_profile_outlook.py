"""What each security profile would find here is told without starting or changing anything."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.config import ChargePointConfig, SecurityConfig
from cp_tui.charge_point.effects import ClientCertificate, Table
from cp_tui.charge_point.records import OwnCertificateRecord
from cp_tui.engine.credentials import StoredSecurity
from cp_tui.engine.profile_outlook import outlooks
from cp_tui.engine.store import DATABASE_FILE
from tests.engine.tls_servers import NOW, TO_COME, YEAR, Pki

KEY = "0123456789abcdefgh"
URL = "ws://csms.example/ocpp/CP001"


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki(tmp_path)


def stored(folder: Path, *certificates: ClientCertificate) -> None:
    """Have certificates of the charge point in a store, as an engine leaves it."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as database:
        database.execute("CREATE TABLE record (kind, key, value)")
        for each in certificates:
            validity = TO_COME if each.key_id == "later" else YEAR
            record = OwnCertificateRecord(
                chain=each.chain, not_before=validity.begin, not_after=validity.end, since=NOW
            )
            row = (Table.CHARGE_POINT_CERTIFICATE.value, each.key_id, encode(record).decode())
            database.execute("INSERT INTO record VALUES (?, ?, ?)", row)
        database.commit()


def security(pki: Pki, *, roots: str | None = None, **keys: str) -> StoredSecurity:
    known = pki.root.certificate if roots is None else roots
    config = ChargePointConfig(
        "CP001",
        URL,
        keys=keys,
        security=SecurityConfig(csms_roots=known, urls={2: "wss://b/CP001"}),
    )
    return StoredSecurity(config, pki.folder)


def test_each_profile_says_what_it_has_or_what_is_missing(pki: Pki) -> None:
    found = outlooks(security(pki, roots=""), NOW)
    assert [each.is_ready for each in found] == [True, False, False, False]
    assert [each.is_in_force for each in found] == [True, False, False, False]
    assert "needs an AuthorizationKey first" in found[1].text
    assert "needs a CSMS root certificate" in found[3].text

    stored(pki.folder, pki.own(pki.root))
    found = outlooks(security(pki, AuthorizationKey=KEY, SecurityProfile="1"), NOW)
    assert [each.is_ready for each in found] == [True] * 4
    assert [each.url for each in found] == [URL, URL, "wss://b/CP001", URL.replace("ws:", "wss:")]
    assert found[1].text == "AuthorizationKey of 18 characters (text)"
    assert found[2].text.endswith("; 1 root certificate for the CSMS")
    assert found[3].text.startswith(f"certificate of 'SN-0001' until {YEAR.end:%Y-%m-%d}, 365 days")


def test_the_certificate_that_is_tried_has_begun_and_its_key_can_be_read(pki: Pki) -> None:
    stored(pki.folder, pki.own(pki.root), pki.own(pki.root, TO_COME, "later"))
    found = security(pki).credentials(3).certificate
    assert found is not None
    assert found.key_id == "k1"
    pki.keys.forget("k1")
    pki.keys.forget("later")
    assert security(pki).credentials(3).certificate is None
    (_, _, _, third) = outlooks(security(pki), NOW + timedelta(hours=1))
    assert "of 2 there none is" in third.text
