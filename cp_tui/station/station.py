"""The station: every connector by its id, and the events that come of what happens to them.

Nothing here runs. Between two looks the charge of a battery is a formula of time (`energy_flow`),
so a connector is carried forward when somebody asks, over a second or over ten days, and costs the
same. What happens by itself on the way (a battery is full, a ramp has ended, another limit binds)
has a deadline, at which the shell lets a tick come, so that the mind hears of it then and not at
the next look by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from cp_tui.charge_point.command_fields import (
    CiText50,
    ConnectorId,
    ConnectorIdOrZero,
    ErrorCode,
    RaisedCode,
)
from cp_tui.charge_point.config import ConnectorConfig
from cp_tui.charge_point.events import (
    EmergencyStopPressed,
    Event,
    EvSuspended,
    LockJammed,
    PluggedIn,
    PluggedOut,
    StopPressed,
)
from cp_tui.charge_point.station_port import MeterReading
from cp_tui.charge_point.variables import Restraint, RestraintKind, VehicleView
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.station.connector import SimulatedConnector
from cp_tui.station.errors import StationError
from cp_tui.station.faults import RaisedErrors
from cp_tui.station.main_meter import main_reading
from cp_tui.station.offer import Limit
from cp_tui.station.record import ConnectorRecord, FaultRecord, StationRecord
from cp_tui.station.vehicle import VehicleSettings

MAINS_VOLTAGE_V = 230.0
"""The voltage of the main meter where no AC connector says what the mains have."""
EMERGENCY_STOP = FaultRecord(
    error_code=ChargePointErrorCode.OTHER_ERROR,
    info="emergency stop pressed",
    vendor_error_code="EmergencyStop",
)
LOCK_FAILURE = FaultRecord(
    error_code=ChargePointErrorCode.CONNECTOR_LOCK_FAILURE, info="the lock is jammed"
)


class Station:
    """The simulated body: people's acts come back as events, what the mind wants is obeyed.

    Every act and question carries time forward; `advance` tells what happened by itself.
    """

    def __init__(
        self, connectors: Sequence[ConnectorConfig], record: StationRecord | None = None
    ) -> None:
        if not connectors:
            raise ValueError("a charge point has at least one connector")
        numbers = range(len(connectors) + 1)
        self._records = {number: ConnectorRecord(connector_id=number) for number in numbers}
        if record is not None:
            self._records |= {each.connector_id: each for each in record.connectors}
        self._connectors = {
            number: SimulatedConnector(config, self._records[number])
            for number, config in enumerate(connectors, start=1)
        }
        self._faults = {
            number: RaisedErrors(number, self._records[number].faults) for number in numbers
        }
        self._events: list[Event] = []
        self._has_news = False

    def plug_in(self, connector_id: ConnectorId, now: datetime) -> list[Event]:
        """Plug a vehicle in; with a jammed lock the cable is not held, which is a fault."""
        connector = self._connector(connector_id)
        if connector.is_plugged:
            raise StationError(f"connector {connector_id}: a cable is plugged in already")
        with self._acting_on(connector, now):
            connector.plug_in()
            self._events.append(PluggedIn(connector_id))
            if connector.is_lock_jammed:
                self._fail_to_lock(connector_id)
        return self._drain()

    def plug_out(self, connector_id: ConnectorId, now: datetime) -> list[Event]:
        """Pull the cable at the vehicle, where the lock of the charge point does not hold it."""
        connector = self._plugged(connector_id)
        with self._acting_on(connector, now):
            connector.plug_out()
            self._events.append(PluggedOut(connector_id))
            self._events += self._faults[connector_id].vehicle_left()
        return self._drain()

    def suspend_ev(self, connector_id: ConnectorId, now: datetime) -> list[Event]:
        """Let the vehicle stop drawing."""
        connector = self._plugged(connector_id)
        if connector.is_paused:
            raise StationError(f"connector {connector_id}: the vehicle has paused already")
        with self._acting_on(connector, now):
            connector.pause(True)
        return self._drain()

    def resume_ev(self, connector_id: ConnectorId, now: datetime) -> list[Event]:
        """Let the vehicle draw again."""
        connector = self._plugged(connector_id)
        if not connector.is_paused:
            why = "its battery is full" if connector.is_unwilling else "it has not paused"
            raise StationError(f"connector {connector_id}: the vehicle cannot resume, {why}")
        with self._acting_on(connector, now):
            connector.pause(False)
        return self._drain()

    def set_vehicle(
        self, connector_id: int, now: datetime, settings: VehicleSettings
    ) -> list[Event]:
        """Change the vehicle that is plugged in, or the one that comes next."""
        connector = self._connector(connector_id)
        with self._acting_on(connector, now):
            connector.change_vehicle(settings)
        return self._drain()

    def raise_error(
        self,
        connector_id: ConnectorIdOrZero,
        now: datetime,
        error_code: RaisedCode,
        info: CiText50 = None,
        vendor_error_code: CiText50 = None,
    ) -> list[Event]:
        """Let an error appear on a connector, or on the charge point as a whole (0)."""
        faults = self._faults_of(connector_id)
        if error_code is ChargePointErrorCode.EV_COMMUNICATION_ERROR:
            self._check_vehicle(connector_id)
        self._advance_all(now)
        fault = FaultRecord(error_code=error_code, info=info, vendor_error_code=vendor_error_code)
        self._events.append(faults.add(fault))
        return self._drain()

    def clear_error(
        self, connector_id: ConnectorIdOrZero, now: datetime, error_code: ErrorCode | None = None
    ) -> list[Event]:
        """Take an error away; without a code, all of the connector."""
        faults = self._faults_of(connector_id)
        self._advance_all(now)
        self._events.append(faults.clear(error_code))
        return self._drain()

    def jam_lock(self, connector_id: ConnectorId, now: datetime, jammed: bool) -> list[Event]:
        """Jam the cable lock where it stands, or free it."""
        connector = self._connector(connector_id)
        if connector.config.fixed_cable:
            raise StationError(f"connector {connector_id}: a fixed cable has no lock to jam")
        if connector.is_lock_jammed == jammed:
            state = "jammed already" if jammed else "not jammed"
            raise StationError(f"connector {connector_id}: the lock is {state}")
        self._advance_all(now)
        connector.is_lock_jammed = jammed
        self._events.append(LockJammed(connector_id, jammed))
        faults = self._faults[connector_id]
        if not jammed and LOCK_FAILURE.error_code in faults:
            self._events.append(faults.clear(LOCK_FAILURE.error_code))
        return self._drain()

    def press_stop(self, connector_id: ConnectorId, now: datetime) -> list[Event]:
        """Press the stop button of a connector."""
        self._connector_at(connector_id, now)
        self._advance_all(now)
        self._events.append(StopPressed(connector_id))
        return self._drain()

    def press_emergency_stop(self, now: datetime) -> list[Event]:
        """Press the emergency button; it stays in until the error is cleared."""
        if EMERGENCY_STOP.error_code in self._faults[0]:
            raise StationError(f"connector 0: {EMERGENCY_STOP.error_code} is raised already")
        self._advance_all(now)
        self._events += [EmergencyStopPressed(), self._faults[0].add(EMERGENCY_STOP)]
        return self._drain()

    def energize(self, connector_id: int, on: bool, now: datetime) -> None:
        """Let energy flow on a connector, or cut it."""
        connector = self._connector_at(connector_id, now)
        with self._observing(connector):
            connector.energize(on)

    def set_limit(
        self, connector_id: int, limit_a: Decimal, limit_w: Decimal, now: datetime
    ) -> None:
        """Set the limit in force: A per phase and W in total."""
        limit = Limit(current_a=float(limit_a), power_w=float(limit_w))
        connector = self._connector_at(connector_id, now)
        with self._observing(connector):
            connector.set_limit(limit)

    def lock(self, connector_id: int, locked: bool, now: datetime) -> None:
        """Lock the cable at the charge point, or release it; a lock that cannot hold is a fault."""
        connector = self._connector_at(connector_id, now)
        if not connector.lock(locked) and locked and connector.is_plugged:
            self._fail_to_lock(connector_id)

    def reading(self, connector_id: int, now: datetime) -> MeterReading:
        """Give the meter reading of connector 1..N, or of the main meter (0: the sum)."""
        if connector_id != 0:
            return self._connector_at(connector_id, now).reading(now)
        connectors = self._connectors.values()
        mains_v = next(
            (float(each.config.voltage_v) for each in connectors if not each.is_dc), MAINS_VOLTAGE_V
        )
        readings = [self.reading(number, now) for number in self._connectors]
        return main_reading(readings, mains_v, now)

    def vehicle(self, connector_id: int, now: datetime) -> VehicleView | None:
        """Give the vehicle at the connector, if one is plugged in."""
        return self._connector_at(connector_id, now).vehicle_view()

    def restraint(self, connector_id: int, now: datetime) -> Restraint | None:
        """Say what keeps the power at a connector where it is; None without a vehicle."""
        return self._connector_at(connector_id, now).restraint()

    def conditions(self) -> list[Event]:
        """Tell a charge point that boots what it finds, apart from cables: jams, pauses, errors."""
        found: list[Event] = []
        for number, connector in self._connectors.items():
            if connector.is_lock_jammed:
                found.append(LockJammed(number, jammed=True))
            if connector.is_unwilling:
                found.append(EvSuspended(number, suspended=True))
        for faults in self._faults.values():
            found += faults.raised()
        return found

    def advance(self, now: datetime) -> list[Event]:
        """Tell what has happened by itself since the last telling.

        Where nothing has, nothing is carried forward: meters are read when somebody asks.
        """
        for connector_id, connector in self._connectors.items():
            if not connector.is_quiet(now):
                self._connector_at(connector_id, now)
        return self._drain()

    def seconds_to_bend(self, part: float) -> float:
        """Give the seconds until the power of any connector has changed by this part of itself."""
        return min(connector.seconds_to_bend(part) for connector in self._connectors.values())

    def take_news(self) -> bool:
        """Say whether another limit binds the power somewhere since this was asked last.

        No event tells of that, and it has to be shown.
        """
        has_news, self._has_news = self._has_news, False
        return has_news

    def next_deadline(self) -> datetime | None:
        """Give when something happens by itself next, should nobody do anything."""
        deadlines = (connector.next_deadline() for connector in self._connectors.values())
        return min((each for each in deadlines if each is not None), default=None)

    def record(self, now: datetime) -> StationRecord:
        """Give what must survive a power cut; connectors configured away are remembered, too."""
        self._advance_all(now)
        self._records[0] = ConnectorRecord(connector_id=0, faults=self._faults[0].records())
        for number, connector in self._connectors.items():
            self._records[number] = connector.record(self._faults[number].records())
        in_order = sorted(self._records.items())
        return StationRecord(connectors=tuple(record for _, record in in_order))

    def has_come_on(self, since: StationRecord, now: datetime) -> bool:
        """Say whether a register has come on by a whole Wh since a record was made."""
        before_wh = {each.connector_id: int(each.register_wh) for each in since.connectors}
        return any(
            int(self._connector_at(number, now).register_wh) != before_wh.get(number)
            for number in self._connectors
        )

    def _advance_all(self, now: datetime) -> None:
        for number in self._connectors:
            self._connector_at(number, now)

    def _connector_at(self, connector_id: int, now: datetime) -> SimulatedConnector:
        """Give a connector as it is now; a battery that has become full meanwhile is an event."""
        connector = self._connector(connector_id)
        if connector.is_at(now):
            return connector
        was_unwilling = connector.is_unwilling
        if connector.is_quiet(now):
            connector.advance(now)
        else:
            with self._observing(connector):
                connector.advance(now)
        if connector.is_unwilling and not was_unwilling:
            self._events.append(EvSuspended(connector_id, suspended=True))
        return connector

    @contextmanager
    def _acting_on(self, connector: SimulatedConnector, now: datetime) -> Iterator[None]:
        """Bring the station to now; an act that changes whether the vehicle draws is an event."""
        self._advance_all(now)
        was_unwilling = connector.is_unwilling
        with self._observing(connector):
            yield
        if connector.is_plugged and connector.is_unwilling != was_unwilling:
            suspended = EvSuspended(connector.connector_id, suspended=connector.is_unwilling)
            self._events.append(suspended)

    @contextmanager
    def _observing(self, connector: SimulatedConnector) -> Iterator[None]:
        """Note that another limit binds after this, or that a ramp begins."""
        before = _binding(connector.restraint())
        yield
        if _binding(connector.restraint()) != before:
            self._has_news = True

    def _drain(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _connector(self, connector_id: int) -> SimulatedConnector:
        connector = self._connectors.get(connector_id)
        if connector is None:
            count = len(self._connectors)
            exist = "connector 1 only" if count == 1 else f"connectors 1 to {count}"
            raise StationError(
                f"connector {connector_id} does not exist; this charge point has {exist}"
            )
        return connector

    def _plugged(self, connector_id: int) -> SimulatedConnector:
        connector = self._connector(connector_id)
        if not connector.is_plugged:
            raise StationError(f"connector {connector_id}: no cable is plugged in")
        return connector

    def _check_vehicle(self, connector_id: int) -> None:
        """Refuse an error between connector and vehicle where there is no vehicle (S 7.6)."""
        name = ChargePointErrorCode.EV_COMMUNICATION_ERROR
        if connector_id == 0:
            raise StationError(
                f"connector 0: {name} belongs to a connector with a vehicle; 0 is the charge point"
            )
        if not self._connector(connector_id).is_plugged:
            raise StationError(
                f"connector {connector_id}: {name} needs a vehicle, and none is plugged in"
            )

    def _faults_of(self, connector_id: int) -> RaisedErrors:
        if connector_id != 0:
            self._connector(connector_id)
        return self._faults[connector_id]

    def _fail_to_lock(self, connector_id: int) -> None:
        faults = self._faults[connector_id]
        if LOCK_FAILURE.error_code not in faults:
            self._events.append(faults.add(LOCK_FAILURE))


def _binding(restraint: Restraint | None) -> tuple[RestraintKind, datetime | None] | None:
    """Reduce a restraint to what is news when it changes; its numbers move all the time."""
    return None if restraint is None else (restraint.kind, restraint.until)
