"""A root certificate out of a file: what it is, and whether the charge point may take it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.certificates.facts import CertificateFacts
from cp_tui.charge_point.command_fields import PEM_MAX
from cp_tui.tui.text.paths import UnusableInput, expanded, read_at_most

DER_BEGIN = b"\x30\x82"
"""A sequence of more than 255 bytes, as every certificate is; no text begins so."""


class FoundRoot(Struct, frozen=True):
    """A certificate that somebody wants to have installed."""

    pem: str
    facts: CertificateFacts
    problem: str
    """The rule that it breaks, in words; empty: none that shows from here."""


def read_root(path: Path, now: datetime) -> FoundRoot:
    """Read the one certificate of a file; raises `UnusableInput`. Blocks as long as the disk does.

    It is judged by the rules of InstallCertificate, as far as they need no store.
    """
    # What reads certificates is much to import for a screen, which seldom needs it.
    from cp_tui.certificates.checks import check_root
    from cp_tui.certificates.described import facts_of
    from cp_tui.certificates.pem import read_one

    text = _pem_in(expanded(str(path)))
    try:
        pem = read_one(text)
        facts = facts_of(pem)
    except CertificateError as error:
        raise UnusableInput(f"{path.name}: {error.text}") from None
    try:
        check_root(pem, now)
    except CertificateError as error:
        return FoundRoot(pem, facts, error.text)
    return FoundRoot(pem, facts, "")


def _pem_in(path: Path) -> str:
    """Read a file of text; what stands around a certificate in it may be in any encoding."""
    try:
        content = read_at_most(path, PEM_MAX + 1)
    except OSError as error:
        raise UnusableInput(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    if len(content) > PEM_MAX:
        raise UnusableInput(f"{path}: larger than {PEM_MAX} bytes")
    if content.startswith(DER_BEGIN):
        words = "it is in binary form (DER), and PEM is wanted: openssl x509 -inform der -in FILE"
        raise UnusableInput(f"{path.name}: {words}")
    return content.decode("utf-8-sig", "replace")
