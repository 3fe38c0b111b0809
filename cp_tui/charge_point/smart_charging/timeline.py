"""What one charging profile says at a second, and how long it says so.

A course is asked for one second after another; each answer tells up to when it holds, so that work
grows with changes, never with seconds, and nothing is worked out that nobody asked for.

Seconds since 1970 stand for instants here: schedules count in whole seconds from their time zero,
and integers compare and subtract many times faster than dates do. Time zero is the startSchedule of
an absolute or recurring schedule, and else the start of charging, which the profile does not know:
it comes in with each question as `anchor`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from operator import lt

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.schedule import LostBecause, ProfileRef
from cp_tui.ocpp.calendar import EPOCH, LAST, is_never, later
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    RecurrencyKindType,
)

DAY_S = 86_400
WEEK_S = 7 * DAY_S

_SECOND = timedelta(seconds=1)
LAST_S = (LAST - EPOCH) // _SECOND
"""The last second of the calendar. A schedule may count on beyond it, no window does."""
FOREVER = LAST_S + 1
"""The second at which everything ends that never ends."""


def to_second(instant: datetime) -> int:
    """Return an instant in whole seconds since 1970; schedules count so, fractions are cut."""
    return (instant - EPOCH) // _SECOND


def to_instant(second: int) -> datetime:
    """Return the UTC instant of a second since 1970; beyond the calendar its end."""
    return later(EPOCH, second)


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


class Claim(Struct, frozen=True, eq=False):
    """The limit that a profile sets, in its own unit: one object for all times it sets it."""

    ref: ProfileRef
    limit: Decimal
    unit: ChargingRateUnitType
    number_phases: int | None


class Said(Struct, frozen=True):
    """What a profile says at a second: a limit, or why it gives none."""

    claim: Claim | None
    until: int
    """The second at which it says something else."""
    gives_until: int
    """The second at which it no longer gives any limit, or is no longer silent for this reason."""
    is_valid: bool = True
    """Within validFrom and validTo; says nothing about the schedule."""
    why_none: LostBecause | None = None
    instant: int | None = None
    """The second that `why_none` speaks of."""

    def is_as_silent(self, other: Said) -> bool:
        """Say whether both give a limit, or none for the same reason."""
        return self.why_none is other.why_none and self.instant == other.instant


class Course:
    """A charging profile as a step function over time; equal neighbours are one step.

    `anchor` is everywhere the time zero of a schedule that does not name its own: the start of
    charging.
    """

    def __init__(self, profile: ChargingProfile, ref: ProfileRef) -> None:
        schedule = profile.charging_schedule
        kind = profile.charging_profile_kind
        valid_from, valid_to = profile.valid_from, end_of_validity(profile)
        self.validity = (
            -FOREVER if valid_from is None else to_second(valid_from),
            FOREVER if valid_to is None else valid_to,
        )
        """The seconds of validFrom and validTo."""
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
        self._starts, self._claims = _merged(profile, ref)
        assert all(map(lt, self._starts, self._starts[1:])), "periods are in order when installed"
        if self._length == self.interval and len(self._starts) == 1 and self._starts[0] == 0:
            # One period without a gap says the same for ever: no need to go from day to day.
            self._length, self.interval = None, 0
            self._zero = -FOREVER
        self.over_at = self.validity[1]
        """The second from which on it has no effect any more."""
        start, length = schedule.start_schedule, schedule.duration
        # A valid TxProfile hides the TxDefaultProfile even where its own schedule is over.
        is_tx = ref.purpose is ChargingProfilePurposeType.TX_PROFILE
        is_absolute = kind is ChargingProfileKindType.ABSOLUTE and not is_tx
        if is_absolute and start is not None and length is not None:
            self.over_at = min(self.over_at, to_second(start) + length)
        self._second = self._anchor = -FOREVER
        self._said = Said(None, 0, 0)
        """What was asked for last."""

    def at(self, second: int, anchor: int) -> Said:
        """Return what the profile says at a second."""
        # Every connector asks a profile of them all, one after the other.
        if second != self._second or anchor != self._anchor:
            self._second, self._anchor, self._said = second, anchor, self._look(second, anchor)
        return self._said

    def _look(self, second: int, anchor: int) -> Said:
        valid_from, valid_to = self.validity
        if second < valid_from:
            return Said(None, valid_from, valid_from, False, LostBecause.NOT_YET_VALID, valid_from)
        if second >= valid_to:
            return Said(None, FOREVER, FOREVER, False, LostBecause.EXPIRED, valid_to)
        said = self._scheduled(second, anchor)
        if said.gives_until <= valid_to or valid_to == FOREVER:
            return said
        return replace(said, until=min(said.until, valid_to), gives_until=valid_to)

    def claims(self, second: int, anchor: int, end: int) -> Iterator[tuple[int, Claim]]:
        """Give the claims of the run that a second lies in, each with its end, until `end`.

        The same as `at` says from second to second, for those who know that it gives until then.
        """
        zero = anchor if self._zero is None else self._zero
        if self.interval:
            zero = second - (second - zero) % self.interval
            end = min(end, zero + self.interval)
        index = bisect_right(self._starts, second - zero)
        for claim, start in zip(self._claims[index - 1 : -1], self._starts[index:], strict=True):
            until = zero + start
            if until >= end:
                yield end, claim
                return
            yield until, claim
        yield end, self._claims[-1]

    def edges(self, anchor: int) -> Iterator[int]:
        """Yield every second at which it may change other than by recurring."""
        yield from self.validity
        if not self.interval:
            zero = anchor if self._zero is None else self._zero
            yield from (zero + start for start in self._starts)
            if self._length is not None:
                yield zero + self._length

    def _scheduled(self, second: int, anchor: int) -> Said:
        zero = anchor if self._zero is None else self._zero
        starts, over = self._starts, FOREVER
        if self.interval:
            # It repeats for ever, also before its first start (the standard is silent there).
            zero = second - (second - zero) % self.interval
            over = zero + self.interval
        run_end = over
        offset = second - zero
        if offset < starts[0]:
            first = zero + starts[0]
            until = min(first, run_end)
            return Said(None, until, until, True, LostBecause.NOT_STARTED, first)
        if self._length is not None and zero + self._length < over:
            over = zero + self._length
            if second >= over:
                if self.interval:
                    return Said(None, run_end, run_end, True, LostBecause.RECURRENCE_GAP, run_end)
                return Said(None, run_end, run_end, True, LostBecause.DURATION_OVER, over)
        index = bisect_right(starts, offset)
        until = over
        if index < len(starts) and zero + starts[index] < over:
            until = zero + starts[index]
        # A run without a gap goes on in the next one: it may give for ever.
        goes_on = self.interval and over == run_end and not starts[0]
        return Said(self._claims[index - 1], until, FOREVER if goes_on else over)


def _merged(profile: ChargingProfile, ref: ProfileRef) -> tuple[list[int], list[Claim]]:
    """Give the periods that differ from the one before: when each begins, and what it claims."""
    schedule = profile.charging_schedule
    starts: list[int] = []
    claims: list[Claim] = []
    made: dict[tuple[Decimal, int | None], Claim] = {}
    for period in schedule.charging_schedule_period:
        what = period.limit, period.number_phases
        claim = made.get(what)
        if claim is None:
            claim = made[what] = Claim(ref, period.limit, schedule.charging_rate_unit, what[1])
        if not claims or claims[-1] is not claim:
            starts.append(period.start_period)
            claims.append(claim)
    return starts, claims
