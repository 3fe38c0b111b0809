"""What can happen to the charge point: the first argument of `ChargePoint.handle`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from cp_tui.charge_point.command_fields import (
    AnyConnectorId,
    CiText50,
    ConnectorId,
    FrameText,
    IdTag,
    Key,
    Keys,
    KeyText,
    MessageNumber,
    Name,
    Number,
    Payload,
    Purpose,
    Text,
    VendorId,
    Wait,
)
from cp_tui.charge_point.variables import FileFacts
from cp_tui.ocpp.datatypes import ChargePointErrorCode


@dataclass(frozen=True, slots=True)
class PoweredOn:
    """The charger boots: from power, after a Reset, or because the program starts."""

    after_failure: bool = False
    """The watchdog did it: an error inside has ended what was in memory."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A deadline may have passed."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Somebody looks: publish what moves by itself, such as power and energy."""


# --- link -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LinkOpened:
    """The WebSocket is open and the subprotocol agreed."""

    connection: int = 1
    """Its number: what is decided while it is open belongs there and nowhere else."""


@dataclass(frozen=True, slots=True)
class LinkClosed:
    """The WebSocket closed or broke."""


@dataclass(frozen=True, slots=True)
class FrameReceived:
    """A WebSocket message arrived."""

    data: str | bytes


@dataclass(frozen=True, slots=True)
class AnswerUnread:
    """A WebSocket message met an error of ours: after the boot, if it is an answer, it counts."""

    data: str | bytes
    error: str
    """The kind of the error."""


# --- disk -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DiskFailed:
    """The store takes no records: nothing that rests on one may leave until `DiskWorks`."""

    not_sent: frozenset[str] = frozenset()
    """Ids of the messages that were to leave, and have not."""


@dataclass(frozen=True, slots=True)
class DiskWorks:
    """The store takes records again, and has all there were."""


@dataclass(frozen=True, slots=True)
class DiskWasSlow:
    """What was decided since then has left only now, because its records had to be written."""

    decided_at: datetime


# --- file transfers -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransferProgressed:
    """A transfer goes on; at most about once per second."""

    transfer_id: str
    done_bytes: int
    total_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class TransferFinished:
    """A transfer has ended, well (`ok`) or not."""

    transfer_id: str
    ok: bool
    text: str
    """What happened, in words and without credentials."""
    facts: FileFacts | None = None
    """Of a file that was fetched."""


# --- station --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PluggedIn:
    """A cable now joins vehicle and connector."""

    connector_id: int


@dataclass(frozen=True, slots=True)
class PluggedOut:
    """The cable was pulled at the vehicle's side."""

    connector_id: int


@dataclass(frozen=True, slots=True)
class Swiped:
    """Hold a tag to the reader; with a connector to the reader of that one alone."""

    id_tag: IdTag
    connector_id: ConnectorId | None = None
    request: int = 0
    """0: nobody wants to know what came of it."""
    wait: Wait = False


@dataclass(frozen=True, slots=True)
class EvSuspended:
    """The vehicle stopped drawing (full, paused) or, `suspended=False`, is ready to draw again."""

    connector_id: int
    suspended: bool


@dataclass(frozen=True, slots=True)
class ErrorRaised:
    """A fault or a warning appeared."""

    connector_id: int
    error_code: ChargePointErrorCode
    info: str | None = None
    vendor_error_code: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorCleared:
    """A fault went away; without a code: all of the connector."""

    connector_id: int
    error_code: ChargePointErrorCode | None = None


@dataclass(frozen=True, slots=True)
class LockJammed:
    """The cable lock does not move, or, `jammed=False`, moves again."""

    connector_id: int
    jammed: bool


@dataclass(frozen=True, slots=True)
class StopPressed:
    """The stop button of a connector was pressed; it knows no tag."""

    connector_id: int


@dataclass(frozen=True, slots=True)
class EmergencyStopPressed:
    """The emergency button of the charge point was pressed."""


@dataclass(frozen=True, slots=True)
class MainsFailed:
    """The mains are gone, and a backup lasts until the CSMS knows what has ended (T TC_032_1)."""


# --- operator -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """End all OCPP communication, and every transaction, until `restart` or the next start."""

    request: int


@dataclass(frozen=True, slots=True)
class Restart:
    """Connect again after `stop`, with a BootNotification."""

    request: int


@dataclass(frozen=True, slots=True)
class TransferData:
    """Send a DataTransfer to the CSMS (S 6.17)."""

    request: int
    vendor_id: VendorId
    message_id: CiText50 = None
    data: Text | None = None


@dataclass(frozen=True, slots=True)
class SetCustomConfigurationKey:
    """Set one of the operator's own configuration keys."""

    request: int
    key: Key
    value: KeyText


@dataclass(frozen=True, slots=True)
class MonitorConfigurationKeys:
    """Watch configuration keys, or with `add=False` watch them no longer."""

    request: int
    keys: Keys
    add: bool = True


@dataclass(frozen=True, slots=True)
class InstallChargingProfile:
    """Install a profile as it stands in `csChargingProfiles` of SetChargingProfile.req (S 5.16)."""

    request: int
    connector_id: AnyConnectorId
    profile: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ClearChargingProfile:
    """Remove what matches, as ClearChargingProfile.req says it (S 5.5); nothing given: all."""

    request: int
    profile_id: Number | None = None
    connector_id: Number | None = None
    purpose: Purpose | None = None
    stack_level: Number | None = None


@dataclass(frozen=True, slots=True)
class SendCall:
    """Send a CALL as a person composed it, past the queue, and give what the CSMS says to it."""

    request: int
    action: Name
    payload: Payload = field(repr=False)
    """Not in `repr`: it may hold the AuthorizationKey."""
    message_id: Name | None = None


@dataclass(frozen=True, slots=True)
class SendRaw:
    """Send any text as it stands, and give what the CSMS says where it owes an answer."""

    request: int
    text: FrameText = field(repr=False)
    """Not in `repr`: it may hold the AuthorizationKey."""


@dataclass(frozen=True, slots=True)
class TryNow:
    """Send the oldest message again at once, instead of when its time comes."""

    request: int


@dataclass(frozen=True, slots=True)
class DropMessage:
    """Give up a transaction message that waits: the CSMS never gets it."""

    request: int
    sequence: MessageNumber


@dataclass(frozen=True, slots=True)
class ClearAuthorizationCache:
    """Forget every tag of the authorization cache; give how many there were."""

    request: int


@dataclass(frozen=True, slots=True)
class CancelReservation:
    """Cancel a reservation."""

    request: int
    reservation_id: int


Command = (
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
    | Swiped
)
"""What the operator asks for."""

Event = (
    PoweredOn
    | Tick
    | Observed
    | LinkOpened
    | LinkClosed
    | FrameReceived
    | AnswerUnread
    | DiskFailed
    | DiskWorks
    | DiskWasSlow
    | TransferProgressed
    | TransferFinished
    | PluggedIn
    | PluggedOut
    | EvSuspended
    | ErrorRaised
    | ErrorCleared
    | StopPressed
    | EmergencyStopPressed
    | LockJammed
    | MainsFailed
    | Command
)
