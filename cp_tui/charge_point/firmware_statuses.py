"""What the CSMS is told of a firmware update: S 4.5 in plain words, W 6.8 of a signed one.

Both kinds go through the same states. An update that is signed has more of them, each with a
status, and each status carries the requestId of its SignedUpdateFirmware.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from cp_tui.charge_point.records import FirmwareRecord
from cp_tui.charge_point.variables import FirmwareState
from cp_tui.ocpp.datatypes import FirmwareStatus
from cp_tui.ocpp.model import WireModel

if TYPE_CHECKING:
    from cp_tui.ocpp.security_enumerations import SignedFirmwareStatus

OVER = frozenset(
    {
        FirmwareState.INSTALLED,
        FirmwareState.DOWNLOAD_FAILED,
        FirmwareState.INVALID_SIGNATURE,
        FirmwareState.VERIFICATION_FAILED,
        FirmwareState.INSTALLATION_FAILED,
    }
)
"""Nothing follows."""
FETCHED = frozenset(
    {
        FirmwareState.DOWNLOADED,
        FirmwareState.VERIFYING,
        FirmwareState.VERIFIED,
        FirmwareState.INSTALL_SCHEDULED,
    }
)
"""The file is here, and nothing is installed yet."""
BEING_INSTALLED = frozenset({FirmwareState.INSTALLING, FirmwareState.REBOOTING})
"""It can be stopped no longer."""

_PLAIN: Mapping[FirmwareState, FirmwareStatus] = MappingProxyType(
    {
        FirmwareState.IDLE: FirmwareStatus.IDLE,
        FirmwareState.SCHEDULED: FirmwareStatus.IDLE,
        FirmwareState.DOWNLOADING: FirmwareStatus.DOWNLOADING,
        FirmwareState.RETRYING: FirmwareStatus.DOWNLOAD_FAILED,
        FirmwareState.DOWNLOADED: FirmwareStatus.DOWNLOADED,
        FirmwareState.VERIFYING: FirmwareStatus.DOWNLOADED,
        FirmwareState.VERIFIED: FirmwareStatus.DOWNLOADED,
        FirmwareState.INSTALL_SCHEDULED: FirmwareStatus.DOWNLOADED,
        FirmwareState.INSTALLING: FirmwareStatus.INSTALLING,
        FirmwareState.REBOOTING: FirmwareStatus.INSTALLING,
        FirmwareState.INSTALLED: FirmwareStatus.INSTALLED,
        FirmwareState.DOWNLOAD_FAILED: FirmwareStatus.DOWNLOAD_FAILED,
        FirmwareState.INVALID_SIGNATURE: FirmwareStatus.INSTALLATION_FAILED,
        FirmwareState.VERIFICATION_FAILED: FirmwareStatus.INSTALLATION_FAILED,
        FirmwareState.INSTALLATION_FAILED: FirmwareStatus.INSTALLATION_FAILED,
    }
)


@cache
def _signed() -> Mapping[FirmwareState, SignedFirmwareStatus]:
    # A boot seldom has anything to tell of it, and the enumeration would hold it up.
    from cp_tui.ocpp.security_enumerations import SignedFirmwareStatus

    return MappingProxyType(
        {
            FirmwareState.IDLE: SignedFirmwareStatus.IDLE,
            FirmwareState.SCHEDULED: SignedFirmwareStatus.DOWNLOAD_SCHEDULED,
            FirmwareState.DOWNLOADING: SignedFirmwareStatus.DOWNLOADING,
            FirmwareState.RETRYING: SignedFirmwareStatus.DOWNLOAD_FAILED,
            FirmwareState.DOWNLOADED: SignedFirmwareStatus.DOWNLOADED,
            FirmwareState.VERIFYING: SignedFirmwareStatus.DOWNLOADED,
            FirmwareState.VERIFIED: SignedFirmwareStatus.SIGNATURE_VERIFIED,
            FirmwareState.INSTALL_SCHEDULED: SignedFirmwareStatus.INSTALL_SCHEDULED,
            FirmwareState.INSTALLING: SignedFirmwareStatus.INSTALLING,
            # The boot is a part of the installation, so it is not told for itself (W L01.FR.22).
            FirmwareState.REBOOTING: SignedFirmwareStatus.INSTALLING,
            FirmwareState.INSTALLED: SignedFirmwareStatus.INSTALLED,
            FirmwareState.DOWNLOAD_FAILED: SignedFirmwareStatus.DOWNLOAD_FAILED,
            FirmwareState.INVALID_SIGNATURE: SignedFirmwareStatus.INVALID_SIGNATURE,
            FirmwareState.VERIFICATION_FAILED: SignedFirmwareStatus.INSTALL_VERIFICATION_FAILED,
            FirmwareState.INSTALLATION_FAILED: SignedFirmwareStatus.INSTALLATION_FAILED,
        }
    )


def is_under_way(record: FirmwareRecord | None) -> bool:
    """Say whether an update has begun and is not over."""
    return record is not None and record.state not in OVER


def plain_status(state: FirmwareState) -> FirmwareStatus:
    """Give a state as FirmwareStatusNotification has it."""
    return _PLAIN[state]


def told_status(record: FirmwareRecord) -> str:
    """Give the status that the CSMS has to be told of an update, as it stands on the wire."""
    return _PLAIN[record.state] if record.signed is None else _signed()[record.state]


def notification(record: FirmwareRecord, status: str) -> WireModel:
    """Make the message that tells a status of an update."""
    if record.signed is None:
        return plain_notification(FirmwareStatus(status))
    return _signed_notification(status, record.signed.request_id)


def triggered(record: FirmwareRecord | None, *, is_extended: bool) -> WireModel:
    """Make the message that FirmwareStatusNotification is triggered by (S 5.17, W L01.FR.28, 29).

    ExtendedTriggerMessage means SignedFirmwareStatusNotification by that name, which repeats the
    last status for as long as no update has succeeded. Of an update that nobody has signed it
    could only say Idle; while one is under way, the plain message tells the truth.
    """
    if record is None:
        return _idle(is_extended)
    is_heard = record.heard == told_status(record)
    if is_extended and record.signed is not None:
        if record.state is FirmwareState.INSTALLED and is_heard:
            return _idle(is_extended)
        return notification(record, told_status(record))
    if record.state in OVER and is_heard:
        return _idle(is_extended)
    return plain_notification(_PLAIN[record.state])


def _idle(is_extended: bool) -> WireModel:
    if is_extended:
        return _signed_notification("Idle", None)
    return plain_notification(FirmwareStatus.IDLE)


def plain_notification(status: FirmwareStatus) -> WireModel:
    """Make a FirmwareStatusNotification."""
    # A boot has nothing to tell of it, and its model would hold it up.
    from cp_tui.ocpp.firmware_management import FirmwareStatusNotificationRequest

    return FirmwareStatusNotificationRequest(status=status)


def _signed_notification(status: str, request_id: int | None) -> WireModel:
    from cp_tui.ocpp.security import SignedFirmwareStatusNotificationRequest
    from cp_tui.ocpp.security_enumerations import SignedFirmwareStatus

    return SignedFirmwareStatusNotificationRequest(
        status=SignedFirmwareStatus(status), request_id=request_id
    )
