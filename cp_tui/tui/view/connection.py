"""The connection in words: what stands, which step fails and why, what happens next and when."""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.variables import Certificate, Link, LinkPhase, LinkStep, Registration
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.tui.safe_text import clean, safe_text
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.facts import Fact
from cp_tui.tui.view.words import Clock, joined, seconds

GOOD, BAD, WAITING, QUIET = "$text-success", "$text-error", "$text-warning", "$text-muted"

CERTIFICATE_WARNING_DAYS = 30
"""A certificate that ends sooner is worth a word in the short view."""

CLOCK_OFFSET_WARNING_S = 10
"""Further apart, the records of charge point and CSMS are hard to compare."""

STEP_WORDS = {
    LinkStep.DNS: "DNS (host name)",
    LinkStep.TCP: "TCP",
    LinkStep.TLS: "TLS",
    LinkStep.HTTP: "HTTP",
    LinkStep.SUBPROTOCOL: "subprotocol",
    LinkStep.OPEN: "was open, broke",
}

PHASE_WORDS = {
    LinkPhase.RESOLVING: "looking up the host name",
    LinkPhase.CONNECTING: "connecting (TCP)",
    LinkPhase.TLS: "agreeing on TLS",
    LinkPhase.UPGRADING: "asking for the WebSocket (HTTP)",
}


def connection_facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
    """Everything about the connection, the most urgent first."""
    link = snapshot.link
    if link is None:
        text = "no data from the engine yet" if snapshot.has_engine else "no engine"
        return [Fact("Socket", Content.styled(text, QUIET))]
    facts = [Fact("Socket", _socket(link, clock))]
    if link.phase not in (LinkPhase.OPEN, LinkPhase.STOPPED):
        facts += _trouble(link, clock)
    if link.phase is LinkPhase.STOPPED and snapshot.stop_report is not None:
        facts += [Fact("·", safe_text(line)) for line in snapshot.stop_report.lines]
    facts += _registration(snapshot.registration, link, clock)
    facts += [
        Fact("Clock", _clock(snapshot.registration, clock)),
        Fact("Got", _frame(link, clock, inward=True)),
        Fact("Sent", _frame(link, clock, inward=False)),
        Fact("Secure", _security(link, clock)),
    ]
    if link.phase is LinkPhase.OPEN and link.last_error is not None:
        broke = clean(link.last_error.text)
        facts.append(Fact("Before", Content.styled(f"{clock.time(link.last_error.at)} {broke}")))
    return facts + _identity(snapshot, clock)


def state_word(snapshot: Snapshot) -> tuple[str, str, str]:
    """Sign, word and style for link and registration together: the first thing to read."""
    link, registration = snapshot.link, snapshot.registration
    if not snapshot.has_engine:
        return "×", "No engine", BAD
    if link is None:
        return "○", "Starting", QUIET
    if link.phase is LinkPhase.STOPPED:
        return "■", "Stopped by operator", WAITING
    if not link.network_up:
        return "×", "Network cable pulled", BAD
    if link.phase is LinkPhase.WAITING:
        return "×", "Offline", BAD
    if link.phase is not LinkPhase.OPEN:
        return "◌", "Connecting", WAITING
    match registration.status if registration else None:
        case RegistrationStatus.ACCEPTED:
            return "●", "Accepted", GOOD
        case RegistrationStatus.PENDING:
            return "◐", "Pending", WAITING
        case RegistrationStatus.REJECTED:
            return "×", "Rejected", BAD
        case _:
            return "◌", "No answer to boot", WAITING


def _socket(link: Link, clock: Clock) -> Content:
    since = f"since {clock.minute(link.since)}"
    match link.phase:
        case LinkPhase.OPEN:
            ping = "" if link.ping_round_trip_ms is None else f"{link.ping_round_trip_ms:.0f} ms"
            word = Content.styled("open", f"bold {GOOD}")
            return joined([Content.assemble(word, f" {since}"), ping])
        case LinkPhase.STOPPED:
            return Content.assemble(
                Content.styled("stopped by operator", f"bold {WAITING}"), f" {since}"
            )
        case LinkPhase.WAITING:
            at = link.next_attempt_at
            again = f"attempt {link.attempt + 1} at {clock.time(at)}" if at else since
            return joined([Content.styled("offline", f"bold {BAD}"), again])
        case phase:
            attempt = f"attempt {link.attempt}" if link.attempt > 1 else ""
            return joined([Content.styled(PHASE_WORDS[phase], f"bold {WAITING}"), attempt])


