"""The periods of a charging profile, as a small chart over its length and as a list. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from msgspec import Struct
from textual.content import Content

from cp_tui.charge_point.smart_charging.conversion import limit_text
from cp_tui.ocpp.calendar import EPOCH
from cp_tui.ocpp.datatypes import ChargingProfile, ChargingSchedulePeriod, RecurrencyKindType
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.theme.glyphs import GlyphSet, bar
from cp_tui.tui.timeline.steps import shown_limits, steps

LISTED_MAX = 100
"""Periods in the list; a profile may have a thousand."""

TAIL_MIN_S = 900
"""The last period of a profile without an end is drawn at least so long."""

LENGTH_S_MAX = 100 * 366 * 86_400
"""A profile that says to last longer is drawn as one without an end: nobody sees it, and the
calendar has one."""

CYCLES_S = {RecurrencyKindType.DAILY: 86_400, RecurrencyKindType.WEEKLY: 604_800}

STYLE = "$timeline-real"


class _Span(Struct, frozen=True):
    """A limit over [start, end), counted from the start of the schedule."""

    start: datetime
    end: datetime
    limit: Decimal


def period_facts(profile: ChargingProfile, width: int, rows: int, glyphs: GlyphSet) -> list[Fact]:
    """A chart of so many rows, and the periods under it."""
    chart = [Fact("", line, said="") for line in chart_lines(profile, width, rows, glyphs)]
    return [*chart, Fact("Periods", period_list(profile, glyphs.separator))]


def chart_lines(profile: ChargingProfile, width: int, rows: int, glyphs: GlyphSet) -> list[Content]:
    """The limits over the length of the profile; a line of times where there is room for it."""
    length_s, has_end = length_of(profile)
    spans = _spans(profile.charging_schedule.charging_schedule_period, length_s)
    columns = steps(spans, EPOCH, timedelta(seconds=length_s), width)
    limits = [limit or Decimal(0) for limit in shown_limits(columns)]
    highest = max(limits, default=Decimal(0)) or Decimal(1)
    most = rows * len(glyphs.levels)
    cells = [
        bar(max(1, int(limit / highest * most)), rows, glyphs)
        if limit > 0
        else "0".rjust(rows)
        if index == 0 or limits[index - 1] > 0
        else " " * rows
        for index, limit in enumerate(limits)
    ]
    lines = [Content.styled("".join(column[row] for column in cells), STYLE) for row in range(rows)]
    if rows > 1:
        end = offset_text(length_s) if has_end else f"{offset_text(length_s)} and on"
        gap = " " * max(1, width - len("0:00") - len(end))
        lines.append(Content.styled(f"0:00{gap}{end}", "$text-muted"))
    return lines


def period_list(profile: ChargingProfile, separator: str) -> Content:
    """Each period: when it begins, counted from the start of the schedule, its limit, phases."""
    schedule = profile.charging_schedule
    unit = schedule.charging_rate_unit
    texts: list[str] = []
    for period in schedule.charging_schedule_period[:LISTED_MAX]:
        phases = "" if period.number_phases is None else f" {period.number_phases} ph"
        limit = limit_text(period.limit, unit)
        texts.append(f"{offset_text(period.start_period)} {limit}{phases}")
    left = len(schedule.charging_schedule_period) - LISTED_MAX
    if left > 0:
        texts.append(f"and {left} more")
    length_s, has_end = length_of(profile)
    texts.append(f"end {offset_text(length_s)}" if has_end else "no end")
    return Content(f" {separator} ".join(texts))


def length_of(profile: ChargingProfile) -> tuple[int, bool]:
    """How long a profile says something, in seconds, and whether it ends then."""
    schedule = profile.charging_schedule
    if schedule.duration is not None and schedule.duration <= LENGTH_S_MAX:
        return max(1, schedule.duration), True
    if profile.recurrency_kind is not None:
        return CYCLES_S[profile.recurrency_kind], True
    starts = [period.start_period for period in schedule.charging_schedule_period]
    gaps = [right - left for left, right in pairwise(starts)]
    return min(starts[-1] + max([*gaps[-1:], TAIL_MIN_S]), LENGTH_S_MAX), False


def offset_text(seconds: int) -> str:
    """Seconds as hours and minutes: `1:30`; with seconds only where there are any."""
    minutes, rest = divmod(seconds, 60)
    text = f"{minutes // 60}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


def _spans(periods: Sequence[ChargingSchedulePeriod], length_s: int) -> list[_Span]:
    starts = [min(each.start_period, length_s) for each in periods]
    ends = [*starts[1:], length_s]
    return [
        _Span(EPOCH + timedelta(seconds=start), EPOCH + timedelta(seconds=end), each.limit)
        for each, start, end in zip(periods, starts, ends, strict=True)
        if start < end
    ]
