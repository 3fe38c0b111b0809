"""The certificates of the charge point in words: which one is used, and what was asked for."""

from __future__ import annotations

from msgspec import Struct
from textual.content import Content

from cp_tui.certificates.facts import CertificateFacts
from cp_tui.charge_point.variables import OwnCertificate, PendingCertificate, SecurityView
from cp_tui.tui.text.certificates import BRIEF_NAME_MAX, certificate_facts, is_over, left, name_of
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BAD, BOLD_BAD, BOLD_ODD, GOOD, ODD, QUIET
from cp_tui.tui.text.words import Clock, joined, reason_text

BRANCH = "└ "

WELL = frozenset({"security.renewal.taken", "security.renewal.passed_on"})
"""The ids of what became of a request where nothing is wrong."""


class OwnLine(Struct, frozen=True):
    """A certificate of the charge point, or one that is sent with it."""

    facts: CertificateFacts
    depth: int = 0
    """0 is that of the charge point itself."""
    certificate: OwnCertificate | None = None
    """None: an issuer."""
    number: int = 0
    """Of the certificate that it belongs to: two may have the same issuer."""

    @property
    def id(self) -> str:
        """Names the line."""
        return f"{self.number} {self.facts.fingerprint}"


def own_lines(security: SecurityView | None) -> list[OwnLine]:
    """Each certificate, the one in use first, with its issuers below it."""
    lines: list[OwnLine] = []
    for number, own in enumerate(security.certificates if security is not None else ()):
        lines.append(OwnLine(own.facts, certificate=own, number=number))
        lines += [
            OwnLine(facts, depth, number=number) for depth, facts in enumerate(own.issuers, start=1)
        ]
    return lines


def own_columns(security: SecurityView | None, clock: Clock) -> list[Column[OwnLine]]:
    """The columns of the tree, in reading order."""
    profile = security.profile if security is not None else 0
    return [
        Column("Certificate", 20, _tree, is_flexible=True, said=lambda line: name_of(line.facts)),
        Column("Issuer", 24, lambda line: safe_text(line.facts.issuer, QUIET), rank=1),
        Column(
            "Until",
            10,
            lambda line: Content(clock.date(line.facts.not_after)),
            order=lambda line: line.facts.not_after,
        ),
        Column("Left", 14, lambda line: left(line.facts.not_after, clock)),
        Column("State", 22, lambda line: state_of(line, profile, clock)),
    ]


def state_of(line: OwnLine, profile: int | None, clock: Clock) -> Content:
    """Whether it is used in this security profile, and if not, why."""
    own = line.certificate
    if own is None:
        return Content.styled("sent with it", QUIET)
    if own.problem:
        return safe_text(own.problem, BOLD_ODD)
    if is_over(own.facts.not_after, clock):
        return Content.styled("has ended", BOLD_BAD)
    if own.facts.not_before > clock.now:
        begins = clock.minute(own.facts.not_before)
        return Content.styled(f"not valid before {begins}", ODD)
    if not own.is_in_use:
        return Content("fallback")
    return Content.styled("in use", GOOD) if profile == 3 else Content("ready for profile 3")


def own_facts(security: SecurityView | None, line: OwnLine | None, clock: Clock) -> list[Fact]:
    """What is asked for, then everything about a certificate; without any, what that means."""
    if security is None:
        return [Fact("", Content.styled("not known yet", QUIET))]
    facts: list[Fact] = []
    if security.pending is not None:
        facts.append(Fact("Asked", _pending(security.pending, clock)))
    certificate = _nothing(security) if line is None else line_facts(security, line, clock)
    if (newest := security.renewal) is None:
        return [*facts, *certificate]
    is_well = newest.id in WELL
    last = Fact("Last", reason_text(newest, clock).stylize("" if is_well else ODD))
    # What is wrong comes before what is not.
    return [*facts, *certificate, last] if is_well else [*facts, last, *certificate]


def line_facts(security: SecurityView, line: OwnLine, clock: Clock) -> list[Fact]:
    """Everything about one certificate."""
    own = line.certificate
    facts = certificate_facts(line.facts, clock)
    if own is None:
        return facts
    now = "" if security.profile in (None, 3) else f"it is {security.profile} now"
    state = joined([state_of(line, security.profile, clock), now if own.is_in_use else ""])
    came = Content(f"{clock.time(own.since)}, by CertificateSigned")
    return [Fact("State", state), *facts, Fact("Came", came)]


def own_line(security: SecurityView | None, clock: Clock) -> Content:
    """The certificate in use and what is asked for, in one line."""
    if security is None:
        return Content.styled("not known yet", QUIET)
    pending = security.pending
    asked = f"asked for since {clock.minute(pending.since)}" if pending is not None else ""
    if not security.certificates:
        needs = " and security profile 3 needs one" if security.profile == 3 else ""
        none = Content.styled(f"none{needs}", BOLD_BAD if needs else QUIET)
        return joined([none, asked])
    first = security.certificates[0]
    name = name_of(first.facts, BRIEF_NAME_MAX)
    until = f"{name} until {clock.date(first.facts.not_after)}"
    parts: list[Content | str] = [until, left(first.facts.not_after, clock), asked]
    if not first.is_in_use:
        parts.append(state_of(OwnLine(first.facts, certificate=first), security.profile, clock))
    return joined(parts)


def _tree(line: OwnLine) -> Content:
    indent = "  " * (line.depth - 1) + BRANCH if line.depth else ""
    return Content.assemble(Content.styled(indent, QUIET), Content(name_of(line.facts)))


def _pending(pending: PendingCertificate, clock: Clock) -> Content:
    whom = f"{pending.common_name} of {pending.organization} ({pending.key})"
    heard = "the CSMS passes it on, and may deliver it"
    if not pending.is_taken:
        heard = "the CSMS has not heard of it yet"
    since = f"since {clock.time(pending.since)}"
    return joined([safe_text(whom, "bold"), since, Content.styled(heard, ODD)])


def _nothing(security: SecurityView) -> list[Fact]:
    style = BAD if security.profile == 3 else QUIET
    words = "none; only security profile 3 needs one: with it the CSMS knows the charge point"
    facts = [Fact("None", Content.styled(words, style))]
    serial, cpo = drawn(security.serial), drawn(security.cpo_name)
    lacks = [
        *(["a serial number (security.serial)"] if not serial else []),
        *(["the key CpoName"] if not cpo else []),
    ]
    if lacks:
        words = f"set {' and '.join(lacks)} first: both stand in the request"
        facts.append(Fact("To do", Content.styled(words, ODD)))
    else:
        words = f"ask for one, for {serial} of {cpo}; the CSMS signs it and delivers it"
        facts.append(Fact("To do", Content(words)))
    return facts
