"""The calendar ends, so time is added here: what lies beyond an end is that end.

OCPP bounds no instant and no duration, and peers write `9999-12-31` or 10^12 seconds for "never".
An instant before the year 1 becomes FIRST and one after 9999 LAST; nothing raises. What is due at
LAST is due never (`is_never`).

The clock of the machine stands far from both ends: a constant may be added to it with `+`. Whatever
a peer, a key, a file or a person has a say in goes through here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""From which machines count seconds."""
_LAST_SECOND = LAST.replace(microsecond=0)


def span(seconds: float) -> timedelta:
    """Return so many seconds as a length of time, or the longest (shortest) one there is."""
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        return timedelta.max if seconds > 0 else timedelta.min


def later(instant: datetime, by: timedelta | float) -> datetime:
    """Return an aware instant moved by a length of time, or by seconds; the past is negative."""
    length = by if isinstance(by, timedelta) else span(by)
    try:
        return instant + length
    except OverflowError:
        return LAST if length > timedelta(0) else FIRST


def took_ms(asked: datetime, answered: datetime) -> float:
    """Return how long an answer took, in ms, as exactly as it is told."""
    return round((answered - asked).total_seconds() * 1000, 1)


def in_zone(instant: datetime, zone: tzinfo) -> datetime:
    """Return an aware instant on the clocks of a time zone; at an end in UTC if they go beyond."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return _end_of(instant).astimezone(UTC)


def is_never(instant: datetime) -> bool:
    """Say whether an aware instant is the last second of the calendar: nobody means it."""
    return instant >= _LAST_SECOND


def _end_of(instant: datetime) -> datetime:
    """Return the end of the calendar that an instant lies at or beyond."""
    return LAST if instant.year > FIRST.year else FIRST
