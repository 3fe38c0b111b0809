"""What no field of a plan can say alone: whether stages, storms, shares and ids fit together."""

from __future__ import annotations

from collections.abc import Iterator

from cp_tui.fleet.arrivals import ends_at_s
from cp_tui.fleet.id_pattern import last_number
from cp_tui.fleet.plan import FleetPlan, StormKind
from cp_tui.fleet.quantities import duration
from cp_tui.fleet.reading.plan_tables import PlanTables
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import number
from cp_tui.settings.problem import Problem

ROUNDING = 1e-9
"""What shares that are written with decimals may be above 1 together."""


def problems_of(tables: PlanTables, plan: FleetPlan) -> list[Problem]:
    """Name all that does not fit together."""
    return [
        *_missing(tables),
        *_ids(tables, plan),
        *_stages(tables, plan),
        *_storms(tables, plan),
        *_shares(tables),
    ]


def _missing(tables: PlanTables) -> Iterator[Problem]:
    if tables.fleet.url is None:
        text = "no CSMS URL: give --url, or url under [fleet] of the plan"
        yield Problem(("fleet", "url"), text, is_missing=True)


def _ids(tables: PlanTables, plan: FleetPlan) -> Iterator[Problem]:
    last, needed = last_number(plan.id_pattern), plan.first + plan.stations - 1
    if last is not None and needed > last:
        of_first = f" from {plan.first} on" if plan.first != 1 else ""
        wanted = count(plan.stations, "charge point")
        text = f"has digits up to {last}, and {wanted}{of_first} need {needed}"
        yield Problem(("fleet", "id"), text)
    if tables.fleet.password_file is not None and "AuthorizationKey" in tables.keys:
        text = "a password for all is given as well (keys.AuthorizationKey): give one of them"
        yield Problem(("fleet", "password_file"), text)


def _stages(tables: PlanTables, plan: FleetPlan) -> Iterator[Problem]:
    if not tables.stage:
        return
    for name in ("ramp", "for"):
        field = "duration" if name == "for" else name
        if field in tables.fleet.model_fields_set:
            yield Problem(("fleet", name), "the stages say that: leave it out where there are any")
    for number_, (stage, made) in enumerate(zip(tables.stage, plan.stages, strict=True)):
        if tables.fleet.stations is not None and stage.stations > tables.fleet.stations:
            text = f"must be at most fleet.stations, {tables.fleet.stations}"
            yield Problem(("stage", number_, "stations"), text)
        if not made.over_s and not made.hold_s:
            yield Problem(("stage", number_), "takes no time: give over or hold")
    if not any(stage.stations for stage in tables.stage):
        yield Problem(("stage", 0), "no stage has any charge points")


def _storms(tables: PlanTables, plan: FleetPlan) -> Iterator[Problem]:
    end_s = ends_at_s(plan)
    for place, storm in enumerate(tables.storm):
        if end_s is not None and storm.at >= end_s:
            text = f"must be before the end, at {duration(end_s)}"
            yield Problem(("storm", place, "at"), text)
        if storm.kind is StormKind.RECONNECT and storm.down is not None:
            text = "a reconnect has none: nothing is away"
            yield Problem(("storm", place, "down"), text)


def _shares(tables: PlanTables) -> Iterator[Problem]:
    for name, shares in (
        ("kind", [each.share for each in tables.kind]),
        ("misbehave", [each.share for each in tables.misbehave]),
    ):
        if sum(shares) > 1 + ROUNDING:
            text = f"must be at most 1 together, and are {number(sum(shares))}"
            yield Problem((name, len(shares) - 1, "share"), text)
    kinds = [each.kind for each in tables.misbehave]
    for place, kind in enumerate(kinds):
        if kind in kinds[:place]:
            yield Problem(("misbehave", place, "kind"), f"{kind} is there twice")
