"""UpdateFirmware and SignedUpdateFirmware: fetch, wait until nobody charges, install, boot into it.

The installation is simulated (`firmware_file` says how a file is read); its steps, their
notifications and what they do to the connectors are real. A power cut in any of them goes on where
it happened: a download begins again, an installation as well.

Both kinds of update are one machine (S 5.19, W L01). What is signed takes two steps more, between
the download and the wait for the connectors: its signature is verified, and it waits for
installDateTime. What else differs is what the CSMS is told (`firmware_statuses`).

The file is read again before it is verified, and again before it is installed, for it lies on a
disk that others can write to, and hours may pass: what is installed is what was verified.

The state is a record, saved with each step before the step is told; `power_on` reads from it how to
go on. Beside it stands what the CSMS has heard (`heard`), for a notification that was lost with the
line, or that a boot came in between of, is told again, and one that was answered is not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cp_tui.charge_point import firmware_statuses, retry_schedule, signed_firmware
from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.described import why_no_transfer
from cp_tui.charge_point.effects import CancelTransfer, Download, InspectFile, LogLevel, Table
from cp_tui.charge_point.events import FileInspected, TransferFinished, TransferProgressed
from cp_tui.charge_point.firmware_file import defect, version_of
from cp_tui.charge_point.firmware_statuses import BEING_INSTALLED, FETCHED, is_under_way
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import FirmwareRecord, FirmwareVersionRecord, SignedUpdateRecord
from cp_tui.charge_point.reset import Resetting
from cp_tui.charge_point.security.events import Report
from cp_tui.charge_point.security.store import CertificateStore
from cp_tui.charge_point.signed_firmware import FirmwareDecision
from cp_tui.charge_point.status_reports import Progress
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.vacating import Vacating
from cp_tui.charge_point.variables import (
    FileFacts,
    FirmwareState,
    FirmwareView,
    RootUse,
    RunningFirmware,
    SecurityEventType,
    SignedFirmware,
    TransferFault,
)
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import FirmwareStatus
from cp_tui.ocpp.length import moment
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import shown_location

if TYPE_CHECKING:
    from cp_tui.ocpp.firmware_management import UpdateFirmwareRequest
    from cp_tui.ocpp.security import SignedUpdateFirmwareRequest

UPDATE_KEY, VERSION_KEY = "firmware", "firmware_version"
"""The keys of the records in `Table.STATE`."""
INSTALLATION = timedelta(seconds=5)
"""How long the simulated installation takes: long enough for people to see it."""

_NOTIFICATIONS = Action.FIRMWARE_STATUS_NOTIFICATION, Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION


class Firmware:
    """The firmware, and the newest update of it."""

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        vacating: Vacating,
        resetting: Resetting,
        *,
        why_offline: Callable[[], str | None],
        roots: CertificateStore,
        report: Report,
    ) -> None:
        self._turn = turn
        self._vacating = vacating
        self._resetting = resetting
        self._roots = roots
        self._report_event = report
        self._progress = Progress(
            calls,
            self._notification,
            why_offline=why_offline,
            on_heard=self._heard,
        )
        self._record = turn.record(Table.STATE, UPDATE_KEY, FirmwareRecord)
        self._installed = turn.record(Table.STATE, VERSION_KEY, FirmwareVersionRecord)
        self._work_id: str | None = None
        """Of the download, or of the look at the file, that is under way."""
        self._moved: tuple[int, int | None] | None = None
        self._install_until: datetime | None = None
        self._refusal: Reason | None = None

    @property
    def version(self) -> str | None:
        """The version that runs: the configured one, until an update has replaced it."""
        running = self._running
        return self._turn.config.firmware_version if running is None else running.version

    @property
    def _running(self) -> FirmwareVersionRecord | None:
        installed = self._installed
        is_newer = installed and installed.configured == self._turn.config.firmware_version
        return installed if is_newer else None

    def view(self) -> FirmwareView:
        """Give the variable `firmware`."""
        record, running = self._record, self._running
        view = FirmwareView(
            version=self.version,
            running=None
            if running is None
            else RunningFirmware(
                since=running.since,
                sha256=running.sha256,
                scheme=running.scheme,
                signer=running.signer,
            ),
            refusal=self._refusal,
        )
        if record is None:
            return view
        is_waiting = record.state in (FirmwareState.SCHEDULED, FirmwareState.RETRYING)
        next_try_at = self.deadline if is_waiting else None
        return replace(
            view,
            state=record.state,
            status=firmware_statuses.plain_status(record.state),
            signed=None if record.signed is None else self._signed_view(record, record.signed),
            since=record.since,
            transfer=retry_schedule.transfer_view(
                record.location, record.tries, next_try_at=next_try_at, moved=self._moved
            ),
            file=record.file,
            waits_for=self._vacating.waits_for() if self._may_install(record) else "",
            problem=record.problem,
        )

    def _signed_view(self, record: FirmwareRecord, signed: SignedUpdateRecord) -> SignedFirmware:
        at = signed.install_at
        return SignedFirmware(
            request_id=signed.request_id,
            status=firmware_statuses.told_status(record),
            signer=signed.signer,
            anchor=signed.anchor,
            install_at=None if at is None else self._turn.machine_time(at),
            scheme=signed.scheme,
            verified_at=signed.verified_at,
        )

    def explain(self, request: UpdateFirmwareRequest) -> Reason:
        """Say what will become of an UpdateFirmware; the standard has no way to refuse it."""
        record = self._record
        if record is not None and record.state in FETCHED | BEING_INSTALLED:
            return because(
                "firmware.ignored",
                "cp-tui",
                "ignored: an update is {state} already and can no longer be replaced",
                state=record.state,
            )
        return because(
            "firmware.accepted",
            "S 5.19",
            "fetches {location} from {at} on, {count:try|tries}{bounds}{replaces}",
            location=shown_location(request.location),
            at=moment(request.retrieve_date),
            count=retry_schedule.planned(request.retries, request.retry_interval).attempts_max,
            bounds=retry_schedule.bounds(request.retries, request.retry_interval),
            replaces=", in place of the update before" if is_under_way(record) else "",
        )

    def update(self, request: UpdateFirmwareRequest) -> None:
        """Begin an update, in place of one that still waits or downloads."""
        self._turn.log(LogLevel.INFO, f"UpdateFirmware: {self.explain(request).text}")
        if self._record is not None and self._record.state in FETCHED | BEING_INSTALLED:
            return
        # The standard cannot refuse, so a new request takes the place of one that only waits or
        # loads. What is being installed already is not interrupted (`explain` says so).
        self._begin(
            FirmwareRecord(
                location=request.location,
                retrieve_at=max(request.retrieve_date, self._turn.time),
                tries=retry_schedule.planned(request.retries, request.retry_interval),
                state=FirmwareState.SCHEDULED,
                since=self._turn.now,
            )
        )

    def decide(self, request: SignedUpdateFirmwareRequest) -> FirmwareDecision:
        """Say what becomes of a SignedUpdateFirmware (W L01)."""
        roots = self._roots.pems(RootUse.MANUFACTURER)
        return signed_firmware.decide(request, self._record, roots, self._turn.time)

    def carry_out(self, request: SignedUpdateFirmwareRequest, decision: FirmwareDecision) -> None:
        """Begin an update that is signed, in place of the one before, or note why it is not."""
        self._turn.log(LogLevel.INFO, f"SignedUpdateFirmware: {decision.reason.text}")
        self._refusal = decision.reason if decision.signed is None else None
        self._turn.changed("firmware")
        if decision.event is not None:
            self._report_event(decision.event, decision.reason.text)
        if decision.signed is not None:
            firmware = request.firmware
            self._begin(
                FirmwareRecord(
                    location=firmware.location,
                    retrieve_at=max(firmware.retrieve_date_time, self._turn.time),
                    tries=retry_schedule.planned(request.retries, request.retry_interval),
                    state=FirmwareState.SCHEDULED,
                    since=self._turn.now,
                    signed=decision.signed,
                )
            )

    def trigger(self, *, is_extended: bool = False) -> None:
        """Tell the present status, or Idle if nothing goes on (S 4.5, S 5.17, W L01.FR.28)."""
        message = firmware_statuses.triggered(self._record, is_extended=is_extended)
        self._progress.trigger(message)

    def report(self) -> None:
        """Tell the CSMS the status if it does not know it: after a boot or a reconnect."""
        record = self._record
        if record is None:
            return
        status = firmware_statuses.told_status(record)
        is_due = record.state is FirmwareState.SCHEDULED and self._turn.time >= record.retrieve_at
        if status != FirmwareStatus.IDLE and not is_due:
            self._progress.tell(status, record.heard)

    def power_on(self) -> None:
        """Go on after a boot, whatever was interrupted."""
        record = self._record
        if record is None:
            return
        match record.state:
            case FirmwareState.REBOOTING:
                self._activate(record)
            case FirmwareState.DOWNLOADING:
                again = retry_schedule.interrupted(record.tries, self._turn.now)
                self._move(FirmwareState.RETRYING, tries=again)
            case FirmwareState.VERIFYING:
                self._inspect(record.file)
            case FirmwareState.DOWNLOADED | FirmwareState.VERIFIED | FirmwareState.INSTALLING:
                # No transaction outlives a boot, so nothing stands against installing at once.
                self._vacating.power_on()
                is_signed = record.signed is not None
                self._move(FirmwareState.VERIFIED if is_signed else FirmwareState.DOWNLOADED)
            case _:
                pass

    def progressed(self, event: TransferProgressed) -> None:
        """Show how far the download has come."""
        if event.transfer_id == self._work_id:
            self._moved = event.done_bytes, event.total_bytes
            self._turn.changed("firmware")

    def finished(self, event: TransferFinished) -> None:
        """Take the file, or the reason why there is none."""
        record = self._record
        if event.transfer_id != self._work_id or record is None:
            return
        self._work_id = self._moved = None
        if event.ok and event.facts is not None:
            if record.signed is None:
                self._move(FirmwareState.DOWNLOADED, file=event.facts)
            else:
                self._move(FirmwareState.VERIFYING, file=event.facts)
                self._inspect(event.facts)
            return
        after = retry_schedule.failed(record.tries, event.text, self._turn.now)
        is_over = after.next_try_at is None
        words = f"firmware: try {after.attempt} of {after.attempts_max} failed: {event.text}"
        self._turn.log(LogLevel.WARNING, words)
        state = FirmwareState.DOWNLOAD_FAILED if is_over else FirmwareState.RETRYING
        self._move(state, tries=after, problem=event.text if is_over else "")

    def inspected(self, event: FileInspected) -> None:
        """Learn what the file is now: before it is verified, and again before it is installed."""
        record = self._record
        if event.inspection_id != self._work_id or record is None:
            return
        self._work_id = None
        if record.state is FirmwareState.VERIFYING:
            self._verify(record, event)
        elif problem := signed_firmware.changed(record.file, event.facts, event.text):
            self._not_verified(record, FirmwareState.VERIFICATION_FAILED, problem)

    def _verify(self, record: FirmwareRecord, event: FileInspected) -> None:
        result = signed_firmware.verified(
            record,
            event.facts,
            event.text,
            self._turn.now,
            pss_only=self._turn.config.security.pss_only,
        )
        if isinstance(result, str):
            self._not_verified(record, FirmwareState.INVALID_SIGNATURE, result)
            return
        self._move(FirmwareState.VERIFIED, signed=result, file=event.facts)
        if result.install_at is not None and self._turn.time < result.install_at:
            self._move(FirmwareState.INSTALL_SCHEDULED)

    def _not_verified(self, record: FirmwareRecord, state: FirmwareState, problem: str) -> None:
        if record.signed is None:
            self._fail(FirmwareState.INSTALLATION_FAILED, problem)
            return
        self._fail(state, problem)
        self._report_event(SecurityEventType.INVALID_FIRMWARE_SIGNATURE, problem)

    @property
    def deadline(self) -> datetime | None:
        """When `tick` has something to do."""
        record = self._record
        if record is None or self._resetting.is_under_way:
            return None
        match record.state:
            case FirmwareState.SCHEDULED:
                return self._turn.machine_time(record.retrieve_at)
            case FirmwareState.RETRYING:
                return record.tries.next_try_at
            case FirmwareState.INSTALL_SCHEDULED if not self._may_install(record):
                assert record.signed is not None
                assert record.signed.install_at is not None
                return self._turn.machine_time(record.signed.install_at)
            case FirmwareState.INSTALLING:
                return None if self._work_id is not None else self._install_until
            case _:
                return None

    def tick(self) -> None:
        """Do the next step of the update, if it is time for it."""
        record, now = self._record, self._turn.now
        if record is None or self._resetting.is_under_way:
            return
        if record.state is FirmwareState.SCHEDULED:
            if self._turn.time >= record.retrieve_at:
                self._download(record)
        elif record.state is FirmwareState.RETRYING:
            if record.tries.next_try_at is None or now >= record.tries.next_try_at:
                self._download(record)
        elif self._may_install(record):
            self._install_if_free(record)
        elif record.state is FirmwareState.INSTALLING and self._is_installed:
            self._end_installation(record)

    @property
    def _is_installed(self) -> bool:
        """Whether the file is known to be the right one, and the time of an installation over."""
        until = self._install_until
        return self._work_id is None and (until is None or self._turn.now >= until)

    def _may_install(self, record: FirmwareRecord) -> bool:
        """Say whether an update waits for nothing but the connectors."""
        if record.state in (FirmwareState.DOWNLOADED, FirmwareState.VERIFIED):
            return True
        signed = record.signed
        if record.state is not FirmwareState.INSTALL_SCHEDULED or signed is None:
            return False
        return signed.install_at is None or self._turn.time >= signed.install_at

    def _download(self, record: FirmwareRecord) -> None:
        self._work_id = self._turn.new_id()
        # Every try is told, and so the CSMS sees the retries it asked for.
        self._progress.begin()
        self._move(FirmwareState.DOWNLOADING, tries=retry_schedule.begun(record.tries), heard=None)
        why_not = why_no_transfer(record.location, self._turn.config.described)
        if why_not is not None:
            fault = TransferFault.NOT_SUPPORTED_OPERATION
            self.finished(TransferFinished(self._work_id, False, why_not, fault=fault))
            return
        self._turn.emit(Download(self._work_id, record.location, self._roots.file_servers()))

    def _inspect(self, file: FileFacts | None) -> None:
        self._work_id = self._turn.new_id()
        self._turn.emit(InspectFile(self._work_id, "" if file is None else file.name))

    def _install_if_free(self, record: FirmwareRecord) -> None:
        if not self._vacating.empty():
            self._turn.changed("firmware")
            return
        self._install_until = self._turn.now + INSTALLATION
        self._move(FirmwareState.INSTALLING)
        self._inspect(record.file)

    def _end_installation(self, record: FirmwareRecord) -> None:
        self._install_until = None
        problem = "the file is gone" if record.file is None else defect(record.file)
        if problem is not None:
            self._fail(FirmwareState.INSTALLATION_FAILED, problem)
            return
        reason = because("firmware.reboot", "S 5.19", "new firmware is installed")
        self._move(FirmwareState.REBOOTING)
        self._resetting.reboot(reason)

    def _fail(self, state: FirmwareState, problem: str) -> None:
        """End an update whose file is here: the firmware from before stays."""
        assert self._record is not None
        self._install_until = None
        self._turn.log(LogLevel.WARNING, f"firmware: not installed: {problem}")
        after = replace(self._record.tries, last_error=problem)
        self._move(state, tries=after, problem=problem)
        self._vacating.restore("the new firmware could not be installed")

    def _activate(self, record: FirmwareRecord) -> None:
        assert record.file is not None
        signed = record.signed
        self._installed = FirmwareVersionRecord(
            version=version_of(record.file),
            configured=self._turn.config.firmware_version,
            since=self._turn.now,
            sha256=record.file.sha256,
            scheme=None if signed is None else signed.scheme,
            signer=None if signed is None else signed.signer,
        )
        self._turn.save(Table.STATE, VERSION_KEY, self._installed)
        self._move(FirmwareState.INSTALLED)
        self._turn.log(LogLevel.INFO, f"firmware: version {self.version} runs now")
        self._report_event(SecurityEventType.FIRMWARE_UPDATED, f"version {self.version}")

    def _begin(self, record: FirmwareRecord) -> None:
        """Begin an update; nothing more is told of the one before, nor done for it."""
        state = None if self._record is None else self._record.state
        if self._work_id is not None and state is FirmwareState.DOWNLOADING:
            self._turn.emit(CancelTransfer(self._work_id))
        self._work_id = self._moved = None
        self._progress.replace(*_NOTIFICATIONS)
        self._set(record)
        if state in FETCHED:
            self._vacating.restore("another update has taken the place of the new firmware")

    def _move(self, state: FirmwareState, **update: object) -> None:
        assert self._record is not None
        update |= {"state": state, "since": self._turn.now}
        self._set(replace(self._record, **update))

    def _set(self, record: FirmwareRecord) -> None:
        self._record = record
        self._turn.save(Table.STATE, UPDATE_KEY, record)
        self._turn.log(LogLevel.INFO, f"firmware: {record.state}")
        self._turn.changed("firmware", "identity")
        self.report()

    def _heard(self, status: str) -> None:
        assert self._record is not None
        self._record = replace(self._record, heard=status)
        self._turn.save(Table.STATE, UPDATE_KEY, self._record)

    def _notification(self, status: str) -> WireModel:
        assert self._record is not None
        return firmware_statuses.notification(self._record, status)
