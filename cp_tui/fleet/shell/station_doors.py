"""The charge points of a fleet that somebody looks at, and their sockets for `cp-tui attach`.

A door is opened when it is first asked for, and closed when nobody has looked for a while: what is
kept for those who look costs the fleet something.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cp_tui.fleet.shell.seat import Seat
from cp_tui.fleet.shell.station_door import StationDoor
from cp_tui.rpc.paths import default_socket
from cp_tui.rpc.server import RpcServer

UNUSED_S = 60
"""So long a socket stays that nobody uses; there is a look each second."""


class StationDoors:
    """All of them, each for one charge point."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._doors: dict[Seat, StationDoor] = {}
        self._servers: dict[Seat, tuple[RpcServer, Path]] = {}
        self._unused: dict[Seat, int] = {}
        """At how many looks in a row nobody has used a socket that may be closed."""
        self._closing: set[asyncio.Task[None]] = set()

    def watch(self, seat: Seat) -> StationDoor:
        """Give what a charge point is looked at by."""
        if (door := self._doors.get(seat)) is None:
            door = self._doors[seat] = StationDoor(
                seat.station, seat.turn, self._clock, lambda: seat.gone
            )
        return door

    async def open(self, seat: Seat, *, stays: bool = False) -> Path:
        """Give the socket of a charge point; raises `SocketPathError`.

        `stays`: until the end, whether anybody uses it or not.
        """
        if seat not in self._servers:
            path = default_socket(seat.station.id)
            server = RpcServer(self.watch(seat), path)
            await server.start()
            self._servers[seat] = server, path
            self._unused[seat] = 0
        if stays:
            self._unused.pop(seat, None)
        elif seat in self._unused:
            self._unused[seat] = 0
        return self._servers[seat][1]

    def look(self, seat: Seat, now: datetime) -> None:
        """Tell those who look at a charge point that it has had a turn."""
        if (door := self._doors.get(seat)) is not None:
            door.look(now)

    def observe(self, now: datetime) -> None:
        """Have looked at what moves by itself; once a second."""
        for seat, door in tuple(self._doors.items()):
            door.observe(now)
            if seat in self._unused:
                self._unused[seat] = 0 if door.is_looked_at else self._unused[seat] + 1
                if self._unused[seat] > UNUSED_S:
                    self._leave(seat)

    def _leave(self, seat: Seat) -> None:
        """Close a door that nobody uses."""
        del self._unused[seat]
        self._doors.pop(seat).close()
        closing = asyncio.get_running_loop().create_task(self._servers.pop(seat)[0].close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Let nobody look any more."""
        for server, _ in self._servers.values():
            await server.close()
        for door in self._doors.values():
            door.close()
        if self._closing:
            await asyncio.wait(self._closing)
        self._servers.clear()
        self._doors.clear()
