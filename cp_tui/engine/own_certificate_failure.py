"""That a CSMS does not take the certificate of this charge point, or misses it (W A00.FR.401, 402).

It says so in TLS, by an alert or by closing, or only later, by an HTTP status. Either way the words
name the certificate, and first of all what is wrong with it here.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cp_tui.certificates.certificate_error import CertificateError, moment, quoted, shortened
from cp_tui.charge_point.variables import LinkFault, LinkStep
from cp_tui.engine.link_failure import LinkFailure

HANDSHAKE_FAILURE = 40
OF_CERTIFICATES = {
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    48: "unknown CA",
    49: "access denied",
    51: "its signature does not fit",
    116: "certificate required",
}
"""Alerts by which a server refuses a certificate (RFC 8446 6.2)."""
TEXT_MAX = 400
_NEW_ONE = "set security profile 2, and ask for a new certificate there"


class Heard(Struct, frozen=True):
    """What a server has said before it failed, and what it was told."""

    alert: int | None = None
    has_asked: bool | None = False
    """For a certificate of ours; None: that cannot be known here."""
    certificate: tuple[str, ...] = ()
    """What was shown to it, PEM."""
    profile: int = 2
    """Security profile of the charge point."""
    no_certificate: str = ""
    """Why there is none to show, in profile 3."""

    @property
    def is_refusal(self) -> bool:
        """Whether it does not take our certificate, or misses it.

        Some servers end the connection without an alert: those of Python's asyncio never send one.
        """
        alerts = (None, HANDSHAKE_FAILURE, *OF_CERTIFICATES)
        return self.has_asked is True and self.alert in alerts


def refused_in_tls(where: str, heard: Heard, now: datetime) -> LinkFailure:
    """Explain a handshake that ended over our certificate."""
    if not heard.certificate:
        text, hint = _missing(f"{where} wants a client certificate, and none was shown", heard)
    else:
        which, hint = _shown(heard.certificate[0], now)
        if heard.alert is None:
            text = f"{where} closed the connection when it had seen {which}"
        else:
            said = OF_CERTIFICATES.get(heard.alert, "handshake failure")
            text = f"{where} refused {which}: {said}"
        hint = hint or "does the CSMS know its issuer, and the serial number in it?"
    fault = LinkFault.CLIENT_CERTIFICATE
    return LinkFailure(LinkStep.TLS, shortened(text, TEXT_MAX), hint, fault=fault)


def refused_by_status(status: int, phrase: str, heard: Heard, now: datetime) -> LinkFailure:
    """Explain HTTP status 401 or 403 in security profile 3, where the certificate is all we say."""
    text, fault = f"HTTP {status} {phrase}".rstrip(), LinkFault.CLIENT_CERTIFICATE
    if heard.has_asked is False:
        text += ": the CSMS did not ask for the certificate of this charge point"
        hint = "does the CSMS speak security profile 3? no AuthorizationKey is sent in it"
        fault = LinkFault.REFUSED_CREDENTIALS
    elif not heard.certificate:
        text, hint = _missing(f"{text}: no client certificate was shown", heard)
    else:
        which, hint = _shown(heard.certificate[0], now)
        text += f": refused {which}"
        hint = hint or "does the CSMS know this id, and the serial number in the certificate?"
    text = shortened(text, TEXT_MAX)
    return LinkFailure(LinkStep.HTTP, text, hint, http_status=status, fault=fault)


def _missing(text: str, heard: Heard) -> tuple[str, str]:
    if heard.profile == 3:
        return f"{text}: {heard.no_certificate or 'there is none'}", _NEW_ONE
    hint = "the CSMS speaks security profile 3: have a certificate made, and set that profile"
    return text, hint


def _shown(pem: str, now: datetime) -> tuple[str, str]:
    """Name our certificate, and say what to do where its dates are the cause."""
    from cp_tui.certificates.described import facts_of

    which = "the certificate of this charge point"
    try:
        facts = facts_of(pem)
    except CertificateError:
        return which, ""
    which += f" {quoted(facts.common_name)}, issued by {quoted(facts.issuer)},"
    here = f"and here it is {moment(now)}"
    if facts.not_after < now:
        hint = f"{_NEW_ONE}; or the clock of this machine is wrong"
        return f"{which} which ended at {moment(facts.not_after)}, {here}", hint
    if facts.not_before > now:
        begin = moment(facts.not_before)
        return f"{which} which begins at {begin}, {here}", "check the clock of this machine"
    return f"{which} valid until {facts.not_after:%Y-%m-%d %H:%M}Z", ""
