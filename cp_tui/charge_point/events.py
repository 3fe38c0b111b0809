"""What can happen to the charge point: the first argument of `ChargePoint.handle`."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from pydantic import JsonValue

from cp_tui.charge_point.command_fields import (
    AnyConnectorId,
    CertificateUses,
    CiText50,
    ConnectorId,
    EventTypes,
    Fingerprint,
    FrameText,
    IdTag,
    Key,
    Keys,
    KeyText,
    MessageNumber,
    Name,
    Number,
    Payload,
    PemText,
    Purpose,
    SecurityProfileNumber,
    TechInfo,
    Text,
    VendorId,
    Wait,
)
from cp_tui.charge_point.variables import FileFacts, LinkFault, Tls, TransferFault
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.ocpp.discreet import Discreet


class PoweredOn(Struct, frozen=True):
    """The charger boots: from power, after a Reset, or because the program starts."""

    after_failure: bool = False
    """The watchdog did it: an error inside has ended what was in memory."""
    keys: frozenset[str] | None = None
    """The private keys that can be read, by the name of each; None: nobody has looked."""


class Tick(Struct, frozen=True):
    """A deadline may have passed."""


class LinkOpened(Struct, frozen=True):
    """The WebSocket is open and the subprotocol agreed."""

    connection: int = 1
    """Its number: what is decided while it is open belongs there and nowhere else."""
    tls: Tls | None = None
    """None: there is none."""
    chain: tuple[str, ...] = ()
    """What the server has shown, PEM, its own certificate first; empty: not known."""


class LinkFailed(Struct, frozen=True):
    """An attempt to connect was in vain."""

    fault: LinkFault
    text: str
    """Why, in words."""
    chain: tuple[str, ...] = ()
    """What a server that is not trusted has shown, PEM, its own certificate first."""


class LinkClosed(Struct, frozen=True):
    """The WebSocket closed or broke."""


class FrameReceived(Discreet, frozen=True):
    """A WebSocket message arrived."""

    HIDDEN = frozenset({"data"})

    data: str | bytes


class AnswerUnread(Discreet, frozen=True):
    """A WebSocket message met an error of ours: after the boot, if it is an answer, it counts."""

    HIDDEN = frozenset({"data"})

    data: str | bytes
    error: str
    """The kind of the error."""


class DiskFailed(Struct, frozen=True):
    """The store takes no records: nothing that rests on one may leave until `DiskWorks`."""

    not_sent: frozenset[str] = frozenset()
    """Ids of the messages that were to leave, and have not."""


class DiskWorks(Struct, frozen=True):
    """The store takes records again, and has all there were."""


class DiskWasSlow(Struct, frozen=True):
    """What was decided since then has left only now, because its records had to be written."""

    decided_at: datetime


class TransferProgressed(Struct, frozen=True):
    """A transfer goes on; at most about once per second."""

    transfer_id: str
    done_bytes: int
    total_bytes: int | None = None


class TransferFinished(Struct, frozen=True):
    """A transfer has ended, well (`ok`) or not."""

    transfer_id: str
    ok: bool
    text: str
    """What happened, in words and without credentials."""
    facts: FileFacts | None = None
    """Of a file that was fetched."""
    fault: TransferFault = TransferFault.OTHER
    """What was wrong, where it has failed."""


class FileInspected(Struct, frozen=True):
    """What a file of the downloads is now, after `InspectFile`."""

    inspection_id: str
    facts: FileFacts | None
    """None: it cannot be read."""
    text: str = ""
    """Why not, in words."""


class CertificateRequestMade(Struct, frozen=True):
    """The key pair of a `MakeCertificateRequest` is on the disk, and the request is made."""

    key_id: str
    request: str
    """PKCS#10 in PEM."""
    public_key: str
    """PEM."""


class CertificateRequestFailed(Struct, frozen=True):
    """There is no key pair, or it could not be kept."""

    key_id: str
    text: str
    """Why, in words."""


class SecurityLogChanged(Struct, frozen=True):
    """The security log has grown, or lines of it are gone."""

    size_bytes: int
    has_dropped: bool = False
    """Its oldest lines had to make room."""
    failure: str = ""
    """Why it takes no lines, in words."""


class PluggedIn(Struct, frozen=True):
    """A cable now joins vehicle and connector."""

    connector_id: int


class PluggedOut(Struct, frozen=True):
    """The cable was pulled at the vehicle's side."""

    connector_id: int


class EvSuspended(Struct, frozen=True):
    """The vehicle stopped drawing (full, paused) or, `suspended=False`, is ready to draw again."""

    connector_id: int
    suspended: bool


class ErrorRaised(Struct, frozen=True):
    """A fault or a warning appeared."""

    connector_id: int
    error_code: ChargePointErrorCode
    info: str | None = None
    vendor_error_code: str | None = None


class ErrorCleared(Struct, frozen=True):
    """A fault went away; without a code: all of the connector."""

    connector_id: int
    error_code: ChargePointErrorCode | None = None


class LockJammed(Struct, frozen=True):
    """The cable lock does not move, or, `jammed=False`, moves again."""

    connector_id: int
    jammed: bool


class StopPressed(Struct, frozen=True):
    """The stop button of a connector was pressed; it knows no tag."""

    connector_id: int


class EmergencyStopPressed(Struct, frozen=True):
    """The emergency button of the charge point was pressed."""


class MainsFailed(Struct, frozen=True):
    """The mains are gone, and a backup lasts until the CSMS knows what has ended (T TC_032_1)."""


