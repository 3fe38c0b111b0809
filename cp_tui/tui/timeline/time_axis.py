"""Marks of a time axis: which instants get a label, so that labels never touch and days are seen.

Pure; the time zone is an argument, and a label is what a clock on the wall says.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from math import gcd

from msgspec import Struct

from cp_tui.ocpp.calendar import in_zone

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

QUARTER_S = 15 * MINUTE
"""Offsets of time zones are multiples of it, so wall clocks are full hours on its multiples."""

STEPS_S = (
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * DAY for days in (1, 2, 7, 14)),
)
"""Distances of marks that people expect of a clock, in seconds."""

MONDAY = 1
"""A Monday, as an ordinal day: steps of a week begin there."""

LABEL_WIDTH_MIN = 4
"""Cells for a mark, the shortest label and a space: closer marks need not be tried."""

TICK_WIDTH = 1
"""The mark itself, before its label."""


class AxisMark(Struct, frozen=True):
    """A mark at a column; its label begins in the next one."""

    column: int
    label: str
    is_day: bool
    """Midnight: the label names the day that begins."""


def ticks(start: datetime, span: timedelta, columns: int, time_zone: tzinfo) -> list[AxisMark]:
    """The marks for [start, start + span), as close together as their labels allow."""
    for step_s in STEPS_S:
        if step_s * columns < LABEL_WIDTH_MIN * span.total_seconds():
            continue
        instants = _instants(start, span, time_zone, step_s)
        for time_format, day_format in _formats(step_s):
            found = [
                _tick(instant, start, span, columns, time_format, day_format)
                for instant in instants
            ]
            # The last label may not fit before the edge; its mark still does.
            cut = [
                tick if _end(tick) <= columns else AxisMark(tick.column, "", tick.is_day)
                for tick in found
            ]
            is_apart = all(_end(left) < right.column for left, right in pairwise(found))
            if is_apart and any(tick.label for tick in cut):
                return cut
    return []


def _formats(step_s: int) -> tuple[tuple[str, str], ...]:
    """Formats of a label within a day and at midnight, the most telling first."""
    if step_s < HOUR:
        return (("%H:%M", "%a %-d"), ("%H:%M", "%a"))
    if step_s < DAY:
        return (("%H:%M", "%a %-d %b"), ("%H:%M", "%a %-d"), ("%H", "%a %-d"), ("%H", "%a"))
    return (("", "%a %-d %b"), ("", "%-d %b"), ("", "%a %-d"), ("", "%a"))


def _instants(start: datetime, span: timedelta, time_zone: tzinfo, step_s: int) -> list[datetime]:
    """The instants of the span at which the wall clock shows a multiple of the step."""
    stride_s = gcd(step_s, QUARTER_S)
    stride = timedelta(seconds=stride_s)
    instant = datetime.fromtimestamp(-(-start.timestamp() // stride_s) * stride_s, UTC)
    found: list[datetime] = []
    while instant < start + span:
        local = in_zone(instant, time_zone)
        seconds = local.hour * HOUR + local.minute * MINUTE
        days = local.toordinal() - MONDAY
        if (days * DAY + seconds) % step_s == 0:
            found.append(local)
        instant += stride
    return found


def _tick(
    instant: datetime,
    start: datetime,
    span: timedelta,
    columns: int,
    time_format: str,
    day_format: str,
) -> AxisMark:
    is_day = instant.hour == instant.minute == 0
    column = int((instant - start) * columns / span)
    return AxisMark(column, instant.strftime(day_format if is_day else time_format), is_day)


def _end(tick: AxisMark) -> int:
    """The first column after the label."""
    return tick.column + TICK_WIDTH + len(tick.label)
