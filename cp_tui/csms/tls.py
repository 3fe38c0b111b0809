"""TLS of the small CSMS: what it shows, whom it lets in, and why a handshake came to nothing.

The servers of asyncio throw the connection away where a handshake fails, and with it the alert that
says why: a charge point would hear nothing, and the CSMS neither. So the object that makes the
handshake (`sslobject_class` of a context is there to be set) tells the reason here, and has the
alert sent before the connection ends.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""Of TLS 1.2, by W A00.FR.318 and 422; TLS 1.3 has its own list, always on."""
HANDSHAKE_S = 10.0

_ALERTS = {
    "UNKNOWN_CA": "it does not know the root of this CSMS",
    "CERTIFICATE_EXPIRED": "for it the certificate of this CSMS has ended",
    "BAD_CERTIFICATE": "it does not take the certificate of this CSMS",
    "CERTIFICATE_UNKNOWN": "it does not take the certificate of this CSMS",
}
_REASONS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "it showed no certificate, which security profile 3 wants",
    "UNSUPPORTED_PROTOCOL": "it knows no TLS that is new enough (1.2 or later)",
    "NO_SHARED_CIPHER": "it knows none of the cipher suites of the standard",
    "HTTP_REQUEST": "it spoke without TLS (ws:// instead of wss://)",
    "WRONG_VERSION_NUMBER": "it spoke without TLS",
}


def server_context(
    certificates: tuple[tuple[Path, Path], ...], report: Callable[[str], None]
) -> ssl.SSLContext:
    """Make what a server shows, from files of chain and key; `report` hears what failed and why."""

    class Handshake(ssl.SSLObject):
        """Makes one handshake."""

        _failure: ssl.SSLError | None = None

        def do_handshake(self, *args: Any) -> None:
            """Shake hands; a failure is raised at the second call, when its alert is on its way."""
            if self._failure is not None:
                raise self._failure
            try:
                super().do_handshake(*args)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                self._failure = error
                report(why_no_tls(error))
                raise ssl.SSLWantReadError from None

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslobject_class = Handshake
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION
    context.set_ciphers(":".join(SUITES))
    for chain, key in certificates:
        context.load_cert_chain(chain, key)
    return context


def want_certificate(context: ssl.SSLContext, root: str, revoked: Path) -> None:
    """Have a server let in only whom this root has issued a certificate (W A00.FR.427)."""
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=root)
    context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
    take_revoked(context, revoked)


def take_revoked(context: ssl.SSLContext, revoked: Path) -> None:
    """Have a newer list of revoked certificates count; OpenSSL goes by the newest that it has."""
    context.load_verify_locations(cafile=revoked)


def why_no_tls(error: ssl.SSLError) -> str:
    """Say why a handshake came to nothing."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not taken: {error.verify_message}"
    reason = error.reason or ""
    for name, words in _ALERTS.items():
        if reason.endswith(f"ALERT_{name}"):
            return words
    return _REASONS.get(reason, f"TLS failed: {reason.replace('_', ' ').lower() or 'cut off'}")
