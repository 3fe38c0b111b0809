"""The composite schedule as GetCompositeSchedule.conf shows it (S 5.7, E 3.57)."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

from cp_tui.charge_point.smart_charging.composite import DURATION_S_MAX, merging, whole
from cp_tui.charge_point.smart_charging.context import Context
from cp_tui.charge_point.smart_charging.stacking import Budget
from cp_tui.charge_point.smart_charging.sweep import Sweep
from cp_tui.charge_point.smart_charging.timeline import to_instant, to_second, window_end
from cp_tui.ocpp.datatypes import (
    ChargingRateUnitType,
    GetCompositeScheduleStatus,
    format_date_time,
    limit_number,
)
from cp_tui.ocpp.model import OwnPayload

ANSWER_STEPS_MAX = 1_200
"""The budget of one answer, in looks at profiles and limits: the CSMS waits for it."""

_limit_and_phases = attrgetter("limit", "number_phases")


class AnsweredPeriod(OwnPayload, frozen=True):
    """From `start_period` on, this limit (S 7.14)."""

    start_period: int
    limit: int | float
    number_phases: int | None = None


class AnsweredSchedule(OwnPayload, frozen=True):
    """Limits over time; without startSchedule (S 7.13, E 3.57)."""

    charging_rate_unit: ChargingRateUnitType
    charging_schedule_period: tuple[AnsweredPeriod, ...]
    duration: int


class CompositeAnswer(OwnPayload, frozen=True):
    """GetCompositeSchedule.conf; of ours, so it is written without being checked."""

    status: GetCompositeScheduleStatus
    connector_id: int | None = None
    schedule_start: str | None = None
    charging_schedule: AnsweredSchedule | None = None


def answer(
    context: Context,
    connector_id: int,
    start: datetime,
    duration_s: int,
    unit: ChargingRateUnitType | None,
) -> CompositeAnswer:
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
    work = merging(sweep, connector_id, (end, end), context.max_periods, _limit_and_phases)
    found = whole(work)
    periods = tuple(
        AnsweredPeriod(at - begin, limit_number(decision.limit), decision.number_phases)
        for at, decision in found.decisions
    )
    return CompositeAnswer(
        GetCompositeScheduleStatus.ACCEPTED,
        connector_id,
        format_date_time(to_instant(begin)),
        AnsweredSchedule(wanted, periods, min(duration_s, found.known_until - begin)),
    )
