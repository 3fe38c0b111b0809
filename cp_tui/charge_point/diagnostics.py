"""GetDiagnostics: one file with what a technician asks for, delivered to the CSMS (S 5.9).

What is in the file is the shell's business. An upload that a boot interrupts begins again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cp_tui.charge_point import retry_schedule
from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.effects import CancelTransfer, LogLevel, Table, Upload
from cp_tui.charge_point.events import TransferFinished, TransferProgressed
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import DiagnosticsRecord
from cp_tui.charge_point.status_reports import Progress
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import DiagnosticsState, DiagnosticsView
from cp_tui.ocpp.datatypes import DiagnosticsStatus
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import shown_location

if TYPE_CHECKING:
    from cp_tui.ocpp.firmware_management import GetDiagnosticsRequest

RECORD_KEY = "diagnostics"
"""The key of the record in `Table.STATE`."""
LIMIT_MAX = timedelta(days=3650)
"""How far away from now a limit of the log may lie: nothing beyond is in the log anyway."""
NAME_LENGTH_MAX = 60

_STATUS: Mapping[DiagnosticsState, DiagnosticsStatus] = MappingProxyType(
    {
        DiagnosticsState.IDLE: DiagnosticsStatus.IDLE,
        DiagnosticsState.UPLOADING: DiagnosticsStatus.UPLOADING,
        DiagnosticsState.RETRYING: DiagnosticsStatus.UPLOAD_FAILED,
        DiagnosticsState.UPLOADED: DiagnosticsStatus.UPLOADED,
        DiagnosticsState.UPLOAD_FAILED: DiagnosticsStatus.UPLOAD_FAILED,
    }
)
_UNDER_WAY = {DiagnosticsState.UPLOADING, DiagnosticsState.RETRYING}


class Diagnostics:
    """The newest upload of diagnostics."""

    def __init__(self, turn: Turn, calls: Calls, *, why_offline: Callable[[], str | None]) -> None:
        self._turn = turn
        self._progress = Progress(
            calls,
            _notification,
            why_offline=why_offline,
            on_heard=self._heard,
        )
        self._record = turn.record(Table.STATE, RECORD_KEY, DiagnosticsRecord)
        self._transfer_id: str | None = None
        self._moved: tuple[int, int | None] | None = None

    def view(self) -> DiagnosticsView:
        """Give the variable `diagnostics`."""
        record = self._record
        if record is None:
            return DiagnosticsView()
        return DiagnosticsView(
            state=record.state,
            since=record.since,
            file_name=record.file_name,
            transfer=retry_schedule.transfer_view(
                record.location,
                record.tries,
                next_try_at=record.tries.next_try_at,
                moved=self._moved,
            ),
        )

    def file_name(self) -> str:
        """Make the name for the file of a request that arrives now."""
        identity = re.sub("[^A-Za-z0-9._-]", "_", self._turn.config.charge_point_id)
        return f"diagnostics-{identity[:NAME_LENGTH_MAX]}-{self._turn.time:%Y%m%dT%H%M%SZ}.zip"

    def explain(self, request: GetDiagnosticsRequest) -> Reason:
        """Say what will become of a GetDiagnostics."""
        return because(
            "diagnostics.accepted",
            "S 5.9",
            "uploads to {location}, {count:try|tries}{bounds}{replaces}",
            location=shown_location(request.location),
            count=retry_schedule.planned(request.retries, request.retry_interval).attempts_max,
            bounds=retry_schedule.bounds(request.retries, request.retry_interval),
            replaces=", in place of the upload before" if self._is_under_way else "",
        )

    def upload(self, request: GetDiagnosticsRequest, file_name: str) -> None:
        """Begin the upload; one that still goes on is given up for it."""
        self._turn.log(LogLevel.INFO, f"GetDiagnostics: {self.explain(request).text}")
        if self._transfer_id is not None:
            self._turn.emit(CancelTransfer(self._transfer_id))
        self._record = DiagnosticsRecord(
            location=request.location,
            file_name=file_name,
            start_time=request.start_time,
            stop_time=request.stop_time,
            tries=retry_schedule.planned(request.retries, request.retry_interval),
            state=DiagnosticsState.IDLE,
            since=self._turn.now,
        )
        self._try(self._record)

    def trigger(self) -> None:
        """Tell the present status, or Idle if nothing goes on (S 4.4, S 5.17)."""
        record = self._record
        status = DiagnosticsStatus.IDLE if record is None else _STATUS[record.state]
        if record is not None and not self._is_under_way and record.heard is status:
            status = DiagnosticsStatus.IDLE
        self._progress.trigger(status)

    def report(self) -> None:
        """Tell the CSMS the status if it does not know it: after a boot or a reconnect."""
        record = self._record
        if record is not None and record.state is not DiagnosticsState.IDLE:
            self._progress.tell(_STATUS[record.state], record.heard)

    def power_on(self) -> None:
        """Begin an upload again that a boot interrupted."""
        record = self._record
        if record is not None and record.state is DiagnosticsState.UPLOADING:
            again = retry_schedule.interrupted(record.tries, self._turn.now)
            self._move(DiagnosticsState.RETRYING, tries=again)

    def progressed(self, event: TransferProgressed) -> None:
        """Show how far the upload has come."""
        if event.transfer_id == self._transfer_id:
            self._moved = event.done_bytes, event.total_bytes
            self._turn.changed("diagnostics")

    def finished(self, event: TransferFinished) -> None:
        """Follow the end of a try."""
        record = self._record
        if event.transfer_id != self._transfer_id or record is None:
            return
        self._transfer_id = self._moved = None
        if event.ok:
            self._move(DiagnosticsState.UPLOADED)
            return
        after = retry_schedule.failed(record.tries, event.text, self._turn.now)
        is_over = after.next_try_at is None
        words = f"diagnostics: try {after.attempt} of {after.attempts_max} failed: {event.text}"
        self._turn.log(LogLevel.WARNING, words)
        state = DiagnosticsState.UPLOAD_FAILED if is_over else DiagnosticsState.RETRYING
        # Every try is told, and so the CSMS sees the retries it asked for.
        self._progress.begin()
        self._move(state, tries=after, heard=None)

    @property
    def deadline(self) -> datetime | None:
        """When the next try is due."""
        record = self._record
        is_waiting = record is not None and record.state is DiagnosticsState.RETRYING
        return record.tries.next_try_at if record is not None and is_waiting else None

    def tick(self) -> None:
        """Try again when it is time."""
        due = self.deadline
        if due is not None and self._turn.now >= due and self._record is not None:
            self._try(self._record)

    @property
    def _is_under_way(self) -> bool:
        return self._record is not None and self._record.state in _UNDER_WAY

    def _try(self, record: DiagnosticsRecord) -> None:
        self._transfer_id = self._turn.new_id()
        self._moved = None
        # Every try is told, also the one that a boot had interrupted.
        self._progress.begin()
        self._move(DiagnosticsState.UPLOADING, tries=retry_schedule.begun(record.tries), heard=None)
        self._turn.emit(
            Upload(
                self._transfer_id,
                record.location,
                record.file_name,
                start_time=self._limit(record.start_time),
                stop_time=self._limit(record.stop_time),
            )
        )

    def _limit(self, time: datetime | None) -> datetime | None:
        """Put a limit of the log into the clock of the machine, in which the log is written."""
        if time is None:
            return None
        distance = min(max(time - self._turn.time, -LIMIT_MAX), LIMIT_MAX)
        return self._turn.now + distance

    def _move(self, state: DiagnosticsState, **update: object) -> None:
        assert self._record is not None
        update |= {"state": state, "since": self._turn.now}
        self._record = replace(self._record, **update)
        self._turn.save(Table.STATE, RECORD_KEY, self._record)
        self._turn.log(LogLevel.INFO, f"diagnostics: {state}")
        self._turn.changed("diagnostics")
        self.report()

    def _heard(self, status: DiagnosticsStatus) -> None:
        assert self._record is not None
        self._record = replace(self._record, heard=status)
        self._turn.save(Table.STATE, RECORD_KEY, self._record)


def _notification(status: DiagnosticsStatus) -> WireModel:
    # A boot has nothing to tell of it, and its model would hold it up.
    from cp_tui.ocpp.firmware_management import DiagnosticsStatusNotificationRequest

    return DiagnosticsStatusNotificationRequest(status=status)
