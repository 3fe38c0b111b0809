"""What GetDiagnostics and GetLog have in common: one file, delivered to the CSMS (S 5.9, W N01).

What is in the file is the shell's business. An upload that a boot interrupts begins again. What
differs is which messages ask for it and tell of it, and in which words.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec.structs import replace

from cp_tui.charge_point import retry_schedule
from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.described import why_no_transfer
from cp_tui.charge_point.effects import CancelTransfer, LogLevel, ServerTrust, Table, Upload
from cp_tui.charge_point.events import TransferFinished, TransferProgressed
from cp_tui.charge_point.records import UploadRecord
from cp_tui.charge_point.status_reports import Progress
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import DiagnosticsState, LogKind, Transfer, TransferFault
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.model import WireModel

LIMIT_MAX = timedelta(days=3650)
"""How far away from now a limit of the log may lie: nothing beyond is in the log anyway."""
NAME_LENGTH_MAX = 60
IDLE = "Idle"
"""The status of an upload that nobody has asked for, in both vocabularies."""

_UNDER_WAY = {DiagnosticsState.UPLOADING, DiagnosticsState.RETRYING}
_BEGINNING = {LogKind.DIAGNOSTICS: "diagnostics", LogKind.SECURITY: "security"}
_ENDING = {LogKind.DIAGNOSTICS: "zip", LogKind.SECURITY: "log"}
"""Of the names of the files."""


class Uploads(ABC):
    """The newest upload of one kind."""

    NAME: ClassVar[str]
    """Of the record in `Table.STATE`, of the variable, and in the log."""
    NOTIFICATION: ClassVar[Action]
    """Tells how far it is."""

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        *,
        why_offline: Callable[[], str | None],
        trust: Callable[[], ServerTrust],
    ) -> None:
        self._turn = turn
        self._trust = trust
        self._progress = Progress(
            calls,
            self._notification,
            why_offline=why_offline,
            on_heard=self._heard,
        )
        self._record = turn.record(Table.STATE, self.NAME, UploadRecord)
        self._transfer_id: str | None = None
        self._moved: tuple[int, int | None] | None = None

    @abstractmethod
    def _status(self, record: UploadRecord) -> str:
        """Give the status of an upload as it stands on the wire."""

    @abstractmethod
    def _notification(self, status: str) -> WireModel:
        """Make the message that tells a status of the newest upload."""

    @abstractmethod
    def _idle(self) -> WireModel:
        """Make the message that tells that nothing goes on."""

    @property
    def is_under_way(self) -> bool:
        """Whether an upload goes on, or waits for its next try."""
        return self._record is not None and self._record.state in _UNDER_WAY

    def file_name(self, kind: LogKind = LogKind.DIAGNOSTICS) -> str:
        """Make the name for the file of a request that arrives now."""
        identity = re.sub("[^A-Za-z0-9._-]", "_", self._turn.config.charge_point_id)
        beginning = f"{_BEGINNING[kind]}-{identity[:NAME_LENGTH_MAX]}"
        return f"{beginning}-{self._turn.time:%Y%m%dT%H%M%SZ}.{_ENDING[kind]}"

    def trigger(self) -> None:
        """Tell the present status, or Idle if nothing goes on (S 4.4, S 5.17, W N01.FR.12)."""
        record = self._record
        is_told = record is not None and record.heard == self._status(record)
        if record is None or (is_told and not self.is_under_way):
            self._progress.trigger(self._idle())
        else:
            self._progress.trigger(self._notification(self._status(record)))

    def report(self) -> None:
        """Tell the CSMS the status if it does not know it: after a boot or a reconnect."""
        record = self._record
        if record is not None and record.state is not DiagnosticsState.IDLE:
            self._progress.tell(self._status(record), record.heard)

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
            self._turn.changed(self.NAME)

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
        words = f"{self.NAME}: try {after.attempt} of {after.attempts_max} failed: {event.text}"
        self._turn.log(LogLevel.WARNING, words)
        state = DiagnosticsState.UPLOAD_FAILED if is_over else DiagnosticsState.RETRYING
        # Every try is told, and so the CSMS sees the retries it asked for.
        self._progress.begin()
        self._move(state, tries=after, heard=None, fault=event.fault)

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

    def _begin(self, record: UploadRecord) -> None:
        """Begin an upload; one that still goes on is given up, and nothing more is told of it."""
        if self._transfer_id is not None:
            self._turn.emit(CancelTransfer(self._transfer_id))
        self._progress.replace(self.NOTIFICATION)
        self._record = record
        self._try(record)

    def _try(self, record: UploadRecord) -> None:
        self._transfer_id = self._turn.new_id()
        self._moved = None
        # Every try is told, also the one that a boot had interrupted.
        self._progress.begin()
        self._move(DiagnosticsState.UPLOADING, tries=retry_schedule.begun(record.tries), heard=None)
        why_not = why_no_transfer(record.location, self._turn.config.described)
        if why_not is not None:
            fault = TransferFault.NOT_SUPPORTED_OPERATION
            self.finished(TransferFinished(self._transfer_id, False, why_not, fault=fault))
            return
        self._turn.emit(
            Upload(
                self._transfer_id,
                record.location,
                record.file_name,
                start_time=self._limit(record.start_time, record.kind),
                stop_time=self._limit(record.stop_time, record.kind),
                content=record.kind,
                trust=self._trust(),
            )
        )

    def _limit(self, time: datetime | None, kind: LogKind) -> datetime | None:
        """Put a limit of the log into the clock in which the log is written.

        That of the diagnostics is the machine's; the security log has the charge point's.
        """
        if time is None or kind is LogKind.SECURITY:
            return time
        distance = min(max(time - self._turn.time, -LIMIT_MAX), LIMIT_MAX)
        return self._turn.now + distance

    def _transfer(self, record: UploadRecord) -> Transfer:
        return retry_schedule.transfer_view(
            record.location,
            record.tries,
            next_try_at=record.tries.next_try_at,
            moved=self._moved,
        )

    def _move(self, state: DiagnosticsState, **update: object) -> None:
        assert self._record is not None
        update |= {"state": state, "since": self._turn.now}
        self._record = replace(self._record, **update)
        self._turn.save(Table.STATE, self.NAME, self._record)
        self._turn.log(LogLevel.INFO, f"{self.NAME}: {state}")
        self._turn.changed(self.NAME)
        self.report()

    def _heard(self, status: str) -> None:
        assert self._record is not None
        self._record = replace(self._record, heard=status)
        self._turn.save(Table.STATE, self.NAME, self._record)
