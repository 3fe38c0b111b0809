"""UpdateFirmware: fetch, wait until nobody charges, install, boot into the new version (S 5.19).

The installation is simulated (`firmware_file` says how a file is read); its steps, their
notifications and what they do to the connectors are real. A power cut in any of them goes on where
it happened: a download begins again, an installation as well.

The state is a record, saved with each step before the step is told; `power_on` reads from it how to
go on. Beside it stands what the CSMS has heard (`heard`), for a notification that was lost with the
line, or that a boot came in between of, is told again, and one that was answered is not.

Between download and installation somebody may be charging, and nobody is thrown out. Connectors
that are free leave service at once, so that no new session begins; the others follow as they become
free (E 3.49). A cable that is in without a tag counts as free, but there is no way from Preparing
to Unavailable (status.md): it waits, refuses tags (`is_withdrawal_due`), and when all the others
are done its attempt is ended first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cp_tui.charge_point import retry_schedule
from cp_tui.charge_point.availability import Availability
from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.effects import CancelTransfer, Download, LogLevel, Table
from cp_tui.charge_point.events import TransferFinished, TransferProgressed
from cp_tui.charge_point.firmware_file import defect, version_of
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import FirmwareRecord, FirmwareVersionRecord
from cp_tui.charge_point.reset import Resetting
from cp_tui.charge_point.status_notifications import StatusNotifications
from cp_tui.charge_point.status_reports import Progress
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import FirmwareState, FirmwareView
from cp_tui.ocpp.datatypes import ChargePointStatus, FirmwareStatus
from cp_tui.ocpp.length import moment
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import shown_location

if TYPE_CHECKING:
    from cp_tui.ocpp.firmware_management import UpdateFirmwareRequest

UPDATE_KEY, VERSION_KEY = "firmware", "firmware_version"
"""The keys of the records in `Table.STATE`."""
INSTALLATION = timedelta(seconds=5)
"""How long the simulated installation takes: long enough for people to see it."""

_STATUS: Mapping[FirmwareState, FirmwareStatus] = MappingProxyType(
    {
        FirmwareState.IDLE: FirmwareStatus.IDLE,
        FirmwareState.SCHEDULED: FirmwareStatus.IDLE,
        FirmwareState.DOWNLOADING: FirmwareStatus.DOWNLOADING,
        FirmwareState.RETRYING: FirmwareStatus.DOWNLOAD_FAILED,
        FirmwareState.DOWNLOADED: FirmwareStatus.DOWNLOADED,
        FirmwareState.INSTALLING: FirmwareStatus.INSTALLING,
        FirmwareState.REBOOTING: FirmwareStatus.INSTALLING,
        FirmwareState.INSTALLED: FirmwareStatus.INSTALLED,
        FirmwareState.DOWNLOAD_FAILED: FirmwareStatus.DOWNLOAD_FAILED,
        FirmwareState.INSTALLATION_FAILED: FirmwareStatus.INSTALLATION_FAILED,
    }
)
_OVER = {
    FirmwareState.INSTALLED,
    FirmwareState.DOWNLOAD_FAILED,
    FirmwareState.INSTALLATION_FAILED,
}
_PAST_DOWNLOAD = {FirmwareState.DOWNLOADED, FirmwareState.INSTALLING, FirmwareState.REBOOTING}


class Firmware:
    """The firmware, and the newest update of it."""

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        availability: Availability,
        statuses: StatusNotifications,
        resetting: Resetting,
        connectors: tuple[Connector, ...],
        *,
        why_offline: Callable[[], str | None],
        on_installed: Callable[[str], None],
    ) -> None:
        self._turn = turn
        self._on_installed = on_installed
        self._availability = availability
        self._statuses = statuses
        self._resetting = resetting
        self._connectors = connectors[1:]
        self._progress = Progress(
            calls,
            _notification,
            why_offline=why_offline,
            on_heard=self._heard,
        )
        self._record = turn.record(Table.STATE, UPDATE_KEY, FirmwareRecord)
        self._installed = turn.record(Table.STATE, VERSION_KEY, FirmwareVersionRecord)
        self._transfer_id: str | None = None
        self._moved: tuple[int, int | None] | None = None
        self._install_until: datetime | None = None

    @property
    def version(self) -> str | None:
        """The version that runs: the configured one, until an update has replaced it."""
        configured = self._turn.config.firmware_version
        installed = self._installed
        is_newer = installed is not None and installed.configured == configured
        return installed.version if installed and is_newer else configured

    def view(self) -> FirmwareView:
        """Give the variable `firmware`."""
        record = self._record
        if record is None:
            return FirmwareView(version=self.version)
        is_waiting = record.state in (FirmwareState.SCHEDULED, FirmwareState.RETRYING)
        next_try_at = self.deadline if is_waiting else None
        return FirmwareView(
            version=self.version,
            state=record.state,
            since=record.since,
            transfer=retry_schedule.transfer_view(
                record.location, record.tries, next_try_at=next_try_at, moved=self._moved
            ),
            file=record.file,
            waits_for=self._waits_for() if record.state is FirmwareState.DOWNLOADED else "",
        )

    def explain(self, request: UpdateFirmwareRequest) -> Reason:
        """Say what will become of an UpdateFirmware; the standard has no way to refuse it."""
        record = self._record
        if record is not None and record.state in _PAST_DOWNLOAD:
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
            replaces=", in place of the update before" if self._is_under_way else "",
        )

    def update(self, request: UpdateFirmwareRequest) -> None:
        """Begin an update, in place of one that still waits or downloads."""
        self._turn.log(LogLevel.INFO, f"UpdateFirmware: {self.explain(request).text}")
        if self._record is not None and self._record.state in _PAST_DOWNLOAD:
            return
        # The standard cannot refuse, so a new request takes the place of one that only waits or
        # loads. What is being installed already is not interrupted (`explain` says so).
        self._cancel()
        self._progress.begin()
        self._set(
            FirmwareRecord(
                location=request.location,
                retrieve_at=max(request.retrieve_date, self._turn.time),
                tries=retry_schedule.planned(request.retries, request.retry_interval),
                state=FirmwareState.SCHEDULED,
                since=self._turn.now,
            )
        )

    def trigger(self) -> None:
        """Tell the present status, or Idle if nothing goes on (S 4.5, S 5.17)."""
        record = self._record
        status = FirmwareStatus.IDLE if record is None else _STATUS[record.state]
        if record is not None and record.state in _OVER and record.heard is status:
            status = FirmwareStatus.IDLE
        self._progress.trigger(status)

    def report(self) -> None:
        """Tell the CSMS the status if it does not know it: after a boot or a reconnect."""
        record = self._record
        if record is not None and _STATUS[record.state] is not FirmwareStatus.IDLE:
            self._progress.tell(_STATUS[record.state], record.heard)

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
            case FirmwareState.DOWNLOADED | FirmwareState.INSTALLING:
                # No transaction outlives a boot, so nothing stands against installing at once.
                for connector in self._connectors:
                    connector.is_withdrawn = True
                self._move(FirmwareState.DOWNLOADED)
            case _:
                pass

    def progressed(self, event: TransferProgressed) -> None:
        """Show how far the download has come."""
        if event.transfer_id == self._transfer_id:
            self._moved = event.done_bytes, event.total_bytes
            self._turn.changed("firmware")

    def finished(self, event: TransferFinished) -> None:
        """Take the file, or the reason why there is none."""
        record = self._record
        if event.transfer_id != self._transfer_id or record is None:
            return
        self._transfer_id = self._moved = None
        if event.ok and event.facts is not None:
            self._move(FirmwareState.DOWNLOADED, file=event.facts)
            return
        after = retry_schedule.failed(record.tries, event.text, self._turn.now)
        is_over = after.next_try_at is None
        words = f"firmware: try {after.attempt} of {after.attempts_max} failed: {event.text}"
        self._turn.log(LogLevel.WARNING, words)
        self._move(
            FirmwareState.DOWNLOAD_FAILED if is_over else FirmwareState.RETRYING, tries=after
        )

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
            case FirmwareState.INSTALLING:
                return self._install_until
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
        elif record.state is FirmwareState.DOWNLOADED:
            self._install_if_free()
        elif record.state is FirmwareState.INSTALLING and (
            self._install_until is None or now >= self._install_until
        ):
            self._end_installation(record)

    def _download(self, record: FirmwareRecord) -> None:
        self._transfer_id = self._turn.new_id()
        # Every try is told, and so the CSMS sees the retries it asked for.
        self._progress.begin()
        self._move(FirmwareState.DOWNLOADING, tries=retry_schedule.begun(record.tries), heard=None)
        self._turn.emit(Download(self._transfer_id, record.location))

    def _install_if_free(self) -> None:
        """Install once nobody charges; meanwhile what is free leaves service (E 3.49)."""
        self._availability.withdraws_free = True
        for connector in self._connectors:
            if not connector.is_withdrawn and _may_leave_service(connector):
                self._withdraw(connector, "new firmware waits to be installed")
            is_preparing = connector.current_status() is ChargePointStatus.PREPARING
            connector.is_withdrawal_due = is_preparing and not _is_busy(connector)
        if self._waits_for():
            self._turn.changed("firmware")
            return
        for connector in self._connectors:
            if connector.current_status() is ChargePointStatus.PREPARING:
                # No way leads from Preparing to Unavailable (status.md): the attempt ends first.
                connector.attempt_until = None
                connector.is_session_over = True
                self._statuses.refresh(connector, "new firmware is being installed")
            self._withdraw(connector, "new firmware is being installed")
        self._install_until = self._turn.now + INSTALLATION
        self._move(FirmwareState.INSTALLING)

    def _end_installation(self, record: FirmwareRecord) -> None:
        self._install_until = None
        problem = "the file is gone" if record.file is None else defect(record.file)
        if problem is None:
            reason = because("firmware.reboot", "S 5.19", "new firmware is installed")
            self._move(FirmwareState.REBOOTING)
            self._resetting.reboot(reason)
            return
        self._turn.log(LogLevel.WARNING, f"firmware: not installed: {problem}")
        after = replace(record.tries, last_error=problem)
        self._move(FirmwareState.INSTALLATION_FAILED, tries=after)
        self._availability.withdraws_free = False
        for connector in self._connectors:
            connector.is_withdrawn = connector.is_withdrawal_due = False
            # No way leads from Unavailable to Finishing: with a cable in, an attempt begins (H2).
            connector.is_session_over = False
            self._statuses.refresh(connector, "the new firmware could not be installed")

    def _activate(self, record: FirmwareRecord) -> None:
        assert record.file is not None
        self._installed = FirmwareVersionRecord(
            version=version_of(record.file), configured=self._turn.config.firmware_version
        )
        self._turn.save(Table.STATE, VERSION_KEY, self._installed)
        self._move(FirmwareState.INSTALLED)
        self._turn.log(LogLevel.INFO, f"firmware: version {self.version} runs now")
        self._on_installed(f"version {self.version}")

    @property
    def _is_under_way(self) -> bool:
        return self._record is not None and self._record.state not in _OVER

    def _waits_for(self) -> str:
        """Name the connectors where somebody charges or is about to."""
        busy = [str(c.connector_id) for c in self._connectors if _is_busy(c)]
        return f"connector {', '.join(busy)} to become free" if busy else ""

    def _withdraw(self, connector: Connector, cause: str) -> None:
        connector.is_withdrawn = True
        self._statuses.refresh(connector, cause)

    def _cancel(self) -> None:
        if self._transfer_id is not None:
            self._turn.emit(CancelTransfer(self._transfer_id))
            self._transfer_id = self._moved = None

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

    def _heard(self, status: FirmwareStatus) -> None:
        assert self._record is not None
        self._record = replace(self._record, heard=status)
        self._turn.save(Table.STATE, UPDATE_KEY, self._record)


def _is_busy(connector: Connector) -> bool:
    """Say whether somebody charges at a connector, or is about to."""
    return bool(connector.transaction or connector.pending_start or connector.attempt)


def _may_leave_service(connector: Connector) -> bool:
    """Say whether nobody uses a connector: free, or with a session that is over."""
    return connector.transaction is None and connector.current_status() not in (
        ChargePointStatus.PREPARING,
        ChargePointStatus.RESERVED,
    )


def _notification(status: FirmwareStatus) -> WireModel:
    # A boot has nothing to tell of it, and its model would hold it up.
    from cp_tui.ocpp.firmware_management import FirmwareStatusNotificationRequest

    return FirmwareStatusNotificationRequest(status=status)
