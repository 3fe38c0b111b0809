"""What one charging profile says at a second, and how long it says so.

A course is asked for one second after another; each answer tells up to when it holds, so that work
grows with changes, never with seconds, and nothing is worked out that nobody asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from cp_tui.charge_point.smart_charging.schedule import LostBecause
from cp_tui.ocpp.calendar import LAST, is_never, later
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingSchedule,
    RecurrencyKindType,
)

DAY_S = 86_400
WEEK_S = 7 * DAY_S

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
LAST_S = (LAST - _EPOCH) // _SECOND
"""The last second of the calendar. A schedule may count on beyond it, no window does."""
FOREVER = LAST_S + 1
"""What holds until then never ends."""


def to_second(instant: datetime) -> int:
    """Return an instant in whole seconds since 1970; schedules count so, fractions are cut."""
    return (instant - _EPOCH) // _SECOND


def to_instant(second: int) -> datetime:
    """Return the UTC instant of a second since 1970; beyond the calendar its end."""
    return later(_EPOCH, second)


def window_end(begin: int, duration_s: int) -> int:
    """Return the second after a window of at least one second; the calendar's end cuts it."""
    return max(begin + 1, min(begin + duration_s, FOREVER))


def end_of_validity(profile: ChargingProfile) -> int | None:
    """Return the second of validTo; None where there is none, or it is the end of the calendar."""
    if profile.valid_to is None or is_never(profile.valid_to):
        return None
    return to_second(profile.valid_to)


def recurrence_s(kind: RecurrencyKindType) -> int:
    """Return the time between two starts of a recurring schedule, whatever local clocks do."""
    return DAY_S if kind is RecurrencyKindType.DAILY else WEEK_S


@dataclass(frozen=True, slots=True)
class Standing:
    """What a profile says over one stretch of time: a limit, or why it gives none."""

    is_valid: bool
    """Within validFrom and validTo; says nothing about the schedule."""
    limit: Decimal | None = None
    number_phases: int | None = None
    why_none: LostBecause | None = None
    instant: int | None = None
    """The second that `why_none` speaks of."""

    def is_as_silent(self, other: Standing) -> bool:
        """Say whether both give a limit, or none for the same reason."""
        if self.limit is None or other.limit is None:
            return self == other
        return True


class Said(NamedTuple):
    """What a profile says at a second."""

    standing: Standing
    until: int
    """The second at which it says something else."""
    gives_until: int
    """The second at which it no longer gives any limit, or is no longer silent for this reason."""


class Course:
    """A charging profile as a step function over time; equal neighbours are one step.

    `anchor` is everywhere the time zero of a schedule that does not name its own: the start of
    charging.
    """

    def __init__(self, profile: ChargingProfile) -> None:
        schedule = profile.charging_schedule
        kind = profile.charging_profile_kind
        self._valid_from = None if profile.valid_from is None else to_second(profile.valid_from)
        self._valid_to = end_of_validity(profile)
        self._zero = None
        if schedule.start_schedule is not None and kind is not ChargingProfileKindType.RELATIVE:
            self._zero = to_second(schedule.start_schedule)
        self.interval = 0
        """Seconds between two starts; 0 where it does not recur."""
        if kind is ChargingProfileKindType.RECURRING:
            self.interval = recurrence_s(profile.recurrency_kind or RecurrencyKindType.DAILY)
        self._length = schedule.duration
        if self.interval:
            # What does not fit between two starts is never executed (E 3.44).
            given = self.interval if schedule.duration is None else schedule.duration
            self._length = min(given, self.interval)
        self._starts, self._standings = _merged(schedule)
        if self._length == self.interval and len(self._starts) == 1 and self._starts[0] == 0:
            # One period without a gap says the same for ever: no need to go from day to day.
            self._length, self.interval = None, 0
            self._zero = -FOREVER
        self._asked: tuple[int, int] | None = None
        self._said = Said(Standing(False), 0, 0)

    def at(self, second: int, anchor: int) -> Said:
        """Return what the profile says at a second."""
        # Every connector asks a profile of them all, one after the other.
        if (second, anchor) != self._asked:
            self._asked, self._said = (second, anchor), self._look(second, anchor)
        return self._said

    def _look(self, second: int, anchor: int) -> Said:
        if self._valid_from is not None and second < self._valid_from:
            why = LostBecause.NOT_YET_VALID
            standing = Standing(False, why_none=why, instant=self._valid_from)
            return Said(standing, self._valid_from, self._valid_from)
        if self._valid_to is None:
            return self._scheduled(second, anchor)
        if second >= self._valid_to:
            why = LostBecause.EXPIRED
            standing = Standing(False, why_none=why, instant=self._valid_to)
            return Said(standing, FOREVER, FOREVER)
        said = self._scheduled(second, anchor)
        if said.gives_until <= self._valid_to:
            return said
        return Said(said.standing, min(said.until, self._valid_to), self._valid_to)

    def edges(self, anchor: int) -> Iterator[int]:
        """Yield every second at which it may change other than by recurring."""
        if self._valid_from is not None:
            yield self._valid_from
        if self._valid_to is not None:
            yield self._valid_to
        if not self.interval:
            zero = anchor if self._zero is None else self._zero
            yield from (zero + start for start in self._starts)
            if self._length is not None:
                yield zero + self._length

    def _scheduled(self, second: int, anchor: int) -> Said:
        zero = anchor if self._zero is None else self._zero
        run_end = FOREVER
        if self.interval:
            # It repeats for ever, also before its first start (the standard is silent there).
            zero = second - (second - zero) % self.interval
            run_end = zero + self.interval
        offset = second - zero
        if offset < self._starts[0]:
            first = zero + self._starts[0]
            standing = Standing(True, why_none=LostBecause.NOT_STARTED, instant=first)
            return Said(standing, min(first, run_end), min(first, run_end))
        over = run_end if self._length is None else min(zero + self._length, run_end)
        if second >= over:
            why, instant = LostBecause.DURATION_OVER, over
            if self.interval:
                why, instant = LostBecause.RECURRENCE_GAP, run_end
            return Said(Standing(True, why_none=why, instant=instant), run_end, run_end)
        index = bisect_right(self._starts, offset) - 1
        is_last = index + 1 == len(self._starts)
        until = over if is_last else min(over, zero + self._starts[index + 1])
        # A run without a gap goes on in the next one: it may give for ever.
        goes_on = self.interval and over == run_end and self._starts[0] == 0
        return Said(self._standings[index], until, FOREVER if goes_on else over)


def _merged(schedule: ChargingSchedule) -> tuple[list[int], list[Standing]]:
    """Give the periods that differ from the one before: when each begins, and what it says."""
    starts: list[int] = []
    standings: list[Standing] = []
    for period in schedule.charging_schedule_period:
        standing = Standing(True, period.limit, period.number_phases)
        if not standings or standings[-1] != standing:
            starts.append(period.start_period)
            standings.append(standing)
    return starts, standings
