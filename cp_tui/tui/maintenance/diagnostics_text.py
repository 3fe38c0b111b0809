"""The upload of diagnostics in words: which file, where to, how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from textual.content import Content

from cp_tui.charge_point.variables import DiagnosticsState, DiagnosticsView
from cp_tui.tui.maintenance.transfer_text import moved, transfer_facts, tries
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_ODD, GOOD, QUIET
from cp_tui.tui.text.words import Clock, joined

NEXT: Mapping[DiagnosticsState, str] = MappingProxyType(
    {
        DiagnosticsState.IDLE: "the CSMS asks for them with GetDiagnostics",
        DiagnosticsState.UPLOADING: "DiagnosticsStatusNotification tells the CSMS how it ended",
        DiagnosticsState.RETRYING: "the next try begins after retryInterval",
        DiagnosticsState.UPLOAD_FAILED: "nothing; only a new GetDiagnostics tries again",
    }
)
"""What follows each state; nothing follows `uploaded`."""

STYLES = {
    DiagnosticsState.IDLE: QUIET,
    DiagnosticsState.UPLOADING: BOLD_ODD,
    DiagnosticsState.RETRYING: BOLD_ODD,
    DiagnosticsState.UPLOADED: GOOD,
    DiagnosticsState.UPLOAD_FAILED: BOLD_BAD,
}

WORDS = {
    DiagnosticsState.IDLE: "no upload yet",
    DiagnosticsState.RETRYING: "waits for the next try",
}


def diagnostics_line(
    diagnostics: DiagnosticsView | None, clock: Clock, *, is_watched: bool = False
) -> Content:
    """State and file in one line."""
    if diagnostics is None:
        return Content.styled("not known yet", QUIET)
    parts: list[Content | str] = [_state(diagnostics, is_watched=is_watched)]
    transfer = diagnostics.transfer
    if transfer is not None:
        match diagnostics.state:
            case DiagnosticsState.UPLOADING:
                parts += [moved(transfer), tries(transfer)]
            case DiagnosticsState.RETRYING if transfer.next_try_at:
                parts.append(f"at {clock.time(transfer.next_try_at)}")
            case DiagnosticsState.UPLOADED if diagnostics.since:
                parts.append(clock.minute(diagnostics.since))
            case DiagnosticsState.UPLOAD_FAILED:
                parts.append(safe_text(transfer.last_error))
            case _:
                pass
    return joined([*parts, safe_text(diagnostics.file_name)])


def diagnostics_facts(
    diagnostics: DiagnosticsView | None, clock: Clock, *, is_watched: bool = False
) -> list[Fact]:
    """Everything about the newest upload."""
    if diagnostics is None:
        return [Fact("Upload", Content.styled("not known yet", QUIET))]
    since = f"since {clock.time(diagnostics.since)}" if diagnostics.since else ""
    facts = [Fact("Upload", joined([_state(diagnostics, is_watched=is_watched), since]))]
    if diagnostics.state in NEXT:
        facts.append(Fact("Then", Content(NEXT[diagnostics.state])))
    if diagnostics.file_name:
        facts.append(Fact("File", safe_text(diagnostics.file_name, "bold")))
    if diagnostics.transfer is not None:
        waits = diagnostics.state is DiagnosticsState.RETRYING
        facts += transfer_facts(diagnostics.transfer, "To", clock, waits=waits)
    return facts


def _state(diagnostics: DiagnosticsView, *, is_watched: bool) -> Content:
    """`is_watched`: what was not told need not be so."""
    state = diagnostics.state
    if is_watched and state is DiagnosticsState.IDLE:
        return Content.styled("no upload was seen", QUIET)
    return Content.styled(WORDS.get(state, state.value), STYLES[state])
