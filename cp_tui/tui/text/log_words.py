"""A log in words: where in it somebody is, what is found, who is at fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from textual.content import Content

from cp_tui.explain.finding import Finding, Party, Severity
from cp_tui.ocpp.plural import count
from cp_tui.shadow.answer import OtherAnswer
from cp_tui.tui.state.log_state import LogPlace
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock, joined, percent

SIGNS: Mapping[Severity, str] = {Severity.ERROR: "×", Severity.WARNING: "!", Severity.NOTE: "·"}
STYLES: Mapping[Severity, str] = {
    Severity.ERROR: "bold $text-error",
    Severity.WARNING: "$text-warning",
    Severity.NOTE: "$text-muted",
}
OTHER = "≠"
"""Ours would have answered otherwise."""
WHO: Mapping[Party, str] = {
    Party.CHARGE_POINT: "charge point",
    Party.CSMS: "CSMS",
    Party.NETWORK: "network",
    Party.LOG: "log",
}
"""As it stands in a column."""


def gravity(severity: Severity) -> Content:
    """`× error`: told by a sign and a word as well as by a colour."""
    return Content.styled(f"{SIGNS[severity]} {severity}", STYLES[severity])


def finding_word(finding: Finding) -> Content:
    """`× tx.register_falls`: the sign of its gravity, and its id."""
    return safe_text(f"{SIGNS[finding.severity]} {finding.id}", STYLES[finding.severity])


def other_word(other: OtherAnswer) -> Content:
    """`≠ ours: Rejected`: that ours would have answered otherwise, and what."""
    return safe_text(f"{OTHER} ours: {other.ours}", "$text-accent")


def told_otherwise(other: OtherAnswer, clock: Clock) -> Content:
    """`≠ 01:07:00 connector 1 told 4.0 A, ours 8.6 A`: not what its profiles come to."""
    at = f"{clock.brief(other.at)} " if other.at is not None else ""
    who = f"connector {other.connector} told"
    return safe_text(f"{OTHER} {at}{who} {other.theirs}, ours {other.ours}", "$text-accent")


def counts(findings: Iterable[Finding]) -> Content:
    """`×3 !5 ·2`: how many there are of each gravity."""
    return counts_of(Counter(each.severity for each in findings))


def counts_of(numbers: Mapping[Severity, int]) -> Content:
    """The same, of findings that were counted."""
    words = [
        Content.styled(f"{SIGNS[each]}{numbers[each]}", STYLES[each])
        for each in Severity
        if numbers[each]
    ]
    return Content(" ").join(words)


def verdict(findings: Sequence[Finding]) -> Content:
    """`3 errors: 2 charge point, 1 CSMS · 5 warnings: CSMS`."""
    parts: list[Content | str] = []
    for severity in Severity:
        by = Counter(each.at_fault for each in findings if each.severity is severity)
        if by:
            who = ", ".join(f"{number} {WHO[party]}" for party, number in by.most_common())
            if len(by) == 1:
                who = WHO[next(iter(by))]
            # A note is nobody's fault.
            who = "" if severity is Severity.NOTE else f": {who}"
            words = f"{count(by.total(), severity.value)}{who}"
            parts.append(Content.styled(words, STYLES[severity]))
    return joined(parts)


def frame_words(place: LogPlace) -> str:
    """`frame 1,234 of 500,000`."""
    return f"frame {place.number:,} of {place.frames:,}"


def instant_words(place: LogPlace, clock: Clock) -> str:
    """`2026-01-05 14:03:22 UTC`."""
    if place.instant is None:
        return "no times"
    zone = clock.zone_name(place.instant)
    return f"{clock.full(place.instant)[:-4]} {zone}".rstrip()


def under_way(place: LogPlace) -> Content:
    """What goes on: it is played, read or judged."""
    parts: list[Content | str] = []
    if place.speed:
        parts.append(Content.styled(f"playing {place.speed:g}x", "$text-accent"))
    if place.is_reading and place.is_growing and not place.progress:
        parts.append("waiting for frames")
    elif place.is_reading:
        parts.append(f"reading {percent(100 * place.progress)}")
    elif place.is_judging:
        parts.append(f"judging {percent(100 * place.progress)}")
    elif place.is_growing:
        # It is compared with ours each time anew.
        parts.append("follows")
    elif place.is_comparing:
        parts.append(f"comparing with ours {percent(100 * place.progress)}")
    if place.problem:
        parts.append(safe_text(place.problem, "$text-warning"))
    return joined(parts)
