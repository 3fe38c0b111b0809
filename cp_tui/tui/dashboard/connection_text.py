"""The connection in words: what stands, which step fails and why, what happens next and when."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from cp_tui.charge_point.variables import (
    LinkError,
    LinkPhase,
    LinkView,
    PendingCall,
    RegistrationView,
)
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.tui.dashboard.weather_text import weather_details, weather_fact
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.certificates import (
    brief_left,
    ends_soon,
    first_to_end,
    tls_facts,
)
from cp_tui.tui.text.connection import (
    boot_words,
    is_boot_unseen,
    profile_words,
    step_words,
    tls_by_url,
)
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BAD, BOLD_BAD, BOLD_GOOD, BOLD_ODD, ODD, QUIET
from cp_tui.tui.text.words import NOT_SEEN, Clock, joined, latency, seconds, unseen

CLOCK_RIGHT_S = 1.0
"""The standard has whole seconds: a smaller difference shows nowhere."""

CLOCK_OFFSET_WARNING_S = 10
"""Further apart, the records of charge point and CSMS are hard to compare."""

PHASE_WORDS = {
    LinkPhase.RESOLVING: "looking up the host name",
    LinkPhase.CONNECTING: "connecting (TCP)",
    LinkPhase.TLS: "agreeing on TLS",
    LinkPhase.UPGRADING: "asking for the WebSocket (HTTP)",
}

BOOT_HINTS = {
    "registration.refused": "is this id registered at the CSMS? Ask its operator",
    "registration.unusable": "the CSMS has a fault: its operator needs the answer, see screen 2",
    "registration.forgotten": "is this id still registered at the CSMS? Ask its operator",
}
"""What a person can do where there is no registration, by the id of the reason."""
NO_ANSWER_HINT = "the CSMS is there, but does not answer: ask its operator"


def connection_facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
    """Everything about the connection, the most urgent first."""
    link = snapshot.link
    if link is None:
        text = "nothing from the charge point yet" if snapshot.has_engine else "charge point lost"
        return [Fact("Socket", Content.styled(text, QUIET))]
    facts = _now(snapshot, link, clock)
    facts.append(Fact("Secure", _security(snapshot, link, clock)))
    return [*facts, *_identity(snapshot), *tls_facts(link, clock)]


def _now(snapshot: Snapshot, link: LinkView, clock: Clock) -> list[Fact]:
    """What stands, and where it does not, why."""
    if not snapshot.has_engine:
        return _last_known(snapshot, link, clock)
    facts = [Fact("Socket", _socket(link, clock))]
    if link.phase not in (LinkPhase.OPEN, LinkPhase.STOPPED):
        facts += _trouble(link, clock)
    if link.phase is LinkPhase.STOPPED and snapshot.stop_report is not None:
        facts += [Fact("·", safe_text(line)) for line in snapshot.stop_report.lines]
    facts += weather_fact(snapshot.network)
    if is_boot_unseen(snapshot):
        facts.append(Fact("Boot", unseen()))
    else:
        facts += _registration(snapshot.registration, link, clock)
    facts += [
        Fact("Clock", _clock(snapshot, clock)),
        Fact("Got", _frame(link, clock, inward=True)),
        Fact("Sent", _frame(link, clock, inward=False)),
    ]
    if link.phase is LinkPhase.OPEN and link.last_error is not None:
        broke = cause_words(link.last_error)
        facts.append(Fact("Before", Content(f"{clock.time(link.last_error.at)} {broke}")))
    return facts


def _last_known(snapshot: Snapshot, link: LinkView, clock: Clock) -> list[Fact]:
    """What stood when the charge point was lost: nobody knows what it does now."""
    word = {
        LinkPhase.OPEN: "open",
        LinkPhase.STOPPED: "stopped by operator",
        LinkPhase.WAITING: "offline",
        **PHASE_WORDS,
    }[link.phase]
    heard = snapshot.heard_at
    at = f" at {clock.time(heard)}; nothing is known since" if heard is not None else ""
    registration = snapshot.registration
    status = registration.status if registration is not None else None
    boot = f"was {status.value}" if status is not None else ""
    return [
        Fact("Socket", Content.styled(f"was {word}{at}", QUIET)),
        *_trouble(link, clock),
        *([Fact("Boot", Content.styled(boot, QUIET))] if boot else []),
        Fact("Clock", _clock(snapshot, clock)),
        Fact("Got", _frame(link, clock, inward=True)),
        Fact("Sent", _frame(link, clock, inward=False)),
    ]


def connection_details(snapshot: Snapshot, clock: Clock) -> list[Fact]:
    """What it uses to connect: address, id, credentials and certificates; then how it goes."""
    link = snapshot.link
    if link is None:
        return connection_facts(snapshot, clock)
    profile = profile_words(link.security_profile)
    address, others = _identity(snapshot)[:2], _identity(snapshot)[2:]
    facts = [
        *address,
        Fact("Profile", Content(profile)),
        Fact("Key", safe_text(f"AuthorizationKey: {link.authorization_key or NOT_SEEN}")),
        *tls_facts(link, clock),
        *_own_certificate(snapshot, clock),
    ]
    weather = weather_details(snapshot.network, clock)
    return [*facts, *_now(snapshot, link, clock), *weather, *others]


def _own_certificate(snapshot: Snapshot, clock: Clock) -> list[Fact]:
    """What the charge point shows in security profile 3."""
    own = snapshot.security.certificates[:1] if snapshot.security is not None else ()
    return [Fact("Own", first_to_end([each.facts], clock)) for each in own]


def cause_words(error: LinkError) -> str:
    """The step that failed and why, each said once; cleaned."""
    step, text = step_words(error.step, error.close_code), drawn(error.text)
    return text if text.startswith(step) else f"{step}: {text}"


def boot_hint(registration: RegistrationView | None) -> str:
    """What to do where the CSMS has not accepted the charge point."""
    reason = registration.reason if registration else None
    return BOOT_HINTS.get(reason.id, NO_ANSWER_HINT) if reason else NO_ANSWER_HINT


def ended_by_itself(link: LinkView) -> str:
    """Why the charge point itself has ended the link, and waits with the next attempt; or empty."""
    is_waiting = link.phase is LinkPhase.WAITING and link.network_up
    return link.own_cause if is_waiting else ""


def _socket(link: LinkView, clock: Clock) -> Content:
    since = clock.since(clock.minute, link.since)
    match link.phase:
        case LinkPhase.OPEN:
            ping = "" if link.ping_round_trip_ms is None else latency(link.ping_round_trip_ms)
            word = Content.styled("open", BOLD_GOOD)
            return joined([Content.assemble(word, f" {since}".rstrip()), ping])
        case LinkPhase.STOPPED:
            return Content.assemble(
                Content.styled("stopped by operator", BOLD_ODD), f" {since}".rstrip()
            )
        case LinkPhase.WAITING:
            at = link.next_attempt_at
            again = f"try {link.attempt + 1} at {clock.time(at)}" if at else since
            return joined([Content.styled("offline", BOLD_BAD), again])
        case phase:
            attempt = f"try {link.attempt}" if link.attempt > 1 else ""
            return joined([Content.styled(PHASE_WORDS[phase], BOLD_ODD), attempt])


def _trouble(link: LinkView, clock: Clock) -> list[Fact]:
    """Why it is not open, what to check, and what happens next and when."""
    facts: list[Fact] = []
    if own_cause := ended_by_itself(link):
        facts.append(Fact("Fails", safe_text(own_cause, BAD)))
    elif (error := link.last_error) is not None:
        facts.append(Fact("Fails", Content.styled(cause_words(error), BAD)))
        if error.hint:
            facts.append(Fact("Hint", safe_text(error.hint)))
    return facts


def _registration(
    registration: RegistrationView | None, link: LinkView, clock: Clock
) -> list[Fact]:
    is_open = link.phase is LinkPhase.OPEN
    if registration is None or (registration.status is None and not is_open):
        # Nothing was said yet, and the lines above tell why.
        return []
    match registration.status:
        case RegistrationStatus.ACCEPTED:
            word = Content.styled("Accepted", BOLD_GOOD if is_open else QUIET)
            if not is_open:
                return [Fact("Boot", joined([word, "before the link was lost"]))]
            beat = registration.next_heartbeat_at
            after = f"heartbeat {clock.time(beat)}" if beat else ""
        case RegistrationStatus.PENDING | RegistrationStatus.REJECTED as status:
            style = ODD if status is RegistrationStatus.PENDING else BAD
            word = Content.styled(f"{status.value}", f"bold {style}")
            after = _next_boot(registration, clock)
        case _:
            word = Content.styled(boot_words(registration)[1], QUIET)
            after = _next_boot(registration, clock)
    if registration.status:
        word = Content.assemble(word, f" {clock.since(clock.minute, registration.since)}".rstrip())
    facts = [Fact("Boot", joined([word, after]))]
    if registration.pending is not None and is_open:
        facts[-1:] = _silence(registration.pending, facts[-1], clock)
    if registration.reason is not None:
        facts.append(Fact("Why", safe_text(registration.reason.text)))
    return facts


def _silence(pending: PendingCall, boot: Fact, clock: Clock) -> list[Fact]:
    """The line about the boot, and a CALL that the CSMS leaves without an answer."""
    waits = [f"sent {clock.time(pending.since)}"]
    if pending.times_out_at is not None:
        waits.append(f"gives up {clock.time(pending.times_out_at)}")
    if pending.action == Action.BOOT_NOTIFICATION:
        return [Fact(boot.label, joined([boot.text, *waits]))]
    return [boot, Fact("Waits", joined([safe_text(f"{pending.action}: no answer"), *waits]))]


def _next_boot(registration: RegistrationView, clock: Clock) -> str:
    at = registration.next_boot_at
    return f"BootNotification again {clock.time(at)}" if at else ""


def _frame(link: LinkView, clock: Clock, *, inward: bool) -> Content:
    frame = link.last_in if inward else link.last_out
    if frame is None:
        return Content.styled("nothing yet", QUIET)
    return Content.assemble(f"{clock.time(frame.at)} ", safe_text(frame.action))


def log_clock_words(registration: RegistrationView) -> str:
    """How far the clock of a log is from that of the CSMS: this machine has no part in it."""
    offset = registration.clock_offset_s or 0.0
    way = "behind" if offset > 0 else "ahead of"
    return f"The times of the log are {seconds(abs(offset))[1:]} {way} those that the CSMS tells"


def clock_words(registration: RegistrationView | None, clock: Clock) -> str:
    """How far this machine is from the CSMS, and when and by which message that was told."""
    offset = registration.clock_offset_s if registration else None
    if registration is None or offset is None:
        kept = registration.clock_kept_offset_s if registration else None
        return "never set by the CSMS" + (f"; {seconds(kept)} kept from before" if kept else "")
    if abs(offset) < CLOCK_RIGHT_S:
        words = seconds(offset)
    else:
        words = f"{seconds(abs(offset))[1:]} {'behind' if offset > 0 else 'ahead'}"
    if registration.clock_set_at is None:
        return words
    by = drawn(registration.clock_set_by or "set")
    return f"{words} · {by} {clock.minute(registration.clock_set_at)}"


def _clock(snapshot: Snapshot, clock: Clock) -> Content:
    registration = snapshot.registration
    if registration is not None and registration.clock_refused is not None:
        return safe_text(registration.clock_refused.text, ODD)
    offset = registration.clock_offset_s if registration else None
    if snapshot.watched and offset is None:
        return unseen()
    style = ODD if abs(offset or 0) >= CLOCK_OFFSET_WARNING_S else ""
    return Content.styled(clock_words(registration, clock), QUIET if offset is None else style)


def _security(snapshot: Snapshot, link: LinkView, clock: Clock) -> Content:
    """Profile, TLS, and how long the certificates of both sides are good."""
    number = NOT_SEEN if link.security_profile is None else link.security_profile
    profile = f"profile {number}"
    key = f"key {drawn(link.authorization_key)}" if link.authorization_key else ""
    if snapshot.watched and link.tls is None:
        url = snapshot.identity.url if snapshot.identity else ""
        scheme = tls_by_url(url) or ""
        return joined([profile, scheme, key])
    if link.tls is None:
        return joined([profile, "no TLS", key])
    parts: list[Content | str] = [profile, safe_text(link.tls.version)]
    security = snapshot.security
    own = security.certificates[:1] if security is not None and link.security_profile == 3 else ()
    parts += [_left("own", each.facts.not_after, clock) for each in own] or [key]
    if link.tls.certificate is not None:
        parts.append(_left("certificate", link.tls.certificate.not_after, clock))
    return joined(parts)


def _left(what: str, ends: datetime, clock: Clock) -> Content:
    style = ODD if ends_soon(ends, clock) else ""
    return Content.styled(f"{what} {brief_left(ends, clock)}", style)


def _identity(snapshot: Snapshot) -> list[Fact]:
    """The address first, then the id, then what it is."""
    identity = snapshot.identity
    if identity is None:
        return []
    firmware = identity.firmware_version
    model = f"{identity.vendor} {identity.model}".strip() or NOT_SEEN
    facts = [
        Fact("URL", safe_text(identity.url) if identity.url else unseen()),
        Fact("Id", safe_text(identity.charge_point_id)),
        Fact("Model", safe_text(f"{model}, firmware {firmware}" if firmware else model)),
    ]
    if identity.preset:
        about = f": {identity.preset_about}" if identity.preset_about else ""
        facts.append(Fact("Preset", safe_text(f"{identity.preset}{about}")))
    facts += [Fact("Habit", safe_text(each)) for each in identity.habits]
    serial = identity.charge_point_serial_number or identity.charge_box_serial_number
    if serial:
        facts.append(Fact("Serial", safe_text(serial)))
    if identity.meter_type or identity.meter_serial_number:
        meter = (identity.meter_type, identity.meter_serial_number)
        facts.append(Fact("Meter", safe_text(" ".join(filter(None, meter)))))
    by = "Watched", f"through {identity.watched}"
    if not identity.watched:
        by = "By", f"cp-tui {identity.cp_tui_version}"
    facts.append(Fact(by[0], safe_text(by[1])))
    return facts
