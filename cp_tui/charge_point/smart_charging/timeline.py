"""A charging profile as a step function over time, and how several step functions run side by side.

A stream yields `(second, value)` in order of time, the first at the start of the window, the next
only where the value changes: cost grows with changes, never with seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from heapq import heapify, heappop, heapreplace
from typing import TypeVar

from cp_tui.charge_point.smart_charging.schedule import LostBecause
from cp_tui.ocpp.calendar import LAST, is_never, later
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingSchedule,
    RecurrencyKindType,
)

T = TypeVar("T")

DAY_S = 86_400
WEEK_S = 7 * DAY_S

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
LAST_S = (LAST - _EPOCH) // _SECOND
"""The last second of the calendar. A schedule may count on beyond it, no window does."""


def to_second(instant: datetime) -> int:
    """Return an instant in whole seconds since 1970; schedules count so, fractions are cut."""
    return (instant - _EPOCH) // _SECOND


def to_instant(second: int) -> datetime:
    """Return the UTC instant of a second since 1970; beyond the calendar its end."""
    return later(_EPOCH, second)


def window_end(begin: int, duration_s: int) -> int:
    """Return the second after a window of at least one second; the calendar's end cuts it."""
    return max(begin + 1, min(begin + duration_s, LAST_S + 1))


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


@dataclass(slots=True)
class Budget:
    """How many steps a sweep may still take; shared by all profiles of one sweep."""

    steps: int
    cut_at: int | None = None
    """The first step not taken: nothing is known from this second on."""

    def spend(self, at: int) -> bool:
        """Take one step, or note where it would have been."""
        if self.steps > 0:
            self.steps -= 1
            return True
        self.cut_at = at if self.cut_at is None else min(self.cut_at, at)
        return False


def profile_steps(
    profile: ChargingProfile, anchor: int, begin: int, end: int, budget: Budget
) -> Iterator[tuple[int, Standing]]:
    """Yield what a profile says over [begin, end).

    `anchor` is time zero of a schedule that does not name its own: the start of charging.
    """
    last: Standing | None = None
    for at, standing in _steps_within_validity(profile, anchor, begin, end):
        if standing == last:
            continue
        # The state at the start of the window is free: without it nothing can be said at all.
        if last is not None and not budget.spend(at):
            return
        yield at, standing
        last = standing


def _steps_within_validity(
    profile: ChargingProfile, anchor: int, begin: int, end: int
) -> Iterator[tuple[int, Standing]]:
    """Cut the schedule at validFrom (inclusive) and validTo (exclusive)."""
    if profile.valid_from is not None and (valid_from := to_second(profile.valid_from)) > begin:
        yield begin, Standing(False, why_none=LostBecause.NOT_YET_VALID, instant=valid_from)
        begin = valid_from
    valid_to = end_of_validity(profile)
    stop = end if valid_to is None else min(end, valid_to)
    if begin < stop:
        yield from _schedule_steps(profile, anchor, begin, stop)
    if valid_to is not None and max(begin, valid_to) < end:
        yield (
            max(begin, valid_to),
            Standing(False, why_none=LostBecause.EXPIRED, instant=valid_to),
        )


def _schedule_steps(
    profile: ChargingProfile, anchor: int, begin: int, end: int
) -> Iterator[tuple[int, Standing]]:
    schedule = profile.charging_schedule
    zero = anchor
    if schedule.start_schedule is not None and (
        profile.charging_profile_kind is not ChargingProfileKindType.RELATIVE
    ):
        zero = to_second(schedule.start_schedule)
    if profile.charging_profile_kind is ChargingProfileKindType.RECURRING:
        interval = recurrence_s(profile.recurrency_kind or RecurrencyKindType.DAILY)
        yield from _recurring_steps(schedule, zero, interval, begin, end)
    else:
        over = LostBecause.DURATION_OVER
        ended_at = None if schedule.duration is None else zero + schedule.duration
        yield from _run_steps(schedule, zero, schedule.duration, begin, end, over, ended_at)


def _recurring_steps(
    schedule: ChargingSchedule, zero: int, interval: int, begin: int, end: int
) -> Iterator[tuple[int, Standing]]:
    """Repeat the schedule for ever, also before its first start (the standard is silent there).

    What does not fit between two starts is never executed (E 3.44).
    """
    length = interval if schedule.duration is None else min(schedule.duration, interval)
    is_constant = length == interval and len(schedule.charging_schedule_period) == 1
    run_zero = begin - (begin - zero) % interval
    while begin < end:
        next_zero = run_zero + interval
        # One period without a gap says the same for ever: no need to walk from day to day.
        stop = end if is_constant else min(end, next_zero)
        over = LostBecause.RECURRENCE_GAP
        run_length = None if is_constant else length
        yield from _run_steps(schedule, run_zero, run_length, begin, stop, over, next_zero)
        begin, run_zero = stop, next_zero


def _run_steps(
    schedule: ChargingSchedule,
    zero: int,
    length: int | None,
    begin: int,
    end: int,
    over: LostBecause,
    over_instant: int | None,
) -> Iterator[tuple[int, Standing]]:
    """Yield one run of the periods over [begin, end); `length` in seconds, None: without end."""
    periods = schedule.charging_schedule_period
    first_at = zero + periods[0].start_period
    if begin < first_at:
        yield begin, Standing(True, why_none=LostBecause.NOT_STARTED, instant=first_at)
        begin = first_at
    over_at = end if length is None else min(end, zero + length)
    current = bisect_right(periods, begin - zero, key=lambda period: period.start_period) - 1
    for period in periods[current:]:
        at = max(begin, zero + period.start_period)
        if at >= over_at:
            break
        yield at, Standing(True, period.limit, period.number_phases)
    if max(begin, over_at) < end:
        yield max(begin, over_at), Standing(True, why_none=over, instant=over_instant)


def changes(
    streams: Sequence[Iterator[tuple[int, T]]],
) -> Iterator[tuple[int, list[tuple[int, T]]]]:
    """Merge streams: yield each second at which any changes, with `(index, new value)` of those."""
    heap = [
        (first[0], index, first[1])
        for index, stream in enumerate(streams)
        if (first := next(stream, None)) is not None
    ]
    heapify(heap)
    while heap:
        at = heap[0][0]
        changed: list[tuple[int, T]] = []
        while heap and heap[0][0] == at:
            _, index, value = heap[0]
            changed.append((index, value))
            following = next(streams[index], None)
            if following is None:
                heappop(heap)
            else:
                heapreplace(heap, (following[0], index, following[1]))
        yield at, changed
