"""How the small CSMS behaves: whom it accepts, which tags it knows, how it misbehaves on request.

Plain values; knows nothing of sockets. A test swaps `CentralSystem.behaviour` at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct, field

from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo, RegistrationStatus
from cp_tui.ocpp.errors import ErrorCode

VENDOR_ID = "cp-tui"
"""The vendor whose DataTransfer the CSMS understands; its one message is `ECHO`."""

ECHO = "echo"
"""The DataTransfer message that comes back with its own data."""

ID_TAGS: Mapping[str, IdTagInfo] = MappingProxyType(
    {
        "BLOCKED": IdTagInfo(status=AuthorizationStatus.BLOCKED),
        "EXPIRED": IdTagInfo(
            status=AuthorizationStatus.EXPIRED, expiry_date=datetime(2020, 1, 1, tzinfo=UTC)
        ),
        "INVALID": IdTagInfo(status=AuthorizationStatus.INVALID),
        # Two cards of one group: either may stop what the other started.
        "FAMILY-1": IdTagInfo(status=AuthorizationStatus.ACCEPTED, parent_id_tag="FAMILY"),
        "FAMILY-2": IdTagInfo(status=AuthorizationStatus.ACCEPTED, parent_id_tag="FAMILY"),
    }
)
"""The tags with a verdict of their own, in capitals; every other tag is Accepted."""


class Delay(Struct, frozen=True):
    """Answer correctly, but only after so many seconds."""

    delay_s: float


class Silence(Struct, frozen=True):
    """Never answer."""


class AnswerCallError(Struct, frozen=True):
    """Answer with a CALLERROR."""

    code: ErrorCode
    description: str = ""


Fault = Delay | Silence | AnswerCallError


class CertificateAnswer(StrEnum):
    """What the CSMS does with a request for a certificate (SignCertificate)."""

    NORMAL = "normal"
    LATE = "late"
    TWICE = "twice"
    WRONG_CHAIN = "wrong chain"
    OTHER_KEY = "other key"
    EXPIRED = "expired"
    REJECTED = "rejected"
    NEVER = "never"

    @property
    def words(self) -> str:
        """What comes of a request, to be read after "it gets"."""
        return _CERTIFICATE_WORDS[self]


_CERTIFICATE_WORDS: Mapping[CertificateAnswer, str] = MappingProxyType(
    {
        CertificateAnswer.NORMAL: "a good certificate",
        CertificateAnswer.LATE: "a good certificate, late",
        CertificateAnswer.TWICE: "a good certificate, delivered twice",
        CertificateAnswer.WRONG_CHAIN: "a certificate of a root that is installed nowhere",
        CertificateAnswer.OTHER_KEY: "a certificate for another key",
        CertificateAnswer.EXPIRED: "a certificate that has ended",
        CertificateAnswer.REJECTED: "a rejection",
        CertificateAnswer.NEVER: "nothing",
    }
)


class Signing(StrEnum):
    """Who has signed a firmware file, and what."""

    GOOD = "good"
    FORGED = "forged"
    """The signature is over another file."""
    FOREIGN = "foreign"
    """The signing certificate is of a root that the charge point does not have."""


class Behaviour(Struct, frozen=True):
    """What the CSMS does with what it receives; the defaults are a correct and friendly CSMS."""

    registration_status: RegistrationStatus = RegistrationStatus.ACCEPTED
    """The answer to every BootNotification."""
    interval_s: int = 300
    """Its interval: between heartbeats, or before the next BootNotification."""
    clock_offset_s: float = 0.0
    """How far the clock that the CSMS tells is ahead of the machine's."""
    id_tags: Mapping[str, IdTagInfo] = field(default_factory=lambda: ID_TAGS)
    """Verdict by tag, in capitals."""
    unknown_id_tag: IdTagInfo = field(
        default_factory=lambda: IdTagInfo(status=AuthorizationStatus.ACCEPTED)
    )
    """Verdict on a tag that is not listed."""
    start_status: AuthorizationStatus | None = None
    """The answer to every StartTransaction, whatever the tag; None: the verdict on the tag."""
    certificates: CertificateAnswer = CertificateAnswer.NORMAL
    """What comes of a request for a certificate."""
    faults: Mapping[Action, Fault] = field(default_factory=dict)
    """What goes wrong, by the action received."""

    def verdict(self, id_tag: str) -> IdTagInfo:
        """Tell what the CSMS says about a tag; tags compare without regard to case (S 3.9)."""
        return self.id_tags.get(id_tag.upper(), self.unknown_id_tag)

    def start_verdict(self, id_tag: str) -> IdTagInfo:
        """Tell what the CSMS says about a tag that has started a transaction."""
        if self.start_status is None:
            return self.verdict(id_tag)
        return IdTagInfo(status=self.start_status)
