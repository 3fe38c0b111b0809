"""What is known of a certificate, as it is published and shown.

Light: imported without the library that reads certificates. Every text is printable and bounded.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct

from cp_tui.ocpp.calendar import in_zone
from cp_tui.ocpp.plural import count


class KeyKind(StrEnum):
    """Keys that a charge point can make for itself (W A00.FR.502, 503)."""

    EC_P256 = "EC P-256"
    EC_P384 = "EC P-384"
    RSA_2048 = "RSA 2048"
    RSA_3072 = "RSA 3072"
    RSA_4096 = "RSA 4096"


class SignatureScheme(StrEnum):
    """How a file can be signed."""

    RSA_PSS = "RSA-PSS"
    RSA_PKCS1 = "RSA PKCS#1 v1.5"
    ECDSA = "ECDSA"


class CertificateFacts(Struct, frozen=True, forbid_unknown_fields=True):
    """One certificate."""

    subject: str
    issuer: str
    common_name: str
    """Of the subject; empty: it has none."""
    organization: str
    """Of the subject; empty: it has none."""
    serial: str
    """Hex in small letters, without leading zeros; `-5` is negative."""
    not_before: datetime
    not_after: datetime
    key: str
    """Kind and size: `EC P-256`, `RSA 2048`; of a kind that is not known, its object identifier."""
    signature: str
    """How its issuer signed it: `SHA-256 with RSA`, `SHA-256 with ECDSA`, `Ed25519`."""
    fingerprint: str
    """SHA-256 over the certificate, in hex."""
    names: tuple[str, ...]
    """The alternative names of the subject: hosts and addresses that a server may have."""
    more_names: int
    """Alternative names that are left out, as there are so many."""
    usages: tuple[str, ...]
    """What its key may be used for, in words; empty: it does not say."""
    is_authority: bool
    """Whether it says that it may issue others."""
    is_self_signed: bool

    def days_left(self, at: datetime) -> int:
        """Days of the calendar (UTC) until it ends; negative: it has ended, 0: today, or it has."""
        return (self.not_after.date() - in_zone(at, UTC).date()).days

    def left(self, at: datetime) -> str:
        """Say how long it is valid, such as `89 days left`; on its last day with the time."""
        days = self.days_left(at)
        if days > 0:
            return f"{count(days, 'day')} left"
        if days < 0:
            return f"ended {count(-days, 'day')} ago"
        ends = "ends" if at <= self.not_after else "ended"
        return f"{ends} today at {self.not_after:%H:%M}Z"


class HashData(Struct, frozen=True, forbid_unknown_fields=True):
    """What names an installed certificate between CSMS and charge point (W 6)."""

    algorithm: str
    """SHA256, SHA384 or SHA512."""
    issuer_name_hash: str
    issuer_key_hash: str
    serial: str
    """Hex without leading zeros."""

    def matches(self, other: HashData) -> bool:
        """Whether both name the same, however the hex digits and leading zeros are written."""
        return self._plain() == other._plain()

    def _plain(self) -> tuple[str, str, str, str]:
        return (
            self.algorithm,
            self.issuer_name_hash.lower(),
            self.issuer_key_hash.lower(),
            self.serial.lower().lstrip("0"),
        )


class RequestFacts(Struct, frozen=True, forbid_unknown_fields=True):
    """A request for a certificate (PKCS#10), as the CSMS reads it."""

    common_name: str
    organization: str
    key: str
    signature: str
