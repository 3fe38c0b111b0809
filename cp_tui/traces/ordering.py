"""Logs whose rows do not stand in the order in which the frames passed.

Only two are put in order: those with the newest row first, and tables of a database, which have no
order of their own. Nothing else is ever sorted, for the order of a log is worth more than its
times.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from cp_tui.traces.formats.trace_format import TraceFormat
from cp_tui.traces.record import RecordKind
from cp_tui.traces.survey import KIND_OF, LogSurvey

FALLS_MIN = 2
FALLS_FOR_ONE_RISE = 20
"""Times fall over the whole of a log that has its newest row first; a clock may jump in between."""


def is_newest_first(survey: LogSurvey) -> bool:
    """Say whether the times of a log fall over the whole of it."""
    return survey.falls >= FALLS_MIN and survey.falls >= FALLS_FOR_ONE_RISE * survey.rises


def order_of(survey: LogSurvey, format: TraceFormat) -> Sequence[int] | None:
    """Give the frames in the order in which they passed; None: as they stand."""
    standing, turned = range(survey.frames), range(survey.frames - 1, -1, -1)
    times = survey.times
    if not format.is_sorted or any(map(math.isnan, times)):
        return turned if is_newest_first(survey) else None
    by_time = sorted(turned if _has_answers_first(survey) else standing, key=times.__getitem__)
    mixed = _mixed_instants(survey, by_time)

    def key(frame: int) -> tuple[float, bool]:
        return times[frame], times[frame] in mixed and not _is_call(survey, frame)

    return array("I", sorted(by_time, key=key))


def _has_answers_first(survey: LogSurvey) -> bool:
    """Say whether most answers stand before their CALLs, which also rows of one instant tell."""
    waiting, before, after = dict[tuple[int, int], bool](), 0, 0
    for frame in range(survey.frames):
        exchange, is_call = (survey.chargers[frame], survey.ids[frame]), _is_call(survey, frame)
        if waiting.get(exchange, is_call) is is_call:
            waiting[exchange] = is_call
            continue
        del waiting[exchange]
        before += is_call
        after += not is_call
    return before > after


def _mixed_instants(survey: LogSurvey, by_time: Sequence[int]) -> set[float]:
    """Find the instants at which a row with an answer stands before the row with its CALL.

    Rows of one instant are let be otherwise: what is sent once an answer has come, as after a boot,
    often has the time of that answer.
    """
    mixed, answered, now = set[float](), set[tuple[int, int]](), math.nan
    for frame in by_time:
        if survey.times[frame] != now:
            now = survey.times[frame]
            answered.clear()
        exchange = survey.chargers[frame], survey.ids[frame]
        if not _is_call(survey, frame):
            answered.add(exchange)
        elif exchange in answered:
            mixed.add(now)
    return mixed


def _is_call(survey: LogSurvey, frame: int) -> bool:
    return KIND_OF[survey.kinds[frame]] is RecordKind.CALL


def rows_in_order(frames: Sequence[int], order: Sequence[int]) -> Sequence[int]:
    """Put rows in the order of their frames; a row that is none, an event, has frame -1.

    Events of the connection stay beside the frame that they stood beside.
    """
    if isinstance(order, range):
        return range(len(frames) - 1, -1, -1)
    row_of = {frame: row for row, frame in enumerate(frames) if frame >= 0}
    events = (row for row, frame in enumerate(frames) if frame < 0)
    return array("I", (*events, *(row_of[frame] for frame in order if frame in row_of)))
