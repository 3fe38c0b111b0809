"""What the small CSMS remembers of charge points for security: passwords, and their certificates.

Plain values; the passwords are in no representation.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from cp_tui.ocpp.discreet import Discreet

CPO_NAME = "cp-tui CSMS"
"""Who runs the charge points: the organization in their certificates (CpoName, W A00.FR.405)."""
ISSUED_MAX = 1_000
"""How many certificates are remembered; the oldest one that is forgotten is not let in any more."""
KEYS_MAX = 1_000
"""How many charge points may have a password of their own."""


class IssuedCertificate(Struct, frozen=True):
    """A certificate that was issued to a charge point."""

    serial: str
    """Hex, as in its facts."""
    charge_point_id: str
    common_name: str
    at: datetime
    is_revoked: bool = False
    is_proved: bool = False
    """The charge point has come in security profile 3 with it."""


class KnownChargePoints(Discreet, frozen=True):
    """All of it, as it stands in the file."""

    HIDDEN = frozenset({"password", "passwords"})

    password: str = ""
    """The AuthorizationKey of every charge point that has none of its own; empty: not made yet."""
    passwords: dict[str, str] = field(default_factory=dict)
    """AuthorizationKey by charge point id, where the CSMS has changed it."""
    issued: tuple[IssuedCertificate, ...] = ()
    """The oldest first."""

    def certificate(self, serial: str) -> IssuedCertificate | None:
        """Find a certificate by its serial number."""
        return next((each for each in self.issued if each.serial == serial), None)
