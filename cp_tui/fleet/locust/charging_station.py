"""A charge point as a user of Locust: what people do at it are plain method calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import count
from typing import Any, ClassVar

import gevent
from locust import User
from locust.exception import StopUser
from locust.user.task import LOCUST_STATE_STOPPING
from msgspec.structs import replace

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import Reply
from cp_tui.charger.charger import Charger
from cp_tui.engine.endpoint import endpoint
from cp_tui.fleet.locust.crew import Crew
from cp_tui.fleet.locust.switchboard import StationLine
from cp_tui.fleet.misbehaviour import Kind
from cp_tui.fleet.station import FleetStation
from cp_tui.network.draw import draw
from cp_tui.settings.load import load_tables
from cp_tui.settings.problem import SettingsError
from cp_tui.station.errors import StationError
from cp_tui.station.station import Station

LOOK_S = 1.0
"""How often the meter is looked at while somebody waits for an amount of energy."""
READY_LOOKS = 100
"""How often a charge point that comes early looks for its run; ten seconds in all."""
START_S = 60.0
"""How long somebody waits for a transaction once the tag is accepted."""
NO_CREW = "Locust has not begun a run: this class is for `locust -f`"


class ChargingStation(User):
    """A charge point of the fleet; subclass it, and give it tasks that are what people do.

    The CSMS is Locust's `host`, as ws:// or wss://; the id is appended.
    """

    abstract = True

    connectors: int = 2
    keys: Mapping[str, str] = {}
    """Configuration keys that differ from the usual ones."""
    settings: Mapping[str, Mapping[str, Any]] = {}
    """Further tables, as in cp-tui.toml."""
    preset: str | None = None
    """A kind of charge point, as `cp-tui presets` lists them."""
    password: str | None = None
    """AuthorizationKey of all of them; `password_of` can give each its own."""
    tags: int | Sequence[str] = 100
    """The id tags that people have: a number of made-up ones, or a list."""
    misbehave: Mapping[str, float] = {}
    """Kinds of misbehaviour, each with its share of the charge points; none: those of the plan."""

    crew: ClassVar[Crew | None] = None
    """That of the run which this process is in."""

    _line: StationLine | None = None
    _swipes: Any = None

    def on_start(self) -> None:
        """Switch it on, and wait until the CSMS has accepted it."""
        for _ in range(READY_LOOKS):
            # A worker that joins a run may be told to begin before it is made ready.
            if self.crew is not None:
                break
            gevent.sleep(LOOK_S / 10)
        crew = self._crew()
        cls = type(self)
        shares = cls.misbehave or dict(crew.token.misbehave)
        kinds = {Kind(name): share for name, share in shares.items()}
        self._swipes = count()
        self._line = crew.take(cls.__name__, self._config, kinds)
        crew.begin(self._line)

    def on_stop(self) -> None:
        """End what it does, wait until that is acknowledged, and switch it off."""
        if self._line is not None and self.crew is not None:
            self.crew.give_back(self._line)

    @property
    def id(self) -> str:
        """The id of the charge point."""
        return self.station.id

    @property
    def station(self) -> FleetStation:
        """The charge point with its connection."""
        assert self._line is not None, "it has no power yet"
        return self._line.station

    @property
    def charger(self) -> Charger:
        """Mind and body of the charge point, for everything that has no method here."""
        return self.station.charger

    def password_of(self, id: str) -> str | None:
        """Give the AuthorizationKey of a charge point; None: it has none."""
        return self.password

    def tag(self) -> str:
        """Give one of the id tags, drawn evenly."""
        place = draw(self._crew().token.seed, "tag", self.id, next(self._swipes))
        if isinstance(self.tags, int):
            return f"TAG{int(place * self.tags) + 1:05d}"
        return self.tags[int(place * len(self.tags))]

    def plug_in(self, connector_id: int = 1) -> None:
        """Let a car come and plug in; raises `StationError` where one is there already."""
        self.act(partial(Station.plug_in, connector_id=connector_id))

    def plug_out(self, connector_id: int = 1) -> None:
        """Let the car leave; nothing where there is none any more."""
        with suppress(StationError):
            self.act(partial(Station.plug_out, connector_id=connector_id))

    def swipe(self, connector_id: int, id_tag: str, timeout_s: float = START_S) -> bool:
        """Show a tag at a connector, and wait for what comes of it: whether a transaction runs."""
        line, station = self._ready(), self.station
        request = line.turn(station.swipe, connector_id, id_tag)
        if request is None:
            return False
        answers: list[object] = []

        def is_answered() -> bool:
            if (answer := station.take_reply(request)) is not None:
                answers.append(answer)
            return bool(answers) or not station.is_on

        line.until(is_answered)
        if not answers or not isinstance(answers[0], Reply):
            return False
        return line.until(lambda: station.transaction(connector_id) is not None, timeout_s)

    def press_stop(self, connector_id: int = 1) -> None:
        """Press the stop button of a connector."""
        self.act(partial(Station.press_stop, connector_id=connector_id))

    def charge_until(self, *, kwh: float, minutes: float, connector_id: int = 1) -> float:
        """Let it charge so much or so long, or until it ends by itself; gives the kWh."""
        line, crew, station = self._ready(), self._crew(), self.station
        begun_at, energy_wh = crew.clock(), 0.0
        record = station.transaction(connector_id)
        while record is not None:
            now = crew.clock()
            reading = station.charger.station.reading(connector_id, now)
            energy_wh = reading.register_wh - record.meter_start_wh
            missing_wh = kwh * 1_000 - energy_wh
            left_s = minutes * 60 - (now - begun_at).total_seconds()
            if missing_wh <= 0 or left_s <= 0 or crew.is_closing:
                break
            # With the power of now enough has flowed then.
            look_s = missing_wh / reading.power_w * 3_600 if reading.power_w else LOOK_S
            line.until(
                lambda: station.transaction(connector_id) is None or crew.is_closing,
                min(left_s, max(look_s, LOOK_S)),
            )
            record = station.transaction(connector_id)
        return energy_wh / 1_000

    def act(self, act: Callable[..., Any]) -> None:
        """Do anything at the station that `cp_tui.station` knows; waits while it has no power."""
        line = self._ready()
        line.turn(self.station.act, act)

    def _ready(self) -> StationLine:
        """Give the line once there is power; once the run is closed nobody does anything."""
        line, crew = self._line, self._crew()
        assert line is not None
        line.until(lambda: line.station.is_on or crew.is_closing)
        # Locust ends its users itself, all at once and after the last figures are told.
        while crew.is_closing:
            if self._state == LOCUST_STATE_STOPPING:
                raise StopUser
            gevent.sleep(LOOK_S / 10)
        return line

    def _crew(self) -> Crew:
        if self.crew is None:
            raise RuntimeError(NO_CREW)
        return self.crew

    def _config(self, id: str) -> ChargePointConfig:
        assert self.host is not None
        config = _config_of_class(type(self), self.host)
        key = self.password_of(id)
        keys = config.keys if key is None else {**config.keys, "AuthorizationKey": key}
        uri = endpoint(self.host, id).uri
        return replace(config, charge_point_id=id, url=uri, keys=keys)


def check_class(cls: type[ChargingStation], host: str | None) -> None:
    """Raise a `SettingsError` with every mistake in what a class says of its charge points."""
    if not (url := host or cls.host):
        raise SettingsError("no CSMS: give --host ws://..., or host in the class")
    _config_of_class(cls, url)


@cache
def _config_of_class(cls: type[ChargingStation], host: str) -> ChargePointConfig:
    """Check what a class says of its charge points; raises `SettingsError`."""
    tables: dict[str, Any] = {name: dict(table) for name, table in cls.settings.items()}
    given: tuple[tuple[str, dict[str, Any]], ...] = (
        ("csms", {"url": host}),
        ("charge_point", {"id": "CP1", "preset": cls.preset}),
        ("station", {"connectors": cls.connectors}),
        ("keys", dict(cls.keys)),
    )
    for name, values in given:
        table = tables.setdefault(name, {})
        table |= {key: value for key, value in values.items() if value is not None}
    return load_tables(tables, f"class {cls.__name__}", None).engine.charge_point
