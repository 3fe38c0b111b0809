"""GetCompositeSchedule against what the known profiles come to (S 5.7, S 3.13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from msgspec import Struct

from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    SourceKind,
)
from cp_tui.explain.catalogue import found
from cp_tui.explain.charging import context_of, with_connector
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import ChargingRateUnitType, GetCompositeScheduleStatus
from cp_tui.ocpp.smart_charging import GetCompositeScheduleRequest, GetCompositeScheduleResponse
from cp_tui.traces.record import Record

EDGE_S = 5.0
"""Times may differ by so much."""
LEAST_A = Decimal("0.1")
SHARE = Decimal("0.01")
CONVERTED_SHARE = Decimal("0.05")
"""Where watts and amperes are converted, with a voltage that nobody knows."""


class ScheduleDifference(Struct, frozen=True):
    """Where a schedule that was told first differs from the one that the profiles come to."""

    after_s: float
    """Since its start."""
    told: Decimal
    period: CompositePeriod
    unit: ChargingRateUnitType

    def __str__(self) -> str:
        return (
            f"{self.after_s:.0f} s after its start it has {self.told} {self.unit}, and"
            f" {self.period.source.winner} sets {self.period.limit} {self.unit}"
        )


class CompositeRules(Family):
    """What a charge point tells about its limits."""

    ACTIONS = frozenset({Action.GET_COMPOSITE_SCHEDULE})

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        match exchange.request, exchange.response:
            case (
                GetCompositeScheduleRequest() as request,
                GetCompositeScheduleResponse(status=GetCompositeScheduleStatus.ACCEPTED) as answer,
            ):
                flaws = list(_flaws(request, answer))
                for text in flaws:
                    yield found(
                        "composite.shape",
                        f"GetCompositeSchedule was Accepted {text}.",
                        record,
                        matter=text,
                    )
                if not flaws:
                    yield from _compared(record, request, answer, known)


def _flaws(
    request: GetCompositeScheduleRequest, answer: GetCompositeScheduleResponse
) -> Iterable[str]:
    schedule = answer.charging_schedule
    if schedule is None:
        yield "without a chargingSchedule"
        return
    if answer.schedule_start is None:
        yield "without a scheduleStart, from which its periods count"
    asked = request.charging_rate_unit
    if asked is not None and schedule.charging_rate_unit is not asked:
        yield f"in {schedule.charging_rate_unit}, and {asked} was asked for"
    starts = [each.start_period for each in schedule.charging_schedule_period]
    if not starts:
        yield "without a period"
    elif starts[0] != 0:
        yield f"with a first startPeriod of {starts[0]}, not 0"
    elif any(after <= before for before, after in pairwise(starts)):
        yield "with periods that are not in the order of their startPeriod"


def _compared(
    record: Record,
    request: GetCompositeScheduleRequest,
    answer: GetCompositeScheduleResponse,
    known: Known,
) -> Iterable[Finding]:
    if known.profiles.are_all_known and (differs := difference(request, answer, known)) is not None:
        yield found(
            "composite.differs",
            f"The composite schedule of connector {request.connector_id} is not what the profiles"
            f" come to: {differs}.",
            record,
            known.profiles.changed,
        )


def difference(
    request: GetCompositeScheduleRequest,
    answer: GetCompositeScheduleResponse,
    known: Known,
    at_least: Decimal = Decimal(0),
) -> ScheduleDifference | None:
    """What differs first from the schedule that the known profiles come to, by either reading of a
    TxProfile that is silent; None: nothing that can be said.

    The hardware allows `at_least` so much. Of connector 0 nothing is said: its schedule is a sum
    of what the hardware can, which no log tells.
    """
    told, start, connector = answer.charging_schedule, answer.schedule_start, request.connector_id
    if told is None or start is None or connector <= 0:
        return None
    differences: list[ScheduleDifference] = []
    for fallback in (False, True):
        context = context_of(known, connector, tx_profile_fallback=fallback)
        context = with_connector(context, connector)
        ours = composite(context, connector, start, request.duration, told.charging_rate_unit)
        found_here = _difference(ours, answer, at_least)
        if found_here is None:
            return None
        differences.append(found_here)
    return differences[0]


def _difference(
    ours: CompositeSchedule,
    answer: GetCompositeScheduleResponse,
    at_least: Decimal,
) -> ScheduleDifference | None:
    """What differs first from one of ours."""
    schedule = answer.charging_schedule
    if schedule is None:
        return None
    # The hardware may allow less than the profiles, but at least what is told anywhere.
    most = max((each.limit for each in schedule.charging_schedule_period), default=Decimal(0))
    for period in ours.periods:
        if period.source.kind is not SourceKind.PROFILE:
            continue
        begin, end = later(period.start, EDGE_S), later(period.end, -EDGE_S)
        for at in _moments(answer, begin, end):
            told = _told_at(answer, at)
            if told is None:
                continue
            room = _tolerance(period)
            is_low = told < period.limit - room and period.limit - room <= most
            is_low = is_low or told < min(period.limit, at_least) - room
            if told > period.limit + room or is_low:
                return ScheduleDifference(
                    (at - ours.start).total_seconds(), told, period, ours.unit
                )
    return None


def _moments(
    answer: GetCompositeScheduleResponse, begin: datetime, end: datetime
) -> Iterable[datetime]:
    """The moments within a span at which what is told may change, and its begin."""
    start, schedule = answer.schedule_start, answer.charging_schedule
    if begin >= end or start is None or schedule is None:
        return
    yield begin
    for each in schedule.charging_schedule_period:
        at = later(start, each.start_period + EDGE_S)
        if begin < at < end:
            yield at


def _told_at(answer: GetCompositeScheduleResponse, at: datetime) -> Decimal | None:
    """The limit that is told for a moment; None: it is beyond what is told, or near a change."""
    start, schedule = answer.schedule_start, answer.charging_schedule
    assert start is not None
    assert schedule is not None
    after_s = (at - start).total_seconds()
    if schedule.duration is not None and after_s >= schedule.duration - EDGE_S:
        return None
    periods = schedule.charging_schedule_period
    if any(abs(each.start_period - after_s) < EDGE_S and each.start_period for each in periods):
        return None
    told = [each.limit for each in periods if each.start_period <= after_s]
    return told[-1] if told else None


def _tolerance(period: CompositePeriod) -> Decimal:
    share = SHARE if period.source.conversion is None else CONVERTED_SHARE
    return max(LEAST_A, period.limit * share)
