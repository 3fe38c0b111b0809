"""The security of the small CSMS at work: its authority, whom it lets in, and what it has issued.

Made when something needs it first, for a CSMS without security loads nothing of it. Files are read
and written where they are needed, which blocks for a moment.
"""

from __future__ import annotations

import hmac
import secrets
import ssl
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from cp_tui.certificates.described import facts_of
from cp_tui.certificates.facts import CertificateFacts
from cp_tui.certificates.hash_data import hash_data_of
from cp_tui.certificates.pem import read_chain
from cp_tui.csms import tls
from cp_tui.csms.known_charge_points import (
    CPO_NAME,
    ISSUED_MAX,
    KEYS_MAX,
    IssuedCertificate,
    KnownChargePoints,
)
from cp_tui.csms.pki import ROOT_FOR, Pki, validity
from cp_tui.csms.security_folder import SERVER, SERVER_RSA, SecurityFolder
from cp_tui.ocpp.authorization_key import authorization_key_bytes
from cp_tui.ocpp.security import CertificateHashData
from cp_tui.ocpp.security_enumerations import CertificateUse, HashAlgorithm

PASSWORD_BYTES = 20
CHAIN_MAX = 10_000


class CsmsSecurity:
    """What a CSMS needs for the security profiles 1 to 3.

    Raises `FolderDamaged` and `OSError` where its folder cannot be used. Without a folder there is
    one that goes with the CSMS.
    """

    def __init__(
        self,
        folder: Path | None,
        at: datetime,
        *,
        anew: bool = False,
        authorization_key: str = "",
    ) -> None:
        """`authorization_key` is the first one of every charge point; empty: one is drawn."""
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="cp-tui-csms-")
            folder = Path(self._temporary.name)
        self.folder = SecurityFolder(folder)
        self.pki: Pki = self.folder.pki(at, anew=anew)
        self._known = KnownChargePoints() if anew else self.folder.known()
        self._contexts: list[ssl.SSLContext] = []
        self._list_at = at - timedelta(seconds=1)
        if not self._known.password:
            password = authorization_key or secrets.token_hex(PASSWORD_BYTES)
            self._keep(replace(self._known, password=password))
        self._write_revoked(at)

    def close(self) -> None:
        """Leave nothing behind, where the folder was not given."""
        if self._temporary is not None:
            with suppress(OSError):
                self._temporary.cleanup()

    @property
    def cpo_name(self) -> str:
        """CpoName that a charge point has to have to be issued a certificate."""
        return CPO_NAME

    def authorization_key(self, charge_point_id: str) -> str:
        """Give the AuthorizationKey that a charge point has to have."""
        return self._known.passwords.get(charge_point_id, self._known.password)

    def set_authorization_key(self, charge_point_id: str, key: str) -> None:
        """Take a new AuthorizationKey from now on; the one before counts no more (W A01.FR.04)."""
        passwords = {**self._known.passwords, charge_point_id: key}
        if len(passwords) > KEYS_MAX:
            del passwords[next(iter(passwords))]
        self._keep(replace(self._known, passwords=passwords))

    def is_password(self, charge_point_id: str, password: bytes) -> bool:
        """Whether this is the password of a charge point (W A00.FR.205)."""
        expected = authorization_key_bytes(self.authorization_key(charge_point_id))
        return hmac.compare_digest(password, expected)

    def context(self, profile: int, report: Callable[[str], None]) -> ssl.SSLContext:
        """Make what a door of profile 2 or 3 shows; `report` hears why a handshake failed."""
        names = SERVER, SERVER_RSA
        context = tls.server_context(
            tuple(self.folder.chain_and_key(name) for name in names), report
        )
        if profile == 3:
            tls.want_certificate(context, self.pki.csms_root.certificate, self.folder.revoked)
            self._contexts.append(context)
        return context

    def facts(self, pem: str) -> CertificateFacts:
        """Describe a certificate, or the first one of a chain; raises CertificateError."""
        return facts_of(read_chain(pem, CHAIN_MAX)[0])

    def root(self, use: CertificateUse) -> str:
        """Give the root of this CSMS for a use, PEM."""
        is_csms = use is CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE
        return (self.pki.csms_root if is_csms else self.pki.manufacturer_root).certificate

    def name(self, root: str) -> CertificateHashData:
        """Name a root between CSMS and charge point (W 6)."""
        data = hash_data_of(root, ())
        assert data is not None, "a root is its own issuer"
        return CertificateHashData(
            hash_algorithm=HashAlgorithm(data.algorithm),
            issuer_name_hash=data.issuer_name_hash,
            issuer_key_hash=data.issuer_key_hash,
            serial_number=data.serial,
        )

    def shown(self, connection: ssl.SSLObject) -> CertificateFacts:
        """Describe the certificate that a charge point has shown in security profile 3."""
        content = connection.getpeercert(binary_form=True)
        assert content is not None, "a door of profile 3 lets nobody in without one"
        return facts_of(ssl.DER_cert_to_PEM_cert(content))

    def why_not(self, charge_point_id: str, shown: CertificateFacts) -> str | None:
        """Say why a certificate that the root has issued lets this charge point not in, if so."""
        if shown.organization != CPO_NAME:
            return f"O of its certificate is {shown.organization!r}, not {CPO_NAME!r}"
        issued = self._known.certificate(shown.serial)
        if issued is None:
            return f"certificate {shown.serial} was not issued here"
        if issued.charge_point_id != charge_point_id:
            return (
                f"its certificate with CN {shown.common_name!r} was issued for"
                f" {issued.charge_point_id!r}"
            )
        if issued.is_revoked:
            return f"certificate {shown.serial} is revoked"
        return None

    def issued(self, charge_point_id: str, chain: str, at: datetime) -> CertificateFacts:
        """Remember a certificate that a charge point has taken."""
        facts = self.facts(chain)
        if self._known.certificate(facts.serial) is None:
            new = IssuedCertificate(facts.serial, charge_point_id, facts.common_name, at)
            self._keep(replace(self._known, issued=(*self._known.issued, new)[-ISSUED_MAX:]))
        return facts

    def proved(self, charge_point_id: str, shown: CertificateFacts, at: datetime) -> int:
        """Revoke what a charge point had before the certificate that it shows; say how many.

        One that works makes the older ones superfluous, and whoever has copied them harmless.
        """
        self._mark_proved(shown.serial)
        mine = [each for each in self._known.issued if each.charge_point_id == charge_point_id]
        serials = [each.serial for each in mine]
        older = mine[: serials.index(shown.serial)] if shown.serial in serials else []
        return self._revoke([each.serial for each in older if not each.is_revoked], at)

    def _mark_proved(self, serial: str) -> None:
        known = self._known.certificate(serial)
        if known is not None and not known.is_proved:
            proved = replace(known, is_proved=True)
            issued = tuple(proved if each is known else each for each in self._known.issued)
            self._keep(replace(self._known, issued=issued))

    def why_not_lower(self, charge_point_id: str) -> str | None:
        """Say why a charge point is not let in below profile 3, if so (W A05).

        One whose certificates are all revoked needs a new one, which it gets there.
        """
        for each in self._known.issued:
            is_its = each.charge_point_id == charge_point_id
            if is_its and each.is_proved and not each.is_revoked:
                return (
                    f"it has come in security profile 3 with certificate {each.serial},"
                    " and is let in with no lower one any more"
                )
        return None

    def revoke(self, charge_point_id: str, at: datetime) -> int:
        """Revoke every certificate of a charge point; say how many."""
        return self._revoke(
            [
                each.serial
                for each in self._known.issued
                if each.charge_point_id == charge_point_id and not each.is_revoked
            ],
            at,
        )

    def _revoke(self, serials: list[str], at: datetime) -> int:
        if not serials:
            return 0
        issued = tuple(
            replace(each, is_revoked=True) if each.serial in serials else each
            for each in self._known.issued
        )
        self._keep(replace(self._known, issued=issued))
        self._write_revoked(at)
        for context in self._contexts:
            tls.take_revoked(context, self.folder.revoked)
        return len(serials)

    def _write_revoked(self, at: datetime) -> None:
        # The newest list counts, by the second; the clock may have been set back meanwhile.
        self._list_at = max(at, self._list_at + timedelta(seconds=1))
        valid = validity(self._list_at, ROOT_FOR)
        serials = [each.serial for each in self._known.issued if each.is_revoked]
        self.folder.write(
            self.folder.revoked.name, self.pki.csms_root.revocation_list(serials, valid)
        )

    def _keep(self, known: KnownChargePoints) -> None:
        self.folder.keep(known)
        self._known = known
