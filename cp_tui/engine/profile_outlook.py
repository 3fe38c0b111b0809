"""What each security profile would find here, for the test of the connection (W A00, A05).

Nothing is started and nothing is changed: the store is read as it is.
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from cp_tui.certificates.certificate_error import quoted
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.variables import RootUse
from cp_tui.engine.credentials import StoredSecurity
from cp_tui.ocpp.plural import count

PROFILES = (0, 1, 2, 3)


class ProfileOutlook(Struct, frozen=True):
    """A security profile, and whether the charge point could connect with it."""

    profile: int
    is_in_force: bool
    url: str
    """With the id."""
    text: str
    """What it would connect with and when that ends, or what is missing."""
    is_ready: bool
    lacks_certificate: str = ""
    """Why there is no certificate of the charge point that could be shown, if so."""


def outlooks(security: StoredSecurity, now: datetime | None = None) -> tuple[ProfileOutlook, ...]:
    """Say of each profile what it would connect with, or why it would fail."""
    at = now or datetime.now(UTC)
    return tuple(_outlook(security, profile, at) for profile in PROFILES)


def _outlook(security: StoredSecurity, profile: int, now: datetime) -> ProfileOutlook:
    sent = security.credentials(profile)
    is_in_force = profile == security.profiles.profile
    why_not = security.profiles.why_impossible(profile)
    # A connection that is made already needs no root here: those of the system may do.
    is_missing_root = why_not is not None and why_not.id == "security.profile.no_root"
    is_ready = why_not is None or (is_in_force and is_missing_root)
    text = _words(security, profile, sent, now)
    if why_not is not None and not is_ready:
        text = f"would fail: {why_not.text}"
    return ProfileOutlook(
        profile=profile,
        is_in_force=is_in_force,
        url=sent.url or security.config.url,
        text=text,
        is_ready=is_ready,
        lacks_certificate=_lacking(security, sent) if profile == 3 else "",
    )


def _lacking(security: StoredSecurity, sent: SetCredentials) -> str:
    """Say why no certificate is shown, also where a root is missing that the system may have."""
    if sent.certificate is not None:
        return ""
    why_not = security.profiles.why_no_certificate()
    return why_not.text if why_not is not None else "no private key of a certificate can be read"


def _words(security: StoredSecurity, profile: int, sent: SetCredentials, now: datetime) -> str:
    if profile == 0:
        return "nothing is proved"
    roots = len(security.roots.valid_pems(RootUse.CSMS))
    trust = f"; {count(roots, 'root certificate')} for the CSMS" if roots else ""
    if profile == 3:
        return f"{_certificate_words(sent, now)}{trust}"
    key = f"AuthorizationKey of {sent.form}"
    return key if profile == 1 else f"{key}{trust or '; the roots of the system'}"


def _certificate_words(sent: SetCredentials, now: datetime) -> str:
    if sent.certificate is None:
        return "no certificate of the charge point"
    from cp_tui.certificates.described import facts_of

    facts = facts_of(sent.certificate.chain[0])
    until = f"{facts.not_after:%Y-%m-%d}, {facts.left(now)}"
    return f"certificate of {quoted(facts.common_name)} until {until}"
