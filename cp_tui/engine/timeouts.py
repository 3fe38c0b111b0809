"""How long the link waits for what must come: each step of connecting, and an open connection."""

from __future__ import annotations

from msgspec import Struct

CLOSE_TIMEOUT_S = 5.0


class Timeouts(Struct, frozen=True):
    """How long each step may take, in seconds; a modem link needs some, a technician has little."""

    dns_s: float = 10.0
    tcp_s: float = 10.0
    tls_s: float = 10.0
    upgrade_s: float = 20.0


class ConnectionTimeouts(Struct, frozen=True):
    """How long an open connection may be silent where it must not be, in seconds."""

    pong_s: float = 10.0
    """libocpp gives 5 s; a modem that just woke up needs more."""
    send_s: float = 30.0
    close_s: float = CLOSE_TIMEOUT_S
