"""Security of the link in words: profile, key, certificate of the server."""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.variables import LinkView
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.connection import PROFILE_WORDS, QUIET, WAITING, days_left, tls_facts
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock, joined


def certificates_line(snapshot: Snapshot, clock: Clock) -> Content:
    """Profile, certificate and key in one line."""
    link = snapshot.link
    if link is None:
        return Content.styled("not known yet", QUIET)
    certificate = link.tls.certificate if link.tls is not None else None
    if certificate is not None:
        server = Content.assemble("certificate ", days_left(certificate, clock))
    else:
        server = Content("not connected" if link.trust else "no TLS")
    profile = f"security profile {link.security_profile}"
    return joined([profile, server, safe_text(f"key {link.authorization_key}")])


def certificate_facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
    """Everything that is known."""
    link = snapshot.link
    if link is None:
        return [Fact("Profile", Content.styled("not known yet", QUIET))]
    profile = PROFILE_WORDS.get(link.security_profile, f"{link.security_profile}")
    style = "" if link.security_profile >= 2 else WAITING
    facts = [
        Fact("Profile", Content.styled(profile, style)),
        Fact("Key", safe_text(f"AuthorizationKey: {link.authorization_key}")),
    ]
    if snapshot.identity is not None:
        facts.append(Fact("URL", safe_text(snapshot.identity.url)))
    facts += tls_facts(link, clock) or [Fact("Server", _no_certificate(link))]
    if link.trust:
        facts.append(Fact("Trusts", safe_text(link.trust)))
    return facts


def _no_certificate(link: LinkView) -> Content:
    if link.trust:
        return Content.styled("shows its certificate while the link is open", QUIET)
    return Content.styled("proves nothing: the URL begins with ws://", WAITING)
