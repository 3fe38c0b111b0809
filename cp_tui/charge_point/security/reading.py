"""What is read of certificates, each read once while it is looked at again and again.

What reads certificates is imported when there is one: a charge point without any never loads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from cp_tui.certificates.certificate_error import CertificateError, quoted
from cp_tui.certificates.facts import CertificateFacts, HashData

CACHED_MAX = 256
"""How many certificates are kept as they were read last."""
SETTINGS_ROOTS_MAX = 100
"""How many certificates of a file of the settings are looked at."""
_BLOCK = re.compile(r"-----BEGIN [^\n-]*CERTIFICATE-----.*?-----END [^\n-]*-----", re.DOTALL)


def words_of(error: CertificateError) -> str:
    """Say which check failed and why, for techInfo."""
    return f"{error.check}: {error.text}"


def certificates_in(text: str) -> Iterator[str]:
    """Give the readable certificates of a file of the settings."""
    if not text:
        return
    from cp_tui.certificates.pem import read_one

    for block in islice(_BLOCK.findall(text), SETTINGS_ROOTS_MAX):
        try:
            pem = read_one(block)
            facts_of(pem)
        except CertificateError:
            continue
        yield pem


@lru_cache(CACHED_MAX)
def facts_of(pem: str) -> CertificateFacts:
    """Describe a certificate; raises CertificateError."""
    from cp_tui.certificates.described import facts_of

    return facts_of(pem)


def described(chain: Iterable[str]) -> tuple[CertificateFacts, ...]:
    """Describe the certificates that a server has shown; those that cannot be read are left out."""
    return tuple(found for pem in chain if (found := _readable(pem)) is not None)


def pem_of(chain: Iterable[str], fingerprint: str) -> str | None:
    """Give the certificate with this fingerprint, of those that a server has shown."""
    for pem in chain:
        facts = _readable(pem)
        if facts is not None and facts.fingerprint == fingerprint:
            return pem
    return None


def _readable(pem: str) -> CertificateFacts | None:
    """Describe a certificate that nobody has looked at yet; None: it cannot be read."""
    try:
        return facts_of(pem)
    except CertificateError:
        return None


@lru_cache(CACHED_MAX)
def hash_data_of(pem: str, issuers: tuple[str, ...], algorithm: str) -> HashData | None:
    """Name a certificate by its hashes; None: its issuer is not among those given (W 6)."""
    from cp_tui.certificates.hash_data import hash_data_of
    from cp_tui.ocpp.security_enumerations import HashAlgorithm

    return hash_data_of(pem, issuers, HashAlgorithm(algorithm))


def name_of(facts: CertificateFacts) -> str:
    """Name a certificate in a sentence."""
    return quoted(facts.common_name or facts.subject)
