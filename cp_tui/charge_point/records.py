"""What the charge point keeps over a restart: the records of each table of the store.

Unknown fields of an older or newer version are ignored, so that a store outlives the program.
Profiles, reservations and tags are kept as they are (`InstalledProfile`, `Reservation`, `Tag`).
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cp_tui.certificates.facts import CertificateFacts, SignatureScheme
from cp_tui.charge_point.codec import JsonValue
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import (
    ClockStep,
    DeliveryState,
    DiagnosticsState,
    FileFacts,
    FirmwareState,
    KeyChange,
    KeySource,
    LogKind,
    RootOrigin,
    RootState,
    RootUse,
    SecurityEventState,
    TransferFault,
)
from cp_tui.charge_point.variables.authorization import Grouped
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import (
    MeterValue,
    StopReason,
)
from cp_tui.ocpp.discreet import Discreet


class ClockRecord(Struct, frozen=True, kw_only=True):
    """How far the clock of the charge point is ahead of the machine's, in s."""

    offset_s: float
    step: ClockStep | None = None
    """The newest one that is worth telling."""


class KeyRecord(Discreet, frozen=True, kw_only=True):
    """The value of a configuration key that differs from where it started."""

    HIDDEN = frozenset({"value", "old_value"})

    value: str
    """Not in `repr`: it may be the AuthorizationKey."""
    source: KeySource
    changed_at: datetime
    old_value: str | None = None
    """Before this change; of the AuthorizationKey only whether there was one."""


class MonitorRecord(Struct, frozen=True, kw_only=True):
    """A monitored key, as it was asked for."""

    key: str
    order: int


class KeyChangeRecord(Struct, frozen=True, kw_only=True):
    """A change of a monitored key."""

    change: KeyChange


class AvailabilityRecord(Struct, frozen=True, kw_only=True):
    """What ChangeAvailability set for a connector, or with 0 for the charge point."""

    operative: bool
    scheduled: bool | None = None


class TransactionRecord(Grouped, frozen=True, kw_only=True):
    """A transaction, from its first moment until long after its end."""

    key: str
    sequence: int = 0
    """Counts the transactions in the order in which they began, which no clock that is set changes;
    0 in records of an older version."""
    connector_id: int
    id_tag: str
    transaction_id: int | None = None
    """From StartTransaction.conf; None until then."""
    is_start_lost: bool = False
    """The CSMS never took the StartTransaction: later messages carry -1 (E 3.18)."""
    started_at: datetime
    meter_start_wh: int
    meter_last_wh: int
    last_seen_at: datetime
    """When `meter_last_wh` was read: the end of the transaction if power fails now."""
    is_deauthorized: bool = False
    """The CSMS refused the tag and StopTransactionOnInvalidId is false: no energy flows."""
    stopped_at: datetime | None = None
    meter_stop_wh: int | None = None
    stop_reason: StopReason | None = None
    stop_id_tag: str | None = None
    stop_explanation: Reason | None = None
    delivery: DeliveryState = DeliveryState.WAITING
    loss: Reason | None = None
    """Why a message of it never arrived: the newest one that was lost."""
    start_delivered_at: datetime | None = None
    stop_delivered_at: datetime | None = None
    meter_values_delivered: int = 0
    meter_values_lost: int = 0
    """Given up, or dropped because too many waited (E 3.91)."""
    clock_step_s: float = 0.0
    """All steps of the clock while it ran, in seconds: back is negative."""
    clock_step: ClockStep | None = None
    """The newest of them that is worth telling."""
    is_cable_held: bool = False
    """It has ended and its cable is still locked, until its tag or group comes back (E 3.5)."""

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.stopped_at is None

    @property
    def energy_wh(self) -> int:
        """Energy so far, or in total, in Wh."""
        end = self.meter_last_wh if self.meter_stop_wh is None else self.meter_stop_wh
        return max(0, end - self.meter_start_wh)


class TransactionDataRecord(Struct, frozen=True, kw_only=True):
    """Values that go into the transactionData of a running transaction."""

    transaction_key: str
    value: MeterValue


class OutboxRecord(Struct, frozen=True, kw_only=True):
    """A transaction message that the CSMS has not confirmed yet."""

    sequence: int
    action: str
    payload: dict[str, JsonValue]
    """As on the wire, but for the transactionId: that one is filled in when it is sent."""
    transaction_key: str | None
    connector_id: int | None
    created_at: datetime
    message_id: str | None = None
    """Saved before the first send and kept over a lost line or a boot (JE 3.1): by it, the CSMS
    knows a message again whose answer did not get here. None: the next send takes a new one."""
    attempts: int = 0
    """Sends that the CSMS failed to process."""
    next_attempt_at: datetime | None = None
    last_failure: str = ""
    is_unnamed: bool = False
    """It was sent last with -1, as no transactionId was known (E 3.18)."""
    is_guaranteed: bool = False
    """It is never given up: a critical security event (W A04.FR.02)."""

    @property
    def key(self) -> str:
        """The key of the record."""
        return f"{self.sequence:012d}"

    @property
    def is_event(self) -> bool:
        """Whether it is a security event."""
        return self.action == Action.SECURITY_EVENT_NOTIFICATION


