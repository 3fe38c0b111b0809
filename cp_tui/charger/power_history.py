"""The measured power of each connector over time and its limits, in memory: what a timeline draws.

Kept by its changes: values that stay the same cost two points, however long. A timer runs only
while power moves by itself, over a ramp or a taper.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from cp_tui.charge_point.smart_charging.schedule import SetBy
from cp_tui.charge_point.station_port import MeterReading
from cp_tui.charge_point.variables.measurement import (
    CHANGE_MIN,
    LIMITS_MAX,
    POINTS_MAX,
    FollowedLimit,
    MeasuredPoint,
)
from cp_tui.ocpp.calendar import FIRST, later

INTERVAL_MIN_S = 1.0
"""The shortest time between two points, in s: a vehicle follows a new limit within seconds."""
INTERVAL_MAX_S = 3_600.0
"""The longest time between two points while power moves at all, in s."""

Read = Callable[[int, datetime], MeterReading]
T = TypeVar("T", MeasuredPoint, FollowedLimit)


class PowerHistory:
    """A bounded history of points per connector, and when the next ones are due.

    Its instants are those of the clock of the machine.
    """

    def __init__(
        self,
        read: Read,
        seconds_to_bend: Callable[[float], float],
        connector_ids: Iterable[int],
    ) -> None:
        """Take what reads a meter, and what says how soon any power moves by a part of itself."""
        self._read = read
        self._seconds_to_bend = seconds_to_bend
        self._points: dict[int, list[MeasuredPoint]] = {each: [] for each in connector_ids}
        self._limits: dict[int, list[FollowedLimit]] = {each: [] for each in self._points}
        self._noted_at = FIRST
        self._due: datetime | None = None

    @property
    def deadline(self) -> datetime | None:
        """When `note` is due at the latest; None where power stays as it is."""
        return self._due

    def note(self, now: datetime, *, is_touched: bool) -> None:
        """Read all meters if that is due, or something was done at the station."""
        # A clock that was set back measures that time anew.
        is_due = self._due is not None and not self._noted_at <= now < self._due
        if not is_touched and not is_due:
            return
        self._noted_at = now
        for connector_id, points in self._points.items():
            _add(points, _point(self._read(connector_id, now), now))
        bend_s = self._seconds_to_bend(CHANGE_MIN)
        interval_s = min(max(bend_s, INTERVAL_MIN_S), INTERVAL_MAX_S)
        self._due = None if math.isinf(bend_s) else later(now, interval_s)

    def points(
        self, connector_id: int, start: datetime | None, end: datetime | None, now: datetime
    ) -> list[MeasuredPoint]:
        """Return the points of [start, end], the one in force at the start, and the one of now."""
        points = [*self._points[connector_id]]
        if end is None or end >= now:
            points = [each for each in points if each.at < now]
            points.append(_point(self._read(connector_id, now), now))
        return _within(points, start, end)

    def note_limit(self, connector_id: int, limit_a: Decimal, set_by: SetBy, now: datetime) -> None:
        """Keep that this limit has to be followed from now on."""
        limits = self._limits[connector_id]
        while limits and limits[-1].at >= now:
            limits.pop()
        limits.append(FollowedLimit(at=now, limit_a=limit_a, set_by=set_by))
        del limits[:-LIMITS_MAX]

    def limits(
        self, connector_id: int, start: datetime | None, end: datetime | None
    ) -> list[FollowedLimit]:
        """Return the limits that came in [start, end), and the one in force at the start."""
        return _within(self._limits[connector_id], start, end)


def _within(known: Sequence[T], start: datetime | None, end: datetime | None) -> list[T]:
    """Those of [start, end], and what held at the start."""
    first = 0
    if start is not None:
        first = max((i for i, each in enumerate(known) if each.at <= start), default=0)
    return [each for each in known[first:] if end is None or each.at <= end]


def _point(reading: MeterReading, now: datetime) -> MeasuredPoint:
    current_a = max((phase.current_a for phase in reading.phases), default=0.0)
    return MeasuredPoint(at=now, power_w=round(reading.power_w), current_a=round(current_a, 1))


def _add(points: list[MeasuredPoint], point: MeasuredPoint) -> None:
    # A clock that was set back measures that time anew.
    while points and points[-1].at >= point.at:
        points.pop()
    # Compared with the start of the run, so that a slow drift does not go unseen.
    if len(points) > 1 and points[-1].is_like(points[-2]) and point.is_like(points[-2]):
        points.pop()
    points.append(point)
    del points[:-POINTS_MAX]
