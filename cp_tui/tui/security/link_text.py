"""The link as security sees it, in words: profile, who wanted it and what if it fails, TLS, key."""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.variables import (
    KeySource,
    LinkError,
    LinkPhase,
    LinkStep,
    LinkView,
    SecurityProfileChange,
    SecurityView,
)
from cp_tui.ocpp.plural import count
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.connection import PROFILE_FELL_BACK, profile_words, tls_by_url
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BAD, BOLD_BAD, BOLD_ODD, GOOD, ODD, QUIET
from cp_tui.tui.text.words import NOT_SEEN, Clock, joined, reason_text, unseen

PROFILE_KEY = "SecurityProfile"
WITH_KEY = (1, 2)
"""The security profiles in which the AuthorizationKey is sent."""

WITHOUT_TLS = "so who is between can read and change everything"
TO_GET_TLS = (
    "install the root certificate of the CSMS, then set security profile 2 here, "
    "or let the CSMS set it"
)
WORDS_OF_SOURCE = {
    KeySource.DEFAULT: "as it is from the beginning",
    KeySource.FILE: "by the settings",
    KeySource.CHARGE_POINT: "by the charge point itself: what had been set did not come up",
}


def link_line(snapshot: Snapshot, clock: Clock) -> Content:
    """Profile, TLS and key, or what is about to change."""
    security, link = snapshot.security, snapshot.link
    if security is None or link is None:
        return Content.styled("not known yet", QUIET)
    is_unseen = security.profile is None
    profile = f"profile {NOT_SEEN if is_unseen else security.profile}"
    if security.change is not None:
        change = security.change
        tries = count(change.tries_left, "try", "tries")
        other = change.wanted if change.is_back else change.fallback
        what = f"{profile} is tried: {tries} left, then {other}"
        return Content.styled(what, BOLD_ODD)
    if link.tls is not None:
        tls = safe_text(link.tls.version, GOOD)
    elif (snapshot.watched and _has_tls(security)) or not security.url:
        tls = Content(tls_by_url(security.url) or f"TLS {NOT_SEEN}")
    elif _has_tls(security):
        failed = _tls_error(link) is not None
        words = "TLS fails" if failed else "not connected"
        tls = Content.styled(words, BOLD_BAD if failed else QUIET)
    else:
        tls = Content.styled("no TLS", ODD)
    is_sent = security.profile in WITH_KEY or security.authorization_key == "not set"
    return joined([profile, tls, safe_text(f"key {security.authorization_key}" if is_sent else "")])


def link_facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
    """Everything about how the link is protected, the most urgent first."""
    security, link = snapshot.security, snapshot.link
    if security is None or link is None:
        return [Fact("Profile", Content.styled("not known yet", QUIET))]
    return [
        *_trouble(security, link, clock),
        *_profile(snapshot, security, clock),
        Fact("URL", safe_text(security.url) if security.url else unseen()),
        *_tls(security, link, can_act=not snapshot.watched),
        Fact("Key", safe_text(f"AuthorizationKey: {_key_words(security) or NOT_SEEN}")),
        *([Fact("Trusts", safe_text(link.trust))] if link.trust else []),
    ]


def _profile(snapshot: Snapshot, security: SecurityView, clock: Clock) -> list[Fact]:
    """Which one, who set it, and what happens if it does not come up."""
    words = profile_words(security.profile)
    style = "" if security.profile is None or security.profile >= 2 else ODD
    facts = [Fact("Profile", Content.styled(words, style)), *_set_by(snapshot, clock)]
    if security.change is not None:
        facts += _change(security.change, clock)
    elif not snapshot.watched:
        tries = count(security.profile_tries, "attempt")
        what = f"a new one has {tries}; then the one before is in force again"
        facts.append(Fact("If not", Content.styled(what, QUIET)))
    if (last := security.last_change) is not None:
        style = ODD if last.id == PROFILE_FELL_BACK else ""
        facts.append(Fact("Last", reason_text(last, clock).stylize(style)))
    return facts


