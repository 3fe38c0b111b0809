"""Firmware, diagnostics and logs of a charge point that is watched, as their notifications tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from msgspec.structs import replace

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import (
    DiagnosticsState,
    DiagnosticsView,
    FirmwareState,
    FirmwareView,
    LogKind,
    LogUploadView,
    Transfer,
)
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import DiagnosticsStatus, FirmwareStatus
from cp_tui.ocpp.firmware_management import (
    DiagnosticsStatusNotificationRequest,
    FirmwareStatusNotificationRequest,
    GetDiagnosticsRequest,
    GetDiagnosticsResponse,
    UpdateFirmwareRequest,
    UpdateFirmwareResponse,
)
from cp_tui.ocpp.redaction import shown_location
from cp_tui.ocpp.security import (
    GetLogRequest,
    GetLogResponse,
    LogStatusNotificationRequest,
    SignedFirmwareStatusNotificationRequest,
    SignedUpdateFirmwareRequest,
    SignedUpdateFirmwareResponse,
)
from cp_tui.ocpp.security_enumerations import (
    GetLogStatus,
    SignedFirmwareStatus,
    SignedUpdateFirmwareStatus,
    UploadLogStatus,
)

RETRIES_MAX = 1_000

_FIRMWARE: Mapping[FirmwareStatus, FirmwareState] = MappingProxyType(
    {
        FirmwareStatus.DOWNLOADED: FirmwareState.DOWNLOADED,
        FirmwareStatus.DOWNLOAD_FAILED: FirmwareState.DOWNLOAD_FAILED,
        FirmwareStatus.DOWNLOADING: FirmwareState.DOWNLOADING,
        FirmwareStatus.IDLE: FirmwareState.IDLE,
        FirmwareStatus.INSTALLATION_FAILED: FirmwareState.INSTALLATION_FAILED,
        FirmwareStatus.INSTALLING: FirmwareState.INSTALLING,
        FirmwareStatus.INSTALLED: FirmwareState.INSTALLED,
    }
)
_SIGNED: Mapping[SignedFirmwareStatus, tuple[FirmwareState, FirmwareStatus]] = MappingProxyType(
    {
        SignedFirmwareStatus.DOWNLOADED: (FirmwareState.DOWNLOADED, FirmwareStatus.DOWNLOADED),
        SignedFirmwareStatus.DOWNLOAD_FAILED: (
            FirmwareState.DOWNLOAD_FAILED,
            FirmwareStatus.DOWNLOAD_FAILED,
        ),
        SignedFirmwareStatus.DOWNLOADING: (FirmwareState.DOWNLOADING, FirmwareStatus.DOWNLOADING),
        SignedFirmwareStatus.DOWNLOAD_SCHEDULED: (FirmwareState.SCHEDULED, FirmwareStatus.IDLE),
        SignedFirmwareStatus.DOWNLOAD_PAUSED: (
            FirmwareState.RETRYING,
            FirmwareStatus.DOWNLOADING,
        ),
        SignedFirmwareStatus.IDLE: (FirmwareState.IDLE, FirmwareStatus.IDLE),
        SignedFirmwareStatus.INSTALLATION_FAILED: (
            FirmwareState.INSTALLATION_FAILED,
            FirmwareStatus.INSTALLATION_FAILED,
        ),
        SignedFirmwareStatus.INSTALLING: (FirmwareState.INSTALLING, FirmwareStatus.INSTALLING),
        SignedFirmwareStatus.INSTALLED: (FirmwareState.INSTALLED, FirmwareStatus.INSTALLED),
        SignedFirmwareStatus.INSTALL_REBOOTING: (
            FirmwareState.REBOOTING,
            FirmwareStatus.INSTALLING,
        ),
        SignedFirmwareStatus.INSTALL_SCHEDULED: (
            FirmwareState.INSTALL_SCHEDULED,
            FirmwareStatus.DOWNLOADED,
        ),
        SignedFirmwareStatus.INSTALL_VERIFICATION_FAILED: (
            FirmwareState.VERIFICATION_FAILED,
            FirmwareStatus.INSTALLATION_FAILED,
        ),
        SignedFirmwareStatus.INVALID_SIGNATURE: (
            FirmwareState.INVALID_SIGNATURE,
            FirmwareStatus.INSTALLATION_FAILED,
        ),
        SignedFirmwareStatus.SIGNATURE_VERIFIED: (
            FirmwareState.VERIFIED,
            FirmwareStatus.DOWNLOADED,
        ),
    }
)
_DIAGNOSTICS: Mapping[DiagnosticsStatus, DiagnosticsState] = MappingProxyType(
    {
        DiagnosticsStatus.IDLE: DiagnosticsState.IDLE,
        DiagnosticsStatus.UPLOADED: DiagnosticsState.UPLOADED,
        DiagnosticsStatus.UPLOAD_FAILED: DiagnosticsState.UPLOAD_FAILED,
        DiagnosticsStatus.UPLOADING: DiagnosticsState.UPLOADING,
    }
)
_LOG: Mapping[UploadLogStatus, DiagnosticsState] = MappingProxyType(
    {
        UploadLogStatus.IDLE: DiagnosticsState.IDLE,
        UploadLogStatus.UPLOADED: DiagnosticsState.UPLOADED,
        UploadLogStatus.UPLOADING: DiagnosticsState.UPLOADING,
    }
)
"""All others are ways to fail."""


class FollowedUpkeep:
    """The newest of each kind, from its order to its end."""

    ACTIONS = frozenset(
        {
            Action.UPDATE_FIRMWARE,
            Action.SIGNED_UPDATE_FIRMWARE,
            Action.FIRMWARE_STATUS_NOTIFICATION,
            Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION,
            Action.GET_DIAGNOSTICS,
            Action.DIAGNOSTICS_STATUS_NOTIFICATION,
            Action.GET_LOG,
            Action.LOG_STATUS_NOTIFICATION,
        }
    )

    def __init__(self) -> None:
        self.firmware = FirmwareView(version=None)
        self.diagnostics = DiagnosticsView()
        self.log_upload = LogUploadView()

    def firmware_of(self, version: str | None) -> FirmwareView:
        """Give the variable `firmware`, with the version that BootNotification has told."""
        return replace(self.firmware, version=version)

    def learn(self, moment: Moment, at: datetime) -> None:
        """Take in an order that was answered, or a notification."""
        match moment.request:
            case FirmwareStatusNotificationRequest(status=status):
                self._firmware_is(_FIRMWARE[status], status, at)
            case SignedFirmwareStatusNotificationRequest(status=signed):
                self._firmware_is(*_SIGNED[signed], at)
            case DiagnosticsStatusNotificationRequest(status=told):
                self._diagnostics_are(told, at)
            case LogStatusNotificationRequest(status=uploaded):
                self._log_is(uploaded, at)
        match moment.answered:
            case UpdateFirmwareRequest() as order, UpdateFirmwareResponse():
                transfer = _transfer(order.location, order.retries, order.retrieve_date)
                self._firmware_ordered(transfer, at)
            case SignedUpdateFirmwareRequest() as order, SignedUpdateFirmwareResponse() as answer:
                self._signed_ordered(order, answer, at)
            case GetDiagnosticsRequest() as order, GetDiagnosticsResponse(file_name=str(name)):
                self.diagnostics = DiagnosticsView(
                    since=at, file_name=name, transfer=_transfer(order.location, order.retries)
                )
            case GetLogRequest() as order, GetLogResponse() as answer:
                self._log_ordered(order, answer, at)

    def _firmware_ordered(self, transfer: Transfer, at: datetime) -> None:
        self.firmware = FirmwareView(
            version=self.firmware.version,
            state=FirmwareState.SCHEDULED,
            since=at,
            transfer=transfer,
        )

    def _signed_ordered(
        self,
        order: SignedUpdateFirmwareRequest,
        answer: SignedUpdateFirmwareResponse,
        at: datetime,
    ) -> None:
        taken = (
            SignedUpdateFirmwareStatus.ACCEPTED,
            SignedUpdateFirmwareStatus.ACCEPTED_CANCELED,
        )
        if answer.status not in taken:
            why = f"the charge point answered SignedUpdateFirmware with {answer.status}"
            refusal = Reason(id="follow.firmware_refused", rule="W L01", text=why)
            self.firmware = replace(self.firmware, refusal=refusal)
            return
        image = order.firmware
        self._firmware_ordered(
            _transfer(image.location, order.retries, image.retrieve_date_time), at
        )

    def _firmware_is(self, state: FirmwareState, status: FirmwareStatus, at: datetime) -> None:
        view = self.firmware
        # Idle answers a trigger: nothing goes on, which ends nothing (S 4.5).
        if state is not view.state and state is not FirmwareState.IDLE:
            self.firmware = replace(view, state=state, status=status, since=at)

    def _diagnostics_are(self, status: DiagnosticsStatus, at: datetime) -> None:
        state = _DIAGNOSTICS[status]
        if state is not self.diagnostics.state and state is not DiagnosticsState.IDLE:
            self.diagnostics = replace(self.diagnostics, state=state, status=status, since=at)

    def _log_ordered(self, order: GetLogRequest, answer: GetLogResponse, at: datetime) -> None:
        if answer.status is GetLogStatus.REJECTED:
            why = "the charge point answered GetLog with Rejected"
            refusal = Reason(id="follow.log_refused", rule="W N01", text=why)
            self.log_upload = replace(self.log_upload, refusal=refusal)
            return
        self.log_upload = LogUploadView(
            kind=LogKind(order.log_type),
            request_id=order.request_id,
            oldest=order.log.oldest_timestamp,
            latest=order.log.latest_timestamp,
            since=at,
            file_name=answer.filename or "",
            transfer=_transfer(order.log.remote_location, order.retries),
        )

    def _log_is(self, status: UploadLogStatus, at: datetime) -> None:
        state = _LOG.get(status, DiagnosticsState.UPLOAD_FAILED)
        if status != self.log_upload.status and state is not DiagnosticsState.IDLE:
            self.log_upload = replace(self.log_upload, state=state, status=status, since=at)


def _transfer(location: str, retries: int | None, not_before: datetime | None = None) -> Transfer:
    """Give a transfer that was ordered; how often it is tried is known where the order says so."""
    return Transfer(
        location=shown_location(location),
        attempt=0,
        attempts_max=0 if retries is None else 1 + max(0, min(retries, RETRIES_MAX)),
        next_try_at=not_before,
    )
