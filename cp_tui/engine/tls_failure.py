"""Why TLS with the CSMS was not made, in the words of a technician (W A00).

Each failure is told as what it is to security (`LinkFault`), and by both values: the date of the
certificate and the clock here, the names in it and the host of the URL, the issuer that is missing
and the roots that are there. OpenSSL decides; the words come from the rules of `certificates`,
which look at the same certificates again.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

from cp_tui.certificates.certificate_error import (
    CertificateCheck,
    CertificateError,
    moment,
    quoted,
    shortened,
)
from cp_tui.certificates.facts import CertificateFacts
from cp_tui.charge_point.variables import LinkFault, LinkStep
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.engine.own_certificate_failure import (
    HANDSHAKE_FAILURE,
    TEXT_MAX,
    Heard,
    refused_in_tls,
)

# Numbers of OpenSSL's X509_V_ERR_*, which the ssl module passes on but does not name.
_CERT_NOT_YET_VALID = 9
_CERT_HAS_EXPIRED = 10
_DATES = frozenset({_CERT_NOT_YET_VALID, _CERT_HAS_EXPIRED})
_SELF_SIGNED = frozenset({18, 19})
_NO_ISSUER = frozenset({2, 20, 21})
_NAME_MISMATCH = frozenset({62, 63, 64})
_FIRST_OF_STRICT = 80
"""From here on they are of X509_V_FLAG_X509_STRICT, which asks more than our own rules."""
_ROOT_CHECKS = frozenset(
    {CertificateCheck.NO_ROOT, CertificateCheck.SELF_SIGNED, CertificateCheck.UNKNOWN_ROOT}
)
_ISSUER_CHECKS = frozenset(
    {CertificateCheck.NOT_A_CA, CertificateCheck.KEY_USAGE, CertificateCheck.PATH_LENGTH}
)
"""For OpenSSL, a certificate that may not issue others has issued none."""
_ROOT_HINT = "install the root of the CSMS, or have it send the certificates between"

_NO_TLS_REASONS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})
_OLD_TLS_REASONS = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"})
_NO_CIPHER_REASONS = frozenset({"SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_CIPHER"})

_PROTOCOL_VERSION, _INSUFFICIENT = 70, 71

NAMES_SHOWN = 3


def certificate_failure(
    error: ssl.SSLCertVerificationError,
    host: str,
    shown: tuple[str, ...],
    roots: tuple[str, ...] | None,
    now: datetime,
    *,
    is_strict: bool = False,
) -> LinkFailure:
    """Explain why the server certificate is not trusted.

    `shown` is what the server has shown, `roots` what it is held against (None: those of the
    system), all of it PEM; `now` is the clock of this machine.
    """
    code = error.verify_code
    leaf = _facts(shown[0]) if shown else None
    refusal = _refusal(shown, roots, now)
    if code in _DATES:
        text, hint = _date_words(code, leaf, refusal, now)
    elif code in _NAME_MISMATCH:
        text, hint = _name_words(host, leaf)
    elif code in _SELF_SIGNED | _NO_ISSUER and (
        refusal is None or (roots is None and refusal.check not in _ISSUER_CHECKS)
    ):
        text = f"the server certificate is not trusted: {_unknown_words(shown)}"
        hint = "set csms.ca_file to the root certificate of the CSMS"
        if roots is not None:
            hint = _ROOT_HINT
    elif refusal is not None and refusal.check in _ROOT_CHECKS:
        text = f"the server certificate is not trusted: {refusal.text}"
        is_alone = refusal.check is CertificateCheck.SELF_SIGNED
        hint = "install it as a root, if it is that of your CSMS" if is_alone else _ROOT_HINT
    elif refusal is not None and not (is_strict and code >= _FIRST_OF_STRICT):
        text = f"the server certificate is not trusted: {refusal.text}"
        hint = "the CSMS needs other certificates: tell this to whoever makes them"
    else:
        text, hint = f"the server certificate is not trusted: {error.verify_message}", ""
        if leaf is not None:
            text += f" ({quoted(leaf.common_name or leaf.subject)}, issued by {_issuer(leaf)})"
        if is_strict:
            hint = "a rule of RFC 5280 that security.strict_x509 = false does not ask for"
    fault = LinkFault.SERVER_CERTIFICATE
    text = shortened(text, TEXT_MAX)
    return LinkFailure(LinkStep.TLS, text, hint, fault=fault, shown=shown)


def _date_words(
    code: int, leaf: CertificateFacts | None, refusal: CertificateError | None, now: datetime
) -> tuple[str, str]:
    here = f"here it is {moment(now)}"
    is_over = code == _CERT_HAS_EXPIRED
    hint = "the CSMS needs a new certificate; or the clock of this machine is wrong"
    if not is_over:
        hint = "check the clock of this machine"
    if leaf is not None and is_over and leaf.not_after < now:
        return f"the server certificate expired on {_minute(leaf.not_after)}; {here}", hint
    if leaf is not None and not is_over and leaf.not_before > now:
        since = _minute(leaf.not_before)
        return f"the server certificate is not valid before {since}; {here}", hint
    if refusal is not None:
        return f"a certificate behind that of the server is out of its time: {refusal.text}", hint
    what = "expired" if is_over else "is not valid yet"
    return f"a certificate of the server's chain {what}; {here}", hint


def _name_words(host: str, leaf: CertificateFacts | None) -> tuple[str, str]:
    """Say for whom the certificate is; the name of the host can be in it, and not count."""
    text = f"the server certificate is not for {host}"
    hint = "use the name in the certificate in csms.url, or set csms.check_hostname = false"
    if leaf is None:
        return text, hint
    address = _address(host)
    if address is not None and address in map(_address, (*leaf.names, leaf.common_name)):
        text += ": it has the address only as a name, not as an IP address (subjectAltName IP)"
        hint = "the CSMS needs a certificate with the IP address in it, or a URL with a name"
        return text, f"{hint}; or set csms.check_hostname = false"
    text += f", but for {_names(leaf)}"
    if host.casefold() == leaf.common_name.casefold():
        text += "; its common name does not count where it lists other names"
        hint = "the CSMS needs a certificate that lists this name as well (subjectAltName DNS)"
    return text, hint


def _address(name: str) -> IPv4Address | IPv6Address | None:
    with suppress(ValueError):
        return ip_address(name)
    return None


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


def _unknown_words(shown: tuple[str, ...]) -> str:
    top = _facts(shown[-1]) if shown else None
    if top is None:
        return "its issuer is unknown here"
    if top.is_self_signed and len(shown) == 1:
        return "it is signed with its own key, and unknown here"
    return f"its issuer {_issuer(top)} is unknown here"


def _refusal(
    shown: tuple[str, ...], roots: tuple[str, ...] | None, now: datetime
) -> CertificateError | None:
    """Give the first rule of our own that is broken, if they find one."""
    from cp_tui.certificates.checks import check_server_rules

    if not shown:
        return None
    try:
        check_server_rules(shown, roots, now)
    except CertificateError as error:
        return error
    return None


def _facts(pem: str) -> CertificateFacts | None:
    from cp_tui.certificates.described import facts_of

    try:
        return facts_of(pem)
    except CertificateError:
        return None


def _names(leaf: CertificateFacts) -> str:
    names = leaf.names or (leaf.common_name,)
    more = len(names) + leaf.more_names - NAMES_SHOWN
    listed = ", ".join(shortened(name, 60) for name in names[:NAMES_SHOWN]) or "nobody"
    return f"{listed} and {more} more" if more > 0 else listed


def _issuer(facts: CertificateFacts) -> str:
    return quoted(facts.issuer)


def tls_failure(
    error: Exception,
    host: str,
    port: int,
    heard: Heard | None = None,
    now: datetime | None = None,
) -> LinkFailure:
    """Explain why TLS failed for another cause than the certificate of the server."""
    where, heard = f"{host}:{port}", heard or Heard()
    reason = (error.reason or "") if isinstance(error, ssl.SSLError) else ""
    alert = heard.alert
    if heard.is_refusal:
        return refused_in_tls(where, heard, now or datetime.now(UTC))
    fault, hint = LinkFault.OTHER, ""
    if reason in _NO_TLS_REASONS:
        text = f"{where} does not speak TLS"
        hint = (
            "give its TLS port in csms.url; without TLS only security profiles 0 and 1 go (ws://)"
        )
    elif reason in _OLD_TLS_REASONS or alert == _PROTOCOL_VERSION:
        text = f"{where} offers only a TLS version that is too old (1.2 or later is required)"
        fault = LinkFault.TLS_VERSION
    elif reason in _NO_CIPHER_REASONS or alert in (HANDSHAKE_FAILURE, _INSUFFICIENT):
        text = f"{where} shares no cipher suite with us, or wants a client certificate"
        fault = LinkFault.CIPHER_SUITE
    elif reason:
        text = f"TLS with {where} failed: {reason.replace('_', ' ').lower()}"
    else:
        text = f"{where} closed the connection during the TLS handshake"
        hint = "does the port speak TLS?"
    return LinkFailure(LinkStep.TLS, text, hint, fault=fault)
