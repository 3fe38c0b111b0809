"""What TLS demands is the same on each Python: nothing of it is a default that may change.

From 3.13 on the library's own defaults are strict about X.509, and let any certificate end a chain.
"""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from cp_tui.engine.tls import tls_context

STRICT = ssl.VerifyFlags.VERIFY_X509_STRICT
OTHERS = STRICT | ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN


class LaterPython:
    """The library as a later Python might have it: all is different that is not asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)

    def SSLContext(self, protocol: int) -> ssl.SSLContext:
        """Make a context that agrees on other things, and verifies others."""
        made = ssl.SSLContext(protocol)
        made.check_hostname = False
        made.verify_mode = ssl.CERT_OPTIONAL
        made.hostname_checks_common_name = False
        made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1_3
        made.verify_flags = OTHERS
        made.options &= ~ssl.OP_NO_COMPRESSION
        made.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
        return made


def demands(context: ssl.SSLContext) -> dict[str, object]:
    """List what a connection that is made with it has to keep."""
    return {
        "flags": context.verify_flags,
        "mode": context.verify_mode,
        "host": (context.check_hostname, context.hostname_checks_common_name),
        "versions": (context.minimum_version, context.maximum_version),
        "compression": bool(context.options & ssl.OP_NO_COMPRESSION),
        "suites": [each["name"] for each in context.get_ciphers()],
        "level": context.security_level,
    }


@pytest.mark.parametrize("is_strict", [False, True])
def test_other_defaults_of_the_library_change_no_verdict(
    monkeypatch: pytest.MonkeyPatch, is_strict: bool
) -> None:
    usual = demands(tls_context(None, True, is_strict=is_strict))
    monkeypatch.setattr("cp_tui.engine.tls.ssl", LaterPython())
    assert demands(tls_context(None, True, is_strict=is_strict)) == usual
    assert usual["mode"] is ssl.CERT_REQUIRED
    assert usual["versions"] == (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED)
    flags = ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
    assert usual["flags"] == (flags | STRICT if is_strict else flags)
