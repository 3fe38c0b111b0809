"""Alarms about certificates, the security profile, and security events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.ocpp.plural import count
from cp_tui.tui.dashboard.one_alarm import LOOK_AT_SECURITY, Alarm, Urgency
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.certificates import (
    URGENT_DAYS,
    days_to,
    ends_soon,
    ends_words,
    name_of,
)
from cp_tui.tui.text.connection import PROFILE_FELL_BACK
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.words import Clock

RENEWS = "the CSMS has to renew it: afterwards TLS fails here"
OWN_RENEWS = "in security profile 3 a new one is asked for by itself, once a day"
CROWDED_OUT = "whether the CSMS takes SecurityEventNotification; the security log has them"
ROOT_RENEWS = "install the root that follows it, before what rests on it is no longer trusted"


def endings(snapshot: Snapshot, link: v.LinkView, clock: Clock) -> Iterator[Alarm]:
    """Certificates that end soon or have ended: of the CSMS, of the charge point, roots."""
    security = snapshot.security
    of_link = link.tls.certificate if link.tls is not None else None
    if of_link is not None and (security is None or not security.shown):
        yield from _ending("The certificate of the CSMS", of_link.not_after, clock, RENEWS)
    if security is None:
        return
    roots = {root.facts.fingerprint for root in security.roots}
    # Where they are not trusted, the link does not come up and says why.
    trusted = () if security.is_refused else security.shown
    for depth, facts in enumerate(trusted):
        if facts.fingerprint not in roots:
            what = "in the chain of the CSMS" if depth else "of the CSMS"
            whose = f"The certificate {what}, {name_of(facts)},"
            yield from _ending(whose, facts.not_after, clock, RENEWS)
    for own in security.certificates[:1]:
        whose, check = f"The certificate of the charge point, {name_of(own.facts)},", OWN_RENEWS
        if security.pending is not None:
            check = f"a new one is asked for since {clock.minute(security.pending.since)}"
        found = _ending(whose, own.facts.not_after, clock, check)
        # Below profile 3 nothing rests on it yet.
        quiet = (replace(each, urgency=Urgency.ODD) for each in found)
        yield from found if security.profile == 3 else quiet
    for root in _needed_roots(security):
        use = "the CSMS" if root.use is v.RootUse.CSMS else "firmware"
        whose = f"The root for {use}, {name_of(root.facts)},"
        yield from _ending(whose, root.facts.not_after, clock, ROOT_RENEWS)


def _needed_roots(security: v.SecurityView) -> Iterator[v.InstalledRoot]:
    """Those on which something rests, also while there is no connection; not every spare one."""
    above = {facts.issuer for facts in security.shown}
    of_csms = [root for root in security.roots if root.use is v.RootUse.CSMS]
    for root in security.roots:
        is_spare = root in of_csms and len(of_csms) > 1 and root.facts.subject not in above
        if root.state is v.RootState.ACTIVE and not is_spare:
            yield root


def _ending(whose: str, ends: datetime, clock: Clock, check: str) -> Iterator[Alarm]:
    if ends_soon(ends, clock):
        urgency = Urgency.BAD if ends_soon(ends, clock, URGENT_DAYS) else Urgency.ODD
        # Days go on at midnight, when everything is told anew; what ends today ends before that.
        gone_at = ends if ends > clock.now and days_to(ends, clock) <= 0 else None
        text = f"{whose} {ends_words(ends, clock)}"
        yield Alarm(urgency, text, act=LOOK_AT_SECURITY, check=check, gone_at=gone_at)


RENEWAL_FAILED = frozenset(
    f"security.renewal.{what}"
    for what in ("impossible", "no_key", "rejected", "failed", "refused", "not_taken")
)
"""The ids of what became of a request for a certificate where none has come of it."""


def renewal(snapshot: Snapshot) -> Iterator[Alarm]:
    outcome = snapshot.security.renewal if snapshot.security is not None else None
    if outcome is not None and outcome.id in RENEWAL_FAILED:
        text = f"No new certificate of the charge point: {drawn(outcome.text)}"
        yield Alarm(Urgency.ODD, text, act=LOOK_AT_SECURITY)


def crowded_out(snapshot: Snapshot, clock: Clock) -> Iterator[Alarm]:
    """Security events that the CSMS will never be told."""
    events = snapshot.security_events
    if events is not None and (at := events.crowded_out_at) is not None:
        lost = f"{count(events.crowded_out, 'security event')} will not reach the CSMS"
        text = f"{lost}: too many waited, the last time {clock.minute(at)}"
        yield Alarm(Urgency.ODD, text, act=LOOK_AT_SECURITY, check=CROWDED_OUT)


def profile(snapshot: Snapshot) -> Iterator[Alarm]:
    """A new security profile that has not come up."""
    security = snapshot.security
    if security is None:
        return
    last, change = security.last_change, security.change
    if last is not None and last.id == PROFILE_FELL_BACK:
        yield Alarm(Urgency.ODD, drawn(last.text), act=LOOK_AT_SECURITY)
    elif change is not None:
        tried, other = change.wanted, change.fallback
        if change.is_back:
            tried, other = other, tried
        tries = count(change.tries_left, "attempt")
        text = f"Security profile {tried} is tried: {tries} left, then it is {other} again"
        yield Alarm(Urgency.ODD, text, act=LOOK_AT_SECURITY)
