"""Weathers for tests, and what becomes of many frames in them."""

from __future__ import annotations

from typing import Any

from cp_tui.network.bad_network import BadNetwork
from cp_tui.network.reading import WeatherTable
from cp_tui.network.weather import Way, Weather

BEGAN_AT = 1_000.0
SEED = 7
UP, DOWN = Way.TO_CSMS, Way.TO_CHARGE_POINT


def weather(*faults: dict[str, Any]) -> Weather:
    """Read a weather of these faults."""
    return WeatherTable.model_validate({"faults": faults}).weather("made")


def network(*faults: dict[str, Any], seed: int = SEED) -> BadNetwork:
    """Give a network of these faults that has just begun."""
    return BadNetwork(weather(*faults), seed, BEGAN_AT)


def sent(
    made: BadNetwork, at: float, way: Way = UP, size: int = 100, action: str | None = "Heartbeat"
) -> tuple[float, ...]:
    """Send a frame so many seconds after the beginning; give when it arrives, counted so too."""
    arrivals = made.frame(way, BEGAN_AT + at, size, action)
    return tuple(round(each - BEGAN_AT, 6) for each in arrivals)
