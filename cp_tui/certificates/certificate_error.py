"""Why a certificate, a request or a signature is not taken: which rule it breaks, in words.

Light: imported without the library that reads certificates.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from cp_tui.ocpp.calendar import in_zone
from cp_tui.ocpp.printable import clean

TEXT_MAX = 230
"""With the id of the check before it, a text fits the 255 characters of techInfo (W 5.15)."""
QUOTED_MAX = 40


class CertificateCheck(StrEnum):
    """What was looked at and found wrong; the values are ids that stay as they are."""

    TOO_LONG = "too_long"
    """More characters than are taken."""
    NOT_PEM = "not_pem"
    """No PEM, or cut off."""
    NOT_A_CERTIFICATE = "not_a_certificate"
    """PEM of another thing."""
    PRIVATE_KEY = "private_key"
    """A private key came with it."""
    SEVERAL = "several"
    """More certificates than one."""
    UNREADABLE = "unreadable"
    """PEM, and what is in it cannot be read."""
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WEAK_KEY = "weak_key"
    """Too short, or of a kind that the standard does not have (W A00.FR.502, 503)."""
    WEAK_HASH = "weak_hash"
    """Signed with a hash shorter than SHA-256 (W A00.FR.506)."""
    SERIAL = "serial"
    """Its serial number is negative, or too long to be told (W 6)."""
    KEY_USAGE = "key_usage"
    """Made for another purpose (W A00.FR.512)."""
    KEY_MISMATCH = "key_mismatch"
    """Not for the key that a certificate was requested for (W A02.FR.06)."""
    COMMON_NAME = "common_name"
    """Not the serial number of the charge point, or the name of a server (W A00.FR.511)."""
    ORGANIZATION = "organization"
    """Not the one that runs the charge point (W A00.FR.405)."""
    ORDER = "order"
    """Each certificate of a chain has to be followed by its issuer."""
    UNRELATED = "unrelated"
    """Has issued nothing in its chain."""
    LOOP = "loop"
    """The issuers lead back to a certificate that was there before."""
    SELF_SIGNED = "self_signed"
    """Signed by itself, and not installed."""
    UNKNOWN_ROOT = "unknown_root"
    """The chain ends at no installed root."""
    NOT_A_CA = "not_a_ca"
    """It issued another one, and may issue none."""
    PATH_LENGTH = "path_length"
    """More certificates between it and the end of the chain than it allows."""
    NO_ROOT = "no_root"
    """There is no root that it could lead to."""
    WRONG_SIGNER = "wrong_signer"
    """Not signed by the root that it would replace (W M05)."""
    NOT_BASE64 = "not_base64"
    """A signature that cannot be read."""
    SIGNATURE = "signature"
    """A signature that does not fit."""
    REQUEST = "request"
    """A request for a certificate that cannot be read, or was not signed with its own key."""


class CertificateError(ValueError):
    """The first check that failed; `text` shows both values, is printable, and never a key."""

    def __init__(self, check: CertificateCheck, text: str) -> None:
        self.check = check
        self.text = shortened(clean(text), TEXT_MAX)
        super().__init__(check, self.text)

    def __str__(self) -> str:
        return self.text


def quoted(text: str) -> str:
    """Quote a foreign text within words: printable, and not longer than a name is."""
    return f"'{shortened(clean(text), QUOTED_MAX)}'"


def shortened(text: str, characters_max: int) -> str:
    """Cut a text that is longer, and show that it goes on."""
    return text if len(text) <= characters_max else f"{text[: characters_max - 3]}..."


def moment(at: datetime) -> str:
    """Write an instant for words, to the second, in UTC."""
    return f"{in_zone(at, UTC).replace(tzinfo=None).isoformat(' ', 'seconds')}Z"
