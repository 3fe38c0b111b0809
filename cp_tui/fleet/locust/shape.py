"""The stages of a plan file as a shape of Locust: how many charge points there are, and when."""

from __future__ import annotations

from time import perf_counter

from locust import LoadTestShape

from cp_tui.fleet.arrivals import target_at
from cp_tui.fleet.plan import FleetPlan


class PlanShape(LoadTestShape):
    """Follows the stages of `--plan FILE`; importing it into a locustfile turns it on."""

    plan: FleetPlan | None = None

    def tick(self) -> tuple[int, float] | None:
        """Give how many charge points there are to be now, and how many come or go in a second."""
        if self.plan is None:
            return None
        found = target_at(self.plan, perf_counter() - self.start_time)
        # Locust begins all of one second at once, so as many in a second as there are is a storm.
        return found and (found[0], min(found[1], float(self.plan.stations)))
