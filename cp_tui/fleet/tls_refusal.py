"""Why TLS with the CSMS was not made, in the words of `serve`."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

from cp_tui.charge_point.variables import LinkStep
from cp_tui.engine.endpoint import Endpoint
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.engine.own_certificate_failure import Heard
from cp_tui.engine.tls_failure import certificate_failure, tls_failure


def tls_refusal(error: Exception | None, place: Endpoint) -> LinkFailure:
    """Say why; None: the CSMS hung up."""
    host, port, now = place.host, place.port, datetime.now(UTC)
    if isinstance(error, ssl.SSLCertVerificationError):
        return certificate_failure(error, host, (), None, now)
    if isinstance(error, TimeoutError):
        text = f"{host}:{port} does not answer the TLS handshake"
        return LinkFailure(LinkStep.TLS, text, "does the port speak TLS?")
    return tls_failure(error or ConnectionResetError(), host, port, Heard(), now)
