"""Has the plan of a run happen: who gets power and when, stages, storms, and how it all ends.

Pure. What is due is handed out in portions, for a storm that meets ten thousand at one instant must
leave the loop to those that want to answer meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count
from math import inf

from msgspec import Struct

from cp_tui.engine.backoff import BackoffSettings
from cp_tui.fleet.arrivals import chosen, ends_at_s, power_orders
from cp_tui.fleet.fleet import ACCEPTED, Fleet, Member
from cp_tui.fleet.plan import STATIONS_MAX, FleetPlan, FleetStorm, StormKind
from cp_tui.ocpp.calendar import later

Deed = Callable[[], object]
STORMS_MAX = 20
"""How many of the storms that have begun are remembered."""


class StageView(Struct, frozen=True):
    """The stage that a run is in."""

    number: int
    """The first is 1."""
    stages: int
    stations: int
    """How many there are to be."""
    is_changing: bool
    """They still come, or go."""
    until: datetime | None
    """When it has had its time; None: not by itself, or not while the arrivals wait."""


class StormView(Struct, frozen=True):
    """A storm that has begun, or is to come."""

    kind: StormKind
    share: float
    at: datetime
    until: datetime
    """When power or network is back."""
    struck: int = 0
    """How many it has met."""


class Conductor:
    """Carries out a plan on a fleet."""

    def __init__(
        self,
        plan: FleetPlan,
        fleet: Fleet,
        make: Callable[[int], list[Member]],
        begin: datetime,
    ) -> None:
        """`make` gives the charge point at a place of the plan, with its twin if it has one."""
        self._plan = plan
        self._fleet = fleet
        self._make = make
        self._begin = begin
        self._now = begin
        self._orders = power_orders(plan)
        self._next = next(self._orders, None)
        self.late_s = 0.0
        """By how much pauses have moved what is to come."""
        self._paused_at: datetime | None = None
        self._numbers = count()
        self._agenda: list[tuple[datetime, int, Deed]] = []
        self._storms = 0
        self._begun: deque[StormView] = deque(maxlen=STORMS_MAX)
        self.added = 0
        """Charge points beyond the plan."""
        self._is_settling = False
        self._usual = BackoffSettings(*plan.backoff)
        for storm in plan.storms:
            self._at(later(begin, storm.at_s), partial(self._storm, storm))

    @property
    def is_paused(self) -> bool:
        """Whether no charge point comes or goes, and the plan waits, until somebody says so."""
        return self._paused_at is not None

    @property
    def is_idle(self) -> bool:
        """Whether nothing of the plan is left to be done."""
        return not self._agenda and self._next is None

    @property
    def ends_at(self) -> datetime | None:
        """When the plan is done; None: not by itself."""
        ends_s = ends_at_s(self._plan)
        if ends_s is None or self._paused_at is not None:
            return None
        return later(self._begin, ends_s + self.late_s)

    def stage(self, now: datetime) -> StageView | None:
        """Say in which stage the run is; None: it is past all of them."""
        stages, end_s = self._plan.stages, 0.0
        late_s = self.late_s
        if self._paused_at is not None:
            late_s += (now - self._paused_at).total_seconds()
        at_s = (now - self._begin).total_seconds() - late_s
        for number, stage in enumerate(stages, 1):
            begin_s = end_s
            end_s += stage.over_s + (inf if stage.hold_s is None else stage.hold_s)
            if at_s < end_s:
                is_over = self._paused_at is not None or end_s == inf
                return StageView(
                    number=number,
                    stages=len(stages),
                    stations=stage.stations,
                    is_changing=at_s < begin_s + stage.over_s,
                    until=None if is_over else later(self._begin, end_s + late_s),
                )
        return None

    def storms(self) -> tuple[StormView, ...]:
        """Give the newest storms that have begun, in their order."""
        return tuple(self._begun)

    def next_storm(self, now: datetime) -> StormView | None:
        """Give the next storm of the plan."""
        for storm in self._plan.storms:
            at = later(self._begin, storm.at_s)
            if at > now and not self._is_settling:
                return StormView(storm.kind, storm.share, at, later(at, storm.down_s))
        return None

    def next_deadline(self) -> datetime | None:
        """Say when `tick` has something to do."""
        due = self._agenda[0][0] if self._agenda else None
        arrival = self._arrival()
        return min((each for each in (due, arrival) if each is not None), default=None)

    def tick(self, now: datetime, at_most: int) -> bool:
        """Do what is due by now, but no more than so many things; says whether there was any."""
        self._now = now
        for number in range(at_most):
            arrival = self._arrival()
            if arrival is not None and arrival <= now:
                order = self._next
                assert order is not None
                self._next = next(self._orders, None)
                self._power(order.index, order.is_on)
            elif self._agenda and self._agenda[0][0] <= now:
                heappop(self._agenda)[2]()
            else:
                return number > 0
        return True

    def noted(self, member: Member) -> None:
        """Look at one after its turn; nothing happens to it before the next `tick`."""
        if member.was_hurried and member.phase in ACCEPTED:
            member.was_hurried = False
            self._soon(partial(member.station.set_backoff, self._usual))
        if _is_done(member):
            self._soon(partial(self._go, member))

    def pause(self, now: datetime) -> None:
        """Let no charge point come or go for a while; storms and cars come when they come."""
        self._paused_at = self._paused_at or now

    def resume(self, now: datetime) -> None:
        """Go on with the arrivals where they were left."""
        if self._paused_at is not None:
            self.late_s += (now - self._paused_at).total_seconds()
            self._paused_at = None

    def add(self, number: int, now: datetime) -> int:
        """Switch on so many more than the plan has, at once; gives how many there was room for."""
        self._now = now
        first = self._plan.stations + self.added
        number = max(0, min(number, STATIONS_MAX - first))
        if self._is_settling:
            return 0
        self.added += number
        for index in range(first, first + number):
            self._soon(partial(self._power, index, True))
        return number

    def storm(self, storm: FleetStorm, now: datetime) -> None:
        """Begin a storm here and now, whatever its time."""
        self._now = now
        if not self._is_settling:
            self._soon(partial(self._storm, storm))

    def settle(self, now: datetime) -> None:
        """End the plan: nobody arrives, storms are over, sessions end."""
        self._now = now
        self.resume(now)
        self._is_settling, self._next = True, None
        self._agenda.clear()
        for member in self._fleet:
            self._soon(partial(self._end_sessions, member))

    def _end_sessions(self, member: Member) -> None:
        self._bring_back(member)
        # What somebody has pulled or stopped at the door of this one is no fault of the CSMS.
        if member.kind is None and not member.station.link.is_cable_in:
            member.turn(member.station.restore)
        if member.station.is_on and member.station.is_stopped:
            member.turn(member.station.restart)
        if member.queue and not member.station.is_on:
            # It had to go before all was acknowledged.
            member.turn(member.station.power_on)
        if member.people is not None:
            member.turn(member.people.end_all, member.station)

    def _arrival(self) -> datetime | None:
        if self._next is None or self._paused_at is not None:
            return None
        return later(self._begin, self._next.at_s + self.late_s)

    def _power(self, index: int, is_on: bool) -> None:
        if self._is_settling:
            return
        members = self._fleet.at(index)
        if is_on and not members:
            members = self._make(index)
            for member in members:
                self._fleet.add(member)
        for member in members:
            if not is_on:
                self._retire(member)
            else:
                self._stay(member)

    def _stay(self, member: Member) -> None:
        """Have one here that may have been about to go, or has gone."""
        self._fleet.stays(member, self._now)
        if not member.station.is_on and not member.is_down:
            member.turn(member.station.power_on)
        if member.people is not None:
            member.turn(member.people.begin_again)

    def _retire(self, member: Member) -> None:
        """Have one end what it is at; it goes when that is acknowledged, or not in time."""
        self._fleet.leaves(member, self._now)
        if member.people is not None:
            member.turn(member.people.end_all, member.station)
        self._at(later(self._now, self._plan.settle_s), partial(self._cut_off, member))
        self.noted(member)

    def _go(self, member: Member) -> None:
        # Something may have come up since it was seen to have nothing left to do.
        if _is_done(member):
            self._cut_off(member)

    def _cut_off(self, member: Member) -> None:
        if member.is_leaving and member.station.is_on:
            member.turn(member.station.power_off)

    def _storm(self, storm: FleetStorm) -> None:
        here = {
            f"{each.station.id} {number}": each
            for number, each in enumerate(self._fleet)
            if each.station.is_on and not each.is_leaving
        }
        self._storms += 1
        occasion = f"storm {self._storms}"
        struck = chosen(self._plan.seed, occasion, list(here), storm.share)
        until = later(self._now, storm.down_s)
        self._begun.append(StormView(storm.kind, storm.share, self._now, until, len(struck)))
        for name in struck:
            self._soon(partial(self._strike, here[name], storm))

    def _strike(self, member: Member, storm: FleetStorm) -> None:
        station = member.station
        if not station.is_on or member.is_down:
            return
        if storm.wait_s is not None:
            station.set_backoff(BackoffSettings(storm.wait_s, storm.random_s, 0))
            member.was_hurried = True
        match storm.kind:
            case StormKind.RECONNECT:
                member.turn(station.reconnect)
                return
            case StormKind.POWER:
                member.turn(station.power_off)
            case StormKind.NETWORK:
                member.turn(station.cut)
        member.is_down = True
        self._at(later(self._now, storm.down_s), partial(self._bring_back, member))

    def _bring_back(self, member: Member) -> None:
        if not member.is_down:
            return
        member.is_down = False
        # One that has lost its power since has its cable back as well, and one that is to go has to
        # end first what the storm has broken off.
        member.turn(member.station.restore)
        if not member.station.is_on:
            member.turn(member.station.power_on)

    def _soon(self, deed: Deed) -> None:
        self._at(self._now, deed)

    def _at(self, due: datetime, deed: Deed) -> None:
        heappush(self._agenda, (due, next(self._numbers), deed))


def _is_done(member: Member) -> bool:
    """Whether it is to go, and owes nothing any more."""
    return member.is_leaving and not (member.transactions or member.queue)
