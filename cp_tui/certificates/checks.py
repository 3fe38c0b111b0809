"""May this certificate be installed, used, believed? The first rule that it breaks, in order.

Every function takes PEM as `read_one` and `read_chain` give it, and raises CertificateError.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from cryptography.x509 import Certificate
from cryptography.x509.oid import ExtendedKeyUsageOID

from cp_tui.certificates.certificate_error import CertificateCheck, CertificateError
from cp_tui.certificates.described import is_self_signed, issued, named
from cp_tui.certificates.path import Path, path_to_root
from cp_tui.certificates.pem import loaded, pem_of
from cp_tui.certificates.rules import (
    check_authority,
    check_dates,
    check_key,
    check_key_size,
    check_not_ended,
    check_purpose,
    check_server,
    check_strength,
    check_subject,
    has_key,
)


def check_root(pem: str, at: datetime, installed: Sequence[str] | None = None) -> None:
    """Refuse a root that may not be installed (W M05).

    It need not be self-signed, nor a CA: some install the certificate of the server itself. But one
    that names itself as its issuer is signed with its own key, or by one of the same name that is
    `installed`; None: that is not looked at.
    """
    certificate = loaded(pem)
    check_dates(certificate, at)
    check_strength(certificate)
    if installed is None or certificate.issuer != certificate.subject:
        return
    signers = (certificate, *(loaded(each) for each in installed))
    if not any(issued(certificate, each) for each in signers):
        raise CertificateError(
            CertificateCheck.SIGNATURE,
            f"{named(certificate)} names itself as its issuer, and its signature is not that of its"
            " own key, nor of an installed root of that name: it was changed after it was signed",
        )


def check_replaces(pem: str, active: str) -> None:
    """Refuse a root that the active one has not signed (W M05, AdditionalRootCertificateCheck)."""
    certificate, signer = loaded(pem), loaded(active)
    if not issued(certificate, signer):
        raise CertificateError(
            CertificateCheck.WRONG_SIGNER,
            f"{named(certificate)} is not signed by the active root {named(signer)}, as"
            " AdditionalRootCertificateCheck wants it",
        )


def check_charge_point_chain(
    chain: Sequence[str],
    roots: Sequence[str],
    at: datetime,
    *,
    public_key: str,
    common_name: str | None,
    organization: str | None,
) -> tuple[str, ...]:
    """Give what the charge point is to show of a chain that was signed for it (W A02.FR.06).

    That is the chain without a root. Its certificate may begin later, and is used from then on.
    `public_key` is that of the request, in PEM; a name that is None is not compared.
    """
    certificates = [loaded(each) for each in chain]
    leaf, others = certificates[0], certificates[1:]
    for number, other in enumerate(others, start=2):
        if has_key(other, public_key) and not has_key(leaf, public_key):
            raise CertificateError(
                CertificateCheck.ORDER,
                f"certificate {number} of the chain, {named(other)}, is for the key of the"
                " request; it has to be the first",
            )
    check_key(leaf, public_key)
    check_not_ended(leaf, at)
    check_strength(leaf)
    check_purpose(leaf, ExtendedKeyUsageOID.CLIENT_AUTH, "a client of TLS")
    check_subject(leaf, common_name, organization)
    _check_order(certificates)
    path_to_root(leaf, others, [loaded(each) for each in roots], at)
    return (pem_of(leaf), *(pem_of(other) for other in others if not is_self_signed(other)))


def _check_order(chain: Sequence[Certificate]) -> None:
    """Each certificate is followed by its issuer, and nothing else is there."""
    for number, (certificate, follower) in enumerate(pairwise(chain), start=1):
        # A signature with a hash that is too old fits nothing: that is told as what it is.
        check_strength(certificate)
        if issued(certificate, follower):
            continue
        place = f"certificate {number + 1} of the chain, {named(follower)}, did not issue"
        issuers = [
            place
            for place, other in enumerate(chain, start=1)
            if place != number and issued(certificate, other)
        ]
        if issuers:
            raise CertificateError(
                CertificateCheck.ORDER,
                f"{place} certificate {number}, but certificate {issuers[0]} did: each has to be"
                " followed by its issuer",
            )
        raise CertificateError(
            CertificateCheck.UNRELATED, f"{place} {named(certificate)} before it"
        )


def check_signing_certificate(pem: str, roots: Sequence[str], at: datetime) -> str:
    """Give the root of the manufacturer that stands for a signing certificate (W L01).

    The root itself may be the signing certificate; else it has to have signed it directly.
    """
    certificate = loaded(pem)
    check_dates(certificate, at)
    check_strength(certificate)
    anchors = {loaded(root): root for root in roots}
    anchor = path_to_root(certificate, (), [*anchors], at)[-1]
    if anchor != certificate:
        check_purpose(certificate, ExtendedKeyUsageOID.CODE_SIGNING, "signing software")
    return anchors[anchor]


def check_server_chain(chain: Sequence[str], roots: Sequence[str], at: datetime) -> str:
    """Give the root that stands for what a server has shown, leaf first, the rest in any order.

    Says why there is none. For which hosts it may speak, and with how weak a key, is asked by the
    link.
    """
    leaf, *others = (loaded(each) for each in chain)
    anchors = {loaded(root): root for root in roots}
    check_dates(leaf, at)
    return anchors[path_to_root(leaf, others, [*anchors], at)[-1]]


def check_server_rules(chain: Sequence[str], roots: Sequence[str] | None, at: datetime) -> None:
    """Refuse what a server has shown for any rule that TLS asks of it, but for its names.

    Without roots (None: they are those of the system) it is looked at as far as it goes.
    """
    leaf, *others = (loaded(each) for each in chain)
    check_dates(leaf, at)
    if roots is None:
        way = _shown_way(leaf, others, at)
    else:
        way = path_to_root(leaf, others, [loaded(each) for each in roots], at)
    for depth, certificate in enumerate(way):
        check_server(certificate, is_issuer=depth > 0)
        if is_self_signed(certificate):
            check_key_size(certificate)
        else:
            check_strength(certificate)


def _shown_way(leaf: Certificate, others: Sequence[Certificate], at: datetime) -> Path:
    """Give what a server has shown, each followed by its issuer, which may be one."""
    way = [leaf]
    while issuer := next((each for each in others if issued(way[-1], each)), None):
        if issuer in way:
            break
        check_dates(issuer, at)
        check_authority(issuer, len(way) - 1, is_root=is_self_signed(issuer))
        way.append(issuer)
    return tuple(way)


def anchor_of(chain: Sequence[str], roots: Sequence[str], at: datetime) -> str | None:
    """Give the first root that stands for the chain of a server by itself; None: no one does.

    The other roots do not help it: a root that another one has signed is one all the same (W M05).
    """
    for root in roots:
        try:
            return check_server_chain(chain, [root], at)
        except CertificateError:
            continue
    return None