class LocalListVersionRecord(Struct, frozen=True, kw_only=True):
    """What belongs to the local list as a whole."""

    version: int
    count: int
    """How many entries there must be: a list with a hole in it is not trusted."""
    updated_at: datetime


class Tries(Struct, frozen=True, kw_only=True):
    """How often a transfer is tried, and how far that has come (E 3.50)."""

    attempts_max: int
    retry_interval_s: int
    attempt: int = 0
    """The present or the newest try; 0 before the first."""
    next_try_at: datetime | None = None
    last_error: str = ""


class SignedUpdateRecord(Struct, frozen=True, kw_only=True):
    """What a SignedUpdateFirmware adds to an update (W L01)."""

    request_id: int
    certificate: str
    """The signing certificate, PEM; it was good when the request came."""
    signature: str
    """Base64, over the file."""
    signer: CertificateFacts
    anchor: CertificateFacts
    """The root of the manufacturer that stands for the signing certificate."""
    install_at: datetime | None = None
    """In the clock of the charge point."""
    scheme: SignatureScheme | None = None
    """How the file is signed; None: not verified."""
    verified_at: datetime | None = None


class FirmwareRecord(Discreet, frozen=True, kw_only=True):
    """The newest UpdateFirmware (S 5.19), or SignedUpdateFirmware (W L01)."""

    HIDDEN = frozenset({"location"})

    location: str
    """With the credentials, if it has some."""
    retrieve_at: datetime
    """In the clock of the charge point."""
    tries: Tries
    state: FirmwareState
    since: datetime
    heard: str | None = None
    """The newest status that the CSMS knows, as it stands on the wire."""
    file: FileFacts | None = None
    signed: SignedUpdateRecord | None = None
    """None: nobody has signed it."""
    problem: str = ""
    """Why it has failed, in words."""


class FirmwareVersionRecord(Struct, frozen=True, kw_only=True):
    """The version that an update has installed."""

    version: str
    configured: str | None
    """What the configuration said then; once that is changed by hand it counts again."""
    since: datetime | None = None
    sha256: str = ""
    scheme: SignatureScheme | None = None
    """How its file was signed; None: nobody has signed it."""
    signer: CertificateFacts | None = None


class UploadRecord(Discreet, frozen=True, kw_only=True):
    """The newest GetDiagnostics (S 5.9), or the newest GetLog (W N01)."""

    HIDDEN = frozenset({"location"})

    location: str
    """With the credentials, if it has some."""
    file_name: str
    start_time: datetime | None = None
    """Limits of the log entries, in the clock of the charge point."""
    stop_time: datetime | None = None
    tries: Tries
    state: DiagnosticsState
    since: datetime
    heard: str | None = None
    """The newest status that the CSMS knows, as it stands on the wire."""
    fault: TransferFault = TransferFault.OTHER
    """What the newest failure was."""
    kind: LogKind = LogKind.DIAGNOSTICS
    request_id: int | None = None
    """None: of GetDiagnostics."""


class RootRecord(Struct, frozen=True, kw_only=True):
    """An installed root certificate; its key in the table is its fingerprint (W M05)."""

    use: RootUse
    pem: str
    origin: RootOrigin
    state: RootState
    since: datetime
    order: int
    """Counts what was installed: of two roots the newer one has the higher number."""
    issuer: str = ""
    """PEM of the one that has signed it, where that is another one and was known: without its key
    the CSMS cannot be told by which hashes it is named, also after that one is gone (W 6)."""


class OwnCertificateRecord(Struct, frozen=True, kw_only=True):
    """A certificate of the charge point; its key in the table is the name of its private key."""

    chain: tuple[str, ...]
    """PEM, its own certificate first; no root."""
    not_before: datetime
    not_after: datetime
    since: datetime
    refused: str = ""
    """Why the CSMS did not take it, in words; it is used again when no other one works."""
    proved_at: datetime | None = None
    """When a connection was first made with it."""


class PendingRequestRecord(Struct, frozen=True, kw_only=True):
    """A request for a certificate that the CSMS has not answered with one (W A02)."""

    key_id: str
    request: str
    """PKCS#10 in PEM."""
    public_key: str
    """PEM."""
    common_name: str
    organization: str
    kind: str
    since: datetime
    is_heard: bool = False
    """The CSMS has answered SignCertificate."""


class RenewalRecord(Struct, frozen=True, kw_only=True):
    """When the charge point itself last asked for a new certificate (W A03)."""

    asked_at: datetime


class SecurityProfileRecord(Struct, frozen=True, kw_only=True):
    """A change of SecurityProfile that has not proved itself yet (W A05.FR.08)."""

    wanted: int
    fallback: int
    is_back: bool = False
    """The wanted one did not come up: the other one is tried now."""
    tries_left: int
    since: datetime
    source: KeySource


class RebootRecord(Struct, frozen=True, kw_only=True):
    """The charge point boots because it wants to, and not because power has come (W A04)."""

    why: str


class SecurityEventRecord(Struct, frozen=True, kw_only=True):
    """One of the newest security events (W A04)."""

    sequence: int
    time: datetime
    type: str
    """As it is called on the wire."""
    tech_info: str = ""
    is_critical: bool
    state: SecurityEventState
    why: str = ""
    message: int | None = None
    """Its place in the queue of messages."""
