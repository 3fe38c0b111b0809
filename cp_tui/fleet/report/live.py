"""The report of a run that goes on: the same figures, without what only its end can tell."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TypeVar

from msgspec.structs import replace

from cp_tui.fleet.plan import FleetPlan
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.report.made import report_of
from cp_tui.fleet.result import FleetResult

T = TypeVar("T")

POINTS_MAX = 300
"""Points of the time series that are told: more than a screen has columns."""
AT_END = ("lost", "unaccepted")
"""What these limits are about is open as long as the run is."""


def live_report(plan: FleetPlan, result: FleetResult) -> FleetReport:
    """Make it, with as many points of time as can be shown."""
    points = thinned(result.timeline)
    report = report_of(plan, replace(result, timeline=points), is_over=False)
    limits = (each for each in report.limits if each.limit.partition(">")[0] not in AT_END)
    # A recovery that is not over yet is no figure.
    judged = tuple(each for each in limits if each.figure is None or isfinite(each.figure))
    return replace(report, faults=(), limits=judged)


def thinned(points: Sequence[T]) -> tuple[T, ...]:
    """Leave the newest point, and of the rest as many as can be shown: the same ones each time."""
    step = 1
    while len(points) > POINTS_MAX * step:
        step *= 2
    kept = points[::step]
    return (*kept, *(points[-1:] if (len(points) - 1) % step else ()))
