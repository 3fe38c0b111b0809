"""The network between the charge point and its CSMS, as bad as somebody wants it.

It holds the weather that is set and says of each frame, ping, connection and attempt what becomes
of it; whoever carries them has it so (`Passage`, `dialled`). What it does right now is told to the
variable `network`, so that nobody takes it for a fault of the CSMS. In fair weather nobody asks it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from random import SystemRandom

from msgspec.structs import asdict, replace

from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.variables import NetworkView, WeatherEntry
from cp_tui.engine.config import NetworkConfig
from cp_tui.network.bad_network import BadNetwork, Break, Dialling
from cp_tui.network.weather import Way
from cp_tui.network.weathers import FAIR, find_weather
from cp_tui.ocpp.calendar import later

COUNTS_TOLD_S = 1.0
"""The shortest time between two updates that only count."""
DOING_TOLD_S = 0.05
"""The shortest time between two looks at what the weather does."""
FATES_MAX = 100
"""How many fates wait to be told; they are told in the turn of the loop that made them."""
KEPT_MAX = 8
"""How many connections that were given up may stay open for the CSMS."""
SEEDS = 1_000_000
"""A seed that nobody gives is drawn below this: short enough to be typed again."""


class UnknownWeather(ValueError):
    """No weather has this name; the text says which there are."""


class Network:
    """What the network does, by the weather that is set."""

    def __init__(
        self,
        publish: Callable[[str, object], None] = lambda name, value: None,
        config: NetworkConfig | None = None,
        log: logging.Logger | None = None,
    ) -> None:
        config = config or NetworkConfig()
        self._publish = publish
        self._weathers = config.weathers
        self._log = log
        self.bad: BadNetwork | None = None
        """What makes it bad; None: the weather is fair."""
        self._fates: dict[str, Reason] = {}
        """What becomes of frames that have just left, by message id."""
        self._kept: deque[asyncio.Transport] = deque()
        """Connections that were given up here, and that the CSMS takes for open."""
        self._timer: asyncio.TimerHandle | None = None
        """Until it does something else."""
        self._counting: asyncio.TimerHandle | None = None
        """Until what is counted is told."""
        known = (
            WeatherEntry(name=each.name, about=each.about) for each in config.weathers.values()
        )
        self._state = NetworkView(weather=FAIR.name, weathers=tuple(known))
        self.set(config.weather, config.seed)

    @property
    def words(self) -> str:
        """Name the cause of what it does: `the weather train_tunnel, seed 7`."""
        return f"the weather {self._state.weather}, seed {self._state.seed}"

    def set(self, name: str, seed: int | None = None) -> None:
        """Begin a weather; without a seed, one is drawn; raises `UnknownWeather`."""
        try:
            weather = find_weather(name, self._weathers)
        except ValueError as error:
            raise UnknownWeather(str(error)) from None
        self.end()
        self._fates.clear()
        was_bad = self.bad is not None
        if name == FAIR.name:
            self.bad, seed = None, None
        else:
            seed = SystemRandom().randrange(SEEDS) if seed is None else seed
            self.bad = BadNetwork(weather, seed, _now())
        self._state = NetworkView(weather=name, seed=seed, weathers=self._state.weathers)
        if self._log is not None and (self.bad or was_bad):
            self._log.info("network: %s", self.words if self.bad else FAIR.name)
        self._tell_doing()

    def is_set(self, name: str, seed: int | None) -> bool:
        """Say whether this weather is there already, with this seed if one is given."""
        is_same = self._state.weather == name
        return is_same and (name == FAIR.name or seed in (None, self._state.seed))

    def dial(self) -> Dialling:
        """Say what becomes of an attempt to connect that begins now."""
        assert self.bad is not None
        dialling = self.bad.dial(_now())
        self._note_counts()
        return dialling

    def connected(self) -> None:
        """Take note that a new connection is open."""
        if self.bad is not None:
            self.bad.new_connection(_now())

    def frame(self, way: Way, size: int, action: str | None) -> tuple[float, ...]:
        """Give the times of the loop at which a frame arrives: none, one or more."""
        assert self.bad is not None
        arrives = self.bad.frame(way, _now(), size, action)
        self._note_counts()
        return arrives

    def ping(self, way: Way) -> float | None:
        """Give the time at which a ping or pong arrives; None: never."""
        assert self.bad is not None
        return next(iter(self.bad.ping(way, _now())), None)

    def note_fate(self, message_id: str, *, is_lost: bool) -> None:
        """Remember what becomes of a frame that leaves, until it is told."""
        if is_lost:
            fate = because("network.lost", "cp-tui", "it is lost on its way by {by}", by=self.words)
        else:
            fate = because("network.doubled", "cp-tui", "it arrives twice by {by}", by=self.words)
        self._fates[message_id] = fate
        if len(self._fates) > FATES_MAX:
            del self._fates[next(iter(self._fates))]

    def fate(self, message_id: str) -> Reason | None:
        """Tell once what has become of a frame; None: nothing out of the ordinary."""
        return self._fates.pop(message_id, None) if self._fates else None

    def next_break(self) -> Break | None:
        """Say when and how the open connection will be broken; None: it will not."""
        return None if self.bad is None else self.bad.next_break()

    def deaf_from(self) -> float:
        """Say from which time of the loop on nothing of the open connection comes here."""
        return inf if self.bad is None else self.bad.silent_from(Way.TO_CHARGE_POINT)

    def is_unheard(self) -> bool:
        """Say whether nothing of the open connection comes to the CSMS right now."""
        return self.bad is not None and self.bad.silent_from(Way.TO_CSMS) <= _now()

    def keeps(self, transport: asyncio.Transport) -> bool:
        """Say whether a connection that is given up stays open: in silence the CSMS hears no end.

        It gets the next one beside it then, as from a modem that has lost its network; what is kept
        ends with the weather.
        """
        if not self.is_unheard():
            return False
        transport.pause_reading()
        self._kept.append(transport)
        if len(self._kept) > KEPT_MAX:
            self._kept.popleft().abort()
        return True

    def note_cut(self) -> None:
        """Count a connection that was broken."""
        if self.bad is not None:
            self.bad.counts.cut += 1
            self._note_counts()

    def end(self) -> None:
        """End what the present weather has begun: nothing is told any more, nothing kept."""
        self._stop_timers()
        while self._kept:
            self._kept.pop().abort()

    def _note_counts(self) -> None:
        """Have counts told in a moment, together with those that follow."""
        if self._counting is None:
            self._counting = asyncio.get_running_loop().call_later(COUNTS_TOLD_S, self._tell_counts)

    def _tell_counts(self) -> None:
        self._counting = None
        self._tell()

    def _tell_doing(self) -> None:
        """Say what it does now, and again when that changes."""
        self._timer = None
        if self.bad is not None:
            now, loop = datetime.now(UTC), asyncio.get_running_loop()
            doing = self.bad.doing(loop.time())
            since, until = (
                None if at is None else later(now, at - loop.time())
                for at in (doing.since, doing.until)
            )
            self._state = replace(self._state, doing=doing.words, since=since, until=until)
            if doing.until is not None:
                look_at = max(doing.until, loop.time() + DOING_TOLD_S)
                self._timer = loop.call_at(look_at, self._tell_doing)
        self._tell()

    def _tell(self) -> None:
        if self.bad is not None:
            self._state = replace(self._state, **asdict(self.bad.counts))
        self._publish("network", self._state)

    def _stop_timers(self) -> None:
        for timer in (self._timer, self._counting):
            if timer is not None:
                timer.cancel()
        self._timer = self._counting = None


def _now() -> float:
    return asyncio.get_running_loop().time()
