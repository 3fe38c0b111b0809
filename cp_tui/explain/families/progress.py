"""Firmware updates and uploads: each status follows from the one before (S 4.4, S 4.5, W L01, N01).

All four notifications are told alike: what was asked for begins with a CALL of the CSMS, goes on
from status to status and ends; each has its own order of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity, ref
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.firmware_management import (
    FirmwareStatusNotificationRequest,
    GetDiagnosticsRequest,
    GetDiagnosticsResponse,
    UpdateFirmwareRequest,
    UpdateFirmwareResponse,
)
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import shown_location
from cp_tui.ocpp.remote_trigger import TriggerMessageRequest
from cp_tui.ocpp.security import (
    ExtendedTriggerMessageRequest,
    GetLogRequest,
    GetLogResponse,
    LogStatusNotificationRequest,
    SignedFirmwareStatusNotificationRequest,
    SignedUpdateFirmwareRequest,
    SignedUpdateFirmwareResponse,
)
from cp_tui.traces.record import Record

IDLE = "Idle"
_BEGIN = ""
"""Before the first status."""


def _after(**statuses: str) -> Mapping[str, frozenset[str]]:
    return MappingProxyType(
        {
            status: frozenset(_BEGIN if each == "-" else each for each in before.split())
            for status, before in statuses.items()
        }
    )


_FIRMWARE = _after(
    Downloading="- Downloading DownloadFailed",
    Downloaded="Downloading",
    DownloadFailed="Downloading",
    Installing="Downloaded Installing",
    InstallationFailed="Downloaded Installing",
    Installed="Downloaded Installing",
)
_SIGNED = _after(
    DownloadScheduled="-",
    Downloading="- DownloadScheduled Downloading DownloadPaused DownloadFailed",
    DownloadPaused="DownloadScheduled Downloading",
    DownloadFailed="- DownloadScheduled Downloading DownloadPaused",
    Downloaded="Downloading DownloadPaused",
    SignatureVerified="Downloaded",
    InvalidSignature="Downloaded SignatureVerified",
    InstallScheduled="Downloaded SignatureVerified",
    InstallRebooting="Downloaded SignatureVerified InstallScheduled Installing",
    Installing="Downloaded SignatureVerified InstallScheduled InstallRebooting Installing",
    InstallVerificationFailed="Downloaded SignatureVerified InstallScheduled Installing"
    " InstallRebooting",
    InstallationFailed="Downloaded SignatureVerified InstallScheduled InstallRebooting Installing",
    Installed="Downloaded SignatureVerified InstallScheduled InstallRebooting Installing",
)
_DIAGNOSTICS = _after(
    Uploading="- Uploading UploadFailed", Uploaded="Uploading", UploadFailed="Uploading"
)
_LOG = _after(
    Uploading="- Uploading UploadFailure PermissionDenied BadMessage NotSupportedOperation",
    Uploaded="Uploading",
    UploadFailure="- Uploading",
    PermissionDenied="- Uploading",
    BadMessage="- Uploading",
    NotSupportedOperation="- Uploading",
)


class StatusOrder(Struct, frozen=True):
    """One kind of work that is told of in steps."""

    area: str
    """Of its findings."""
    action: Action
    """The notification."""
    noun: str
    after: Mapping[str, frozenset[str]]
    """A status -> those that it may follow."""
    failed: frozenset[str]
    final: frozenset[str]
    """Nothing has to follow."""
    has_idle_rule: bool = False
    """Whether Idle without being asked, and a status that nobody asked for, are findings."""


FIRMWARE = StatusOrder(
    "firmware",
    Action.FIRMWARE_STATUS_NOTIFICATION,
    "firmware update",
    _FIRMWARE,
    failed=frozenset({"DownloadFailed", "InstallationFailed"}),
    final=frozenset({"Installed", "DownloadFailed", "InstallationFailed"}),
    has_idle_rule=True,
)
SIGNED_FIRMWARE = StatusOrder(
    "signed_firmware",
    Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION,
    "signed firmware update",
    _SIGNED,
    failed=frozenset(),
    final=frozenset({"Installed", "InstallationFailed", "InvalidSignature"}),
)
DIAGNOSTICS = StatusOrder(
    "diagnostics",
    Action.DIAGNOSTICS_STATUS_NOTIFICATION,
    "upload of diagnostics",
    _DIAGNOSTICS,
    failed=frozenset({"UploadFailed"}),
    final=frozenset({"Uploaded", "UploadFailed"}),
    has_idle_rule=True,
)
LOG_UPLOAD = StatusOrder(
    "log_upload",
    Action.LOG_STATUS_NOTIFICATION,
    "upload of logs",
    _LOG,
    failed=frozenset(),
    final=frozenset(),
)


class AskedFor(Struct, frozen=True):
    """What the CSMS asked for."""

    where: FrameRef
    location: str
    """Without user and password."""
    not_before: datetime | None = None
    retries: int | None = None
    request_id: int | None = None


class Tracker:
    """Follows the statuses of one kind of work."""

    def __init__(self, course: StatusOrder) -> None:
        self.course = course
        self.job: AskedFor | None = None
        """None: nobody asked, or the log does not tell."""
        self.status: str | None = _BEGIN
        """The last one; None: not known."""
        self._told: FrameRef | None = None
        self._triggered = 0
        self._to_begin: Waits[str, AskedFor] = Waits(outlives_breaks=True)
        self._to_end: Waits[str, AskedFor] = Waits(outlives_breaks=True)

    @property
    def is_waiting(self) -> bool:
        """Whether anything has to be told in time."""
        return bool(self._to_begin or self._to_end)

    def ask(self, job: AskedFor) -> None:
        """The CSMS asks; what went on before is over."""
        self.job, self.status, self._told = job, _BEGIN, None
        self._forget_waits()

    def answer(self, record: Record, known: Known, *, is_accepted: bool, is_coming: bool) -> None:
        """The charge point agrees, or does not; `is_coming`: there is anything to be done."""
        if self.job is None:
            return
        if not is_accepted:
            self.job, self.status = None, None
        elif is_coming and self.status == _BEGIN and self.course.has_idle_rule:
            delay_s = 0.0
            if self.job.not_before is not None and record.at is not None:
                delay_s = max(0.0, (self.job.not_before - record.at).total_seconds())
            begin_s, end_s = self._patience()
            self._to_begin.begin("", self.job, delay_s + begin_s, record, known)
            self._to_end.begin("", self.job, delay_s + end_s, record, known)

    def trigger(self) -> None:
        """The CSMS asks for the present status."""
        self._triggered += 1

    def lose(self, *, is_gap: bool) -> None:
        """The log broke off: the next status begins anew."""
        self.status = None
        if is_gap:
            self._forget_waits()

    def told(self, record: Record, status: str, known: Known) -> Iterable[Finding]:
        """A status is told."""
        is_triggered, self._triggered = self._triggered > 0, max(0, self._triggered - 1)
        if status == IDLE:
            yield from self._idle(record, known, is_triggered=is_triggered)
            return
        self._to_begin.end("")
        if status in self.course.final:
            self._to_end.end("")
        if is_triggered and status == self.status:
            return
        yield from self._judged(record, status, known)
        self.status, self._told = status, ref(record)

    def _judged(self, record: Record, status: str, known: Known) -> Iterable[Finding]:
        course, job = self.course, self.job
        if job is None and self.status == _BEGIN:
            if course.has_idle_rule and not known.is_cold and not known.breaks:
                yield found(
                    f"{course.area}.unasked",
                    f"{course.action} tells {status}, and nobody asked for a {course.noun} in this"
                    " log.",
                    record,
                )
            return
        before = self.status
        if before is not None and before not in course.after.get(status, frozenset()):
            what = f"follows {before}" if before else "is the first that is told"
            ways = " or ".join(sorted(each or "nothing" for each in course.after.get(status, ())))
            yield found(
                f"{course.area}.sequence",
                f"{course.action} tells {status}, which {what}: it comes after {ways}.",
                record,
                self._told or (job.where if job else None),
            )
        if status in course.failed:
            location = f" {job.location}" if job and job.location else ""
            retries = f", retries {job.retries}" if job and job.retries is not None else ""
            yield found(
                f"{course.area}.failed",
                f"The {course.noun}{location} ended with {status}{retries}.",
                record,
                job.where if job else None,
            )

    def overdue(self, known: Known) -> Iterable[Finding]:
        """Give what was not told in time."""
        begin_s, end_s = self._patience()
        for wait in self._to_begin.over(known):
            self._to_end.end("")
            yield self._silent(wait.where, f"nothing was told of it within {begin_s:g} s")
        for late in self._to_end.over(known):
            text = f"{end_s / 3600:g} h later nothing told how it ended"
            yield self._silent(late.where, text)

    def _silent(self, where: FrameRef, what: str) -> Finding:
        job = self.job
        text = f"A {self.course.noun} was agreed upon, and {what}."
        return found(
            f"{self.course.area}.silent",
            text,
            where,
            job.where if job else None,
        )

    def _idle(self, record: Record, known: Known, *, is_triggered: bool) -> Iterable[Finding]:
        if self.course.has_idle_rule and not is_triggered and not known.is_cold:
            id_ = "firmware.idle_untriggered"
            if self.course is DIAGNOSTICS:
                id_ = "diagnostics.unasked"
            yield found(
                id_,
                f"{self.course.action} tells Idle, which is only said where TriggerMessage asks.",
                record,
                severity=Severity.ERROR,
            )

    def _patience(self) -> tuple[float, float]:
        if self.course is DIAGNOSTICS:
            return LIMITS.diagnostics_begin, LIMITS.diagnostics_end
        return LIMITS.firmware_begin, LIMITS.firmware_end

    def _forget_waits(self) -> None:
        self._to_begin.end("")
        self._to_end.end("")


class ProgressRules(Family):
    """Firmware and uploads, each by its tracker."""

    ACTIONS = frozenset(
        {
            Action.BOOT_NOTIFICATION,
            Action.TRIGGER_MESSAGE,
            Action.EXTENDED_TRIGGER_MESSAGE,
            Action.UPDATE_FIRMWARE,
            Action.SIGNED_UPDATE_FIRMWARE,
            Action.GET_DIAGNOSTICS,
            Action.GET_LOG,
            Action.FIRMWARE_STATUS_NOTIFICATION,
            Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION,
            Action.DIAGNOSTICS_STATUS_NOTIFICATION,
            Action.LOG_STATUS_NOTIFICATION,
        }
    )

    def __init__(self) -> None:
        self._trackers = {
            course.action: Tracker(course)
            for course in (FIRMWARE, SIGNED_FIRMWARE, DIAGNOSTICS, LOG_UPLOAD)
        }
        self._breaks = 0
        self._version_before: str | None = None
        """Of the firmware, when an update was asked for."""
        self._installed: FrameRef | None = None
        """Where Installed was told, until the next boot."""
        self._request_ids: set[int] = set()

    @property
    def is_waiting(self) -> bool:
        return any(tracker.is_waiting for tracker in self._trackers.values())

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if known.breaks != self._breaks or known.is_gap:
            self._breaks = known.breaks
            for tracker in self._trackers.values():
                tracker.lose(is_gap=known.is_gap)
        exchange = known.exchange
        if exchange.is_call:
            self._asked(record, exchange.request, known)
            yield from self._told(record, exchange.request, known)
        else:
            self._answered(record, exchange.request, exchange.response, known)
        yield from self._overdue(known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        yield from self._overdue(known)

    def _overdue(self, known: Known) -> Iterable[Finding]:
        for tracker in self._trackers.values():
            yield from tracker.overdue(known)

    def _asked(self, record: Record, request: WireModel | None, known: Known) -> None:
        job = _job_of(request, record)
        match request:
            case UpdateFirmwareRequest() | SignedUpdateFirmwareRequest():
                boot = known.registration.boot
                self._version_before = boot.firmware_version if boot else None
                self._installed = None
            case TriggerMessageRequest() | ExtendedTriggerMessageRequest():
                self._triggered(str(request.requested_message))
        if job is not None:
            self._trackers[job[0]].ask(job[1])
            if job[1].request_id is not None:
                self._request_ids.add(job[1].request_id)

    def _triggered(self, name: str) -> None:
        for tracker in self._trackers.values():
            action = tracker.course.action
            is_signed = tracker.course is SIGNED_FIRMWARE
            if name == action or (is_signed and name == Action.FIRMWARE_STATUS_NOTIFICATION):
                tracker.trigger()

    def _answered(
        self, record: Record, request: WireModel | None, response: WireModel | None, known: Known
    ) -> None:
        is_coming = True
        match request, response:
            case UpdateFirmwareRequest(), _:
                is_accepted = isinstance(response, UpdateFirmwareResponse)
                action = Action.FIRMWARE_STATUS_NOTIFICATION
            case GetDiagnosticsRequest(), _:
                is_accepted = isinstance(response, GetDiagnosticsResponse)
                action = Action.DIAGNOSTICS_STATUS_NOTIFICATION
                is_coming = bool(getattr(response, "file_name", None))
            case GetLogRequest(), _:
                is_accepted = isinstance(response, GetLogResponse) and _is_yes(response.status)
                action = Action.LOG_STATUS_NOTIFICATION
            case SignedUpdateFirmwareRequest(), _:
                is_accepted = isinstance(response, SignedUpdateFirmwareResponse) and _is_yes(
                    response.status
                )
                action = Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION
            case _:
                return
        tracker = self._trackers[action]
        tracker.answer(record, known, is_accepted=is_accepted, is_coming=is_coming)

    def _told(self, record: Record, request: WireModel | None, known: Known) -> Iterable[Finding]:
        action = known.exchange.action
        tracker = self._trackers.get(action) if action else None
        if action is Action.BOOT_NOTIFICATION:
            yield from self._booted(record, known)
        if tracker is None or request is None:
            return
        status = str(getattr(request, "status", ""))
        if isinstance(request, LogStatusNotificationRequest):
            yield from self._request_id(record, request, tracker)
        if isinstance(request, FirmwareStatusNotificationRequest):
            yield from _too_early(record, status, tracker.job, known)
        is_plain = isinstance(
            request, FirmwareStatusNotificationRequest | SignedFirmwareStatusNotificationRequest
        )
        if is_plain and status == "Installed":
            self._installed = ref(record)
        yield from tracker.told(record, status, known)

    def _booted(self, record: Record, known: Known) -> Iterable[Finding]:
        installed, before = self._installed, self._version_before
        self._installed = None
        boot = known.exchange.request
        version = getattr(boot, "firmware_version", None)
        if installed is not None and before is not None and version == before:
            yield found(
                "firmware.version_unchanged",
                f"Installed was told, and BootNotification has the firmwareVersion from before,"
                f" {before}.",
                record,
                installed,
            )

    def _request_id(
        self,
        record: Record,
        request: LogStatusNotificationRequest,
        tracker: Tracker,
    ) -> Iterable[Finding]:
        if str(request.status) == IDLE or tracker.job is None:
            return
        if request.request_id not in self._request_ids:
            told = "no requestId" if request.request_id is None else f"{request.request_id}"
            yield found(
                "log_upload.request_id",
                f"LogStatusNotification names {told}, and GetLog has"
                f" requestId {tracker.job.request_id}.",
                record,
                tracker.job.where,
            )


def _job_of(request: WireModel | None, record: Record) -> tuple[Action, AskedFor] | None:
    """Read what is asked for, with the notification that tells of it; None: nothing of the kind."""
    where = ref(record)
    match request:
        case UpdateFirmwareRequest():
            location = shown_location(request.location)
            job = AskedFor(where, location, request.retrieve_date, request.retries)
            return Action.FIRMWARE_STATUS_NOTIFICATION, job
        case SignedUpdateFirmwareRequest():
            image = request.firmware
            job = AskedFor(
                where,
                shown_location(image.location),
                image.retrieve_date_time,
                request.retries,
                request.request_id,
            )
            return Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION, job
        case GetDiagnosticsRequest():
            job = AskedFor(where, shown_location(request.location), retries=request.retries)
            return Action.DIAGNOSTICS_STATUS_NOTIFICATION, job
        case GetLogRequest():
            location = shown_location(request.log.remote_location)
            job = AskedFor(where, location, retries=request.retries, request_id=request.request_id)
            return Action.LOG_STATUS_NOTIFICATION, job
        case _:
            return None


def _is_yes(status: object) -> bool:
    return str(status) in ("Accepted", "AcceptedCanceled")


def _too_early(
    record: Record, status: str, job: AskedFor | None, known: Known
) -> Iterable[Finding]:
    if status != "Downloading" or job is None or job.not_before is None or record.at is None:
        return
    early_s = (job.not_before - record.at).total_seconds()
    if early_s > LIMITS.clock + known.resolution_s:
        yield found(
            "firmware.too_early",
            f"Downloading is told {early_s:.0f} s before retrieveDate.",
            record,
            job.where,
        )