def _trouble(link: Link, clock: Clock) -> list[Fact]:
    """Why it is not open, what to check, and what happens next and when."""
    facts: list[Fact] = []
    if (error := link.last_error) is not None:
        what = Content.styled(STEP_WORDS[error.step], f"bold {BAD}")
        facts.append(Fact("Fails", Content.assemble(what, ": ", safe_text(error.text))))
        if error.hint:
            facts.append(Fact("Check", safe_text(error.hint)))
    return facts


def _registration(registration: Registration | None, link: Link, clock: Clock) -> list[Fact]:
    if registration is None:
        return []
    is_open = link.phase is LinkPhase.OPEN
    match registration.status:
        case RegistrationStatus.ACCEPTED:
            word = Content.styled("Accepted", f"bold {GOOD}" if is_open else QUIET)
            if not is_open:
                return [Fact("Boot", joined([word, "before the link was lost"]))]
            beat = registration.next_heartbeat_at
            after = f"heartbeat {clock.time(beat)}" if beat else ""
        case RegistrationStatus.PENDING | RegistrationStatus.REJECTED as status:
            style = WAITING if status is RegistrationStatus.PENDING else BAD
            word = Content.styled(f"{status.value}", f"bold {style}")
            after = _next_boot(registration, clock)
        case _:
            text = "no answer yet" if is_open else "nothing sent yet"
            word, after = Content.styled(text, QUIET), _next_boot(registration, clock)
    since = f"since {clock.minute(registration.since)}" if registration.status else ""
    facts = [Fact("Boot", joined([word, after] if after else [word, since]))]
    if registration.reason is not None:
        facts.append(Fact("Why", safe_text(registration.reason.text)))
    return facts


def _next_boot(registration: Registration, clock: Clock) -> str:
    at = registration.next_boot_at
    return f"BootNotification again {clock.time(at)}" if at else ""


def _frame(link: Link, clock: Clock, *, inward: bool) -> Content:
    frame = link.last_in if inward else link.last_out
    if frame is None:
        return Content.styled("nothing yet", QUIET)
    return Content.assemble(f"{clock.time(frame.at)} ", safe_text(frame.action))


def _clock(registration: Registration | None, clock: Clock) -> Content:
    if registration is None or registration.clock_offset_s is None:
        return Content.styled("never set by the CSMS", QUIET)
    offset = registration.clock_offset_s
    style = WAITING if abs(offset) >= CLOCK_OFFSET_WARNING_S else ""
    parts: list[Content | str] = [Content.styled(f"{seconds(offset)}", style)]
    if registration.clock_set_at is not None:
        by = clean(registration.clock_set_by or "set")
        parts.append(f"{by} {clock.minute(registration.clock_set_at)}")
    return joined(parts)


def _security(link: Link, clock: Clock) -> Content:
    profile = f"profile {link.security_profile}"
    key = f"key {clean(link.authorization_key)}"
    if link.tls is None:
        return joined([profile, "no TLS", key])
    until: Content | str = ""
    if link.tls.certificate is not None:
        days = (link.tls.certificate.not_after - clock.now).days
        style = WAITING if days < CERTIFICATE_WARNING_DAYS else ""
        until = Content.styled(f"certificate {days} days", style)
    return joined([profile, safe_text(link.tls.version), key, until])


def _identity(snapshot: Snapshot, clock: Clock) -> list[Fact]:
    facts: list[Fact] = []
    if (identity := snapshot.identity) is not None:
        firmware = identity.firmware_version or "?"
        facts = [
            Fact("URL", safe_text(identity.url)),
            Fact("Id", safe_text(identity.charge_point_id)),
            Fact("Model", safe_text(f"{identity.vendor} {identity.model}, firmware {firmware}")),
        ]
        serial = identity.charge_point_serial_number or identity.charge_box_serial_number
        if serial:
            facts.append(Fact("Serial", safe_text(serial)))
        facts.append(Fact("By", safe_text(f"cp-tui {identity.cp_tui_version}")))
    if snapshot.link is not None and snapshot.link.tls is not None:
        facts.append(Fact("Cipher", safe_text(snapshot.link.tls.cipher)))
        if snapshot.link.tls.certificate is not None:
            facts += _certificate(snapshot.link.tls.certificate, clock)
    return facts


def _certificate(certificate: Certificate, clock: Clock) -> list[Fact]:
    valid = f"{clock.date(certificate.not_before)} to {clock.date(certificate.not_after)}"
    return [
        Fact("Server", safe_text(certificate.subject)),
        Fact("Issuer", safe_text(certificate.issuer)),
        Fact("Valid", Content(valid)),
    ]
