"""What people do at the connectors of one station: they come, plug in, charge and leave.

Pure. When they come, with which tag, for how long and for how many kWh is drawn by the id of the
station, the connector and the number of the session; so it hangs on the seed alone, and on nothing
that happened elsewhere. Between two sessions that begin lies an exponential gap; where the last one
still charges then, the next comes when it has left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from functools import partial
from math import log1p

from msgspec import Struct

from cp_tui.fleet.plan import SessionPlan
from cp_tui.fleet.station import FleetStation
from cp_tui.network.draw import draw
from cp_tui.ocpp.calendar import LAST, later
from cp_tui.station.errors import StationError
from cp_tui.station.station import Station

GIVE_UP_S = 60.0
"""So long somebody who has shown a tag waits for energy."""
REMOTE_WAIT_S = 300.0
"""So long somebody waits for the app to start it."""
LEAVE_S = 10.0
"""From the stop until the cable is out, and the place free for the next; never longer than the
shortest session."""
LOOK_S = 60.0
"""How often somebody looks at the least how much has flowed."""
LOOK_FIRST_S = 0.5
"""How soon somebody who has plugged in looks whether energy flows, and ever less often after that.
"""
LOOK_MIN_S = 5.0
HOUR_S = 3_600.0
HOURS = 24
ANY_TAG = "FLEET"
"""The tag of all where the plan has none."""


class VisitPart(Enum):
    """Where somebody is in a session."""

    AWAY = "away"
    WAITING = "waiting"
    CHARGING = "charging"
    LEAVING = "leaving"


class Visit(Struct):
    """One connector, and who is there or will be there next."""

    connector_id: int
    due: datetime
    part: VisitPart = VisitPart.AWAY
    number: int = 0
    """Counts the sessions of the connector."""
    next_at: datetime = LAST
    """When the gap to the next session is over; before the first: never."""
    since: datetime = LAST
    """When somebody came."""
    has_waited: bool = False
    """Who came has looked, and no energy flowed."""
    ends_at: datetime = LAST
    until_wh: float = 0.0
    """At this register enough has flowed."""
    key: str = ""
    """Of the transaction."""


class SessionDriver:
    """Everybody who charges at one station; it acts when it is told that time has passed."""

    __slots__ = ("_id", "_is_over", "_plan", "_seed", "_visits", "given_up")

    def __init__(self, id: str, connectors: int, plan: SessionPlan, seed: int, now: datetime):
        """Have people come from now on."""
        self._id = id
        self._plan = plan
        self._seed = seed
        self._is_over = False
        self.given_up = 0
        """How many left without a transaction."""
        self._visits = [Visit(number, LAST) for number in range(1, connectors + 1)]
        for visit in self._visits:
            self._come_next(visit, now)

    def next_deadline(self) -> datetime | None:
        """Say when `tick` has something to do."""
        due = min(visit.due for visit in self._visits)
        return None if due == LAST else due

    def tick(self, station: FleetStation, now: datetime) -> None:
        """Have everybody do what is due by now."""
        for visit in self._visits:
            if visit.due <= now:
                self._go_on(visit, station, now)

    def end_all(self, station: FleetStation, now: datetime) -> None:
        """Have everybody stop and leave; nobody comes any more."""
        self._is_over = True
        for visit in self._visits:
            visit.due = LAST
            visit.part = VisitPart.AWAY
            _leave(station, visit.connector_id, now)

    def find_cars(self, station: FleetStation, now: datetime) -> None:
        """Have those leave soon whom an earlier run has left plugged in."""
        plugged = station.charger.station.record(now).connectors
        cars = {each.connector_id for each in plugged if each.charge_wh is not None}
        for visit in self._visits:
            if visit.connector_id in cars:
                self._depart(visit, now)

    def begin_again(self, now: datetime) -> None:
        """Have people come again after `end_all`."""
        if self._is_over:
            self._is_over = False
            for visit in self._visits:
                visit.next_at = self._begin_after(visit, now)
                self._come_next(visit, now)

    def _go_on(self, visit: Visit, station: FleetStation, now: datetime) -> None:
        match visit.part:
            case VisitPart.AWAY:
                self._arrive(visit, station, now)
            case VisitPart.WAITING:
                self._look_for_energy(visit, station, now)
            case VisitPart.CHARGING:
                self._look_at_meter(visit, station, now)
            case VisitPart.LEAVING:
                if station.is_on:
                    _leave(station, visit.connector_id, now)
                    self._come_next(visit, now)
                else:
                    visit.due = later(now, LOOK_S)

    def _arrive(self, visit: Visit, station: FleetStation, now: datetime) -> None:
        """Plug in and show a tag, or wait for somebody who starts it from afar."""
        visit.next_at = self._begin_after(visit, now)
        connector_id = visit.connector_id
        is_remote = self._draw(visit, "remote") < self._plan.remote_share
        try:
            station.act(partial(Station.plug_in, connector_id=connector_id), now)
        except StationError:
            # No power, or a cable that is in: whoever comes drives on.
            self.given_up += 1
            self._come_next(visit, now)
            return
        visit.part, visit.since, visit.has_waited = VisitPart.WAITING, now, False
        wait_s = REMOTE_WAIT_S if is_remote else GIVE_UP_S
        visit.ends_at = later(now, wait_s)
        if not is_remote:
            station.swipe(connector_id, self._tag(visit), now, is_awaited=False)
        visit.due = later(now, LOOK_FIRST_S)

    def _look_for_energy(self, visit: Visit, station: FleetStation, now: datetime) -> None:
        record = station.transaction(visit.connector_id)
        if record is None:
            waited_s = (now - visit.since).total_seconds()
            if not visit.has_waited:
                visit.has_waited = True
                station.keep_waiting()
            visit.due = later(now, min(max(waited_s, LOOK_FIRST_S), LOOK_MIN_S))
            if now >= visit.ends_at or not station.is_on:
                self.given_up += 1
                self._depart(visit, now)
            return
        plan = self._plan
        visit.part, visit.key = VisitPart.CHARGING, record.key
        length_s = self._between(visit, "length", plan.length_s)
        visit.ends_at = later(now, length_s)
        visit.until_wh = record.meter_start_wh + self._between(visit, "energy", plan.energy_wh)
        self._look_at_meter(visit, station, now)

    def _look_at_meter(self, visit: Visit, station: FleetStation, now: datetime) -> None:
        record = station.transaction(visit.connector_id)
        if record is None or record.key != visit.key:
            self._depart(visit, now)
            return
        reading = station.charger.station.reading(visit.connector_id, now)
        missing_wh = visit.until_wh - reading.register_wh
        if now >= visit.ends_at or missing_wh <= 0:
            _stop(station, visit.connector_id, now)
            self._depart(visit, now)
            return
        # With the power of now enough has flowed then; but it may rise, as it does at the start.
        power_w = reading.power_w
        left_s = missing_wh / power_w * HOUR_S if power_w > 0 else LOOK_S
        look_s = min(max(left_s, LOOK_MIN_S), LOOK_S)
        visit.due = min(visit.ends_at, later(now, look_s))

    def _depart(self, visit: Visit, now: datetime) -> None:
        leave_s = min(LEAVE_S, self._plan.length_s[0])
        visit.part, visit.due = VisitPart.LEAVING, later(now, leave_s)

    def _come_next(self, visit: Visit, now: datetime) -> None:
        """Have the next one come when the gap is over, or now if that was before."""
        if visit.number == 0:
            visit.next_at = self._begin_after(visit, now)
        visit.number += 1
        visit.part, visit.key = VisitPart.AWAY, ""
        visit.due = LAST if self._is_over else max(visit.next_at, now)

    def _begin_after(self, visit: Visit, now: datetime) -> datetime:
        """Draw when the session after this one begins."""
        sessions = -log1p(-self._draw(visit, "gap"))
        return after_sessions(self._plan.per_hour, sessions, now)

    def _tag(self, visit: Visit) -> str:
        tags = self._plan.tags or (ANY_TAG,)
        return tags[int(self._draw(visit, "tag") * len(tags))]

    def _between(self, visit: Visit, what: str, ends: tuple[float, float]) -> float:
        return ends[0] + (ends[1] - ends[0]) * self._draw(visit, what)

    def _draw(self, visit: Visit, what: str) -> float:
        return draw(self._seed, self._id, visit.connector_id, visit.number, what)


def after_sessions(per_hour: Sequence[float], sessions: float, now: datetime) -> datetime:
    """Say when so many sessions are to be expected; LAST: never.

    `per_hour` has one number, or one for each hour of the day (UTC).
    """
    rates = list(per_hour) if len(per_hour) == HOURS else [per_hour[0]] * HOURS
    daily = sum(rates)
    if daily <= 0:
        return LAST
    days = int(sessions / daily)
    left, hour = sessions - days * daily, now.hour
    into_s = now.minute * 60 + now.second + now.microsecond / 1e6
    passed_s = days * HOURS * HOUR_S
    # The rest of this hour, all others, and its beginning again.
    for _ in range(HOURS + 1):
        rest_s, rate = HOUR_S - into_s, rates[hour]
        if rate * rest_s >= left * HOUR_S:
            return later(now, passed_s + (left * HOUR_S / rate if rate else 0.0))
        left -= rate * rest_s / HOUR_S
        passed_s += rest_s
        hour, into_s = (hour + 1) % HOURS, 0.0
    # What is left is what adding up has lost.
    return later(now, passed_s)


def _stop(station: FleetStation, connector_id: int, now: datetime) -> None:
    """Press stop, if that is possible."""
    try:
        station.act(partial(Station.press_stop, connector_id=connector_id), now)
    except StationError:
        return


def _leave(station: FleetStation, connector_id: int, now: datetime) -> None:
    """Stop what charges, and pull the cable if there is one; without power it stays."""
    if station.transaction(connector_id) is not None:
        _stop(station, connector_id, now)
    try:
        station.act(partial(Station.plug_out, connector_id=connector_id), now)
    except StationError:
        return
