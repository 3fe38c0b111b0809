"""The composite schedule as GetCompositeSchedule.conf shows it (S 5.7, E 3.57)."""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.smart_charging.composite import DURATION_S_MAX, merging, whole
from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.conversion import floor_to_tenth
from cp_tui.charge_point.smart_charging.decision import Decision
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.smart_charging.stacking import Budget
from cp_tui.charge_point.smart_charging.sweep import Sweep
from cp_tui.charge_point.smart_charging.timeline import to_second, window_end
from cp_tui.ocpp.datatypes import ChargingRateUnitType, ChargingSchedule, ChargingSchedulePeriod

ANSWER_STEPS_MAX = 1_200
"""So often profiles and limits are looked at for one answer: the CSMS waits for it."""


def answer(
    context: Context,
    connector_id: int,
    start: datetime,
    duration_s: int,
    unit: ChargingRateUnitType | None,
) -> ChargingSchedule:
    """Work out what GetCompositeSchedule.conf holds, and nothing that it does not.

    The standard bounds the periods of the answer (ChargingScheduleMaxPeriods), not the time that is
    asked for, and says nothing of an answer that would need more. Ours ends with the last period
    that there is room for, and its `duration` says so: what it does not cover is not known to be
    anything. The CSMS can ask again then. The same where a search takes too long.
    """
    begin = to_second(start)
    end = window_end(begin, min(duration_s, DURATION_S_MAX))
    wanted = unit or context.allowed_units[0]
    sweep = Sweep(context, wanted, begin, Budget(ANSWER_STEPS_MAX), explains=False)
    found = whole(merging(sweep, connector_id, (end, end), context.max_periods, _on_the_wire))
    return ChargingSchedule(
        charging_rate_unit=wanted,
        charging_schedule_period=tuple(
            ChargingSchedulePeriod(
                start_period=at - begin,
                limit=floor_to_tenth(decision.limit),
                number_phases=decision.number_phases,
            )
            for at, decision in found.decisions
        ),
        duration=min(duration_s, found.known_until - begin),
    )


def _on_the_wire(decision: Decision) -> object:
    return floor_to_tenth(decision.limit), decision.number_phases


def to_wire(schedule: CompositeSchedule, periods_max: int) -> ChargingSchedule:
    """Return the schedule without sources and without startSchedule, equal neighbours merged.

    With more than `periods_max` (ChargingScheduleMaxPeriods) periods it covers less time.
    """
    begin = to_second(schedule.start)
    duration_s = schedule.duration_s
    periods: list[ChargingSchedulePeriod] = []
    for period in schedule.periods:
        limit = floor_to_tenth(period.limit)
        if periods and (limit, period.number_phases) == (
            periods[-1].limit,
            periods[-1].number_phases,
        ):
            continue
        start_period = to_second(period.start) - begin
        if len(periods) == periods_max:
            duration_s = start_period
            break
        periods.append(
            ChargingSchedulePeriod(
                start_period=start_period, limit=limit, number_phases=period.number_phases
            )
        )
    return ChargingSchedule(
        charging_rate_unit=schedule.unit,
        charging_schedule_period=tuple(periods),
        duration=duration_s,
    )
