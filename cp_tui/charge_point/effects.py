"""What the charge point wants done: the answer of `ChargePoint.handle`.

The shell carries them out in this order: `Save` and `Forget` (all of one answer in one
transaction), then the rest as listed. A frame is never sent before the records that it rests on are
on disk.

Saved before sent, because the other order loses money: a StartTransaction that left and was not
saved is a transaction that nobody ends after a power cut, and a StopTransaction that was forgotten
before it was confirmed is never billed. The price is that every such answer waits for the disk. A
disk that fails must not silence the charge point altogether, so each frame says what it rests on
(`WhileDiskFails`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum

from msgspec import Struct
from pydantic import JsonValue

from cp_tui.certificates.facts import KeyKind
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.smart_charging.schedule import SetBy
from cp_tui.charge_point.variables.maintenance import LogKind
from cp_tui.charge_point.variables.security import SecurityLogLine
from cp_tui.ocpp.discreet import Discreet


class Table(StrEnum):
    """Where a record is kept."""

    KEY = "configuration_key"
    MONITOR = "monitor"
    KEY_CHANGE = "key_change"
    AVAILABILITY = "availability"
    PROFILE = "charging_profile"
    TRANSACTION = "transaction"
    TRANSACTION_DATA = "transaction_data"
    OUTBOX = "outbox"
    AUTHORIZATION_CACHE = "authorization_cache"
    LOCAL_LIST = "local_list"
    LOCAL_LIST_VERSION = "local_list_version"
    RESERVATION = "reservation"
    ROOT_CERTIFICATE = "root_certificate"
    CHARGE_POINT_CERTIFICATE = "charge_point_certificate"
    SECURITY_EVENT = "security_event"
    STATE = "state"
    """Single facts, such as the newest registration."""


StoredRecords = Mapping[Table, Mapping[str, str]]
"""What is stored, as JSON by table and key: what a charge point boots from."""


class Save(Struct, frozen=True):
    """Write one record, replacing the one with the same key."""

    table: Table
    key: str
    record: Struct


class Forget(Struct, frozen=True):
    """Delete one record."""

    table: Table
    key: str


class PutAside(Struct, frozen=True):
    """Take a record out that cannot be read, and keep it where a person can look at it."""

    table: Table
    key: str
    why: str


class WhileDiskFails(Enum):
    """What becomes of a frame while the disk takes no records."""

    LEAVES = "it rests on none"
    WAITS = "it leaves when they are written"
    OFFERED_AGAIN = "it is dropped: the outbox offers it again, see `DiskFailed`"


class Send(Struct, frozen=True):
    """Send one frame, if the link is still open."""

    text: str
    message_id: str = ""
    while_disk_fails: WhileDiskFails = WhileDiskFails.WAITS


class Emit(Struct, frozen=True):
    """Tell an event of a stream to whoever follows the stream."""

    name: str
    event: Struct


class Reply(Struct, frozen=True):
    """The result of an operator's command."""

    request: int
    result: JsonValue
    reason: Reason | None = None


class Refuse(Struct, frozen=True):
    """An operator's command that was not carried out, and why."""

    request: int
    reason: Reason


class Energize(Struct, frozen=True):
    """Let energy flow on a connector, or cut it."""

    connector_id: int
    on: bool


class SetLimit(Struct, frozen=True):
    """The limit that the connector must obey from now on, A per phase and W in total."""

    connector_id: int
    limit_a: Decimal
    limit_w: Decimal
    set_by: SetBy
    """Where only this has changed, it is told as well: people ask for it later."""


class NoteLimit(Struct, frozen=True):
    """What all connectors together may take from now on: it is kept for people, nothing obeys it.

    A per phase.
    """

    limit_a: Decimal
    set_by: SetBy


class Lock(Struct, frozen=True):
    """Lock the cable at the charge point, or release it."""

    connector_id: int
    locked: bool


class OpenLink(Struct, frozen=True):
    """Connect to the CSMS and keep trying."""


class CloseLink(Struct, frozen=True):
    """Close the WebSocket (code 1000) and do not try again until `OpenLink`."""

    why: str = "OCPP was stopped by the operator"
    """In plain words."""
    until: datetime | None = None
    """When `OpenLink` follows by itself, by the clock of the machine; None: nobody knows."""


class Reconnect(Struct, frozen=True):
    """Close and connect anew, with the credentials or options that are in force now."""

    why: str
    """What is in force now that was not before, in plain words."""


