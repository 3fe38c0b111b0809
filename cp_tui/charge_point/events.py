"""What can happen to the charge point: the first argument of `ChargePoint.handle`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from cp_tui.charge_point.variables import FileFacts
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargingProfilePurposeType

if TYPE_CHECKING:
    from pydantic import JsonValue


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
    """Command `swipe`: a tag was held to the reader, with a connector to the reader of that one."""

    id_tag: str
    connector_id: int | None = None
    request: int = 0
    """0: nobody wants to know what came of it."""
    wait: bool = False
    """The answer waits until the tag is decided upon."""


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
    """Command `stop`."""

    request: int


@dataclass(frozen=True, slots=True)
class Restart:
    """Command `restart`."""

    request: int


@dataclass(frozen=True, slots=True)
class TransferData:
    """Command `data_transfer`."""

    request: int
    vendor_id: str
    message_id: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True)
class SetCustomConfigurationKey:
    """Command `set_custom_configuration_key`."""

    request: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class MonitorConfigurationKeys:
    """Command `monitor_configuration_keys`, or with `add=False` its opposite."""

    request: int
    keys: tuple[str, ...]
    add: bool = True


@dataclass(frozen=True, slots=True)
class InstallChargingProfile:
    """Command `install_charging_profile`; the profile as it stands in SetChargingProfile.req."""

    request: int
    connector_id: int
    profile: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ClearChargingProfile:
    """Command `clear_charging_profile`; what is None matches everything, as in the request."""

    request: int
    profile_id: int | None = None
    connector_id: int | None = None
    purpose: ChargingProfilePurposeType | None = None
    stack_level: int | None = None


@dataclass(frozen=True, slots=True)
class SendCall:
    """Command `send_call`: a CALL as a person composed it."""

    request: int
    action: str
    payload: Mapping[str, JsonValue] = field(repr=False)
    """Not in `repr`: it may hold the AuthorizationKey."""
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class SendRaw:
    """Command `send_raw`: any text, as it stands."""

    request: int
    text: str = field(repr=False)
    """Not in `repr`: it may hold the AuthorizationKey."""


@dataclass(frozen=True, slots=True)
class TryNow:
    """Command `try_now`, where the link is open: send the oldest message again at once."""

    request: int


@dataclass(frozen=True, slots=True)
class DropMessage:
    """Command `drop_message`: give up a transaction message that waits."""

    request: int
    sequence: int


@dataclass(frozen=True, slots=True)
class ClearAuthorizationCache:
    """Command `clear_authorization_cache`."""

    request: int


@dataclass(frozen=True, slots=True)
class CancelReservation:
    """Command `cancel_reservation`."""

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