class OperatorEvent(Struct, frozen=True):
    """Base of the operator's commands: each is answered with a `Reply` or a `Refuse`.

    The docstring of a command is its sentence in the help, and its fields are its parameters.
    """

    request: int
    """0: nobody waits for the answer."""


class Stop(OperatorEvent, frozen=True):
    """End all OCPP communication, and every transaction, until `restart` or the next start."""


class Restart(OperatorEvent, frozen=True):
    """Connect again after `stop`, with a BootNotification."""


class TransferData(OperatorEvent, frozen=True):
    """Send a DataTransfer to the CSMS (S 6.17)."""

    vendor_id: VendorId
    message_id: CiText50 = None
    data: Text | None = None


class SetCustomConfigurationKey(OperatorEvent, frozen=True):
    """Set one of the operator's own configuration keys."""

    key: Key
    value: KeyText


class MonitorConfigurationKeys(OperatorEvent, frozen=True):
    """Watch configuration keys, or with `add=False` watch them no longer."""

    keys: Keys
    add: bool = True


class InstallChargingProfile(OperatorEvent, frozen=True):
    """Install a profile as it stands in `csChargingProfiles` of SetChargingProfile.req (S 5.16)."""

    connector_id: AnyConnectorId
    profile: dict[str, JsonValue]


class ClearChargingProfile(OperatorEvent, frozen=True):
    """Remove what matches, as ClearChargingProfile.req says it (S 5.5); nothing given: all."""

    profile_id: Number | None = None
    connector_id: Number | None = None
    purpose: Purpose | None = None
    stack_level: Number | None = None


class SendCall(Discreet, OperatorEvent, frozen=True):
    """Send a CALL as a person composed it, past the queue, and give what the CSMS says to it."""

    HIDDEN = frozenset({"payload"})

    action: Name
    payload: Payload
    """Not in `repr`: it may hold the AuthorizationKey."""
    message_id: Name | None = None


class SendRaw(Discreet, OperatorEvent, frozen=True):
    """Send any text as it stands, and give what the CSMS says to it.

    For an answer to a text that is no JSON, which a CSMS need not give, 5 s are waited.
    """

    HIDDEN = frozenset({"text"})

    text: FrameText
    """Not in `repr`: it may hold the AuthorizationKey."""


class TryNow(OperatorEvent, frozen=True):
    """Send the oldest message again at once, instead of when its time comes."""


class DropMessage(OperatorEvent, frozen=True):
    """Give up a transaction message that waits: the CSMS never gets it."""

    sequence: MessageNumber


class ClearAuthorizationCache(OperatorEvent, frozen=True):
    """Forget every tag of the authorization cache; give how many there were."""


class CancelReservation(OperatorEvent, frozen=True):
    """Cancel a reservation."""

    reservation_id: int


class Swipe(OperatorEvent, frozen=True):
    """Hold a tag to the reader; with a connector to the reader of that one alone."""

    id_tag: IdTag
    connector_id: ConnectorId | None = None
    wait: Wait = False


class RequestCertificate(OperatorEvent, frozen=True):
    """Make a new key, and ask the CSMS to sign a certificate for it (W A02)."""


class InstallRootCertificate(OperatorEvent, frozen=True):
    """Install a root certificate, as InstallCertificate does (W M05)."""

    use: CertificateUses
    certificate: PemText


class DeleteRootCertificate(OperatorEvent, frozen=True):
    """Delete an installed root certificate, as DeleteCertificate does (W M04)."""

    fingerprint: Fingerprint


class SetSecurityProfile(OperatorEvent, frozen=True):
    """Go to another security profile; to lower it is outside OCPP, and logged (W A00.FR.005)."""

    profile: SecurityProfileNumber


class RaiseSecurityEvent(OperatorEvent, frozen=True):
    """Have a security event happen, such as the alarm of a tamper sensor (W A04).

    The names of the whitepaper and those of OCPP 2.0.1 are taken.
    """

    type: EventTypes
    tech_info: TechInfo = ""


class ClearSecurityLog(OperatorEvent, frozen=True):
    """Delete all lines of the security log; that is a security event itself (W A04)."""


OperatorCommand = (
    Stop
    | Restart
    | TransferData
    | SetCustomConfigurationKey
    | MonitorConfigurationKeys
    | InstallChargingProfile
    | ClearChargingProfile
    | SendCall
    | SendRaw
    | TryNow
    | DropMessage
    | ClearAuthorizationCache
    | CancelReservation
    | Swipe
    | RequestCertificate
    | InstallRootCertificate
    | DeleteRootCertificate
    | SetSecurityProfile
    | RaiseSecurityEvent
    | ClearSecurityLog
)
"""Every one that there is, so that the type checker finds one that nothing answers."""

Event = (
    PoweredOn
    | Tick
    | LinkOpened
    | LinkFailed
    | LinkClosed
    | FrameReceived
    | AnswerUnread
    | DiskFailed
    | DiskWorks
    | DiskWasSlow
    | TransferProgressed
    | TransferFinished
    | FileInspected
    | CertificateRequestMade
    | CertificateRequestFailed
    | SecurityLogChanged
    | PluggedIn
    | PluggedOut
    | EvSuspended
    | ErrorRaised
    | ErrorCleared
    | StopPressed
    | EmergencyStopPressed
    | LockJammed
    | MainsFailed
    | OperatorCommand
)
