"""GetDiagnostics: one file with what a technician asks for, delivered to the CSMS (S 5.9)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from cp_tui.charge_point import retry_schedule
from cp_tui.charge_point.effects import LogLevel
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import UploadRecord
from cp_tui.charge_point.uploads import IDLE, Uploads
from cp_tui.charge_point.variables import DiagnosticsState, DiagnosticsView
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import DiagnosticsStatus
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import shown_location

if TYPE_CHECKING:
    from cp_tui.ocpp.firmware_management import GetDiagnosticsRequest

_STATUS: Mapping[DiagnosticsState, DiagnosticsStatus] = MappingProxyType(
    {
        DiagnosticsState.IDLE: DiagnosticsStatus.IDLE,
        DiagnosticsState.UPLOADING: DiagnosticsStatus.UPLOADING,
        DiagnosticsState.RETRYING: DiagnosticsStatus.UPLOAD_FAILED,
        DiagnosticsState.UPLOADED: DiagnosticsStatus.UPLOADED,
        DiagnosticsState.UPLOAD_FAILED: DiagnosticsStatus.UPLOAD_FAILED,
    }
)


def diagnostics_status(state: DiagnosticsState) -> DiagnosticsStatus:
    """Give a state as DiagnosticsStatusNotification has it."""
    return _STATUS[state]


class Diagnostics(Uploads):
    """The newest upload of diagnostics that GetDiagnostics asked for."""

    NAME = "diagnostics"
    NOTIFICATION = Action.DIAGNOSTICS_STATUS_NOTIFICATION

    def view(self) -> DiagnosticsView:
        """Give the variable `diagnostics`."""
        record = self._record
        if record is None:
            return DiagnosticsView()
        return DiagnosticsView(
            state=record.state,
            status=diagnostics_status(record.state),
            since=record.since,
            file_name=record.file_name,
            transfer=self._transfer(record),
        )

    def explain(self, request: GetDiagnosticsRequest) -> Reason:
        """Say what will become of a GetDiagnostics."""
        return because(
            "diagnostics.accepted",
            "S 5.9",
            "uploads to {location}, {count:try|tries}{bounds}{replaces}",
            location=shown_location(request.location),
            count=retry_schedule.planned(request.retries, request.retry_interval).attempts_max,
            bounds=retry_schedule.bounds(request.retries, request.retry_interval),
            replaces=", in place of the upload before" if self.is_under_way else "",
        )

    def upload(self, request: GetDiagnosticsRequest, file_name: str) -> None:
        """Begin the upload; one that still goes on is given up for it."""
        self._turn.log(LogLevel.INFO, f"GetDiagnostics: {self.explain(request).text}")
        self._begin(
            UploadRecord(
                location=request.location,
                file_name=file_name,
                start_time=request.start_time,
                stop_time=request.stop_time,
                tries=retry_schedule.planned(request.retries, request.retry_interval),
                state=DiagnosticsState.IDLE,
                since=self._turn.now,
            )
        )

    def _status(self, record: UploadRecord) -> str:
        return diagnostics_status(record.state)

    def _notification(self, status: str) -> WireModel:
        # A boot has nothing to tell of it, and its model would hold it up.
        from cp_tui.ocpp.firmware_management import DiagnosticsStatusNotificationRequest

        return DiagnosticsStatusNotificationRequest(status=DiagnosticsStatus(status))

    def _idle(self) -> WireModel:
        return self._notification(IDLE)
