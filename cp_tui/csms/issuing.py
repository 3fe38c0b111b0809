"""What the small CSMS does with a request for a certificate: what it says, and what it delivers.

Pure: a request, how it is told to behave, and the time go in; the chains to be delivered come out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from cp_tui.certificates.authority import Validity, new_root
from cp_tui.certificates.certificate_error import CertificateError, quoted
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import certificate_request, new_key, request_facts_of
from cp_tui.csms.behaviour import CertificateAnswer
from cp_tui.csms.known_charge_points import CPO_NAME
from cp_tui.csms.pki import BEFORE, Pki, validity

ISSUED_FOR = timedelta(days=90)
LATE_S = 10.0
"""How late a certificate comes that is late on purpose."""


class Issue(Struct, frozen=True):
    """What comes of a request."""

    is_accepted: bool
    words: str
    """What was asked for, or why nothing is issued."""
    chains: tuple[str, ...] = ()
    """To be delivered one after the other, PEM."""
    is_readable: bool = True
    """It is a request, whatever it asks for."""
    delay_s: float = 0.0
    """Before the first of them."""


def issue(pki: Pki, request: str, answer: CertificateAnswer, at: datetime) -> Issue:
    """Decide upon a request for a certificate (W A02)."""
    try:
        facts = request_facts_of(request)
    except CertificateError as error:
        return Issue(False, error.text, is_readable=False)
    asked = (
        f"it asks for a certificate for {quoted(facts.common_name)} of"
        f" {quoted(facts.organization)}, {facts.key}"
    )
    if facts.organization != CPO_NAME:
        # W A00.FR.405.
        return Issue(False, f"{asked}: rejected, for its CpoName has to be {quoted(CPO_NAME)}")
    if not facts.common_name:
        return Issue(False, f"{asked}: rejected, for it names no serial number")
    if answer is CertificateAnswer.REJECTED:
        return Issue(False, f"{asked}: rejected on purpose")
    if answer is CertificateAnswer.NEVER:
        return Issue(True, f"{asked}: accepted, and nothing follows, on purpose")
    chain = _chain(pki, request, facts.common_name, answer, at)
    chains = (chain, chain) if answer is CertificateAnswer.TWICE else (chain,)
    delay_s = LATE_S if answer is CertificateAnswer.LATE else 0.0
    odd = "" if answer is CertificateAnswer.NORMAL else f": it gets {answer.words}, on purpose"
    return Issue(True, asked + odd, chains, delay_s=delay_s)


def _chain(
    pki: Pki, request: str, common_name: str, answer: CertificateAnswer, at: datetime
) -> str:
    usual = validity(at, ISSUED_FOR)
    match answer:
        case CertificateAnswer.WRONG_CHAIN:
            stranger = new_root("Unknown root", CPO_NAME, usual)
            return stranger.charge_point(request, usual)
        case CertificateAnswer.OTHER_KEY:
            other = certificate_request(new_key(KeyKind.EC_P256), common_name, CPO_NAME)
            return pki.csms_root.charge_point(other, usual)
        case CertificateAnswer.EXPIRED:
            over = Validity(usual.begin - ISSUED_FOR, usual.begin + BEFORE / 2)
            return pki.csms_root.charge_point(request, over)
        case _:
            return pki.csms_root.charge_point(request, usual)
