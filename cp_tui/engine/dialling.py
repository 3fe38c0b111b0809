"""An attempt to connect in bad weather: it takes longer, or fails as the weather wants.

One that is to fail never leaves this machine. It goes as far as it would have come, in time and in
what the screen shows, and fails in the words for a real one.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Mapping

from cp_tui.charge_point.variables import LinkPhase, LinkStep
from cp_tui.engine.connect import ConnectAttempt, LinkConnection
from cp_tui.engine.endpoint import Endpoint
from cp_tui.engine.link_failure import (
    LinkFailure,
    dns_failure,
    no_answer_failure,
    tcp_failure,
)
from cp_tui.engine.network import Network
from cp_tui.engine.timeouts import Timeouts
from cp_tui.network.bad_network import DialFailure

_PHASES: Mapping[DialFailure | None, LinkPhase] = {
    DialFailure.DNS: LinkPhase.RESOLVING,
    DialFailure.REFUSED: LinkPhase.CONNECTING,
    DialFailure.TIMEOUT: LinkPhase.CONNECTING,
    DialFailure.TLS: LinkPhase.TLS,
    DialFailure.CAPTIVE: LinkPhase.UPGRADING,
    None: LinkPhase.CONNECTING,
}
"""How far an attempt comes, or where it is slow."""


async def dialled(attempt: ConnectAttempt, network: Network) -> LinkConnection:
    """Make an attempt in the weather that is set; raises `LinkFailure`."""
    if network.bad is None:
        return await attempt.run()
    by, dialling = network.words, network.dial()
    limit_s = _limit_s(attempt.timeouts, dialling.failure)
    attempt.on_phase(_PHASES[dialling.failure])
    await asyncio.sleep(min(dialling.after_s, limit_s))
    if dialling.failure is not None:
        raise _failure(dialling.failure, attempt.endpoint).by(by)
    if dialling.after_s >= limit_s:
        raise no_answer_failure(attempt.endpoint, closed=False).by(by)
    return await attempt.run()


def _limit_s(timeouts: Timeouts, failure: DialFailure | None) -> float:
    """Give how long is waited for the step that fails or is slow."""
    match failure:
        case DialFailure.DNS:
            return timeouts.dns_s
        case DialFailure.REFUSED | DialFailure.TIMEOUT:
            return timeouts.tcp_s
        case DialFailure.TLS:
            return timeouts.tls_s
        case _:
            return timeouts.upgrade_s


def _failure(failure: DialFailure, endpoint: Endpoint) -> LinkFailure:
    host, port = endpoint.host, endpoint.port
    match failure:
        case DialFailure.DNS:
            return dns_failure(socket.gaierror(socket.EAI_NONAME, ""), host)
        case DialFailure.REFUSED:
            return tcp_failure(ConnectionRefusedError(errno.ECONNREFUSED, ""), host, port)
        case DialFailure.TIMEOUT:
            return tcp_failure(TimeoutError(errno.ETIMEDOUT, ""), host, port)
        case DialFailure.TLS:
            text = f"{host}:{port} broke the TLS handshake off"
            return LinkFailure(LinkStep.TLS, text)
        case DialFailure.CAPTIVE:
            text = "HTTP 200 OK: a web page, not a WebSocket"
            return LinkFailure(LinkStep.HTTP, text, http_status=200)
