"""The folder in which the small CSMS keeps its certificates, and what it knows of charge points.

    certificates/           roots, server, firmware signing: made once, each with its key
    csms_root.pem           whom a charge point has to trust: copies that may be given away
    manufacturer_root.pem
    charge_points.json      passwords, and certificates that were issued
    revoked.pem             certificates that count no more

The folder is for its owner alone, every file with a secret too. Certificates are written into a
folder of another name, forced onto the disk and then renamed: they are there whole or not at all.
While newer ones take their place, the older are kept under a third name.

Everything here blocks.
"""

from __future__ import annotations

import os
import shutil
import ssl
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from cp_tui.certificates.authority import Authority, Issued
from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.csms.errors import FolderDamaged
from cp_tui.csms.known_charge_points import KnownChargePoints
from cp_tui.csms.pki import RENEWED_BEFORE, Pki, new_pki

CERTIFICATES, UNFINISHED, REPLACED = "certificates", "certificates.new", "certificates.old"
CSMS_ROOT, MANUFACTURER_ROOT = "csms_root", "manufacturer_root"
SERVER, SERVER_RSA, SIGNING = "server", "server_rsa", "firmware_signing"
CHARGE_POINTS, REVOKED = "charge_points.json", "revoked.pem"
FILE_BYTES_MAX = 1_000_000


class SecurityFolder:
    """One folder; a CSMS at a time works with it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder

    @property
    def csms_root(self) -> Path:
        """The file by which charge points trust the CSMS."""
        return self.path / f"{CSMS_ROOT}.pem"

    @property
    def manufacturer_root(self) -> Path:
        """The file by which charge points trust signed firmware."""
        return self.path / f"{MANUFACTURER_ROOT}.pem"

    @property
    def revoked(self) -> Path:
        """The list of certificates that count no more."""
        return self.path / REVOKED

    def chain_and_key(self, name: str) -> tuple[Path, Path]:
        """Give the files of a server certificate, as the library of TLS wants them."""
        certificates = self.path / CERTIFICATES
        return certificates / f"{name}.pem", certificates / f"{name}.key"

    def pki(self, at: datetime, *, anew: bool = False) -> Pki:
        """Give the certificates that are there, or make them; `anew` makes them in any case.

        What ends soon is made anew under the same roots. Raises `FolderDamaged` and `OSError`.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        home, old = self.path / CERTIFICATES, self.path / REPLACED
        if old.exists() and not home.exists():
            # The power was cut while newer ones took their place.
            old.rename(home)
        if anew or not home.exists():
            pki = new_pki(at)
            self._replace(pki)
        else:
            pki = self._read(home)
            if pki.ends_at - at < RENEWED_BEFORE:
                pki = pki.renewed(at)
                self._replace(pki)
        for path, root in (
            (self.csms_root, pki.csms_root),
            (self.manufacturer_root, pki.manufacturer_root),
        ):
            self.write(path.name, root.certificate)
        return pki

    def _read(self, home: Path) -> Pki:
        try:
            pki = Pki(
                _authority(home, CSMS_ROOT),
                _authority(home, MANUFACTURER_ROOT),
                *(_issued(home, name) for name in (SERVER, SERVER_RSA, SIGNING)),
            )
            is_whole = pki.has_whole_pairs() and all(
                _is_pair(*self.chain_and_key(name)) for name in (SERVER, SERVER_RSA)
            )
        except CertificateError as error:
            raise FolderDamaged(f"{home}: {error.text}") from None
        except FileNotFoundError as error:
            raise FolderDamaged(f"{error.filename} is missing") from None
        if not is_whole:
            raise FolderDamaged(f"{home}: a key there is not that of its certificate")
        return pki

    def _replace(self, pki: Pki) -> None:
        new, home, old = (self.path / name for name in (UNFINISHED, CERTIFICATES, REPLACED))
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        for name, each in (
            (CSMS_ROOT, pki.csms_root),
            (MANUFACTURER_ROOT, pki.manufacturer_root),
            (SERVER, pki.server),
            (SERVER_RSA, pki.server_rsa),
            (SIGNING, pki.signing),
        ):
            _write(new / f"{name}.key", each.key)
            _write(new / f"{name}.pem", each.certificate)
        _sync(new)
        shutil.rmtree(old, ignore_errors=True)
        with suppress(FileNotFoundError):
            home.rename(old)
        new.rename(home)
        _sync(self.path)
        shutil.rmtree(old, ignore_errors=True)

    def known(self) -> KnownChargePoints:
        """Read what is known of charge points; raises `FolderDamaged` and `OSError`."""
        path = self.path / CHARGE_POINTS
        try:
            return msgspec.json.decode(_bytes(path), type=KnownChargePoints)
        except FileNotFoundError:
            return KnownChargePoints()
        except msgspec.MsgspecError:
            # What it says may quote a password.
            raise FolderDamaged(f"{path} cannot be read: it is damaged") from None

    def keep(self, known: KnownChargePoints) -> None:
        """Write what is known of charge points; raises `OSError`."""
        self.write(CHARGE_POINTS, msgspec.json.encode(known).decode())

    def write(self, name: str, text: str) -> None:
        """Write a file whole, or nothing of it, for its owner alone; raises `OSError`."""
        path = self.path / name
        part = path.with_name(f".{name}.{os.getpid()}.new")
        try:
            _write(part, text)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        _sync(self.path)


def _is_pair(chain: Path, key: Path) -> bool:
    """Whether TLS takes both; it asks for no password, whatever is in the file."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            chain, key, password=lambda: b"none"
        )
    except ssl.SSLError:
        return False
    return True


def _authority(home: Path, name: str) -> Authority:
    return Authority(_text(home / f"{name}.pem"), _text(home / f"{name}.key"))


def _issued(home: Path, name: str) -> Issued:
    return Issued(_text(home / f"{name}.pem"), _text(home / f"{name}.key"), ())


def _text(path: Path) -> str:
    return _bytes(path).decode("ascii", "replace")


def _bytes(path: Path) -> bytes:
    # Not to wait for whoever might write into a FIFO of that name.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return file.read(FILE_BYTES_MAX)


def _write(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Force names onto the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
