"""Which profile of one purpose counts at each moment on one connector (S 3.13.1, S 3.13.2).

Among the profiles of a purpose the highest stackLevel that gives a value wins (E 3.43): a higher
one whose schedule is over, or that is not valid, lets the lower one through.

So a profile lower down matters only in the gaps of those above it, and is only asked about those
(`_Layers.overlay`). With ten levels one above the other, of which the highest gives a limit
for the whole window, one is looked at and not ten. To explain who lost, all that can be listed have
to be asked after all; that is another cursor, used only where somebody reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from operator import is_

from msgspec import Struct

from cp_tui.charge_point.smart_charging.context import InstalledProfile
from cp_tui.charge_point.smart_charging.schedule import LostBecause, ProfileRef
from cp_tui.charge_point.smart_charging.timeline import FOREVER, Claim, Course, Said

LOSERS_MAX = 8
"""Losers listed per period: more than a screen shows, few enough to publish at every change."""


class Budget(Struct):
    """How many times a profile or a limit may still be looked at; shared within one search."""

    steps: int
    cut_at: int | None = None
    """The second from which on nothing is known, because it was spent; None: it was enough."""


class Lost(Struct, frozen=True):
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


class StackState(Struct, frozen=True):
    """One purpose on one connector over a stretch of time."""

    claim: Claim | None = None
    """Of the highest profile that gives a value."""
    valid: ProfileRef | None = None
    """The one of the claim; without a claim the highest profile that is valid all the same."""
    lost: tuple[Lost, ...] = ()
    omitted: int = 0


NO_PROFILES = StackState()


class Stack(Struct, frozen=True):
    """The profiles of one purpose for one connector, and when their own schedules began."""

    profiles: tuple[InstalledProfile, ...]
    """Highest first."""
    out: tuple[tuple[InstalledProfile, LostBecause], ...]
    """Profiles of this purpose that can never count here."""
    anchor: int
    """Time zero of schedules that count from the start of charging."""

    def __bool__(self) -> bool:
        return bool(self.profiles or self.out)

    def never(self) -> tuple[Lost, ...]:
        """Explain the profiles that never count, with the one in whose place they would stand."""
        at_level = {each.profile.stack_level: each.ref for each in self.profiles}
        return tuple(
            Lost(each.ref, why, by=at_level.get(each.profile.stack_level))
            for each, why in self.out[:LOSERS_MAX]
        )


_Step = tuple[int, Claim | None, ProfileRef | None]
_END: _Step = FOREVER, None, None


class _Layers(Struct, frozen=True):
    """The profiles of a stack, one over the other; no part of a cursor.

    What walks through them holds on to them, and a cursor to its walk: were they its own, each
    cursor would be garbage that only a collector of cycles finds.
    """

    stack: Stack
    courses: list[Course]
    budget: Budget

    def overlay(
        self, index: int, second: int, end: int, valid: ProfileRef | None
    ) -> Iterator[_Step]:
        """Give what the profiles from one down claim until `end`: in the gaps of each the next."""
        if index == len(self.courses):
            yield end, None, valid
            return
        course, ref = self.courses[index], self.stack.profiles[index].ref
        budget, anchor = self.budget, self.stack.anchor
        while second < end:
            budget.steps -= 1
            said = course.at(second, anchor)
            until = min(said.until, end)
            if said.claim is not None:
                yield until, said.claim, ref
                gives_until = min(said.gives_until, end)
                if until < gives_until:
                    for following, claim in course.claims(until, anchor, gives_until):
                        budget.steps -= 1
                        yield following, claim, ref
                        until = following
            else:
                highest = ref if valid is None and said.is_valid else valid
                yield from self.overlay(index + 1, second, until, highest)
            second = until


class StackCursor:
    """Goes through what a stack says, from one second to a later one."""

    def __init__(self, stack: Stack, budget: Budget) -> None:
        self.stack = stack
        self._layers = _Layers(stack, [each.course for each in stack.profiles], budget)
        self._steps: Iterator[_Step] = iter(())
        self.state = NO_PROFILES
        """Of the second that was asked for; the same object while nothing changes in it."""
        self.until = -FOREVER
        """The second at which it no longer holds."""
        self._claimed_until = -FOREVER

    @property
    def intervals(self) -> set[int]:
        """The lengths after which profiles repeat themselves."""
        return {each.interval for each in self._layers.courses} - {0}

    def edges(self) -> Iterator[int]:
        """Yield every second at which a profile may change other than by recurring."""
        for course in self._layers.courses:
            yield from course.edges(self.stack.anchor)

    def at(self, second: int) -> StackState:
        """Return the state at a second, later than the one asked for before."""
        if second >= self.until:
            self.move(second)
        return self.state

    def move(self, second: int) -> None:
        """Go on to a second at which the state no longer holds."""
        if second >= self._claimed_until:
            # A sweep that jumped has left the walk behind; it begins anew where the sweep is now.
            if second > self._claimed_until:
                self._steps = self._layers.overlay(0, second, FOREVER, None)
            self._claimed_until, claim, valid = next(self._steps, _END)
            if claim is not self.state.claim or valid is not self.state.valid:
                self.state = StackState(claim, valid)
        self.until = self._claimed_until


class ExplainedStackCursor(StackCursor):
    """Tells as well why each profile that could be listed does not count."""

    def __init__(self, stack: Stack, budget: Budget) -> None:
        super().__init__(stack, budget)
        self._shown = stack.profiles[: LOSERS_MAX + 1]
        self._said: list[Said | None] = [None] * len(self._shown)
        self._lost: list[Lost | None] = [None] * len(self._shown)
        self._beaten_by: ProfileRef | None = None
        self._never = stack.never()

    def move(self, second: int) -> None:
        before = self.state
        super().move(second)
        claim = self.state.claim
        lost = (*self._losers(second, claim), *self._never)[:LOSERS_MAX]
        profiles, out = self.stack.profiles, self.stack.out
        omitted = len(profiles) - (claim is not None) + len(out) - len(lost)
        is_as_before = self.state is before and len(lost) == len(before.lost)
        if not is_as_before or not all(map(is_, lost, before.lost)):
            self.state = StackState(claim, self.state.valid, lost, omitted)

    def _losers(self, second: int, claim: Claim | None) -> list[Lost]:
        """Return those that do not count; it holds until any of them has another reason."""
        beaten_by = None if claim is None else claim.ref
        if beaten_by is not self._beaten_by:
            self._lost, self._beaten_by = [None] * len(self._shown), beaten_by
        found: list[Lost] = []
        for index, installed in enumerate(self._shown):
            ref, said, lost = installed.ref, self._said[index], self._lost[index]
            if ref is beaten_by:
                continue
            if said is None or second >= said.gives_until:
                before, said = said, installed.course.at(second, self.stack.anchor)
                self._said[index] = said
                if before is None or not said.is_as_silent(before):
                    lost = None
            if lost is None:
                if said.why_none is None:
                    lost = Lost(ref, LostBecause.LOWER_STACK_LEVEL, beaten_by)
                else:
                    lost = Lost(ref, said.why_none, instant=said.instant)
                self._lost[index] = lost
            found.append(lost)
            if said.gives_until < self.until:
                self.until = said.gives_until
        return found