def _set_by(snapshot: Snapshot, clock: Clock) -> list[Fact]:
    """Who has set the profile, when, and from what."""
    entry = snapshot.entry(PROFILE_KEY)
    if entry is None or entry.source is KeySource.TOLD:
        return []
    words = WORDS_OF_SOURCE.get(entry.source, f"by the {entry.source.value}")
    at = clock.time(entry.changed_at) if entry.changed_at else ""
    changes = [c for c in snapshot.configuration_changes if c.key == PROFILE_KEY]
    newest = changes[-1] if changes and changes[-1].value == entry.value else None
    step = f"{newest.old_value} → {newest.value}" if newest is not None else ""
    return [Fact("Set", joined([words, at, safe_text(step)]))]


def _change(change: SecurityProfileChange, clock: Clock) -> list[Fact]:
    """The change that is under way: how far it is, and what becomes of it."""
    tries = count(change.tries_left, "attempt")
    tried, other = change.wanted, change.fallback
    if change.is_back:
        tried, other = other, tried
    by = f"wanted by the {drawn(change.by)} {clock.time(change.since)}"
    what = f"profile {change.wanted} {by}; profile {tried} is tried now, {tries} left"
    then = f"profile {other} is in force again, and is tried"
    if change.is_back:
        then = f"profile {other} is tried again, and so on until the CSMS takes one"
    return [
        Fact("Change", Content.styled(what, BOLD_ODD)),
        Fact("If not", Content(then)),
    ]


def _trouble(security: SecurityView, link: LinkView, clock: Clock) -> list[Fact]:
    """Why TLS fails, or why the connection was ended for security, with what to check."""
    error = _tls_error(link)
    if error is not None:
        facts = [Fact("Fails", Content.styled(drawn(f"TLS: {error.text}"), BAD))]
        return facts + ([Fact("Hint", safe_text(error.hint))] if error.hint else [])
    if security.server_problem is not None and link.phase is not LinkPhase.OPEN:
        return [Fact("Fails", reason_text(security.server_problem, clock).stylize(BAD))]
    return []


def _tls(security: SecurityView, link: LinkView, *, can_act: bool) -> list[Fact]:
    """Version and cipher suite; without TLS, what that means and, `can_act`, what to do."""
    if link.tls is not None:
        facts = [Fact("TLS", safe_text(f"{link.tls.version} {link.tls.cipher}"))]
        if (asked := link.tls.asked_for_certificate) is not None:
            words = "the CSMS asked for the certificate of the charge point"
            if not asked:
                words = "the CSMS did not ask for a certificate of the charge point"
            facts.append(Fact("Client", Content(words)))
        return facts
    if not security.url:
        return [Fact("TLS", unseen())]
    if _has_tls(security):
        words = "agreed on when it is connected" if can_act else f"what was agreed on is {NOT_SEEN}"
        return [Fact("TLS", Content.styled(words, QUIET))]
    to_do = [Fact("To do", Content(TO_GET_TLS))] if can_act else []
    scheme = drawn(security.url.partition(":")[0])
    words = f"none: the URL begins with {scheme}://, {WITHOUT_TLS}"
    return [Fact("TLS", Content.styled(words, ODD)), *to_do]


def _tls_error(link: LinkView) -> LinkError | None:
    """Why TLS was not made, as long as it is not."""
    if link.phase is LinkPhase.OPEN or link.last_error is None:
        return None
    return link.last_error if link.last_error.step is LinkStep.TLS else None


def _key_words(security: SecurityView) -> str:
    """Length and form of the AuthorizationKey, and whether it is used."""
    form = security.authorization_key
    if form in ("", "not set") or security.profile in WITH_KEY:
        return form
    return f"{form}, not used in security profile {security.profile}"


def _has_tls(security: SecurityView) -> bool:
    return tls_by_url(security.url) == "TLS"
