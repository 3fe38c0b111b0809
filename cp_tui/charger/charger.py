"""Mind and body joined into one charger, still pure: time comes in, effects come out.

What the mind wants of the station is done here; what happens at the station is told to the mind,
until both are quiet. Everything else is left to the shell.

The body is not restored with each boot of the mind, for a power cut leaves the cars where they are;
it is restored when the program starts. Its record is saved when somebody has done something there,
and while energy flows whenever anything leaves the house: a CSMS must never have been told of a Wh
that the meter does not know after a crash, for registers only grow. To save it at every look would
be a write to the disk each second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec.structs import replace

from cp_tui.charge_point.chance import Chance
from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import (
    Effect,
    Energize,
    Lock,
    Log,
    LogLevel,
    NoteLimit,
    Save,
    Send,
    SetLimit,
    StoredRecords,
    Table,
)
from cp_tui.charge_point.events import (
    Event,
    FrameReceived,
    LinkClosed,
    LinkOpened,
    PoweredOn,
    Tick,
)
from cp_tui.charge_point.incoming import met_error
from cp_tui.charge_point.station_port import Body
from cp_tui.charge_point.turn import Turn, read_record
from cp_tui.charge_point.variables import MeasuredPoint, Measurements
from cp_tui.charger.power_history import PowerHistory
from cp_tui.ocpp.calendar import later
from cp_tui.station.errors import StationError
from cp_tui.station.record import ConnectorRecord, StationRecord
from cp_tui.station.station import Station

_NEWS = (Tick, FrameReceived, LinkOpened, LinkClosed)
"""Events that change nothing at the station; they are by far the most."""

STATION_KEY = "station"
"""The key of the record in `Table.STATE` that holds the body."""
ROUNDS_MAX = 1_000
"""How many events one event may lead to; more is a loop between mind and body."""

StationAct = Callable[..., list[Event]]
"""What somebody does at the station; called with it, and with `now`."""
MindFactory = Callable[[ChargePointConfig, Body, StoredRecords, Chance], ChargePoint]


class Charger:
    """One charge point: a mind that boots from the store, in a body that stays as it is."""

    def __init__(
        self,
        config: ChargePointConfig,
        stored: StoredRecords,
        random: Chance,
        *,
        mind: MindFactory,
        keeps_power: bool = True,
    ) -> None:
        """`keeps_power`: whether measured power is kept for whoever looks at a timeline."""
        self._config = config
        self._keeps_power = keeps_power
        self._random = random
        self._make_mind = mind
        self.start_over(stored)

    def start_over(self, stored: StoredRecords) -> None:
        """Make mind and body anew from the store, as a program that starts does."""
        self._notes: list[Effect] = []
        self._energized: set[int] = set()
        self._has_new_energy = False
        """Whether the registers may have moved since they were saved."""
        self._has_news = False
        """Something about a connector is to be shown that the mind does not know of."""
        record = read_record(stored, Table.STATE, STATION_KEY, StationRecord, self._notes.append)
        connectors = self._config.connectors
        self.station = Station(connectors, record)
        self._power = self._new_history() if self._keeps_power else None
        self._saved = record or StationRecord()
        self.mind = self._make_mind(self._config, self.station, stored, self._random)

    def _new_history(self) -> PowerHistory:
        ids = range(len(self._config.connectors) + 1)
        return PowerHistory(self.station.reading, self.station.seconds_to_bend, ids)

    def keep_power(self, *, keeps: bool) -> None:
        """Keep measured power from now on, or no longer: to measure costs turns of its own."""
        self._keeps_power = keeps
        self._power = (self._power or self._new_history()) if keeps else None

    def handle(self, event: Event, now: datetime) -> list[Effect]:
        """Let an event happen, and all that follows from it at this instant."""
        happened = self.station.advance(now)
        if isinstance(event, PoweredOn):
            # A charge point that boots finds jams, pauses and errors that are there already.
            happened += self.station.conditions()
            return self._settle([event, *happened], now)
        return self._settle([*happened, event], now)

    def act(self, act: StationAct, now: datetime) -> list[Effect]:
        """Do something at the station; raises `StationError` where that is impossible."""
        happened = act(self.station, now=now)
        # Another vehicle is no event, but it is to be saved and shown.
        self._has_news = True
        return self._settle(happened, now, is_touched=True)

    def met_error(self, data: str | bytes, error: str, now: datetime) -> list[Effect]:
        """Note a message that met an error in the mind; a request is answered InternalError."""
        if not self.mind.may_answer:
            return []
        core = Turn(self._config, self.station, {}, self._random)
        core.now = now
        met_error(core, data, error)
        return core.take_effects()

    def lose_power(self, stored: StoredRecords, now: datetime) -> None:
        """Forget everything that is not in the store; cables stay plugged, contactors open."""
        # A contactor that has no power is open, whatever the mind wanted; a new one will say.
        for connector_id in range(1, len(self._config.connectors) + 1):
            self.station.energize(connector_id, False, now)
        self._energized.clear()
        self.mind = self._make_mind(self._config, self.station, stored, self._random)

    def take_changed(self) -> set[str]:
        """Hand over the names of the variables that may have changed since this was asked last."""
        changed = self.mind.take_changed()
        if self._has_news:
            self._has_news = False
            changed.add("connectors")
        return changed

    def next_deadline(self) -> datetime | None:
        """Say when `handle(Tick(), now)` is due at the latest."""
        deadlines = (
            self.mind.next_deadline(),
            self.station.next_deadline(),
            None if self._power is None else self._power.deadline,
        )
        return min((each for each in deadlines if each is not None), default=None)

    def is_energy_flowing(self, now: datetime) -> bool:
        """Whether any connector delivers energy at this instant."""
        return self.station.reading(0, now).power_w > 0

    def measurements(
        self, connector_id: int, start: datetime | None, end: datetime | None, now: datetime
    ) -> Measurements:
        """Give the measured power of a connector, in the clock of the charge point."""
        if self._power is None:
            return Measurements(connector_id=connector_id, points=(), limits=())
        offset = self.mind.clock_offset
        begin = None if start is None else later(start, -offset)
        until = None if end is None else later(end, -offset)
        points = self._power.points(connector_id, begin, until, now)
        return Measurements(
            connector_id=connector_id,
            points=tuple(
                MeasuredPoint(
                    at=later(each.at, offset), power_w=each.power_w, current_a=each.current_a
                )
                for each in points
            ),
            limits=tuple(
                replace(each, at=later(each.at, offset))
                for each in self._power.limits(connector_id, begin, until)
            ),
        )

    def save_station(self, now: datetime) -> list[Effect]:
        """Give the record of the body if it differs from the saved one, be it by one Wh."""
        return self._station_record(now, is_touched=True, with_energy=True)

    def _settle(
        self, events: Sequence[Event], now: datetime, *, is_touched: bool = False
    ) -> list[Effect]:
        """Feed events to the mind, its wishes to the station, and so on until both are quiet."""
        assert now.tzinfo is not None, "every instant of mind and body is aware"
        waiting = list(events)
        effects, self._notes = self._notes, []
        is_touched = is_touched or any(not isinstance(event, _NEWS) for event in events)
        # What the mind does at the station may make something happen there at once (energy that is
        # cut suspends the vehicle), of which the mind has to hear, and so on.
        for _ in range(ROUNDS_MAX):
            if not waiting:
                break
            for effect in self.mind.handle(waiting.pop(0), now):
                if isinstance(effect, NoteLimit):
                    self._note_limit(0, effect, now)
                elif isinstance(effect, (Energize, SetLimit, Lock)):
                    self._obey(effect, now)
                    # Where no energy flows a limit moves nothing that is measured or kept.
                    is_touched |= bool(self._energized) or not isinstance(effect, SetLimit)
                else:
                    effects.append(effect)
            happened = self.station.advance(now)
            is_touched = is_touched or bool(happened)
            waiting += happened
        else:
            text = f"charge point and hardware do not come to rest: {waiting[0]}"
            effects.append(Log(LogLevel.ERROR, text))
        is_bound_anew = self.station.take_news()
        self._has_news |= is_bound_anew
        if self._power is not None:
            self._power.note(now, is_touched=is_touched or is_bound_anew)
        # What leaves the house must never be more than what the meter still knows after a crash.
        tells = self._has_new_energy and any(isinstance(each, (Send, Save)) for each in effects)
        return effects + self._station_record(now, is_touched=is_touched, with_energy=tells)

    def _obey(self, effect: Energize | SetLimit | Lock, now: datetime) -> None:
        """Do what the mind wants of the station."""
        try:
            match effect:
                case Energize(connector_id, on):
                    self.station.energize(connector_id, on, now)
                    (self._energized.add if on else self._energized.discard)(connector_id)
                    self._has_new_energy = True
                case SetLimit(connector_id, limit_a, limit_w):
                    self.station.set_limit(connector_id, limit_a, limit_w, now)
                    self._note_limit(connector_id, effect, now)
                case Lock(connector_id, locked):
                    self.station.lock(connector_id, locked, now)
        except StationError as error:
            self._notes.append(Log(LogLevel.ERROR, f"the hardware refused {effect}: {error}"))

    def _note_limit(self, connector_id: int, limit: NoteLimit | SetLimit, now: datetime) -> None:
        if self._power is not None:
            self._power.note_limit(connector_id, limit.limit_a, limit.set_by, now)

    def _station_record(
        self, now: datetime, *, is_touched: bool, with_energy: bool
    ) -> list[Effect]:
        is_due = with_energy and self.station.has_come_on(self._saved, now)
        if not (is_due or is_touched):
            return []
        record = self.station.record(now)
        if not is_due and _world(record) == _world(self._saved):
            return []
        self._saved = record
        self._has_new_energy = bool(self._energized)
        return [Save(Table.STATE, STATION_KEY, record)]


def _world(record: StationRecord) -> list[ConnectorRecord]:
    """Give what is worth a write to the disk whenever it changes: all but what charging moves."""
    return [
        replace(each, register_wh=0.0, charge_wh=each.charge_wh and 0.0)
        for each in record.connectors
    ]
