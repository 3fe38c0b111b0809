"""Signatures of firmware in words: by whom, how, under which root, and which check failed."""

from __future__ import annotations

from textual.content import Content

from cp_tui.certificates.facts import CertificateFacts, SignatureScheme
from cp_tui.charge_point.variables import FirmwareState, FirmwareView, SignedFirmware
from cp_tui.tui.text.certificates import name_of
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BAD, BOLD_BAD, GOOD, ODD, QUIET
from cp_tui.tui.text.words import Clock, joined, reason_text

UNSIGNED = "by nobody: UpdateFirmware has no signature, so nothing tells who made the file"
OF_THE_SETTINGS = "not known: no update has installed it, its version is that of the settings"
UNTOLD = "not known: an older version of cp-tui has installed it"


def running_fact(firmware: FirmwareView, clock: Clock) -> Fact:
    """Whether the firmware that runs was really signed, by whom and how."""
    running = firmware.running
    if running is None:
        return Fact("Signed", Content.styled(OF_THE_SETTINGS, QUIET))
    if running.since is None:
        return Fact("Signed", Content.styled(UNTOLD, QUIET))
    since = f"it runs since {clock.time(running.since)}"
    if running.signer is None or running.scheme is None:
        return Fact("Signed", joined([Content.styled(UNSIGNED, ODD), since]))
    verified = "verified over the file"
    words = Content.styled(f"{_by(running.signer, running.scheme)}, {verified}", GOOD)
    return Fact("Signed", joined([words, since]))


def update_facts(firmware: FirmwareView, clock: Clock, *, is_watched: bool = False) -> list[Fact]:
    """Who has signed the newest update, what became of the check, and which one failed."""
    facts: list[Fact] = []
    if firmware.problem:
        facts.append(Fact("Failed", safe_text(firmware.problem, BAD)))
    if firmware.refusal is not None:
        facts.append(Fact("Refused", reason_text(firmware.refusal, clock).stylize(BAD)))
    signed = firmware.signed
    if signed is None:
        if firmware.state is not FirmwareState.IDLE and not is_watched:
            facts.append(Fact("Order", Content.styled(f"signed {UNSIGNED}", ODD)))
        return facts
    number = f"SignedUpdateFirmware, request {signed.request_id}"
    by = Content.assemble("certificate ", Content.styled(name_of(signed.signer), "bold"))
    root = f"issued by {name_of(signed.anchor)}"
    if signed.anchor.fingerprint == signed.signer.fingerprint:
        root = "installed itself as a root of the manufacturer"
    return [
        *facts,
        Fact("Order", joined([number, by, root])),
        Fact("Check", _check(firmware, signed, clock)),
        *(
            [Fact("Install", Content(f"not before {clock.time(signed.install_at)}"))]
            if signed.install_at is not None
            else []
        ),
    ]


def signed_in_short(firmware: FirmwareView) -> Content:
    """The same of what runs, in a few words."""
    running = firmware.running
    if running is None or running.since is None:
        return Content("")
    if running.signer is None or running.scheme is None:
        return Content.styled("not signed", ODD)
    return Content.styled(f"signed by {name_of(running.signer)}", GOOD)


def _by(signer: CertificateFacts, scheme: SignatureScheme) -> str:
    return f"by {name_of(signer)} ({drawn(scheme.value)})"


def _check(firmware: FirmwareView, signed: SignedFirmware, clock: Clock) -> Content:
    """What became of the check of the signature, over the file as it was downloaded."""
    if firmware.state in (FirmwareState.INVALID_SIGNATURE, FirmwareState.VERIFICATION_FAILED):
        return Content.styled("it failed: nothing of the file is installed", BOLD_BAD)
    if signed.scheme is None:
        return Content.styled("the signature is not verified yet", QUIET)
    at = f" {clock.time(signed.verified_at)}" if signed.verified_at is not None else ""
    words = f"the signature fits the file as downloaded ({signed.scheme.value}), verified{at}"
    return Content.styled(words, GOOD)
