"""From a certificate up to a root that is trusted, by the shortest way.

A root ends the way whatever it is: also one that another root has signed, or the certificate of a
server itself. So a way that ends at a new root does not lean on the old one that signed it (W M05),
and it still stands when the old one has gone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from cp_tui.certificates.certificate_error import CertificateCheck, CertificateError
from cp_tui.certificates.described import is_self_signed, issued, issuer_named, named
from cp_tui.certificates.rules import check_authority, check_dates, check_strength

Path = tuple[Certificate, ...]
"""A certificate, then the issuer of each; the last is a root."""

NAMED_MAX = 2
"""Roots that are named where none fits."""
FINGERPRINT_SHOWN = 16
"""Hex digits that tell two certificates of one name apart."""


def path_to_root(
    leaf: Certificate, others: Sequence[Certificate], roots: Sequence[Certificate], at: datetime
) -> Path:
    """Give the shortest way; the others may stand in any order.

    Every issuer on it has to be valid at the time; the leaf is not looked at. Each certificate is
    tried once, so that many that have signed each other take no longer. Raises CertificateError:
    the rule that the first possible issuer breaks, else what is missing.
    """
    if not roots:
        raise CertificateError(CertificateCheck.NO_ROOT, "no root certificate is installed for it")
    ways: deque[Path] = deque([(leaf,)])
    seen = {leaf}
    refusals: list[CertificateError] = []
    way: Path = (leaf,)
    while ways:
        way = ways.popleft()
        if way[-1] in roots:
            return way
        for issuer in (*roots, *others):
            if issuer in seen or not issued(way[-1], issuer):
                continue
            seen.add(issuer)
            try:
                _check_issuer(issuer, roots, at, below=len(way) - 1)
            except CertificateError as refusal:
                refusals.append(refusal)
            else:
                ways.append((*way, issuer))
    raise refusals[0] if refusals else _dead_end(way, others, roots)


def _check_issuer(
    issuer: Certificate, roots: Sequence[Certificate], at: datetime, *, below: int
) -> None:
    """Refuse an issuer; on how a root was signed nothing hangs, and its key was looked at before.

    A root that was sent along is one as well, so that what is told is that it is not installed.
    """
    is_root = issuer in roots or is_self_signed(issuer)
    check_dates(issuer, at)
    if not is_root:
        check_strength(issuer)
    check_authority(issuer, below, is_root=is_root)


def _dead_end(
    way: Path, others: Sequence[Certificate], roots: Sequence[Certificate]
) -> CertificateError:
    """Say what is missing above the last certificate of a way."""
    top, installed = way[-1], _installed(roots)
    if is_self_signed(top):
        twin = next((root for root in roots if root.subject == top.subject), None)
        if twin is not None:
            return _only_of_that_name(top, twin)
        if len(way) == 1:
            check, why = CertificateCheck.SELF_SIGNED, "is signed with its own key, and not"
        else:
            check, why = CertificateCheck.UNKNOWN_ROOT, "is the root of the chain, and not"
        return CertificateError(check, f"{named(top)} {why} installed; {installed}")
    if any(issued(top, each) for each in way):
        return CertificateError(
            CertificateCheck.LOOP, f"the issuers go round in a circle from {named(top)} back to it"
        )
    if any(root.subject == top.issuer for root in roots):
        return CertificateError(
            CertificateCheck.UNKNOWN_ROOT,
            f"{named(top)} is not signed with the key of the {issuer_named(top)} that is installed",
        )
    where = "neither in the chain nor" if others else "not"
    return CertificateError(
        CertificateCheck.UNKNOWN_ROOT,
        f"{named(top)} was issued by {issuer_named(top)}, which is {where} installed; {installed}",
    )


def _only_of_that_name(top: Certificate, root: Certificate) -> CertificateError:
    """Tell a certificate from the root of its name, by what can be compared at both ends."""
    found, installed = (
        f"{each.not_valid_before_utc:%Y-%m-%d}, SHA-256"
        f" {each.fingerprint(SHA256()).hex()[:FINGERPRINT_SHOWN]}..."
        for each in (top, root)
    )
    return CertificateError(
        CertificateCheck.UNKNOWN_ROOT,
        f"{named(top)} is signed with its own key, and not with that of the installed one of its"
        f" name: it is of {found}, the installed one of {installed}",
    )


def _installed(roots: Sequence[Certificate]) -> str:
    names = ", ".join(named(root) for root in roots[:NAMED_MAX])
    more = f" and {len(roots) - NAMED_MAX} more" if len(roots) > NAMED_MAX else ""
    return f"installed: {names}{more}"
