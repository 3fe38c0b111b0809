"""Orders for signed firmware: good ones, and ones that a charge point has to refuse (W L01)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from cp_tui.certificates.authority import new_root
from cp_tui.certificates.facts import SignatureScheme
from cp_tui.certificates.signature import sign
from cp_tui.csms.behaviour import Signing
from cp_tui.csms.file_server import firmware
from cp_tui.csms.pki import ISSUED_FOR, MANUFACTURER, Pki, validity
from cp_tui.ocpp.security import FirmwareImage


def firmware_image(
    pki: Pki, location: str, version: str, signing: Signing, at: datetime
) -> FirmwareImage:
    """Say where the firmware of a version is, and give its signature."""
    signed = pki.signing
    if signing is Signing.FOREIGN:
        usual = validity(at, ISSUED_FOR)
        stranger = new_root("Unknown manufacturer root", MANUFACTURER, usual)
        signed = stranger.signing_certificate("Unknown firmware", usual)
    content = firmware(version)
    if signing is Signing.FORGED:
        content += b"and a line that nobody has signed\n"
    return FirmwareImage(
        location=location,
        retrieve_date_time=at,
        signing_certificate=signed.certificate,
        signature=sign(signed.key, hashlib.sha256(content).digest(), SignatureScheme.ECDSA),
    )
