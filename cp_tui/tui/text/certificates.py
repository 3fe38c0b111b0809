"""Certificates in words that several rooms share: when one ends, and everything that is in one.

Days are those of the calendar of the reader, so that what is said stays true until midnight, when
everything that has a date is said anew; "2 days left" beside a date can be counted on the fingers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from cp_tui.certificates.facts import CertificateFacts, HashData
from cp_tui.charge_point.variables import LinkView, SecurityView
from cp_tui.ocpp.plural import count
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_ODD, GOOD, ODD, QUIET
from cp_tui.tui.text.words import Clock, joined

WARNING_DAYS = 30
"""A certificate that ends sooner should be renewed by now (W A03.FR.02)."""
URGENT_DAYS = 7
"""One that ends sooner is likely to be forgotten."""

NAME_MAX, BRIEF_NAME_MAX = 40, 24
"""Characters of a name, and where a date stands behind it that must be seen."""


def days_to(ends: datetime, clock: Clock) -> int:
    """Days of the calendar until an instant: 0 today, 1 tomorrow; negative: it was before today."""
    return (clock.day(ends) - clock.today).days


def is_over(ends: datetime, clock: Clock) -> bool:
    """Whether it has ended."""
    return ends < clock.now


def next_end(security: SecurityView | None, now: datetime) -> datetime | None:
    """The next instant at which a certificate that is shown ends, and words about it with it."""
    if security is None:
        return None
    own, roots = security.certificates, security.roots
    known = (*security.shown, *(each.facts for each in own), *(each.facts for each in roots))
    return min((facts.not_after for facts in known if facts.not_after > now), default=None)


def ends_soon(ends: datetime, clock: Clock, days: int = WARNING_DAYS) -> bool:
    """Whether it has fewer days left than these, or has ended."""
    return is_over(ends, clock) or days_to(ends, clock) < days


def ends_words(ends: datetime, clock: Clock) -> str:
    """`ends in 12 days, on 2026-01-17`, for a sentence that begins with what ends."""
    days = days_to(ends, clock)
    if is_over(ends, clock):
        return f"has ended on {clock.date(ends)}"
    if days <= 0:
        return f"ends today at {clock.minute(ends)}"
    if days == 1:
        return f"ends tomorrow, on {clock.date(ends)}"
    return f"ends in {count(days, 'day')}, on {clock.date(ends)}"


def left(ends: datetime, clock: Clock) -> Content:
    """`265 days left`, in the colour of how urgent that is."""
    days = days_to(ends, clock)
    if is_over(ends, clock):
        return Content.styled("it has ended", BOLD_BAD)
    if days <= 0:
        return Content.styled(f"ends at {clock.minute(ends)}", BOLD_BAD)
    style = BOLD_BAD if days < URGENT_DAYS else BOLD_ODD
    return Content.styled(f"{count(days, 'day')} left", style if days < WARNING_DAYS else GOOD)


def brief_left(ends: datetime, clock: Clock) -> str:
    """`265 days`, where there is room for few words."""
    if is_over(ends, clock):
        return "has ended"
    return count(days, "day") if (days := days_to(ends, clock)) > 0 else "ends today"


def name_of(facts: CertificateFacts, length_max: int = NAME_MAX) -> str:
    """What people call it: its common name, else what it has for a subject; cleaned."""
    name = facts.common_name or facts.subject or facts.serial
    return drawn(name if len(name) <= length_max else f"{name[: length_max - 1]}…")


def first_to_end(certificates: Sequence[CertificateFacts], clock: Clock) -> Content:
    """`csms.example.com until 2026-09-27 · 265 days left · first of 3`."""
    first = min(certificates, key=lambda each: each.not_after)
    until = f"{name_of(first, BRIEF_NAME_MAX)} until {clock.date(first.not_after)}"
    others = f"first of {len(certificates)}" if len(certificates) > 1 else ""
    return joined([until, left(first.not_after, clock), others])


def validity(facts: CertificateFacts, clock: Clock) -> Content:
    """From when to when, and what is left of it."""
    dates = f"{clock.date(facts.not_before)} to {clock.date(facts.not_after)}"
    if facts.not_before > clock.now:
        begins = f"not valid before {clock.minute(facts.not_before)}"
        return joined([dates, Content.styled(begins, BOLD_ODD)])
    return joined([dates, left(facts.not_after, clock)])


def certificate_facts(facts: CertificateFacts, clock: Clock) -> list[Fact]:
    """Everything that is in a certificate."""
    return [
        Fact("Subject", safe_text(facts.subject or "(none)", "bold")),
        Fact("Issuer", safe_text("itself" if facts.is_self_signed else facts.issuer)),
        Fact("Valid", validity(facts, clock)),
        *([Fact("Names", safe_text(_names(facts)))] if facts.names else []),
        Fact("Serial", safe_text(facts.serial)),
        Fact("Key", joined([safe_text(facts.key), safe_text(_usages(facts))])),
        Fact("Signed", safe_text(facts.signature)),
        Fact("SHA-256", safe_text(facts.fingerprint, QUIET)),
    ]


def hash_facts(data: HashData | None) -> list[Fact]:
    """By what the CSMS names an installed certificate."""
    if data is None:
        words = "none: its issuer is not installed, so the CSMS cannot name it"
        return [Fact("Hash", Content.styled(words, ODD))]
    return [
        Fact("Hash", safe_text(f"{data.algorithm}, serial number {data.serial}")),
        Fact("· name", safe_text(data.issuer_name_hash, QUIET)),
        Fact("· key", safe_text(data.issuer_key_hash, QUIET)),
    ]


def _names(facts: CertificateFacts) -> str:
    more = f" and {facts.more_names} more" if facts.more_names else ""
    return f"{', '.join(facts.names)}{more}"


def _usages(facts: CertificateFacts) -> str:
    says = ", ".join(facts.usages)
    authority = "may issue others" if facts.is_authority else ""
    return "; ".join(filter(None, (f"for {says}" if says else "", authority)))


def tls_facts(link: LinkView, clock: Clock) -> list[Fact]:
    """The server certificate with the days that are left, and what TLS agreed on."""
    if link.tls is None:
        return []
    facts: list[Fact] = []
    if (certificate := link.tls.certificate) is not None:
        valid = f"{clock.date(certificate.not_before)} to {clock.date(certificate.not_after)}"
        facts = [
            Fact("Server", safe_text(certificate.subject)),
            Fact("Issuer", safe_text(certificate.issuer)),
            Fact("Valid", joined([valid, left(certificate.not_after, clock)])),
        ]
    return [*facts, Fact("Cipher", safe_text(f"{link.tls.version} {link.tls.cipher}"))]
