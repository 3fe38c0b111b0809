"""The network between charger and model CSMS: it delays, it cuts, and what is in flight is lost.

As over TCP, what arrives on one connection arrives in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Protocol

from cp_tui.library.agenda import VirtualAgenda


class Ends(Protocol):
    """Those whom the network joins, and the clock."""

    now: datetime

    def may_connect(self) -> bool:
        """Say whether the CSMS lets the charger in; it is told where it does not."""

    def charger_opened(self) -> None:
        """Tell the charger that its connection is open."""

    def charger_closed(self) -> None:
        """Tell the charger that its connection is gone."""

    def charger_receives(self, text: str | bytes) -> None:
        """Hand a frame to the charger."""

    def csms_opened(self, connection: Connection) -> None:
        """Tell the CSMS that the charger is there."""

    def csms_closed(self, connection: Connection) -> None:
        """Tell the CSMS that the charger is gone."""

    def csms_receives(self, connection: Connection, text: str) -> None:
        """Hand a frame to the CSMS."""


@dataclass(eq=False)
class Connection:
    """One WebSocket, until it breaks."""

    number: int
    is_broken: bool = False
    last_arrival: dict[str, datetime] = field(default_factory=dict)


class Network:
    """The link of the charger, and all that can happen to it on the way."""

    def __init__(self, ends: Ends, agenda: VirtualAgenda, random: Random, latency_s: float) -> None:
        self._ends = ends
        self._agenda = agenda
        self._random = random
        self.latency_s = latency_s
        self.is_up = True
        self.is_wanted = False
        self.connection: Connection | None = None
        """As the charger knows it."""
        self._numbers = count(1)
        self._epoch = 0

    def open(self) -> None:
        """Connect and keep trying."""
        self.is_wanted = True
        if self.connection is None:
            self._try_after(self._random.uniform(0.0, 0.2))

    def close(self) -> None:
        """Close in order: what was sent before still arrives."""
        self.is_wanted = False
        self._close_in_order()

    def reconnect(self) -> None:
        """Close in order and connect anew."""
        self._close_in_order()

    def _close_in_order(self) -> None:
        connection = self.connection
        if connection is None:
            return
        at = self._ends.now + timedelta(seconds=0.05)
        self._agenda.at(at, lambda: self._noticed(connection))

    def send(self, text: str) -> None:
        """Put a frame on the way to the CSMS."""
        connection = self.connection
        if connection is None:
            return

        def arrive() -> None:
            if not connection.is_broken:
                self._ends.csms_receives(connection, text)

        self._agenda.at(self._arrival(connection, "up"), arrive)

    def send_down(self, connection: Connection, text: str | bytes, delay_s: float = 0.0) -> None:
        """Put a frame on the way to the charger, after the CSMS has thought about it."""

        def leave() -> None:
            self._agenda.at(self._arrival(connection, "down"), arrive)

        def arrive() -> None:
            if not connection.is_broken and connection is self.connection:
                self._ends.charger_receives(text)

        self._agenda.at(self._ends.now + timedelta(seconds=delay_s), leave)

    def _arrival(self, connection: Connection, direction: str) -> datetime:
        latency = timedelta(seconds=self._random.uniform(0.0, 2.0) * self.latency_s)
        at = max(self._ends.now + latency, connection.last_arrival.get(direction, self._ends.now))
        connection.last_arrival[direction] = at
        return at

    def cut(self, noticed_after_s: float = 0.0) -> None:
        """Break the connection; the charger notices at once or later."""
        connection = self.connection
        if connection is None or connection.is_broken:
            return
        connection.is_broken = True
        self._ends.csms_closed(connection)
        if noticed_after_s:
            at = self._ends.now + timedelta(seconds=noticed_after_s)
            self._agenda.at(at, lambda: self._noticed(connection))
        else:
            self._noticed(connection)

    def lose_power(self) -> None:
        """The charger is gone, and its end of the connection with it."""
        connection, self.connection = self.connection, None
        self.is_wanted = False
        self._epoch += 1
        if connection is not None and not connection.is_broken:
            connection.is_broken = True
            self._ends.csms_closed(connection)

    def _noticed(self, connection: Connection) -> None:
        if self.connection is not connection:
            return
        self.connection = None
        if not connection.is_broken:
            connection.is_broken = True
            self._ends.csms_closed(connection)
        self._ends.charger_closed()
        if self.is_wanted and self.connection is None:
            self._try_after(self._random.uniform(0.5, 30.0))

    def _try_after(self, delay_s: float) -> None:
        self._epoch += 1
        epoch = self._epoch
        at = self._ends.now + timedelta(seconds=delay_s)
        self._agenda.at(at, lambda: self._try(epoch))

    def _try(self, epoch: int) -> None:
        if epoch != self._epoch or not self.is_wanted or self.connection is not None:
            return
        if not self.is_up:
            self._try_after(self._random.uniform(5.0, 60.0))
            return
        if not self._ends.may_connect():
            if self.is_wanted and epoch == self._epoch:
                self._try_after(self._random.uniform(0.5, 30.0))
            return
        self.connection = Connection(next(self._numbers))
        self._ends.csms_opened(self.connection)
        self._ends.charger_opened()
