"""Ports of this machine that are a test's own, whether anybody listens there or not."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Give a port where nothing listens, and that nobody else is given while this process runs.

    It stays bound. Who is to listen there may do so, as every server that may start again at once.
    """
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    port: int = kept.getsockname()[1]
    kept.detach()
    return port
