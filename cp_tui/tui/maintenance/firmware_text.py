"""The firmware in words: which one runs, how far an update has come, what happens next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec.structs import replace
from textual.content import Content

from cp_tui.charge_point.variables import FileFacts, FirmwareState, FirmwareView
from cp_tui.tui.maintenance.signature_text import running_fact, signed_in_short, update_facts
from cp_tui.tui.maintenance.transfer_text import moved, transfer_facts, tries
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_ODD, GOOD, ODD, QUIET
from cp_tui.tui.text.words import NOT_SEEN, Clock, joined, size

_ORDERED_AGAIN = "the firmware from before stays; only a new order of the CSMS tries again"

NEXT: Mapping[FirmwareState, str] = MappingProxyType(
    {
        FirmwareState.IDLE: "the CSMS orders one with UpdateFirmware or SignedUpdateFirmware",
        FirmwareState.SCHEDULED: "the file is fetched at its retrieveDate",
        FirmwareState.DOWNLOADING: "it is installed as soon as nobody charges",
        FirmwareState.RETRYING: "the next try begins after retryInterval",
        FirmwareState.DOWNLOADED: "it is installed as soon as nobody charges",
        FirmwareState.VERIFYING: "the signature is checked over the file",
        FirmwareState.VERIFIED: "it is installed as soon as nobody charges",
        FirmwareState.INSTALL_SCHEDULED: "it is installed at its installDateTime",
        FirmwareState.INSTALLING: "the charge point boots into the new firmware",
        FirmwareState.REBOOTING: "BootNotification tells the new version",
        FirmwareState.DOWNLOAD_FAILED: _ORDERED_AGAIN,
        FirmwareState.INVALID_SIGNATURE: _ORDERED_AGAIN,
        FirmwareState.VERIFICATION_FAILED: _ORDERED_AGAIN,
        FirmwareState.INSTALLATION_FAILED: _ORDERED_AGAIN,
    }
)
"""What follows each state; nothing follows `installed`."""

STYLES = {
    FirmwareState.IDLE: QUIET,
    FirmwareState.INSTALLED: GOOD,
    FirmwareState.RETRYING: BOLD_ODD,
    FirmwareState.DOWNLOAD_FAILED: BOLD_BAD,
    FirmwareState.INVALID_SIGNATURE: BOLD_BAD,
    FirmwareState.VERIFICATION_FAILED: BOLD_BAD,
    FirmwareState.INSTALLATION_FAILED: BOLD_BAD,
}
"""Any other state is a step of an update under way."""

WORDS = {FirmwareState.IDLE: "no update yet", FirmwareState.RETRYING: "waits for the next try"}


def firmware_line(
    firmware: FirmwareView | None, clock: Clock, *, is_watched: bool = False
) -> Content:
    """Version and state in one line; `is_watched`: what was not told need not be so."""
    if firmware is None:
        return Content.styled("not known yet", QUIET)
    missing = f"version {NOT_SEEN}" if is_watched else "no version"
    state = _state(firmware, is_watched=is_watched)
    parts: list[Content | str] = [safe_text(firmware.version or missing), state]
    transfer = firmware.transfer
    if transfer is not None:
        match firmware.state:
            case FirmwareState.SCHEDULED | FirmwareState.RETRYING if transfer.next_try_at:
                parts.append(f"at {clock.time(transfer.next_try_at)}")
            case FirmwareState.DOWNLOADING:
                parts += [moved(transfer), tries(transfer)]
            case FirmwareState.DOWNLOAD_FAILED:
                parts.append(safe_text(transfer.last_error))
            case _:
                pass
    if firmware.waits_for:
        parts.append(safe_text(f"waits: {firmware.waits_for}"))
    return joined([*parts, signed_in_short(firmware)])


def firmware_facts(
    firmware: FirmwareView | None, clock: Clock, *, is_watched: bool = False
) -> list[Fact]:
    """Everything about the firmware and its newest update; `is_watched` as above."""
    if firmware is None:
        return [Fact("Update", Content.styled("not known yet", QUIET))]
    since = f"since {clock.time(firmware.since)}" if firmware.since else ""
    missing = NOT_SEEN if is_watched else "a firmware without a version"
    facts = [
        Fact("Runs", safe_text(firmware.version or missing, "bold")),
        *([] if is_watched else [running_fact(firmware, clock)]),
        Fact("Update", joined([_state(firmware, is_watched=is_watched), since])),
        *update_facts(firmware, clock, is_watched=is_watched),
    ]
    if firmware.waits_for:
        facts.append(Fact("Waits", safe_text(firmware.waits_for, ODD)))
    transfer, state = firmware.transfer, firmware.state
    if state is FirmwareState.SCHEDULED and transfer is not None and transfer.next_try_at:
        facts.append(
            Fact("Then", Content(f"the file is fetched at {clock.time(transfer.next_try_at)}"))
        )
    elif state in NEXT and not is_watched:
        facts.append(Fact("Then", Content(NEXT[state])))
    if transfer is not None:
        waits = state is FirmwareState.RETRYING
        # What it failed of is told above.
        told = replace(transfer, last_error="") if firmware.problem else transfer
        facts += transfer_facts(told, "From", clock, waits=waits)
    return facts + (_file(firmware.file) if firmware.file is not None else [])


def _state(firmware: FirmwareView, *, is_watched: bool) -> Content:
    state = firmware.state
    if is_watched and state is FirmwareState.IDLE:
        return Content.styled("no update was seen", QUIET)
    return Content.styled(WORDS.get(state, state.value), STYLES.get(state, BOLD_ODD))


def _file(file: FileFacts) -> list[Fact]:
    facts = [
        Fact("File", joined([safe_text(file.name), size(file.size_bytes)])),
        Fact("SHA-256", safe_text(file.sha256, QUIET)),
    ]
    if file.first_line:
        facts.append(Fact("Begins", safe_text(f"{drawn(file.first_line)!r}")))
    return facts
