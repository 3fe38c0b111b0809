"""The network of a charge point in virtual time: what the weather does to it, and pulled cables.

As over TCP, what arrives on one connection arrives in order, and what is on its way when it breaks
is lost. Everything left to chance comes from the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count
from math import inf
from random import Random
from typing import Any, Protocol

from msgspec.structs import asdict

from cp_tui.engine.backoff import Backoff, BackoffSettings
from cp_tui.library.agenda import VirtualAgenda
from cp_tui.network.bad_network import BadNetwork, Break, DialFailure
from cp_tui.network.draw import draw
from cp_tui.network.frame_actions import FrameActions
from cp_tui.network.weather import Way, Weather
from cp_tui.ocpp.calendar import later

CONNECT_S = (0.05, 0.2)
"""To connect takes between these two where nothing goes wrong."""
CLOSE_S = 0.05
"""What was sent just before a connection is closed in order still arrives."""
PONG_S = 10.0
"""How long an answer to a ping is waited for, as in real time."""


class NetworkEnds(Protocol):
    """Those whom the network joins, and the clock."""

    @property
    def now(self) -> datetime:
        """The virtual time."""

    def may_connect(self) -> bool:
        """Say whether the CSMS lets the charge point in, which is told where it does not."""

    def dial_failed(self, text: str) -> None:
        """Tell the charge point that the weather let an attempt to connect fail."""

    def link_opened(self) -> None:
        """Tell the charge point that its connection is open."""

    def link_closed(self) -> None:
        """Tell the charge point that its connection is gone."""

    def charge_point_receives(self, text: str | bytes) -> None:
        """Hand a frame to the charge point."""

    def csms_opened(self, connection: VirtualConnection) -> None:
        """Tell the CSMS that the charge point is there."""

    def csms_closed(self, connection: VirtualConnection) -> None:
        """Tell the CSMS that the charge point is gone."""

    def csms_receives(self, connection: VirtualConnection, text: str) -> None:
        """Hand a frame to the CSMS."""


@dataclass(eq=False)
class VirtualConnection:
    """One WebSocket, until it breaks."""

    number: int
    is_broken: bool = False
    """Whether nothing of it arrives any more; the charge point may notice later."""


class VirtualNetwork:
    """The link of a charge point, and all that can happen to it on the way."""

    def __init__(
        self,
        ends: NetworkEnds,
        agenda: VirtualAgenda,
        weather: Weather,
        seed: int,
        near_s: tuple[float, float],
    ) -> None:
        """`near_s`: how long a frame takes at least and at most where the weather is fair."""
        self._ends = ends
        self._agenda = agenda
        self._began = ends.now
        self._seed = seed
        self.near_s = near_s
        self.is_up = True
        """False: the cable is pulled, at its other end."""
        self.is_wanted = False
        self.connection: VirtualConnection | None = None
        """As the charge point knows it."""
        self._backoff = Backoff(Random(f"backoff {seed}"), BackoffSettings())
        self._connections, self._frames, self._dials = count(1), count(), count()
        self._attempt, self._pinged = 0, 0
        self._ping_s = 0
        self._actions = FrameActions()
        self._on_way: dict[int, tuple[VirtualConnection, Callable[[], None]]] = {}
        """What is on its way, in the order in which it was sent."""
        self._expected: Break | None = None
        self.bad = BadNetwork(weather, seed, 0.0)

    def set_weather(self, weather: Weather, seed: int) -> None:
        """Begin another weather; what the one of before has held or delayed is let go."""
        self.bad = BadNetwork(weather, seed, self._now())
        self._expected = None
        for number in self._on_way:
            self._agenda.at(self._ends.now, partial(self._arrives, number))
        if self.connection is not None:
            self._watch(self.connection)
            self._plan_ping(self.connection)
        elif self.is_wanted:
            self.try_soon()

    def set_ping(self, interval_s: int) -> None:
        """Ping the CSMS every so many seconds; 0 is never."""
        self._ping_s = interval_s
        if self.connection is not None:
            self._plan_ping(self.connection)

    def told(self) -> dict[str, Any]:
        """Give what the variable `network` says of the weather."""
        bad = self.bad
        if not bad.weather.faults:
            return {"weather": bad.weather.name}
        doing = bad.doing(self._now())
        return {
            "weather": bad.weather.name,
            "seed": bad.seed,
            "doing": doing.words,
            "since": self._instant(doing.since),
            "until": None if doing.until is None else self._instant(doing.until),
            **asdict(bad.counts),
        }

    def open(self) -> None:
        """Connect, and keep trying."""
        self.is_wanted = True
        if self.connection is None:
            self.try_soon()

    def close(self) -> None:
        """Close in order, and stay away."""
        self.is_wanted = False
        self.reconnect()

    def reconnect(self) -> None:
        """Close in order; connect anew where that is wanted."""
        connection = self.connection
        if connection is not None:
            at = later(self._ends.now, CLOSE_S)
            self._agenda.at(at, partial(self.notice, connection, is_in_order=True))

    def try_soon(self) -> None:
        """Try to connect at once, as far as it is at once."""
        low, high = CONNECT_S
        self._try_after(low + (high - low) * draw(self._seed, "connect", next(self._dials)))

    def send(self, text: str) -> None:
        """Put a frame on the way to the CSMS."""
        connection = self.connection
        if connection is not None:
            arrives = partial(self._ends.csms_receives, connection, text)
            self._carry(connection, Way.TO_CSMS, text, arrives)

    def send_down(
        self, connection: VirtualConnection, text: str | bytes, delay_s: float = 0.0
    ) -> None:
        """Put a frame on the way to the charge point, after the CSMS has thought about it."""

        def arrives() -> None:
            if connection is self.connection:
                self._ends.charge_point_receives(text)

        leave = partial(self._carry, connection, Way.TO_CHARGE_POINT, text, arrives)
        if delay_s:
            self._agenda.at(later(self._ends.now, delay_s), leave)
        else:
            leave()

    def cut(self, noticed_after_s: float = 0.0) -> None:
        """Break the connection; the charge point notices at once or later."""
        connection = self.connection
        if connection is None or connection.is_broken:
            return
        self._broken(connection)
        if noticed_after_s:
            at = later(self._ends.now, noticed_after_s)
            self._agenda.at(at, partial(self.notice, connection))
        else:
            self.notice(connection)

    def lose_power(self) -> None:
        """The charge point is gone, and its end of the connection with it."""
        connection, self.connection = self.connection, None
        self.is_wanted = False
        self._attempt += 1
        if connection is not None and not connection.is_broken:
            self._broken(connection)

    def notice(self, connection: VirtualConnection, *, is_in_order: bool = False) -> None:
        """The charge point finds that a connection is over."""
        if self.connection is not connection:
            return
        self.connection = None
        if not connection.is_broken:
            self._broken(connection)
        self._ends.link_closed()
        if self.is_wanted and self.connection is None:
            self.try_soon() if is_in_order else self._try_after(self._backoff.next_delay_s())

    def _broken(self, connection: VirtualConnection) -> None:
        connection.is_broken = True
        self._on_way = {
            number: each for number, each in self._on_way.items() if each[0] is not connection
        }
        self._ends.csms_closed(connection)

    def _carry(
        self,
        connection: VirtualConnection,
        way: Way,
        text: str | bytes,
        arrives: Callable[[], None],
    ) -> None:
        if connection.is_broken:
            return
        low, high = self.near_s
        near_s = low + (high - low) * draw(self._seed, "near", next(self._frames))
        action = self._actions.action_of(way, text) if self.bad.has_actions else None
        for at in self.bad.frame(way, self._now() + near_s, len(text), action):
            self._put(connection, at, arrives)
        self._watch(connection)

    def _put(self, connection: VirtualConnection, at: float, arrives: Callable[[], None]) -> None:
        number = next(self._frames)
        self._on_way[number] = (connection, arrives)
        if at < inf:
            self._agenda.at(self._soonest(at), partial(self._arrives, number))

    def _arrives(self, number: int) -> None:
        # It is not there any more where it was let go before, or its connection broke.
        if (on_way := self._on_way.pop(number, None)) is not None:
            on_way[1]()

    def _watch(self, connection: VirtualConnection) -> None:
        """Break the connection when the weather does."""
        found = self.bad.next_break()
        if found is not None and found is not self._expected:
            self._expected = found
            self._agenda.at(self._soonest(found.at), partial(self._breaks, connection, found))

    def _breaks(self, connection: VirtualConnection, found: Break) -> None:
        if connection is self.connection and found is self.bad.next_break():
            self.bad.counts.cut += 1
            self.notice(connection)

    def _plan_ping(self, connection: VirtualConnection) -> None:
        """Have the next ping sent; in fair weather each would be answered."""
        self._pinged += 1
        if self._ping_s > 0 and self.bad.weather.faults:
            at = later(self._ends.now, self._ping_s)
            self._agenda.at(at, partial(self._ping, connection, self._pinged))

    def _ping(self, connection: VirtualConnection, number: int) -> None:
        if connection is not self.connection or number != self._pinged:
            return
        at = later(self._ends.now, PONG_S)
        self._agenda.at(at, partial(self._unanswered, connection, number))
        for there in self.bad.ping(Way.TO_CSMS, self._now()):
            self._put(connection, there, partial(self._pong, connection, number))

    def _pong(self, connection: VirtualConnection, number: int) -> None:
        for back in self.bad.ping(Way.TO_CHARGE_POINT, self._now()):
            self._put(connection, back, partial(self._ponged, connection, number))

    def _ponged(self, connection: VirtualConnection, number: int) -> None:
        if number == self._pinged:
            self._plan_ping(connection)

    def _unanswered(self, connection: VirtualConnection, number: int) -> None:
        if number == self._pinged:
            self.notice(connection)

    def _try_after(self, delay_s: float) -> None:
        self._attempt += 1
        self._agenda.at(later(self._ends.now, delay_s), partial(self._try, self._attempt))

    def _try(self, attempt: int) -> None:
        if not self._is_due(attempt):
            return
        if not self.is_up:
            self._try_after(self._backoff.next_delay_s())
            return
        dialling = self.bad.dial(self._now())
        if dialling.after_s:
            at = later(self._ends.now, dialling.after_s)
            self._agenda.at(at, partial(self._dialled, attempt, dialling.failure))
        else:
            self._dialled(attempt, dialling.failure)

    def _dialled(self, attempt: int, failure: DialFailure | None) -> None:
        if not self._is_due(attempt):
            return
        if failure is not None:
            text = f"{failure}, by the weather {self.bad.weather.name}, seed {self.bad.seed}"
            self._ends.dial_failed(text)
        if failure is not None or not (self.is_up and self._ends.may_connect()):
            if self._is_due(attempt):
                self._try_after(self._backoff.next_delay_s())
            return
        self._backoff.reset()
        self.bad.new_connection(self._now())
        self.connection = connection = VirtualConnection(next(self._connections))
        self._ends.csms_opened(connection)
        self._watch(connection)
        self._plan_ping(connection)
        self._ends.link_opened()

    def _is_due(self, attempt: int) -> bool:
        return attempt == self._attempt and self.is_wanted and self.connection is None

    def _now(self) -> float:
        return (self._ends.now - self._began).total_seconds()

    def _instant(self, at: float) -> datetime:
        return later(self._began, at)

    def _soonest(self, at: float) -> datetime:
        return max(self._ends.now, self._instant(at))
