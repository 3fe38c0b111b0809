"""The figure of a report that a limit names: `BootNotification.p95`, `lost`, `recovery`."""

from __future__ import annotations

from math import inf

from cp_tui.fleet.limits import SPREADS
from cp_tui.fleet.report.fleet_report import FleetReport, Times

QUANTILE_OF = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def figure_of(report: FleetReport, name: str) -> float | None:
    """Find it; None: there was nothing to measure."""
    head, *rest = name.split(".")
    if head in SPREADS:
        if head == "lag":
            return _lag(report, rest[0])
        if head == "back" and report.link.back is None and report.link.losses:
            return inf
        return _quantile(_spread(report, head), rest[0])
    if not rest:
        return _single(report, head)
    action = next((each for each in report.actions if each.action == head), None)
    if action is None:
        return None
    if rest[0] == "failures":
        return action.failures / action.count if action.count else None
    is_age = rest[0] == "age"
    # What was never answered has taken longer than any limit.
    unanswered = action.timeouts / action.count if action.count else 0.0
    if unanswered > 1 - QUANTILE_OF[rest[-1]]:
        return inf
    return _quantile(action.age if is_age else action.answer, rest[-1])


def _single(report: FleetReport, name: str) -> float | None:
    match name:
        case "lost":
            return report.bill.lost
        case "doubled":
            return report.bill.doubled
        case "unaccepted":
            return report.behaving - report.accepted
        case "refused":
            return sum(report.link.refused.values())
        case "errors":
            return report.itself.errors
        case "failures":
            number = sum(each.count for each in report.actions)
            return sum(each.failures for each in report.actions) / number if number else None
        case "cpu":
            return report.itself.cpu_share
    assert name == "recovery", f"no figure is called {name}"
    # Who has not come back yet has been away for too long, whatever the limit is.
    return inf if report.link.is_away else max(report.link.recoveries_s, default=None)


def _spread(report: FleetReport, name: str) -> Times | None:
    return {
        "connect": report.link.connect,
        "back": report.link.back,
        "accepted": report.power_to_accepted,
        "charging": report.swipe_to_charging,
    }[name]


def _quantile(times: Times | None, name: str) -> float | None:
    return None if times is None else float(getattr(times, f"{name}_s"))


def _lag(report: FleetReport, name: str) -> float:
    itself = report.itself
    return {"p50": itself.lag_p50_s, "p99": itself.lag_p99_s, "max": itself.lag_max_s}[name]
