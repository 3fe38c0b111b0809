"""The upload of a log in words: which log, for which time, where to, how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from textual.content import Content

from cp_tui.charge_point.variables import DiagnosticsState, LogKind, LogUploadView
from cp_tui.tui.maintenance.diagnostics_text import STYLES, WORDS
from cp_tui.tui.maintenance.transfer_text import moved, transfer_facts, tries
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BAD, QUIET
from cp_tui.tui.text.words import Clock, joined, reason_text

KINDS = {LogKind.DIAGNOSTICS: "diagnostics log", LogKind.SECURITY: "security log"}
NEXT: Mapping[DiagnosticsState, str] = MappingProxyType(
    {
        DiagnosticsState.IDLE: "the CSMS asks for one with GetLog",
        DiagnosticsState.UPLOADING: "LogStatusNotification tells the CSMS how it ended",
        DiagnosticsState.RETRYING: "the next try begins after retryInterval",
        DiagnosticsState.UPLOAD_FAILED: "nothing; only a new GetLog tries again",
    }
)
"""What follows each state; nothing follows `uploaded`."""


def log_upload_line(
    upload: LogUploadView | None, clock: Clock, *, is_watched: bool = False
) -> Content:
    """Which log, state and file in one line."""
    if upload is None:
        return Content.styled("not known yet", QUIET)
    parts: list[Content | str] = [_kind(upload), _state(upload, is_watched=is_watched)]
    transfer = upload.transfer
    if transfer is not None:
        match upload.state:
            case DiagnosticsState.UPLOADING:
                parts += [moved(transfer), tries(transfer)]
            case DiagnosticsState.RETRYING if transfer.next_try_at:
                parts.append(f"at {clock.time(transfer.next_try_at)}")
            case DiagnosticsState.UPLOADED if upload.since:
                parts.append(clock.minute(upload.since))
            case DiagnosticsState.UPLOAD_FAILED:
                parts.append(safe_text(transfer.last_error))
            case _:
                pass
    refused = Content.styled("the newest GetLog was refused", BAD) if upload.refusal else ""
    return joined([*parts, safe_text(upload.file_name), refused])


def log_upload_facts(
    upload: LogUploadView | None, clock: Clock, *, is_watched: bool = False
) -> list[Fact]:
    """Everything about the newest upload."""
    if upload is None:
        return [Fact("Upload", Content.styled("not known yet", QUIET))]
    since = f"since {clock.time(upload.since)}" if upload.since else ""
    facts = [Fact("Upload", joined([_state(upload, is_watched=is_watched), since, _told(upload)]))]
    if upload.refusal is not None:
        facts.append(Fact("Refused", reason_text(upload.refusal, clock).stylize(BAD)))
    if upload.state in NEXT:
        facts.append(Fact("Then", Content(NEXT[upload.state])))
    if upload.kind is not None:
        number = "" if upload.request_id is None else f"request {upload.request_id}"
        facts.append(Fact("Log", joined([_kind(upload), number, _period(upload, clock)])))
    if upload.file_name:
        facts.append(Fact("File", safe_text(upload.file_name, "bold")))
    if upload.transfer is not None:
        waits = upload.state is DiagnosticsState.RETRYING
        facts += transfer_facts(upload.transfer, "To", clock, waits=waits)
    return facts


def _kind(upload: LogUploadView) -> str:
    return KINDS[upload.kind] if upload.kind is not None else ""


def _state(upload: LogUploadView, *, is_watched: bool) -> Content:
    """`is_watched`: what was not told need not be so."""
    state = upload.state
    if is_watched and state is DiagnosticsState.IDLE:
        return Content.styled("no upload was seen", QUIET)
    return Content.styled(WORDS.get(state, state.value), STYLES[state])


def _told(upload: LogUploadView) -> Content:
    """What the CSMS is told, where that says more than the state: what a failure was."""
    is_failed = upload.state is DiagnosticsState.UPLOAD_FAILED
    return safe_text(f"told as {upload.status}") if is_failed else Content("")


def _period(upload: LogUploadView, clock: Clock) -> str:
    """Which entries were asked for."""
    begin = f"from {clock.time(upload.oldest)}" if upload.oldest is not None else ""
    end = f"to {clock.time(upload.latest)}" if upload.latest is not None else ""
    return " ".join(filter(None, (begin, end))) or "all of it"
