"""A root certificate out of a file: what it is, and whether the charge point may take it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.certificates.facts import CertificateFacts
from cp_tui.charge_point.command_fields import PEM_MAX
from cp_tui.tui.text.paths import UnusableInput, expanded, text_of


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

    text = text_of(expanded(str(path)), PEM_MAX)
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
