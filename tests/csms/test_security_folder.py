"""Where the CSMS keeps its certificates: whole or not at all, for its owner, and used again."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cp_tui.certificates.checks import check_server_chain, check_signing_certificate
from cp_tui.certificates.described import facts_of
from cp_tui.certificates.pem import read_one
from cp_tui.csms.errors import FolderDamaged
from cp_tui.csms.known_charge_points import IssuedCertificate, KnownChargePoints
from cp_tui.csms.pki import ISSUED_FOR, RENEWED_BEFORE
from cp_tui.csms.security import CsmsSecurity
from cp_tui.csms.security_folder import CERTIFICATES, CHARGE_POINTS, REPLACED, SecurityFolder

NOW = datetime.now(UTC)


def test_all_of_it_is_for_its_owner_alone(folder: Path) -> None:
    paths = [folder, *folder.rglob("*")]
    assert len(paths) > 12
    rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in paths}
    assert {name: mode for name, mode in rights.items() if mode & 0o077} == {}


def test_what_is_there_is_used_again(folder: Path) -> None:
    first, second = CsmsSecurity(folder, NOW), CsmsSecurity(folder, NOW)
    assert second.pki == first.pki
    assert second.authorization_key("CP001") == first.authorization_key("CP001")
    assert len(bytes.fromhex(first.authorization_key("CP001"))) == 20


def test_the_roots_stand_for_server_and_firmware_each_for_its_own(folder: Path) -> None:
    made = SecurityFolder(folder)
    pki = made.pki(NOW)
    root, manufacturer = (
        read_one(path.read_text()) for path in (made.csms_root, made.manufacturer_root)
    )
    for server in (pki.server, pki.server_rsa):
        check_server_chain([server.certificate], [manufacturer, root], NOW)
    assert check_signing_certificate(pki.signing.certificate, [manufacturer], NOW) == manufacturer
    assert {facts_of(pki.server.certificate).key, facts_of(pki.server_rsa.certificate).key} == {
        "EC P-256",
        "RSA 2048",
    }
    secrets = [path.read_text().splitlines()[1] for path in folder.rglob("*.key")]
    assert len(secrets) == 5
    assert [secret for secret in secrets if secret in repr(pki)] == []


def test_what_ends_soon_is_made_anew_under_the_same_roots(folder: Path) -> None:
    made = SecurityFolder(folder)
    before = made.pki(NOW)
    assert made.pki(NOW + ISSUED_FOR - RENEWED_BEFORE - timedelta(days=2)) == before
    after = made.pki(NOW + ISSUED_FOR)
    assert (after.csms_root, after.manufacturer_root) == (
        before.csms_root,
        before.manufacturer_root,
    )
    assert after.server != before.server
    assert made.pki(NOW + ISSUED_FOR) == after


def test_a_power_cut_while_newer_ones_take_their_place_loses_nothing(folder: Path) -> None:
    made = SecurityFolder(folder)
    before = made.pki(NOW)
    (folder / CERTIFICATES).rename(folder / REPLACED)
    assert made.pki(NOW) == before
    # Cut before the older ones were gone, or while newer ones were written.
    (folder / REPLACED).mkdir()
    (folder / "certificates.new").mkdir()
    assert made.pki(NOW) == before
    made.pki(NOW + ISSUED_FOR)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [CERTIFICATES]


def cut_off(folder: Path) -> None:
    path = folder / CERTIFICATES / "csms_root.key"
    path.write_text(path.read_text()[:80])


def swap(folder: Path) -> None:
    home = folder / CERTIFICATES
    (home / "server.key").write_text((home / "csms_root.key").read_text())


def lose(folder: Path) -> None:
    (folder / CERTIFICATES / "firmware_signing.pem").unlink()


def scribble(folder: Path) -> None:
    (folder / CHARGE_POINTS).write_text('{"password": "0123456789abcdef"')


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut_off, "the private key cannot be read: its file is damaged"),
        (swap, "a key there is not that of its certificate"),
        (lose, "firmware_signing.pem is missing"),
        (scribble, "charge_points.json cannot be read: it is damaged"),
    ],
)
def test_what_is_damaged_is_named_and_left_alone(
    folder: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(FolderDamaged, match=words) as refused:
        CsmsSecurity(folder, NOW)
    assert "0123456789abcdef" not in str(refused.value)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before
    anew = CsmsSecurity(folder, NOW, anew=True)
    assert CsmsSecurity(folder, NOW).pki == anew.pki


def test_what_is_known_of_charge_points_is_kept(folder: Path) -> None:
    made = SecurityFolder(folder)
    issued = IssuedCertificate("1f", "CP001", "SN-1", NOW.replace(microsecond=0), is_revoked=True)
    known = KnownChargePoints("0" * 16, {"CP001": "1" * 16}, (issued,))
    made.keep(known)
    assert made.known() == known
    assert "0" * 16 not in repr(known)
    assert "1" * 16 not in repr(known)
    assert known.certificate("1f") == issued
    assert known.certificate("2f") is None
