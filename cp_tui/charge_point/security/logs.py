"""GetLog: the security log, or the diagnostics, delivered to the CSMS (W N01).

It goes the way of GetDiagnostics beside it (`uploads`); each status carries the requestId, and says
what a failure was where that is known. Both may go on at once: they are told of apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from cp_tui.charge_point import retry_schedule
from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.diagnostics import diagnostics_status
from cp_tui.charge_point.effects import LogLevel, ServerTrust
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import UploadRecord
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.uploads import IDLE, Uploads
from cp_tui.charge_point.variables import (
    DiagnosticsState,
    LogKind,
    LogUploadView,
    TransferFault,
)
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.length import moment
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import shown_location

if TYPE_CHECKING:
    from cp_tui.ocpp.security import GetLogRequest
    from cp_tui.ocpp.security_enumerations import GetLogStatus, UploadLogStatus


class LogDecision(Struct, frozen=True):
    """What becomes of a GetLog."""

    status: GetLogStatus
    reason: Reason
    file_name: str | None = None
    """Of the file that will be uploaded; None: nothing is."""


class LogUploads(Uploads):
    """The newest upload that GetLog asked for."""

    NAME = "log_upload"
    NOTIFICATION = Action.LOG_STATUS_NOTIFICATION

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        *,
        why_offline: Callable[[], str | None],
        trust: Callable[[], ServerTrust],
        log_bytes: Callable[[], int | None],
    ) -> None:
        """`log_bytes` gives the size of the security log; None: not known yet."""
        super().__init__(turn, calls, why_offline=why_offline, trust=trust)
        self._log_bytes = log_bytes
        self._refusal: Reason | None = None

    def view(self) -> LogUploadView:
        """Give the variable `log_upload`."""
        record = self._record
        if record is None:
            return LogUploadView(refusal=self._refusal)
        return LogUploadView(
            state=record.state,
            status=self._status(record),
            kind=record.kind,
            request_id=record.request_id,
            oldest=record.start_time,
            latest=record.stop_time,
            since=record.since,
            file_name=record.file_name,
            transfer=self._transfer(record),
            refusal=self._refusal,
        )

    def decide(self, request: GetLogRequest) -> LogDecision:
        """Say what becomes of a GetLog."""
        from cp_tui.ocpp.security_enumerations import GetLogStatus

        oldest, latest = request.log.oldest_timestamp, request.log.latest_timestamp
        if oldest is not None and latest is not None and oldest > latest:
            reason = because(
                "log.period",
                "W N01",
                "oldestTimestamp {oldest} is later than latestTimestamp {latest}",
                oldest=moment(oldest),
                latest=moment(latest),
            )
            return LogDecision(GetLogStatus.REJECTED, reason)
        kind = LogKind(request.log_type)
        if kind is LogKind.SECURITY and self._log_bytes() == 0:
            words = "the security log is empty: there is nothing to upload"
            return LogDecision(GetLogStatus.ACCEPTED, because("log.empty", "W N01.FR.01", words))
        replaces = self.is_under_way
        reason = because(
            "log.accepted",
            "W N01",
            "uploads the {kind} to {location}, {count:try|tries}{bounds}{replaces}",
            kind=str(kind),
            location=shown_location(request.log.remote_location),
            count=retry_schedule.planned(request.retries, request.retry_interval).attempts_max,
            bounds=retry_schedule.bounds(request.retries, request.retry_interval),
            replaces=", in place of the upload before" if replaces else "",
        )
        status = GetLogStatus.ACCEPTED_CANCELED if replaces else GetLogStatus.ACCEPTED
        return LogDecision(status, reason, self.file_name(kind))

    def carry_out(self, request: GetLogRequest, decision: LogDecision) -> None:
        """Begin the upload; one that still goes on is given up for it."""
        self._turn.log(LogLevel.INFO, f"GetLog: {decision.reason.text}")
        self._refusal = decision.reason if decision.file_name is None else None
        self._turn.changed(self.NAME)
        if decision.file_name is None:
            return
        self._begin(
            UploadRecord(
                location=request.log.remote_location,
                file_name=decision.file_name,
                start_time=request.log.oldest_timestamp,
                stop_time=request.log.latest_timestamp,
                tries=retry_schedule.planned(request.retries, request.retry_interval),
                state=DiagnosticsState.IDLE,
                since=self._turn.now,
                kind=LogKind(request.log_type),
                request_id=request.request_id,
            )
        )

    def _status(self, record: UploadRecord) -> str:
        if record.state in (DiagnosticsState.RETRYING, DiagnosticsState.UPLOAD_FAILED):
            return _failures()[record.fault]
        # The others are called as those of GetDiagnostics are.
        return diagnostics_status(record.state)

    def _notification(self, status: str) -> WireModel:
        assert self._record is not None
        return _message(status, self._record.request_id)

    def _idle(self) -> WireModel:
        return _message(IDLE, None)


@cache
def _failures() -> Mapping[TransferFault, UploadLogStatus]:
    # A boot seldom has anything to tell of it, and the enumeration would hold it up.
    from cp_tui.ocpp.security_enumerations import UploadLogStatus

    return MappingProxyType(
        {
            TransferFault.BAD_MESSAGE: UploadLogStatus.BAD_MESSAGE,
            TransferFault.PERMISSION_DENIED: UploadLogStatus.PERMISSION_DENIED,
            TransferFault.NOT_SUPPORTED_OPERATION: UploadLogStatus.NOT_SUPPORTED_OPERATION,
            TransferFault.OTHER: UploadLogStatus.UPLOAD_FAILURE,
        }
    )


def _message(status: str, request_id: int | None) -> WireModel:
    from cp_tui.ocpp.security import LogStatusNotificationRequest
    from cp_tui.ocpp.security_enumerations import UploadLogStatus

    return LogStatusNotificationRequest(status=UploadLogStatus(status), request_id=request_id)
