"""The connection in words that several rooms share: its state, its steps, its security."""

from __future__ import annotations

from cp_tui.charge_point.variables import (
    LinkPhase,
    LinkStep,
    RegistrationView,
)
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.styles import BAD, GOOD, ODD, QUIET
from cp_tui.tui.text.words import NOT_SEEN

PROFILE_WORDS = {
    0: "0: neither TLS nor a password",
    1: "1: a password, but no TLS",
    2: "2: TLS and a password",
    3: "3: TLS with a certificate of its own",
}
"""Security profiles (whitepaper, A00)."""


def profile_words(profile: int | None) -> str:
    """A security profile in words; of a charge point that is only watched it may not be told."""
    return NOT_SEEN if profile is None else PROFILE_WORDS.get(profile, f"{profile}")


def tls_by_url(url: str) -> str | None:
    """What the URL says of TLS; None: of a charge point that is only watched there may be none."""
    scheme = url.partition(":")[0].lower()
    return {"wss": "TLS", "https": "TLS", "ws": "no TLS", "http": "no TLS"}.get(scheme)


PROFILE_FELL_BACK = "security.profile.fell_back"
"""The id of the reason why another security profile than the wanted one is in force."""

STEP_WORDS = {
    LinkStep.DNS: "DNS (host name)",
    LinkStep.TCP: "TCP",
    LinkStep.TLS: "TLS",
    LinkStep.HTTP: "HTTP",
    LinkStep.SUBPROTOCOL: "subprotocol",
    LinkStep.OPEN: "was open, broke",
}


CLOSED_IN_ORDER = (1000, 1001)
"""Close codes of whoever has nothing more to say, or goes away (RFC 6455, 7.4.1)."""


def step_words(step: LinkStep, close_code: int | None) -> str:
    """The step at which a connection failed; one that was closed in order has not."""
    is_in_order = step is LinkStep.OPEN and close_code in CLOSED_IN_ORDER
    return "was open, ended" if is_in_order else STEP_WORDS[step]


def state_word(snapshot: Snapshot) -> tuple[str, str, str]:
    """Sign, word and style for link and registration together: the first thing to read."""
    link, registration = snapshot.link, snapshot.registration
    if snapshot.other_version:
        return "×", "Another version", BAD
    if not snapshot.has_engine and snapshot.csms.demo.has_ended:
        return "■", "Demo ended", ODD
    if not snapshot.has_engine and snapshot.watched:
        return "■", "No longer watched", ODD
    if not snapshot.has_engine and snapshot.has_ended:
        return "■", "Charge point ended", ODD
    if not snapshot.has_engine:
        return "×", "Charge point lost", BAD
    if snapshot.hung_since is not None:
        return "×", "Charge point silent", BAD
    if link is None:
        return "○", "Starting" if snapshot.log is None else "Not known yet", QUIET
    if link.phase is LinkPhase.STOPPED:
        return "■", "Stopped by operator", ODD
    if not link.network_up:
        return "×", "Network cable pulled", BAD
    if link.phase is LinkPhase.WAITING:
        return "×", "Offline", BAD
    if link.phase is not LinkPhase.OPEN:
        return "◌", "Connecting", ODD
    match registration.status if registration else None:
        case RegistrationStatus.ACCEPTED:
            return "●", "Accepted", GOOD
        case RegistrationStatus.PENDING:
            return "◐", "Pending", ODD
        case RegistrationStatus.REJECTED:
            return "×", "Rejected", BAD
        case _ if is_boot_unseen(snapshot):
            return "○", "Boot not seen", QUIET
        case _:
            return "◌", boot_words(registration)[0], ODD


def is_boot_unseen(snapshot: Snapshot) -> bool:
    """Whether it is only watched, and no frame has told whether the CSMS wants it."""
    told = snapshot.registration
    is_asking = told is not None and (told.pending or told.unanswered) is not None
    return bool(snapshot.watched) and not is_asking and (told is None or told.status is None)


BOOT_WORDS = {
    "registration.refused": (
        "Boot refused",
        "answered with an error",
        "Boot refused: the CSMS answers BootNotification with an error",
    ),
    "registration.unusable": (
        "Boot answer unusable",
        "answered without a status",
        "Boot answer unusable: the CSMS answers BootNotification wrongly",
    ),
    "registration.forgotten": (
        "Not known to the CSMS",
        "the CSMS does not know it any more",
        "Not known to the CSMS any more: it refuses everything",
    ),
}
"""Why there is no registration: a headline, a few words and a sentence, by the id of the reason."""
NO_ANSWER = ("No answer to boot", "no answer yet", "No answer to BootNotification")


def boot_words(registration: RegistrationView | None) -> tuple[str, str, str]:
    """What the CSMS did with BootNotification where there is no registration."""
    reason = registration.reason if registration else None
    return BOOT_WORDS.get(reason.id, NO_ANSWER) if reason else NO_ANSWER
