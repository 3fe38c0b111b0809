"""Words in braces that a person writes into a message of the CSMS for what is long: `{csms root}`.

Certificates, signatures and hashes are too long to be typed, and those of this CSMS are at hand. A
text that is nothing but such a word gives way to what it stands for; all else stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from cp_tui.csms.behaviour import Signing
from cp_tui.ocpp.security_enumerations import CertificateUse

if TYPE_CHECKING:
    from pydantic import JsonValue

    from cp_tui.csms.file_server import FileServer
    from cp_tui.csms.security import CsmsSecurity

VERSION = "9.0.1"
"""Of the firmware that the words mean."""
DEPTH_MAX = 20


class CannotFill(Exception):
    """What a word stands for is not there; the text says why."""


class Placeholders:
    """What the words stand for towards one charge point."""

    def __init__(
        self,
        charge_point_id: str,
        security: Callable[[], CsmsSecurity],
        files: FileServer,
        request: str | None,
        at: datetime,
    ) -> None:
        """`request` is what the charge point has asked a certificate for last."""
        self._charge_point_id = charge_point_id
        self._security = security
        self._files = files
        self._request = request
        self._at = at
        self._known: Mapping[str, Callable[[], str]] = {
            "{csms root}": lambda: self._root(CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE),
            "{manufacturer root}": lambda: self._root(CertificateUse.MANUFACTURER_ROOT_CERTIFICATE),
            "{issuer name hash}": lambda: self._hash("issuerNameHash"),
            "{issuer key hash}": lambda: self._hash("issuerKeyHash"),
            "{serial number}": lambda: self._hash("serialNumber"),
            "{certificate}": self._certificate,
            "{firmware url}": lambda: files.firmware_url(VERSION),
            "{signing certificate}": lambda: self._security().pki.signing.certificate,
            "{signature}": self._signature,
            "{log url}": lambda: files.log_url(charge_point_id),
        }

    def filled(self, value: JsonValue, depth: int = 0) -> JsonValue:
        """Give a payload with what its words stand for; raises `CannotFill`."""
        if depth > DEPTH_MAX:
            return value
        if isinstance(value, str):
            found = self._known.get(value.strip().lower())
            return value if found is None else found()
        if isinstance(value, list):
            return [self.filled(each, depth + 1) for each in value]
        if isinstance(value, dict):
            return {name: self.filled(each, depth + 1) for name, each in value.items()}
        return value

    def _root(self, use: CertificateUse) -> str:
        return self._security().root(use)

    def _hash(self, field: str) -> str:
        """Give a part of the name of the CSMS root, as DeleteCertificate wants it."""
        root = self._root(CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE)
        return str(self._security().name(root).to_payload()[field])

    def _certificate(self) -> str:
        if self._request is None:
            who = self._charge_point_id
            raise CannotFill(f"{{certificate}}: {who} has not asked for a certificate yet")
        from cp_tui.csms.issuing import ISSUED_FOR
        from cp_tui.csms.pki import validity

        authority = self._security().pki.csms_root
        return authority.charge_point(self._request, validity(self._at, ISSUED_FOR))

    def _signature(self) -> str:
        from cp_tui.csms.signed_files import firmware_image

        location = self._files.firmware_url(VERSION)
        pki = self._security().pki
        return firmware_image(pki, location, VERSION, Signing.GOOD, self._at).signature
