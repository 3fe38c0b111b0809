"""What is asked of certificates, and what comes of it, for the tests of all checks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.x509 import ExtendedKeyUsage, ExtensionType
from cryptography.x509.oid import ExtendedKeyUsageOID

from cp_tui.certificates.certificate_error import (
    TEXT_MAX,
    CertificateCheck as Check,
    CertificateError,
)
from cp_tui.certificates.keys import key_usage
from tests.certificates.making import CA, Made, make

SECOND = timedelta(seconds=1)
ROOT = make("Root", extensions=[CA, key_usage(signs_others=True)])
SUB = make("Sub CA", ROOT, extensions=[CA])
OTHER = make("Other root")
LEAF = make(by=SUB)
SERVER = ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def end(*extensions: ExtensionType, by: Made = ROOT) -> Made:
    """Make a certificate that is to be one of a charge point."""
    return make(by=by, extensions=extensions)


def refused(by: Callable[[], object]) -> tuple[Check, str]:
    """Give the check that fails, and its words, which can be shown and sent."""
    with pytest.raises(CertificateError) as caught:
        by()
    text = caught.value.text
    assert text.isprintable()
    assert len(text) <= TEXT_MAX
    assert len(f"{caught.value.check}: {text}") <= 255
    return caught.value.check, text
