"""The doors of the small CSMS: where it listens, one for each security profile (W A00.FR.006).

A door can be reserved before it is opened, so that its URL is known; who knocks is refused until
then, as where nobody listens.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

from websockets.asyncio.server import Server

PROFILES = (0, 1, 2, 3)


class Doors:
    """At most one door for each profile."""

    def __init__(self, serve: Callable[[int, socket.socket], Awaitable[Server]]) -> None:
        self._serve = serve
        self._places: dict[int, tuple[str, int]] = {}
        self._reserved: dict[int, socket.socket] = {}
        self._servers: dict[int, Server] = {}

    def reserve(self, profile: int, host: str = "127.0.0.1", port: int = 0) -> None:
        """Take an address for a profile, if it has none; `OSError` where it is taken."""
        if profile in self._places:
            return
        place = _bound(host, port)
        self._reserved[profile] = place
        self._places[profile] = (host, place.getsockname()[1])

    async def open(self, profile: int) -> None:
        """Listen for a profile, if nobody does; `OSError` where its address is taken."""
        if profile in self._servers:
            return
        place = self._reserved.pop(profile, None) or _bound(*self._places[profile])
        try:
            self._servers[profile] = await self._serve(profile, place)
        except BaseException:
            place.close()
            raise

    async def shut(self, profile: int) -> None:
        """Listen no more for a profile; its address stays, and its connections are closed."""
        server = self._servers.pop(profile, None)
        if server is not None:
            server.close()
            await server.wait_closed()
            self._reserved[profile] = _bound(*self._places[profile])

    async def close_all(self) -> None:
        """Close every connection (1001), and give every address back."""
        servers = [*self._servers.values()]
        for server in servers:
            server.close()
        await asyncio.gather(*(server.wait_closed() for server in servers))
        for place in self._reserved.values():
            place.close()
        self._servers.clear()
        self._reserved.clear()
        self._places.clear()

    def is_reserved(self, profile: int) -> bool:
        """Whether it has an address."""
        return profile in self._places

    def is_open(self, profile: int) -> bool:
        """Whether somebody listens."""
        return profile in self._servers

    def port(self, profile: int) -> int:
        """Give the TCP port of a door."""
        assert profile in self._places, "the CSMS is not started"
        return self._places[profile][1]

    def url(self, profile: int) -> str:
        """Give the endpoint of a door; a charge point appends its id."""
        assert profile in self._places, "the CSMS is not started"
        host, port = self._places[profile]
        scheme = "wss" if profile >= 2 else "ws"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    # With the protocol named, asyncio sends what is accepted here without delay.
    place = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((host, port))
    except OSError:
        place.close()
        raise
    return place
