"""What can be asked of a charge point that is only watched: what flowed, and what will be allowed.

The parameters are those of the commands of an engine; all other commands are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cp_tui.charge_point.smart_charging.composite import whole
from cp_tui.charge_point.variables import Measurements
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.operations import SCHEDULE_AWAY_MAX
from cp_tui.follow.follower import Follower
from cp_tui.ocpp.calendar import FIRST, LAST
from cp_tui.ocpp.datatypes import format_date_time

LOOKS = frozenset({"get_composite_schedule", "get_measurements"})


def refusal(through: str) -> str:
    """Say why nothing else can be done."""
    return f"this charge point is only watched, through {through}: nothing can be asked of it here"


def look(follower: Follower, method: str, params: Mapping[str, Any], now: datetime) -> Any:
    """Give what is known, or why that is nothing."""
    connector = params["connector_id"]
    if connector not in follower.connectors | {0}:
        return CommandError(ErrorNumber.REFUSED, f"no frame has named connector {connector}")
    if method == "get_measurements":
        return _measured(follower, connector, params["start"] or FIRST, params["end"] or LAST)
    start = params["start"]
    if start is not None and abs(start - now) > SCHEDULE_AWAY_MAX:
        text = f"start {format_date_time(start)} is too far away"
        return CommandError(ErrorNumber.REFUSED, text)
    return whole(follower.composing(connector, params["duration_s"], params["unit"], start, now))


def _measured(follower: Follower, connector: int, start: datetime, end: datetime) -> Measurements:
    points = follower.measurements(connector).points
    within = tuple(each for each in points if start <= each.at <= end)
    return Measurements(connector_id=connector, points=within)
