"""PEM in, certificates out: how many there are, and nothing else beside them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from cp_tui.certificates.certificate_error import CertificateCheck, CertificateError, quoted
from cp_tui.ocpp.plural import count

PEM_MAX = 20_000
"""Longest text that is looked at, in characters: twice what CertificateSigned may have (W 5.1)."""
_BEGIN = re.compile("-----BEGIN ([^\r\n-]*)-----")
_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})


def read_one(pem: str) -> str:
    """Give the one certificate in a text, in the one form in which it is kept.

    Line ends may be those of other systems, lines empty or indented, and words may stand around it.
    Raises CertificateError.
    """
    found = read_chain(pem, PEM_MAX)
    if len(found) > 1:
        raise CertificateError(
            CertificateCheck.SEVERAL,
            f"it holds {count(len(found), 'certificate')}; exactly one is wanted",
        )
    return found[0]


def read_chain(pem: str, length_max: int) -> tuple[str, ...]:
    """Give the certificates in a text of at most so many characters, one at least, as they stand.

    Raises CertificateError.
    """
    if len(pem) > min(length_max, PEM_MAX):
        raise CertificateError(
            CertificateCheck.TOO_LONG,
            f"it has {count(len(pem), 'character')}; at most {min(length_max, PEM_MAX)} are taken",
        )
    if "private key-----" in pem.lower():
        has_one = "BEGIN CERTIFICATE" in pem
        came = "a private key came with it" if has_one else "it is a private key, no certificate"
        words = f"{came}: such a key must never leave its owner"
        raise CertificateError(CertificateCheck.PRIVATE_KEY, words)
    begins = [*_BEGIN.finditer(pem)]
    if not begins:
        raise CertificateError(CertificateCheck.NOT_PEM, _without_begin(pem))
    ends = [begin.start() for begin in begins[1:]] + [len(pem)]
    found = []
    for number, (begin, end) in enumerate(zip(begins, ends, strict=True), start=1):
        name = "it" if len(begins) == 1 else f"certificate {number} of {len(begins)}"
        if begin[1] not in _LABELS:
            raise CertificateError(
                CertificateCheck.NOT_A_CERTIFICATE,
                f"{name} is no certificate, but {quoted(begin[1])}",
            )
        found.append(_read_block(pem[begin.start() : end], name))
    return tuple(found)


def _without_begin(pem: str) -> str:
    if not pem.strip():
        return "it is empty"
    if "CERTIFICATE" in pem:
        return "its first line is not -----BEGIN CERTIFICATE-----"
    return f"there is no -----BEGIN CERTIFICATE----- in its {count(len(pem), 'character')}"


def _read_block(block: str, name: str) -> str:
    if "-----END " not in block:
        raise CertificateError(
            CertificateCheck.NOT_PEM, f"{name} is cut off: -----END CERTIFICATE----- is missing"
        )
    if "\\n" in block:
        raise CertificateError(
            CertificateCheck.NOT_PEM, f"{name} has \\n where its lines should end"
        )
    lines = (line.strip() for line in block.splitlines())
    content = "\n".join(line for line in lines if line)
    return pem_of(loaded(content, name))


def loaded(pem: str, name: str = "the certificate") -> x509.Certificate:
    """Load a certificate that `read_one` or `read_chain` gave; raises CertificateError.

    The library reads most of it only when it is asked for. Names and dates can be read afterwards,
    since every sentence and every check needs them (a date may be of the year 0, which Python does
    not know); keys and extensions may be of a kind that is not known.
    """
    with reading(name):
        certificate = x509.load_pem_x509_certificate(pem.encode("ascii", "replace"))
        for each in (certificate.subject, certificate.issuer):
            each.rfc4514_string()
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        return certificate


def pem_of(certificate: x509.Certificate) -> str:
    """Write a certificate in the one form in which it is kept."""
    return certificate.public_bytes(Encoding.PEM).decode()


@contextmanager
def reading(name: str, check: CertificateCheck = CertificateCheck.UNREADABLE) -> Iterator[None]:
    """Turn whatever the library raises for foreign bytes into the one error that there is.

    What it says is left out: it quotes what it was given, which may have been a key. Nor does it
    warn: that would be printed over a terminal. Not for threads, since warnings are those of all.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except CertificateError:
        raise
    except (
        ValueError,
        TypeError,
        OverflowError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ):
        raise CertificateError(
            check, f"{name} cannot be read: damaged, or of a kind that is not known"
        ) from None
