"""The time series of a report, as dense as it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from cp_tui.fleet.report.fleet_report import TimelinePoint


def every(timeline: Sequence[TimelinePoint], seconds: float | None) -> tuple[TimelinePoint, ...]:
    """Give one point for each stretch of time, the last in it; None: none is wanted."""
    return () if seconds is None else tuple(_last_of_each(timeline, seconds))


def _last_of_each(timeline: Sequence[TimelinePoint], seconds: float) -> Iterator[TimelinePoint]:
    if seconds <= 0:
        yield from timeline
        return
    for _, stretch in groupby(timeline, lambda point: point.at_s // seconds):
        points = list(stretch)
        # What was late meanwhile was late.
        yield replace(points[-1], lag_max_s=max(point.lag_max_s for point in points))
