"""Times of a log: how they are printed, how exact they are, and which UTC they mean.

Most programs write local time and no zone. What the offset was is found by comparing the log with
`currentTime`, which the CSMS wrote into an answer at that very moment. Where that cannot be told
there is no time, for a wrong one would accuse somebody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from cp_tui.ocpp.calendar import EPOCH, in_zone, later, span
from cp_tui.traces.record import ZoneFrom

AGREE_S = 60
"""Within which two estimates of an offset agree."""
STEP_S = 15 * 60
"""Offsets of time zones are multiples of it."""
OFFSET_S_MAX = 14 * 3600
TEXT_MAX = 64
"""Characters of a time; what is longer is none."""
DAYS_MAX = 5_000
"""Of a log, whose offsets are told apart."""
NO_DATE = date(4, 1, 1)
"""Stands for the day of a time without one."""

_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
_MONTHS: Mapping[str, int] = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                "jan januar january ene janv",
                "feb februar february févr fev",
                "mar mär mrz märz march mars maart mrt",
                "apr april avr abr",
                "may mai mei maj maggio",
                "jun juni june juin giu",
                "jul juli july juil lug",
                "aug august août ago",
                "sep sept september set",
                "oct okt oktober october ott out",
                "nov november",
                "dec dez dezember december déc dic des",
            ),
            start=1,
        )
        for name in names.split()
    }
)
_PATTERNS = (
    re.compile(rf"(?P<y>\d{{4}})[-/](?P<m>\d\d?)[-/](?P<d>\d\d?)[T ,]+{_CLOCK}"),
    re.compile(rf"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{{4}}),? +{_CLOCK}"),
    re.compile(rf"(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>\d{{4}}),? +{_CLOCK}"),
    re.compile(rf"(?P<name>[^\W\d_]{{3,9}})\.? +(?P<d>\d\d?) +{_CLOCK}"),
    re.compile(rf"(?<![\d:.]){_CLOCK}"),
)
_ZONE = re.compile(r"\s?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)(?![\w:])")
_HALF = re.compile(r"[\s\u202f\u00a0]([AaPp])\.?[Mm]\b\.?")
FIND = re.compile(
    r"\d{4}[-/]\d\d?[-/]\d\d?[T ,]+\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?"
    r"(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d)\b)?"
    r"|\d\d?[./]\d\d?[./]\d{4},? +\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?:[\s\u202f][AaPp]\.?[Mm]\b)?"
    r"|(?<![\d:.])\d\d:\d\d:\d\d(?:[.,]\d+)?"
)
"""A time anywhere in a line."""


class Stamp(Struct, frozen=True, gc=False):
    """A time as a log has it."""

    at: datetime
    """Aware where the zone is stated."""
    resolution: float
    """In s."""
    has_date: bool = True
    has_year: bool = True


def stamp_of(text: str) -> Stamp | None:
    """Read a time in any of the ways that programs print it; None: it is none."""
    if len(text) > TEXT_MAX:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return _by_pattern(text) or _epoch(text)
    # Nearly all times come by here: a search by a pattern would be dear.
    fraction = text.partition("." if "." in text else ",")[2]
    if fraction and ":" in text:
        return Stamp(at, _RESOLUTIONS[len(fraction) - len(fraction.lstrip("0123456789"))])
    return Stamp(at, 1.0 if text.count(":") > 1 else 60.0) if ":" in text else None


_RESOLUTIONS = tuple(10.0 ** -min(digits, 6) for digits in range(TEXT_MAX))
"""In s, by the digits of a fraction."""


def _by_pattern(text: str) -> Stamp | None:
    for pattern in _PATTERNS:
        if found := pattern.search(text):
            try:
                return _stamp(found, text)
            except ValueError:
                return None
    return None


def _stamp(found: re.Match[str], text: str) -> Stamp:
    named = found.groupdict()
    hour, minute, second, fraction = found.groups()[-4:]
    rest = text[found.end() :]
    if half := _HALF.match(rest):
        hour = int(hour) % 12 + (12 if half[1] in "Pp" else 0)
    # Without a year it may be the day that only some years have.
    year, month, day = (int(named.get(each) or (4 if each == "y" else 1)) for each in "ymd")
    if named.get("name"):
        month = _MONTHS.get(named["name"].lower(), 0)
    elif month > 12 >= day and "/" in found[0]:
        month, day = day, month
    micro = int((fraction or "0").ljust(6, "0")[:6])
    zone = _ZONE.match(rest)
    digits = len(fraction or "")
    return Stamp(
        datetime(year, month, day, int(hour), int(minute), int(second or 0), micro, _zone(zone)),
        _RESOLUTIONS[min(digits, 6)] if second else 60.0,
        has_date="d" in named,
        has_year="y" in named,
    )


def _zone(found: re.Match[str] | None) -> tzinfo | None:
    if found is None:
        return None
    text = found[1]
    if text in ("Z", "UTC", "GMT"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:] if len(text) > 3 else 0)
    return _fixed_zone((-1 if text[0] == "-" else 1) * (hours * 3600 + minutes * 60))


def _fixed_zone(offset_s: int) -> tzinfo:
    sign = "-" if offset_s < 0 else "+"
    hours, minutes = divmod(abs(offset_s) // 60, 60)
    return datetime.strptime(f"{sign}{hours:02}{minutes:02}", "%z").tzinfo or UTC


def _epoch(text: str) -> Stamp | None:
    """Read seconds since 1970, or milliseconds where they would be far in the future."""
    try:
        number = float(text)
    except ValueError:
        return None
    return epoch_stamp(number) if number > 1e8 else None


def epoch_stamp(number: float) -> Stamp:
    """Give the time of so many seconds since 1970, or milliseconds from 10^12 on."""
    seconds = number / 1000 if number >= 1e12 else number
    return Stamp(later(EPOCH, span(seconds)), 0.001)


def zone_of(text: str) -> tzinfo:
    """Read a time zone: an offset, or a name.

    Raises:
        ValueError: it is neither.
    """
    if text.upper() in ("Z", "UTC"):
        return UTC
    stamp = stamp_of(f"2026-01-01T00:00:00{text}") if text[:1] in "+-" else None
    if stamp is not None and stamp.at.tzinfo is not None:
        return stamp.at.tzinfo
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError from None


class Offsets(Struct):
    """What a log tells about the clock that it was written by."""

    by_day: dict[date, Counter[int]] = field(default_factory=dict)
    """From `currentTime`, and from the times of collectors."""
    weak: Counter[int] = field(default_factory=Counter)
    """From timestamps inside requests, which may be old."""

    def observe(self, local: datetime, utc: datetime, *, is_weak: bool = False) -> None:
        """Take in what a clock showed at an instant."""
        offset_s = offset_between(local, utc)
        if offset_s is None:
            return
        if is_weak:
            self.weak[offset_s] += 1
        elif len(self.by_day) < DAYS_MAX or local.date() in self.by_day:
            self.by_day.setdefault(local.date(), Counter())[offset_s] += 1

    def estimate(self) -> dict[date, int]:
        """Give the offset of each day that tells one; NO_DATE stands for all others."""
        everything: Counter[int] = Counter()
        for counter in self.by_day.values():
            everything.update(counter)
        # Two have to agree, as one alone may be a wrong clock.
        for counter in (everything, self.weak, everything + self.weak):
            if counter and counter.most_common(1)[0][1] >= 2:
                found = {NO_DATE: counter.most_common(1)[0][0]}
                break
        else:
            return {}
        for day, counter in self.by_day.items():
            offset_s, count = counter.most_common(1)[0]
            if count >= 2:
                found[day] = offset_s
        return found


def offset_between(local: datetime, utc: datetime) -> int | None:
    """Give the offset in s of a clock, a multiple of STEP_S; None: it is none of any zone."""
    seconds = (local.replace(tzinfo=UTC) - utc).total_seconds()
    offset_s = round(seconds / STEP_S) * STEP_S
    is_offset = abs(seconds - offset_s) <= AGREE_S and abs(offset_s) <= OFFSET_S_MAX
    return offset_s if is_offset else None


class LogClock(Struct):
    """Turns the times of one log into UTC."""

    source: ZoneFrom = ZoneFrom.STATED
    """Of times that state no zone themselves."""
    given: tzinfo | None = None
    offsets: Mapping[date, int] = MappingProxyType({})
    year: int | None = None
    """Of a log without years: that of the first `currentTime`."""

    def utc(self, stamp: Stamp) -> tuple[datetime | None, ZoneFrom, int | None]:
        """Give the instant, how it is known, and the offset in s where it is not stated."""
        at = stamp.at
        if at.tzinfo is not None:
            is_utc = at.tzinfo is UTC
            return at if is_utc else in_zone(at, UTC), ZoneFrom.STATED, None
        if not stamp.has_date:
            return None, ZoneFrom.NONE, None
        if not stamp.has_year:
            if self.year is None:
                return None, ZoneFrom.NONE, None
            at = in_year(at, self.year)
        match self.source:
            case ZoneFrom.BY_FORMAT:
                return at.replace(tzinfo=UTC), ZoneFrom.BY_FORMAT, None
            case ZoneFrom.GIVEN if self.given is not None:
                instant = in_zone(at.replace(tzinfo=self.given), UTC)
                return instant, ZoneFrom.GIVEN, offset_between(at, instant)
            case ZoneFrom.ESTIMATED:
                offset_s = self.offsets.get(at.date(), self.offsets.get(NO_DATE, 0))
                return later(at.replace(tzinfo=UTC), -offset_s), ZoneFrom.ESTIMATED, offset_s
        return None, ZoneFrom.NONE, None


def in_year(at: datetime, year: int) -> datetime:
    """Give a day and time its year; 29 February of another year becomes the day after."""
    try:
        return at.replace(year=year)
    except ValueError:
        return at.replace(year=year, month=3, day=1)


def seconds_of(at: datetime) -> float:
    """Give a time as seconds since 1970, for comparing; without a zone as if it were UTC."""
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
