"""The composite schedule of a connector or of the whole charge point (S 3.13.3, S 5.7).

A year with fifty profiles takes a second to work out, and the CSMS must not wait for it while a
person looks. So what people see is worked out in slices of about a millisecond (`Work`), between
which the loop answers; what goes in is frozen, so it stays the schedule of one moment, whatever
happens meanwhile. GetCompositeSchedule is answered in one go: it is short
(ChargingScheduleMaxPeriods) and somebody waits.

Two windows. The periods are wanted up to the end of what was asked for; of the last one it is also
told when it ends, which may be long after. That search goes on alone, with a small budget of its
own, up to a year from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.conversion import plain
from cp_tui.charge_point.smart_charging.decision import Decision
from cp_tui.charge_point.smart_charging.explanation import explain
from cp_tui.charge_point.smart_charging.schedule import CompositePeriod, CompositeSchedule
from cp_tui.charge_point.smart_charging.stacking import Budget
from cp_tui.charge_point.smart_charging.sweep import Cursor, Sweep, steps
from cp_tui.charge_point.smart_charging.timeline import to_instant, to_second, window_end
from cp_tui.ocpp.datatypes import ChargingRateUnitType

R = TypeVar("R")
T = TypeVar("T")

DURATION_S_MAX = 31_536_000
"""The longest window, a year: longer requests are answered for a year."""

PERIODS_MAX = 10_000
"""The longest list of periods, a year of hourly changes; a longer one is cut, to bound memory."""

STEPS_MAX = 100_000
"""The budget of one schedule: how many looks at profiles and limits it may take."""

END_STEPS_MAX = 1_000
"""The budget of the search for the end of a limit, which follows every event."""

SLICE_STEPS, SLICE_PERIODS = 100, 8
"""A slice of the work ends after either: about a millisecond."""

End = tuple[datetime | None, datetime | None]
"""When something ends, or, where the search was given up, up to when it was looked for; neither:
not within a year."""
Work = Generator[None, None, R]
"""Long work in slices: each `next` does one, the result is what it returns in the end."""


def composite(
    context: Context,
    connector_id: int,
    start: datetime,
    duration_s: int,
    unit: ChargingRateUnitType | None = None,
    *,
    periods_max: int = PERIODS_MAX,
    steps_max: int = STEPS_MAX,
) -> CompositeSchedule:
    """Return the limits of a connector over [start, start + duration_s), with their sources.

    Without a running transaction it is the schedule of one that starts at `context.armed_at`, or
    else at `start`. A duration of 0
    gives the limit at `start` as one period without length.
    """
    return whole(
        composing(
            context,
            connector_id,
            start,
            duration_s,
            unit,
            periods_max=periods_max,
            steps_max=steps_max,
        )
    )


def whole(work: Work[R]) -> R:
    """Do work that is cut into slices in one go."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: R = end.value
            return result


def composing(
    context: Context,
    connector_id: int,
    start: datetime,
    duration_s: int,
    unit: ChargingRateUnitType | None = None,
    *,
    periods_max: int = PERIODS_MAX,
    steps_max: int = STEPS_MAX,
) -> Work[CompositeSchedule]:
    """Work out `composite` in slices; what goes in is frozen, so anything may happen meanwhile."""
    begin = to_second(start)
    end = window_end(begin, min(duration_s, DURATION_S_MAX))
    sweep = Sweep(context, unit or context.allowed_units[0], begin, Budget(steps_max))
    horizon = window_end(begin, DURATION_S_MAX)
    found = yield from merging(sweep, connector_id, (end, horizon), periods_max, Decision.identity)
    # What is covered: as far as asked for, or as far as known. A duration of 0 covers nothing, and
    # its one period says what holds at the start.
    until = max(begin, min(begin + duration_s, found.known_until))
    terms, is_idle = sweep.terms(connector_id), context.is_idle(connector_id)
    periods: list[CompositePeriod] = []
    for index, (at, decision) in enumerate(found.decisions):
        if index % SLICE_PERIODS == SLICE_PERIODS - 1:
            yield
        is_last = index + 1 == len(found.decisions)
        periods.append(
            CompositePeriod(
                start=to_instant(at),
                end=to_instant(until if is_last else found.decisions[index + 1][0]),
                until=found.until if is_last else to_instant(found.decisions[index + 1][0]),
                looked_until=found.looked_until if is_last else None,
                limit=plain(decision.limit),
                number_phases=decision.number_phases,
                source=explain(decision, terms, is_hypothetical=is_idle, begin=at),
            )
        )
    return CompositeSchedule(
        connector_id=connector_id,
        start=to_instant(begin),
        duration_s=until - begin,
        unit=sweep.unit,
        periods=tuple(periods),
        is_truncated=until < begin + duration_s,
    )


def next_change(
    sweep: Sweep, cursor: Cursor[T], key: Callable[[T], object] = lambda value: value
) -> End:
    """Find when something changes next, by the key that says what counts of it."""
    end, budget = window_end(sweep.begin, DURATION_S_MAX), sweep.budget
    for at, _, is_new in steps(cursor, sweep.begin, end, budget, key):
        if is_new and at > sweep.begin:
            return to_instant(at), None
    return None, None if budget.cut_at is None else to_instant(budget.cut_at)


class Found(Struct, frozen=True):
    """The limits of a window, neighbours that are the same merged."""

    decisions: list[tuple[int, Decision]]
    """Each with the second from which on it holds."""
    known_until: int
    """The second up to which they are known; the end of the window if nothing cut it short."""
    until: datetime | None
    """When the last one ends; None: not before the horizon, or not before `looked_until`."""
    looked_until: datetime | None
    """The search for that end was given up here; None: it was not."""


def merging(
    sweep: Sweep,
    connector_id: int,
    window: tuple[int, int],
    periods_max: int,
    key: Callable[[Decision], object],
) -> Work[Found]:
    """Find the limits up to the end of the window, and the end of the last before the horizon.

    `window` is these two seconds; `key` says which limits are the same.
    """
    end, horizon = window
    budget = sweep.budget
    found: list[tuple[int, Decision]] = []
    until: int | None = None
    is_within = True
    pause_at = budget.steps - SLICE_STEPS
    cursor = sweep.cursor(connector_id)
    for at, decision, is_new in steps(cursor, sweep.begin, horizon, budget, key):
        if budget.steps < pause_at:
            yield
            pause_at = budget.steps - SLICE_STEPS
        if is_within and at >= end:
            # From here on only the end of the last period is looked for.
            is_within = False
            budget.steps = min(budget.steps, END_STEPS_MAX)
            pause_at = budget.steps - SLICE_STEPS
        # The same limit for the same reason: the period goes on, and its losers are joined, because
        # one that loses for another reason from now on is to be told as well.
        if not is_new:
            if is_within and sweep.explains:
                found[-1] = (found[-1][0], found[-1][1].joined(decision))
        elif not is_within or len(found) == periods_max:
            until = at
            break
        else:
            found.append((at, decision))
    ends = [each for each in (end, until, budget.cut_at) if each is not None]
    return Found(
        found,
        known_until=min(ends),
        until=None if until is None else to_instant(until),
        looked_until=None if budget.cut_at is None else to_instant(budget.cut_at),
    )
