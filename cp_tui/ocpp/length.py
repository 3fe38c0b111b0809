"""Time in words: how long something lasts, takes or is waited for, and when something is."""

from __future__ import annotations

from datetime import UTC, datetime

from cp_tui.ocpp.calendar import in_zone

_DAY_MIN = 24 * 60
_YEAR_MIN = 365.25 * _DAY_MIN
_EXACT_ALONE_S = 3600
"""From here on nobody reads a number of seconds as a length of time."""


def length(seconds: float) -> str:
    """`12 s`, `41 min`, `2 h 05 min`, `3 d 04 h`, `68 years`; what is negative is `0 s`."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(0.0, seconds):.0f} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 2 * _DAY_MIN:
        return f"{minutes // 60} h {minutes % 60:02} min"
    if minutes < 2 * _YEAR_MIN:
        return f"{minutes // _DAY_MIN} d {minutes % _DAY_MIN // 60:02} h"
    return f"{minutes / _YEAR_MIN:.0f} years"


def exact(seconds: int) -> str:
    """`300 s`, `86400 s (24 h 00 min)`: for a number that people compare with a field or a key."""
    return f"{seconds} s ({length(seconds)})" if seconds >= _EXACT_ALONE_S else f"{seconds} s"


def moment(instant: datetime) -> str:
    """`2026-01-05 08:30:00Z`: an aware instant for a sentence that is read anywhere."""
    return f"{in_zone(instant, UTC).replace(microsecond=0, tzinfo=None).isoformat(' ')}Z"
