"""The composite schedule as GetCompositeSchedule.conf shows it (S 5.7, E 3.57)."""

from __future__ import annotations

from cp_tui.charge_point.smart_charging.conversion import floor_to_tenth
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.smart_charging.timeline import to_second
from cp_tui.ocpp.datatypes import ChargingSchedule, ChargingSchedulePeriod


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
