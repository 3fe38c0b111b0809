"""What was: the limits that were in force and the power that flowed, and where it was too much.

Pure. A limit counts as it was published then, not as the profiles of today would have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    LimitSource,
    LostBecause,
    SetBy,
    SharedPeriod,
    SourceKind,
)
from cp_tui.charge_point.variables.measurement import (
    POINTS_MAX,
    FollowedLimit,
    MeasuredPoint,
)
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType

PERIODS_MAX = 500
"""Past limits kept of a connector: days, where they change every few minutes."""

RAMP_DOWN = timedelta(seconds=5)
"""A vehicle is given this long to follow a limit that fell: IEC 61851-1 allows 5 s."""

SAMPLE = timedelta(seconds=1)
"""So long a sample stands for what flows."""

TOLERANCE = Decimal("1.02")
"""Of a limit: a meter of class B may be off by as much."""

TOLERANCE_A, TOLERANCE_W = Decimal("0.2"), Decimal(100)
"""On top of it: what electronics draw where nothing may flow."""


class Flow(Struct, frozen=True):
    """What flowed over [start, end), in the unit that is looked at."""

    start: datetime
    end: datetime
    limit: Decimal
    """What flowed, under the name by which a step is cut into columns."""


Interval = tuple[datetime, datetime]


def believed(
    before: Sequence[CompositePeriod], published: CompositeSchedule
) -> tuple[CompositePeriod, ...]:
    """What was believed until a schedule was published, and from then on the schedule."""
    begin = published.start
    kept = [
        each if each.end <= begin else replace(each, end=begin, until=begin, looked_until=None)
        for each in before
        if each.start < begin
    ]
    if not published.periods:
        return tuple(kept[-PERIODS_MAX:])
    first, *rest = published.periods
    if kept and kept[-1].end == first.start and _says_the_same(kept[-1], first):
        first = replace(first, start=kept.pop().start)
    return (*kept[-PERIODS_MAX:], first, *rest)


def believed_of(published: Iterable[CompositeSchedule]) -> tuple[CompositePeriod, ...]:
    """What was believed while these schedules were published, one after the other."""
    found: tuple[CompositePeriod, ...] = ()
    for schedule in published:
        found = believed(found, in_force(schedule))
    return found


def in_force(schedule: CompositeSchedule, shares: Sequence[SharedPeriod] = ()) -> CompositeSchedule:
    """A schedule with what is followed where the connector gets but a share: its own, or these.

    A composite schedule has a cap as a whole, whoever else charges under it (S 5.7).
    """
    periods = schedule.periods
    for share in (shares or schedule.shares) if periods else ():
        periods = tuple(_overlaid(periods, share, schedule.unit))
    return schedule if periods is schedule.periods else replace(schedule, periods=periods)


def _overlaid(
    periods: Sequence[CompositePeriod], share: SharedPeriod, unit: ChargingRateUnitType
) -> Iterator[CompositePeriod]:
    """Periods with a share in the place of those that it lasts for."""
    begin, last = max(share.start, periods[0].start), periods[-1].end
    end = min(share.end or share.looked_until or last, last)
    covered = [each for each in periods if each.start < end and each.end > begin]
    if not covered:
        yield from periods
        return
    first = covered[0]
    yield from (each for each in periods if each.end <= begin)
    if first.start < begin:
        yield replace(first, end=begin, until=begin, looked_until=None)
    yield replace(
        first,
        start=begin,
        end=end,
        until=share.end,
        looked_until=share.looked_until,
        limit=share.limit_a if unit is ChargingRateUnitType.A else share.limit_w,
        source=_shared(first.source, share),
    )
    if covered[-1].end > end:
        yield replace(covered[-1], start=end)
    yield from (each for each in periods if each.start >= end)


def _shared(source: LimitSource, share: SharedPeriod) -> LimitSource:
    """Why it is a share; what the schedule alone would have is in the sentence.

    Of those that the schedule displaces, the ones that are beaten for the transaction stay beaten.
    What it says of the cap is about the whole of a period of its own, and would contradict.
    """
    return replace(
        source,
        kind=SourceKind.SHARE,
        winner=None,
        sentence=share.sentence,
        losers=tuple(
            each
            for each in source.losers
            if each.why is not LostBecause.HIGHER_THAN_MINIMUM
            and each.profile.purpose is not ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE
        ),
        conversion=None,
    )


def from_on(schedule: CompositeSchedule, at: datetime) -> CompositeSchedule:
    """What a schedule says from an instant within it on."""
    periods = tuple(
        replace(each, start=max(each.start, at)) for each in schedule.periods if each.end > at
    )
    return replace(schedule, start=at, periods=periods) if periods else schedule


def with_past(schedule: CompositeSchedule, limits: Sequence[CompositePeriod]) -> CompositeSchedule:
    """A schedule that begins with what was in force before; in the unit that it was published in.

    Both overlap in what is still to come: there the schedule counts.
    """
    past = believed(limits, schedule)
    if not past or past[0].start >= schedule.start:
        return schedule
    return replace(schedule, start=past[0].start, periods=past)


def with_earlier(
    limits: Sequence[CompositePeriod], followed: Sequence[FollowedLimit]
) -> tuple[CompositePeriod, ...]:
    """Limits that are known with their reasons, after those of which only value and setter are."""
    if not limits:
        return ()
    begin = limits[0].start
    before = [each for each in followed if each.at < begin]
    ends = [*(each.at for each in before[1:]), begin]
    earlier = (
        CompositePeriod(start=each.at, end=end, limit=each.limit_a, source=_noted(each.set_by))
        for each, end in zip(before, ends, strict=False)
    )
    return (*earlier, *limits)[-PERIODS_MAX:]


def _noted(set_by: SetBy) -> LimitSource:
    """The source of a limit from before this screen looked, as far as it was noted."""
    match set_by.kind, set_by.profile:
        case SourceKind.SHARE, _:
            sentence = "A share of what several transactions divided."
        case SourceKind.SUM_OF_CONNECTORS, _:
            sentence = "What the connectors might take together."
        case _, None:
            sentence = "The hardware limited it."
        case _, profile:
            sentence = f"{profile} set the limit; which others it displaced is not kept."
    return LimitSource(
        kind=set_by.kind,
        is_hypothetical=set_by.is_hypothetical,
        winner=set_by.profile,
        sentence=sentence,
    )


def points_on(points: Iterable[MeasuredPoint], step: timedelta) -> tuple[MeasuredPoint, ...]:
    """The same points by a clock that was set by this much."""
    return tuple(replace(point, at=later(point.at, step)) for point in points)


def followed_on(limits: Iterable[FollowedLimit], step: timedelta) -> tuple[FollowedLimit, ...]:
    """The same limits by a clock that was set by this much."""
    return tuple(replace(limit, at=later(limit.at, step)) for limit in limits)


def limits_on(
    limits: Iterable[CompositePeriod], step: timedelta, now: datetime, schedule: CompositeSchedule
) -> tuple[CompositePeriod, ...]:
    """Limits by a clock that was set by this much and reads `now`.

    What was goes with the clock, for it is as long ago as it was. What is to come does not: a
    schedule says it for the time of day.
    """
    moved = (
        replace(each, start=later(each.start, step), end=min(later(each.end, step), now))
        for each in limits
        if later(each.start, step) < now
    )
    past, to_come = tuple(moved), from_on(schedule, max(now, schedule.start))
    return believed(past, to_come) if later(to_come.start, to_come.duration_s) > now else past


def joined(
    older: Sequence[MeasuredPoint], newer: Sequence[MeasuredPoint]
) -> tuple[MeasuredPoint, ...]:
    """Points in order of time; where both know something, the newer count."""
    # One reading after another is the rule; only then is it cheap however many there are.
    if newer and older and older[-1].at >= newer[0].at:
        older = [point for point in older if point.at < newer[0].at]
    return (*older, *newer)[-POINTS_MAX:]


def flows(points: Sequence[MeasuredPoint], now: datetime, unit: ChargingRateUnitType) -> list[Flow]:
    """Points as stretches of time: a value holds until the next one, the last until now."""
    found: list[Flow] = []
    if not points:
        return found
    ends = [*(point.at for point in points[1:]), now]
    for point, end in zip(points, ends, strict=True):
        flowed = point.current_a if unit is ChargingRateUnitType.A else point.power_w
        if flowed is not None and point.at < min(end, now):
            found.append(Flow(point.at, min(end, now), Decimal(str(flowed))))
    return found


def sampled(measured: Sequence[Flow]) -> list[Flow]:
    """What flowed where it was measured, and no longer: of one that is only watched nobody knows
    how it went on until the next sample."""
    return [replace(each, end=min(each.end, each.start + SAMPLE)) for each in measured]


def violations(
    measured: Sequence[Flow], limits: Sequence[CompositePeriod], unit: ChargingRateUnitType
) -> list[Interval]:
    """Where more flowed than was allowed, the time to follow a falling limit apart.

    Only as many limits are kept as fit. What flowed before the first of them is not judged, and the
    first itself may have fallen, unless all begins with it, as when a charge point starts.
    """
    slack = TOLERANCE_A if unit is ChargingRateUnitType.A else TOLERANCE_W
    is_first = bool(measured and limits) and measured[0].start == limits[0].start
    rules = [*_in_force(limits, may_have_fallen=not is_first)]
    found: list[Interval] = []
    first = 0
    for flow in measured:
        while first < len(rules) and rules[first][0].end <= flow.start:
            first += 1
        for period, start in rules[first:]:
            if period.start >= flow.end:
                break
            left, right = max(flow.start, start), min(flow.end, period.end)
            if flow.limit > period.limit * TOLERANCE + slack and left < right:
                found.append((left, right))
    return found


def flow_at(measured: Sequence[Flow], at: datetime) -> Flow | None:
    """What flowed at an instant."""
    return next((flow for flow in measured if flow.start <= at < flow.end), None)


def _in_force(
    limits: Sequence[CompositePeriod], *, may_have_fallen: bool
) -> Iterator[tuple[CompositePeriod, datetime]]:
    """Each limit with the instant from which it must be followed.

    `may_have_fallen`: nobody knows what was before the first of them.
    """
    has_fallen = may_have_fallen
    for period, following in zip_longest(limits, limits[1:]):
        yield period, period.start + (RAMP_DOWN if has_fallen else timedelta())
        has_fallen = following is not None and following.limit < period.limit


def _says_the_same(period: CompositePeriod, other: CompositePeriod) -> bool:
    return (period.limit, period.number_phases, period.source) == (
        other.limit,
        other.number_phases,
        other.source,
    )
