"""Which profile of one purpose counts at each moment on one connector (S 3.13.1, S 3.13.2).

Among the profiles of a purpose the highest stackLevel that gives a value wins (E 3.43): a higher
one whose schedule is over, or that is not valid, lets the lower one through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from operator import is_
from typing import NamedTuple

from cp_tui.charge_point.smart_charging.context import (
    Context,
    InstalledProfile,
    RunningTransaction,
)
from cp_tui.charge_point.smart_charging.schedule import LostBecause, ProfileRef
from cp_tui.charge_point.smart_charging.timeline import FOREVER, Said, to_second
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType

LOSERS_MAX = 8
"""Losers listed per period: more than a screen shows, few enough to publish at every change."""


@dataclass(slots=True)
class Budget:
    """How many times a profile or a limit may still be looked at; shared within one search."""

    steps: int
    cut_at: int | None = None
    """The second from which on nothing is known, because it was spent; None: it was enough."""

    def spend(self) -> None:
        """Take one step."""
        self.steps -= 1


class Claim(NamedTuple):
    """The limit that a profile sets, in its own unit."""

    ref: ProfileRef
    limit: Decimal
    unit: ChargingRateUnitType
    number_phases: int | None


@dataclass(frozen=True, slots=True)
class Lost:
    """A profile that does not set the limit, and what is needed to say why."""

    ref: ProfileRef
    why: LostBecause
    by: ProfileRef | None = None
    """The profile that beats it, where one does."""
    instant: int | None = None
    """The second that `why` speaks of."""
    allowed: Decimal | None = None
    """What it would allow, in the unit of the schedule."""
    varies: bool = False
    """It allows this at first or at least, and other limits later."""


class StackState(NamedTuple):
    """One purpose on one connector over a stretch of time."""

    claim: Claim | None = None
    """Of the highest profile that gives a value."""
    valid: ProfileRef | None = None
    """The one of the claim; without a claim the highest profile that is valid all the same."""
    lost: tuple[Lost, ...] = ()
    omitted: int = 0

    def is_same(self, other: StackState) -> bool:
        """Say whether another state, of the same cursor, says the same."""
        return (
            self.claim is other.claim
            and self.valid is other.valid
            and len(self.lost) == len(other.lost)
            and all(map(is_, self.lost, other.lost))
        )


NO_PROFILES = StackState()


@dataclass(frozen=True, slots=True)
class Stack:
    """The profiles of one purpose for one connector, and when their own schedules began."""

    profiles: tuple[InstalledProfile, ...]
    """Highest first."""
    out: tuple[tuple[InstalledProfile, LostBecause], ...]
    """Profiles of this purpose that can never count here."""
    anchor: int
    """Time zero of schedules that count from the start of charging."""

    def edges(self) -> Iterator[int]:
        """Yield every second at which a profile may change other than by recurring."""
        for installed in self.profiles:
            yield from installed.course.edges(self.anchor)

    def never(self) -> tuple[Lost, ...]:
        """Explain the profiles that never count, with the one in whose place they would stand."""
        at_level = {each.profile.stack_level: each.ref for each in self.profiles}
        return tuple(
            Lost(each.ref, why, by=at_level.get(each.profile.stack_level))
            for each, why in self.out[:LOSERS_MAX]
        )


class StackCursor:
    """Looks through a stack from the top, for one second after another.

    What lies below the profile that counts is only looked at to tell why it does not count, and
    without `explains` not at all.
    """

    def __init__(self, stack: Stack, budget: Budget, *, explains: bool) -> None:
        self._stack = stack
        self._budget = budget
        count = len(stack.profiles)
        self._explains = explains
        self._shown = min(count, LOSERS_MAX + 1) if explains else 0
        self._never = stack.never() if explains else ()
        self._said: list[Said | None] = [None] * count
        self._lost: list[Lost | None] = [None] * count
        self._beaten_by: InstalledProfile | None = None
        self._state: StackState | None = None
        self.until = -FOREVER
        """The second at which the newest answer no longer holds."""

    @property
    def intervals(self) -> set[int]:
        """The lengths after which profiles of this stack repeat themselves."""
        return {each.course.interval for each in self._stack.profiles} - {0}

    def edges(self) -> Iterator[int]:
        """Yield every second at which the state may change other than by recurring."""
        return self._stack.edges()

    def at(self, second: int) -> StackState:
        """Return the state at a second, later than the one asked for before."""
        if second < self.until and self._state is not None:
            return self._state
        winner = self._look(second)
        return self._keep(winner)

    def _look(self, second: int) -> int | None:
        """Bring up to date what counts, and what is shown; give the index of what counts."""
        until = FOREVER
        winner: int | None = None
        for index, said in enumerate(self._said):
            if said is None or second >= (said.until if winner is None else said.gives_until):
                said = self._ask(index, second)
            ends = said.until if winner is None else said.gives_until
            if ends < until:
                until = ends
            if winner is None and said.standing.limit is not None:
                winner = index
            if winner is not None and index + 1 >= self._shown:
                break
        self.until = until
        return winner

    def _ask(self, index: int, second: int) -> Said:
        """Ask a profile what it says now."""
        self._budget.spend()
        before = self._said[index]
        said = self._stack.profiles[index].course.at(second, self._stack.anchor)
        if before is None or not before.standing.is_as_silent(said.standing):
            self._lost[index] = None
        self._said[index] = said
        return said

    def _keep(self, winner: int | None) -> StackState:
        """Return the state, the same one as before where nothing has changed in it."""
        claim = None if winner is None else self._claim(winner)
        index: int | None = winner
        if winner is None:
            are_valid = (said is not None and said.standing.is_valid for said in self._said)
            index = next((index for index, is_valid in enumerate(are_valid) if is_valid), None)
        valid = None if index is None else self._stack.profiles[index].ref
        lost, omitted = self._losers(winner) if self._explains else ((), 0)
        state = StackState(claim, valid, lost, omitted)
        if self._state is None or not state.is_same(self._state):
            self._state = state
        return self._state

    def _losers(self, winner: int | None) -> tuple[tuple[Lost, ...], int]:
        """Return those that do not count, and how many more there are."""
        profiles = self._stack.profiles
        beaten_by = None if winner is None else profiles[winner]
        if beaten_by is not self._beaten_by:
            self._lost, self._beaten_by = [None] * len(profiles), beaten_by
        lost = [self._lost_at(i) for i in range(self._shown) if i != winner]
        total = len(profiles) - (winner is not None) + len(self._stack.out)
        listed = (*lost, *self._never)[:LOSERS_MAX]
        return listed, total - len(listed)

    def _claim(self, index: int) -> Claim:
        said, installed = self._said[index], self._stack.profiles[index]
        assert said is not None
        assert said.standing.limit is not None
        last = None if self._state is None else self._state.claim
        unit = installed.profile.charging_schedule.charging_rate_unit
        claim = Claim(installed.ref, said.standing.limit, unit, said.standing.number_phases)
        return last if last is not None and last.ref is claim.ref and last == claim else claim

    def _lost_at(self, index: int) -> Lost:
        lost = self._lost[index]
        if lost is None:
            said, by = self._said[index], self._beaten_by
            assert said is not None
            ref, standing = self._stack.profiles[index].ref, said.standing
            if standing.why_none is None:
                lost = Lost(ref, LostBecause.LOWER_STACK_LEVEL, None if by is None else by.ref)
            else:
                lost = Lost(ref, standing.why_none, instant=standing.instant)
            self._lost[index] = lost
        return lost


# --- the three purposes ---------------------------------------------------------------------------


def charge_point_max_stack(context: Context, armed_at: int) -> Stack:
    """Return the caps of the whole charge point.

    One cap has one time zero for all connectors: the start of the oldest running transaction.
    """
    profiles = context.profiles_of(ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE, 0)
    starts = [to_second(running.start) for running in context.transactions.values()]
    return Stack(_highest_first(profiles), (), min(starts, default=armed_at))


def tx_stack(context: Context, connector_id: int, armed_at: int) -> Stack:
    """Return the TxProfiles of the transaction that runs on a connector, or would start now."""
    running = context.transactions.get(connector_id)
    profiles = context.profiles_of(ChargingProfilePurposeType.TX_PROFILE, connector_id)
    own = [each for each in profiles if _belongs(each, running)]
    others = tuple(
        (each, LostBecause.OTHER_TRANSACTION) for each in profiles if not _belongs(each, running)
    )
    return Stack(_highest_first(own), others, _anchor(running, armed_at))


def tx_default_stack(context: Context, connector_id: int, armed_at: int) -> Stack:
    """Return the defaults of a connector: its own, and those of connector 0 at other levels."""
    own = context.profiles_of(ChargingProfilePurposeType.TX_DEFAULT_PROFILE, connector_id)
    of_all = context.profiles_of(ChargingProfilePurposeType.TX_DEFAULT_PROFILE, 0)
    levels = {each.profile.stack_level for each in own}
    shared = [each for each in of_all if each.profile.stack_level not in levels]
    replaced = tuple(
        (each, LostBecause.REPLACED_ON_CONNECTOR)
        for each in of_all
        if each.profile.stack_level in levels
    )
    anchor = _anchor(context.transactions.get(connector_id), armed_at)
    return Stack(_highest_first([*own, *shared]), replaced, anchor)


def _highest_first(profiles: Iterable[InstalledProfile]) -> tuple[InstalledProfile, ...]:
    return tuple(sorted(profiles, key=lambda each: -each.profile.stack_level))


def _belongs(installed: InstalledProfile, running: RunningTransaction | None) -> bool:
    """A TxProfile without a transaction came with a remote start and waits for its transaction."""
    key = installed.transaction_key
    return key is None or (running is not None and running.key == key)


def _anchor(running: RunningTransaction | None, armed_at: int) -> int:
    return armed_at if running is None else to_second(running.start)
