"""When each charge point gets its power and loses it, and whom a storm meets: all from the seed.

Pure, and without a state: the same plan gives the same times, whoever asks and in whatever order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from msgspec import Struct

from cp_tui.fleet.plan import FleetPlan
from cp_tui.network.draw import draw


class PowerOrder(Struct, frozen=True):
    """A charge point gets its power or loses it."""

    at_s: float
    """Since the run began."""
    index: int
    """Of the charge point; the first is 0."""
    is_on: bool


def power_orders(plan: FleetPlan) -> Iterator[PowerOrder]:
    """Give all of them, in the order of their time.

    Within a stage each charge point has an equal part of its time, and an instant of its own in
    there: else all that repeats would come at the same beat for ever. The last ones to come are
    the first to go.
    """
    begin_s, before = 0.0, 0
    for number, stage in enumerate(plan.stages):
        change = stage.stations - before
        for place in range(abs(change)):
            index = before + place if change > 0 else before - 1 - place
            part = (place + draw(plan.seed, "arrival", number, index)) / abs(change)
            yield PowerOrder(begin_s + stage.over_s * part, index, change > 0)
        begin_s += stage.over_s + (stage.hold_s or 0.0)
        before = stage.stations


def ends_at_s(plan: FleetPlan) -> float | None:
    """Give when the last stage has had its time; None: the run goes on until it is ended."""
    if any(stage.hold_s is None for stage in plan.stages):
        return None
    return sum(stage.over_s + (stage.hold_s or 0.0) for stage in plan.stages)


def target_at(plan: FleetPlan, run_s: float) -> tuple[int, float] | None:
    """Give how many charge points there are to be at the end of the stage of this instant.

    And how many come or go in a second until then; inf: all at once. None: the plan is over.
    """
    begin_s, before = 0.0, 0
    for stage in plan.stages:
        length_s = inf if stage.hold_s is None else stage.over_s + stage.hold_s
        if run_s < begin_s + length_s:
            change = abs(stage.stations - before)
            return stage.stations, change / stage.over_s if change and stage.over_s else inf
        begin_s += length_s
        before = stage.stations
    return None


def chosen(seed: int, occasion: str, ids: Sequence[str], share: float) -> list[str]:
    """Choose a share of them, at least one where there are any; their order does not matter.

    The share is exact and not a chance for each: one of a hundred is one.
    """
    number = max(1, round(share * len(ids)))
    return sorted(ids, key=lambda each: draw(seed, occasion, each))[:number]
