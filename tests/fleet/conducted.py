"""A whole plan carried out in virtual time: charge points that are real, and no socket."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from cp_tui.engine.backoff import BackoffSettings
from cp_tui.fleet.conductor import Conductor
from cp_tui.fleet.fleet import ACCEPTED, Fleet, Member
from cp_tui.fleet.plan import FleetPlan
from cp_tui.fleet.sessions import SessionDriver
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import StationPhase
from tests.fleet.notes import Notes
from tests.fleet.virtual import T0, VirtualFleet, config

STEP_S = 0.05
AT_ONCE = 50


class Conducted(VirtualFleet):
    """A run without a socket; the plan is looked at twenty times a second."""

    def __init__(self, plan: FleetPlan) -> None:
        super().__init__([])
        self.plan = plan
        self.fleet = Fleet()
        self.conductor = Conductor(plan, self.fleet, self._members_at, T0)
        self.members: dict[FleetStation, Member] = {}

    def do(self, station: FleetStation, call: Callable[[], object]) -> None:
        """Call a station, and count it anew."""
        super().do(station, call)
        member = self.members[station]
        self.fleet.note(member, self.now)
        self.conductor.noted(member)
        if member.people is not None:
            self.people.schedule(member.people)

    def pass_s(self, seconds: float) -> Conducted:
        """Let time pass, and the plan happen."""
        for _ in range(round(seconds / STEP_S)):
            while self.conductor.tick(self.now, AT_ONCE):
                pass
            self.after(STEP_S)
        return self

    def assert_counted(self) -> None:
        """Hold what was counted as it changed against a look at everybody."""
        counts = self.fleet.counts()
        assert counts.queue == sum(each.station.queue for each in self.fleet)
        assert counts.transactions == sum(each.station.transactions for each in self.fleet)
        busy = [each for each in self.fleet if each.station.transactions or each.station.queue]
        assert counts.unsettled == self.fleet.unsettled == len(busy)
        wanted = [e for e in self.fleet if e.kind is None and not e.is_leaving]
        assert (counts.wanted, counts.accepted) == (
            len(wanted),
            sum(each.phase in ACCEPTED for each in wanted),
        )
        assert self.fleet.arriving == sum(
            not each.was_accepted and each.phase in (StationPhase.CONNECTING, StationPhase.OPEN)
            for each in self.fleet
        )
        for phase, number in counts.phases.items():
            assert number == sum(each.station.phase is phase for each in self.fleet)

    def phases(self) -> dict[StationPhase, int]:
        """Give the phases in which there is anybody."""
        return {phase: number for phase, number in self.fleet.counts().phases.items() if number}

    def _members_at(self, index: int) -> list[Member]:
        id_ = self.plan.id_of(index)
        self.notes[id_] = Notes()
        backoff = BackoffSettings(*self.plan.backoff)
        station = self._made(config(id_), self.plan.seed, backoff, None, None)
        people = SessionDriver(id_, 2, self.plan.sessions, self.plan.seed, self.now)
        member = Member(index, station, partial(self._turn, station), people)
        self.members[station] = member
        self.stations.append(station)
        self.drive(station, people)
        return [member]

    def _turn(self, station: FleetStation, happen: Callable[..., Any], *given: Any) -> None:
        self.do(station, lambda: happen(*given, self.now))
