"""The composite schedule of a connector or of the whole charge point (S 3.13.3, S 5.7)."""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.decision import Decision
from cp_tui.charge_point.smart_charging.explanation import explain
from cp_tui.charge_point.smart_charging.schedule import CompositePeriod, CompositeSchedule
from cp_tui.charge_point.smart_charging.sweep import Sweep
from cp_tui.charge_point.smart_charging.timeline import Budget, to_instant, to_second, window_end
from cp_tui.ocpp.datatypes import ChargingRateUnitType

DURATION_S_MAX = 31_536_000
"""A year: longer requests are answered for a year."""

PERIODS_MAX = 10_000
"""A year of hourly changes; a longer list is cut, for the sake of the door and of memory."""

BOUNDARIES_MAX = 50_000
"""So many changes of single profiles are looked at: a second or two of work at worst."""

NEXT_CHANGE_BOUNDARIES_MAX = 5_000
"""As above for `next_change`, which runs after every event."""


def composite(
    context: Context,
    connector_id: int,
    start: datetime,
    duration_s: int,
    unit: ChargingRateUnitType | None = None,
    *,
    periods_max: int = PERIODS_MAX,
) -> CompositeSchedule:
    """Return the limits of a connector over [start, start + duration_s), with their sources.

    Without a running transaction it is the schedule of one that starts at `context.armed_at`, or
    else at `start`. A duration of 0
    gives the limit at `start` as one period without length.
    """
    begin = to_second(start)
    end = window_end(begin, min(duration_s, DURATION_S_MAX))
    sweep = Sweep(context, unit or context.allowed_units[0], begin, end, Budget(BOUNDARIES_MAX))
    found, known_until = _decisions(sweep, connector_id, periods_max)
    until = min(begin + duration_s, known_until)
    ends = [at for at, _ in found[1:]] + [until]
    terms, is_idle = sweep.terms(connector_id), context.is_idle(connector_id)
    return CompositeSchedule(
        connector_id=connector_id,
        start=to_instant(begin),
        duration_s=until - begin,
        unit=sweep.unit,
        periods=tuple(
            CompositePeriod(
                start=to_instant(at),
                end=to_instant(period_end),
                limit=decision.limit,
                number_phases=decision.number_phases,
                source=explain(decision, terms, is_hypothetical=is_idle, begin=at),
            )
            for (at, decision), period_end in zip(found, ends, strict=True)
        ),
        is_truncated=until < begin + duration_s,
    )


def next_change(context: Context, connector_id: int, now: datetime) -> datetime | None:
    """Return when the limit, or what sets it, changes next; None: not within a year.

    After a long search without a change it is the time to look again.
    """
    begin = to_second(now)
    budget = Budget(NEXT_CHANGE_BOUNDARIES_MAX)
    sweep = Sweep(
        context, context.allowed_units[0], begin, window_end(begin, DURATION_S_MAX), budget
    )
    _, known_until = _decisions(sweep, connector_id, periods_max=1)
    return to_instant(known_until) if known_until < sweep.end else None


def _decisions(
    sweep: Sweep, connector_id: int, periods_max: int
) -> tuple[list[tuple[int, Decision]], int]:
    """Return the different limits in order, and the second up to which they are known."""
    found: list[tuple[int, Decision]] = []
    for at, decision in sweep.decisions(connector_id):
        if sweep.budget.cut_at is not None and at >= sweep.budget.cut_at:
            break
        if found and decision.is_same_limit(found[-1][1]):
            found[-1] = (found[-1][0], found[-1][1].joined(decision))
            continue
        if len(found) == periods_max:
            return found, at
        found.append((at, decision))
    return found, sweep.end if sweep.budget.cut_at is None else sweep.budget.cut_at
