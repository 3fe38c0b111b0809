"""The charge points of a fleet that somebody looks at, and their sockets for `cp-tui attach`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cp_tui.fleet.shell.seat import Seat
from cp_tui.fleet.shell.station_door import StationDoor
from cp_tui.rpc.paths import default_socket
from cp_tui.rpc.server import RpcServer


class StationDoors:
    """Opens a door the first time that it is asked for; all are closed at the end."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._doors: dict[Seat, StationDoor] = {}
        self._servers: dict[Seat, tuple[RpcServer, Path]] = {}

    def watch(self, seat: Seat) -> StationDoor:
        """Give what a charge point is looked at by."""
        if (door := self._doors.get(seat)) is None:
            door = self._doors[seat] = StationDoor(seat.station, seat.turn, self._clock)
        return door

    async def open(self, seat: Seat) -> Path:
        """Give the socket of a charge point; raises `SocketPathError`."""
        if seat not in self._servers:
            path = default_socket(seat.station.id)
            server = RpcServer(self.watch(seat), path)
            await server.start()
            self._servers[seat] = server, path
        return self._servers[seat][1]

    def look(self, seat: Seat, now: datetime) -> None:
        """Tell those who look at a charge point that it has had a turn."""
        if (door := self._doors.get(seat)) is not None:
            door.look(now)

    def observe(self, now: datetime) -> None:
        """Have looked at what moves by itself; once a second."""
        for door in self._doors.values():
            door.observe(now)

    async def close(self) -> None:
        """Let nobody look any more."""
        for server, _ in self._servers.values():
            await server.close()
        for door in self._doors.values():
            door.close()
        self._servers.clear()
        self._doors.clear()
