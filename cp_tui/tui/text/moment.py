"""A time that somebody types: `22:30`, `9`, `22:30 tomorrow`, `+2h`, `Jan 06 08:00`. Pure.

A time of day is the next one that comes; with a day it is that of the day, gone by or not.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta, tzinfo

from cp_tui.ocpp.calendar import in_zone
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.words import Clock

ALLOWED = "22:30, 9, 9pm, 22:30 tomorrow, Mon 8:00, +2h, -30m, 2026-01-06 08:00, now"

AHEAD_DAYS_MAX = 330
"""A charge point reckons schedules for a year, and the widest window shows weeks beyond."""

_DAY = timedelta(days=1)
_STEP = re.compile(r"(\d{1,5})(d|h|min|m)")
_UNITS = {"d": _DAY, "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_TIME = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2})(?::(\d{2}))?)?(am|pm)?")
_NO_SIGN = re.compile(r"\d{1,2} ?(?:d|h|min|m)")
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_DAY = re.compile(rf"({'|'.join(_MONTHS)})[a-z]* (\d{{1,2}})\b")


def moment(text: str, clock: Clock, allowed: str = ALLOWED) -> datetime:
    """The time that is meant, in the zone of the reader; raises `ValueError`, with words.

    `allowed` says what else would have been understood.
    """
    typed = " ".join(text.casefold().split())
    named = f"{drawn(text.strip())!r}"
    if _NO_SIGN.fullmatch(typed):
        raise ValueError(f"{named} needs a sign: +{typed} is from now on, -{typed} before now")
    try:
        found = _moment(typed, clock)
    except _NoSuchDayError:
        raise ValueError(f"{named}: the calendar has no such day") from None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise ValueError(f"{named} is no time; allowed: {allowed}")
    last = in_zone(clock.now + AHEAD_DAYS_MAX * _DAY, clock.zone)
    if found > last:
        raise ValueError(
            f"{named} is too far ahead; allowed: up to +{AHEAD_DAYS_MAX}d, {clock.minute(last)}"
        )
    return found


class _NoSuchDayError(ValueError):
    """It is written as a day, and there is none."""


def day_of_log(begin: datetime, now: datetime, zone: tzinfo) -> datetime:
    """What a time of day is counted from in a log that is looked at as of now.

    In one that began less than a day before, each time of day is there once; else it is that of
    the day that is looked at, gone by or not.
    """
    if now - begin < _DAY:
        return begin
    return in_zone(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _moment(typed: str, clock: Clock) -> datetime | None:
    now = in_zone(clock.now, clock.zone)
    if typed in ("", "now"):
        return now
    if typed[0] in "+-":
        return _shifted(typed, now)
    if re.match(r"\d{4}-\d{2}-\d{2}t", typed):
        at = datetime.fromisoformat(typed.upper())
        return at if at.tzinfo is not None else at.replace(tzinfo=clock.zone)
    day, rest = _day(typed, now.date())
    at_time = _time(rest) if rest else time(0)
    if at_time is None:
        return None
    if day is not None:
        return datetime.combine(day, at_time, clock.zone)
    at = datetime.combine(now.date(), at_time, clock.zone)
    return at if at >= now else datetime.combine(now.date() + _DAY, at_time, clock.zone)


def _shifted(typed: str, now: datetime) -> datetime | None:
    steps = typed[1:].replace(" ", "")
    found = _STEP.findall(steps)
    if not found or _STEP.sub("", steps):
        return None
    shift = sum((int(number) * _UNITS[unit[0]] for number, unit in found), timedelta())
    # As many hours later as people wait, also where clocks are set meanwhile.
    at = now.timestamp() + (shift if typed[0] == "+" else -shift).total_seconds()
    return datetime.fromtimestamp(at, now.tzinfo)


def _day(typed: str, today: date) -> tuple[date | None, str]:
    """The day that is named, and what is left of the text."""
    if named := re.search(r"\b\d{4}-\d{2}-\d{2}", typed):
        try:
            day = date.fromisoformat(named[0])
        except ValueError:
            raise _NoSuchDayError from None
        return day, typed.replace(named[0], "").strip()
    if named := _MONTH_DAY.search(typed):
        month = _MONTHS.index(named[1]) + 1
        return _nearest(month, int(named[2]), today), typed.replace(named[0], "").strip()
    words = typed.split()
    for word in words:
        rest = " ".join(other for other in words if other is not word)
        if word in _DAYS:
            return today + _DAYS[word] * _DAY, rest
        if len(word) >= 3 and word[:3] in _WEEKDAYS:
            ahead = (_WEEKDAYS.index(word[:3]) - today.weekday()) % len(_WEEKDAYS)
            return today + ahead * _DAY, rest
    return None, typed


def _nearest(month: int, day: int, today: date) -> date:
    """The day that is nearest: without a year, as the screen writes it."""
    found: list[date] = []
    for year in (today.year - 1, today.year, today.year + 1):
        # There may be none in two of the years: February 29.
        with suppress(ValueError):
            found.append(date(year, month, day))
    if not found:
        raise _NoSuchDayError
    return min(found, key=lambda each: abs(each - today))


def _time(typed: str) -> time | None:
    if typed == "noon":
        return time(12)
    found = _TIME.fullmatch(typed.replace(" ", ""))
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    if (half := found[4]) is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute, second)
