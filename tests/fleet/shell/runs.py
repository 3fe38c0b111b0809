"""A fleet on real sockets, for tests: a plan, and a run of it."""

from __future__ import annotations

from typing import Any

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.fleet.charge_points import FleetChargePoints
from cp_tui.fleet.plan import FleetPlan, FleetStage, SessionPlan
from cp_tui.fleet.shell.run import FleetRun
from cp_tui.settings.load import load_tables

QUICK_BACKOFF = (0.1, 0.2)


def plan(url: str, number: int, hold_s: float | None = None, **others: Any) -> FleetPlan:
    """Plan a run: so many at once, for so long; without a time until it is ended."""
    stages = (FleetStage(number, 0.0, hold_s),)
    usual: dict[str, Any] = {
        "stages": stages,
        "seed": 7,
        "backoff": QUICK_BACKOFF,
        "settle_s": 10.0,
        "sessions": SessionPlan(per_hour=(0.0,)),
    }
    return FleetPlan(url=url, stations=number, **{**usual, **others})


def config(**keys: str) -> ChargePointConfig:
    """Give what all charge points of a run are."""
    tables = {"csms": {"url": "ws://127.0.0.1:9"}, "charge_point": {"id": "any"}, "keys": keys}
    return load_tables(tables, "a test", None).engine.charge_point


def run_of(
    plan: FleetPlan,
    *,
    keys: dict[str, str] | None = None,
    **others: Any,
) -> FleetRun:
    """Make a run of a plan ready."""
    return FleetRun(plan, FleetChargePoints(plan, config(**keys or {})), **others)