class SetPing(Struct, frozen=True):
    """Ping the CSMS every so many seconds; 0 is never (WebSocketPingInterval)."""

    interval_s: int


class ClientCertificate(Struct, frozen=True):
    """The certificate of the charge point, and the name of the key that it is for."""

    key_id: str
    """Of `MakeCertificateRequest`."""
    chain: tuple[str, ...]
    """PEM, its own certificate first; no root."""


class SetCredentials(Struct, frozen=True):
    """How to connect from the next attempt on. Kept out of every representation."""

    password: bytes | None
    """The AuthorizationKey for HTTP Basic; None is none."""
    form: str
    """What may be shown of the key: its length and form, and whether it is used."""
    profile: int = 0
    """SecurityProfile (W A00); from 2 on with TLS, whatever the URL in the settings says."""
    url: str | None = None
    """Where to, with the id, percent-encoded; None: to the URL of the settings."""
    url_setting: str = "csms.url"
    """Which setting says so, for whoever has to correct it."""
    roots: tuple[str, ...] | None = None
    """PEM, against which the server is held; None: `csms.ca_file`, or the roots of the system."""
    with_system: bool = False
    """The roots of the system count beside `roots`."""
    certificate: ClientCertificate | None = None
    """In security profile 3."""
    no_certificate: str = ""
    """Why there is none to show in profile 3."""

    def __repr__(self) -> str:
        return "SetCredentials(...)"


class ServerTrust(Struct, frozen=True):
    """What the server of a file is held against, where it is reached by TLS."""

    roots: tuple[str, ...] | None = None
    """PEM; None: `csms.ca_file`, or the roots of the system."""
    with_system: bool = False
    """The roots of the system count beside `roots`."""


class Download(Discreet, frozen=True):
    """Fetch a file into the downloads; `TransferFinished` says what became of it."""

    HIDDEN = frozenset({"location"})

    transfer_id: str
    location: str
    """URL of the file, maybe with user and password."""
    trust: ServerTrust = ServerTrust()


class Upload(Discreet, frozen=True):
    """Collect diagnostics, or the security log, in one file and deliver it.

    `TransferFinished` says how that went.
    """

    HIDDEN = frozenset({"location"})

    transfer_id: str
    location: str
    """URL of a directory, maybe with user and password."""
    file_name: str
    start_time: datetime | None = None
    """Oldest log entry wanted, in the clock in which the log is written."""
    stop_time: datetime | None = None
    """Newest log entry wanted."""
    content: LogKind = LogKind.DIAGNOSTICS
    trust: ServerTrust = ServerTrust()


class InspectFile(Struct, frozen=True):
    """Read a file of the downloads as it lies there now; `FileInspected` says what is in it."""

    inspection_id: str
    file: str
    """Its name, as `FileFacts` has it."""


class MakeCertificateRequest(Struct, frozen=True):
    """Make a key pair and a request for a certificate with it (W A02).

    `CertificateRequestMade` follows once the key is on the disk, or `CertificateRequestFailed`.
    """

    key_id: str
    """The name under which the key is kept: it was never used before."""
    kind: KeyKind
    common_name: str
    organization: str


class ForgetKey(Struct, frozen=True):
    """Delete a private key; one that is not there is no error."""

    key_id: str


class LogSecurityEvent(Struct, frozen=True):
    """Write a line into the security log (W A04); `SecurityLogChanged` tells its size."""

    line: SecurityLogLine


class EmptySecurityLog(Struct, frozen=True):
    """Delete all lines of the security log; `SecurityLogChanged` follows."""


class CancelTransfer(Struct, frozen=True):
    """Let go of a transfer; nothing more is heard of it."""

    transfer_id: str


class Reboot(Struct, frozen=True):
    """Boot again: the shell feeds `PoweredOn` to a charge point restored from the store."""

    hard: bool


class LogLevel(IntEnum):
    """How loud a log line is, as Python counts it."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40


class Log(Struct, frozen=True):
    """A line for the engine's log; never holds a secret."""

    level: LogLevel
    text: str


Effect = (
    Save
    | Forget
    | PutAside
    | Send
    | Emit
    | Reply
    | Refuse
    | Energize
    | SetLimit
    | NoteLimit
    | Lock
    | OpenLink
    | CloseLink
    | Reconnect
    | SetPing
    | SetCredentials
    | Download
    | Upload
    | CancelTransfer
    | InspectFile
    | MakeCertificateRequest
    | ForgetKey
    | LogSecurityEvent
    | EmptySecurityLog
    | Reboot
    | Log
)
