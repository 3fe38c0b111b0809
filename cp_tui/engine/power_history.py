"""The measured power of each connector over time, in memory: what a timeline draws over a limit.

Values that stay the same cost two points, however long; where nothing flows no timer runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cp_tui.charge_point.station_port import MeterReading

POINTS_MAX = 2_000
"""Of one connector: some hours of a vehicle whose power changes all the time, else days."""
CHANGE_MIN = 0.01
"""A smaller part of the value is no change."""
INTERVAL = timedelta(seconds=10)
"""While power flows and stays the same."""
INTERVAL_OF_CHANGE = timedelta(seconds=1)
"""While it changes: a vehicle follows a new limit within seconds."""

Read = Callable[[int, datetime], MeterReading]


@dataclass(frozen=True, slots=True)
class Point:
    """What flowed at a moment of the machine's clock."""

    at: datetime
    power_w: float
    current_a: float

    def is_like(self, other: Point) -> bool:
        """Say whether the values are the same but for noise."""
        return _is_close(self.power_w, other.power_w) and _is_close(self.current_a, other.current_a)


class PowerHistory:
    """A bounded history of points per connector, and when the next ones are due."""

    def __init__(self, read: Read, connector_ids: Iterable[int]) -> None:
        self._read = read
        self._points: dict[int, deque[Point]] = {
            connector_id: deque(maxlen=POINTS_MAX) for connector_id in connector_ids
        }
        self._due: datetime | None = None

    @property
    def deadline(self) -> datetime | None:
        """When `note` is due at the latest; None where nothing flows."""
        return self._due

    def note(self, now: datetime, *, is_touched: bool) -> None:
        """Read all meters if that is due, or something was done at the station."""
        # A deadline further away than any is one of a clock that was set back since.
        is_due = self._due is not None and not self._due - INTERVAL <= now < self._due
        if not is_touched and not is_due:
            return
        flows = changes = False
        for connector_id, points in self._points.items():
            reading = self._read(connector_id, now)
            point = _point(reading, now)
            flows |= point.power_w > 0
            # Power that is offered may be drawn in a moment.
            changes |= is_touched and reading.offered_power_w > 0
            changes |= not points or not point.is_like(points[-1])
            _add(points, point)
        if changes and (flows or is_touched):
            self._due = now + INTERVAL_OF_CHANGE
        else:
            self._due = now + INTERVAL if flows else None

    def points(
        self, connector_id: int, start: datetime | None, end: datetime | None, now: datetime
    ) -> list[Point]:
        """Return the points of [start, end], the one in force at the start, and the one of now."""
        points = [*self._points[connector_id]]
        if end is None or end >= now:
            points = [each for each in points if each.at < now]
            points.append(_point(self._read(connector_id, now), now))
        first = 0
        if start is not None:
            first = max((i for i, each in enumerate(points) if each.at <= start), default=0)
        return [each for each in points[first:] if end is None or each.at <= end]


def _point(reading: MeterReading, now: datetime) -> Point:
    current_a = max((phase.current_a for phase in reading.phases), default=0.0)
    return Point(now, reading.power_w, current_a)


def _is_close(value: float, other: float) -> bool:
    return abs(value - other) <= CHANGE_MIN * max(value, other)


def _add(points: deque[Point], point: Point) -> None:
    # A clock that was set back measures that time anew.
    while points and points[-1].at >= point.at:
        points.pop()
    # Compared with the start of the run, so that a slow drift does not go unseen.
    if len(points) > 1 and points[-1].is_like(points[-2]) and point.is_like(points[-2]):
        points.pop()
    points.append(point)
