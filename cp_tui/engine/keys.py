"""The private keys of the charge point: one file each in a folder of its own, for nobody else.

A key is written under another name, forced onto the disk and then renamed, so that a power cut
leaves it whole or not at all; the record that names it follows in a later turn. A key that no
record names was never asked a certificate for, or its certificate is gone: it is deleted at the
next start. What is in a file is read by the library that makes TLS, and by nobody else: no text of
this module holds any of it.

Everything here blocks.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.charge_point.effects import MakeCertificateRequest
from cp_tui.charge_point.events import CertificateRequestMade

KEYS_FOLDER = "keys"
KEY_BYTES_MAX = 20_000
SUFFIX, PART_SUFFIX = ".pem", ".part"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class KeyFile(Struct, frozen=True):
    """A file in the folder that cannot be used as a key."""

    key_id: str
    why: str


class KeyFolder:
    """The keys in a data folder; a folder that is not there yet is made for the first key."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / KEYS_FOLDER

    def path(self, key_id: str) -> Path:
        """Give the file of a key; raises `ValueError` where nothing can have such a name."""
        if not _NAME.fullmatch(key_id):
            raise ValueError("no name for a key")
        return self._folder / f"{key_id}{SUFFIX}"

    def tidy(self, records: Iterable[str]) -> list[str]:
        """Delete the keys that no record names, and what is half written; give their names.

        Raises `OSError` where the folder cannot be read.
        """
        texts = [*records]
        gone = []
        for path in self._files():
            # A record says the name as text, whatever else it says and however it is written.
            if path.suffix == SUFFIX and any(path.stem in text for text in texts):
                continue
            if path.suffix in (SUFFIX, PART_SUFFIX):
                path.unlink(missing_ok=True)
                gone.append(path.stem)
        return gone

    def look(self) -> tuple[frozenset[str], tuple[KeyFile, ...]]:
        """Give the names of the keys that can be read, and the files that cannot, with the reason.

        Rights of others to them are taken away. Raises `OSError` where the folder cannot be read.
        """
        good, bad = [], []
        for path in self._files():
            if path.suffix != SUFFIX:
                continue
            try:
                self._check(path)
            except OSError as error:
                bad.append(KeyFile(path.stem, error.strerror or type(error).__name__))
            except CertificateError as error:
                bad.append(KeyFile(path.stem, error.text))
            else:
                good.append(path.stem)
        return frozenset(good), tuple(bad)

    def make(self, order: MakeCertificateRequest) -> CertificateRequestMade:
        """Make a key and a request with it; raises `CertificateError`, `OSError`, `ValueError`."""
        from cp_tui.certificates.keys import certificate_request, new_key, public_key_of

        path = self.path(order.key_id)
        key = new_key(order.kind)
        request = certificate_request(key, order.common_name, order.organization)
        self._keep(path, key)
        return CertificateRequestMade(order.key_id, request, public_key_of(key))

    def forget(self, key_id: str) -> None:
        """Delete a key; one that is not there is no error. Raises `OSError`, `ValueError`."""
        path = self.path(key_id)
        with suppress(FileNotFoundError):
            path.unlink()
            _sync(self._folder)

    def _files(self) -> list[Path]:
        try:
            _for_its_owner(self._folder, 0o700)
            return sorted(path for path in self._folder.iterdir() if not path.is_dir())
        except FileNotFoundError:
            return []

    def _check(self, path: Path) -> None:
        from cp_tui.certificates.keys import loaded_key

        _for_its_owner(path, 0o600)
        # Not to wait for whoever might write into a FIFO of that name.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            loaded_key(file.read(KEY_BYTES_MAX).decode("ascii", "replace"))

    def _keep(self, path: Path, key: str) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        part = path.with_suffix(PART_SUFFIX)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
                file.write(key.encode("ascii"))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        _sync(self._folder)
        _sync(self._folder.parent)


def _for_its_owner(path: Path, mode: int) -> None:
    """Take away the rights that others have."""
    if stat.S_IMODE(path.stat().st_mode) & ~mode:
        path.chmod(mode)


def _sync(folder: Path) -> None:
    """Force names onto the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
