"""The stages of a plan file as a shape of Locust: how many charge points there are, and when."""

from __future__ import annotations

from time import perf_counter

from locust import LoadTestShape

from cp_tui.fleet.plan import FleetPlan, FleetStage

AT_ONCE_PER_S = 1_000_000.0
"""Locust spreads what comes over seconds at this rate: a storm is one second's work."""


class PlanShape(LoadTestShape):
    """Follows the stages of `--plan FILE`; importing it into a locustfile turns it on."""

    plan: FleetPlan | None = None

    def tick(self) -> tuple[int, float] | None:
        """Give how many charge points there are to be now, and how many come or go in a second."""
        if self.plan is None:
            return None
        return stage_at(self.plan.stages, perf_counter() - self.start_time)


def stage_at(stages: tuple[FleetStage, ...], run_s: float) -> tuple[int, float] | None:
    """Give the target and the rate at a time of the run; None: it is over."""
    begin_s, before = 0.0, 0
    for stage in stages:
        length_s = None if stage.hold_s is None else stage.over_s + stage.hold_s
        if length_s is None or run_s < begin_s + length_s:
            change = abs(stage.stations - before)
            rate = change / stage.over_s if stage.over_s and change else AT_ONCE_PER_S
            return stage.stations, rate
        begin_s += length_s
        before = stage.stations
    return None
