"""What the pieces of the timeline's picture are, whatever their colours."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """What a piece of the picture is; the component classes of the widget."""

    LABEL = "label"
    SELECTED = "selected"
    AXIS = "axis"
    DAY = "day"
    NOW = "now"
    CURSOR = "cursor"
    REAL = "real"
    ARMED = "armed"
    UNKNOWN = "unknown"
    ZERO = "zero"
    MEASURED = "measured"
    """What flowed where no limit is known."""
    POWER_1 = "power-1"
    POWER_2 = "power-2"
    POWER_3 = "power-3"
    POWER_4 = "power-4"
    POWER_5 = "power-5"
    HEADROOM = "headroom"
    """Allowed, and not used."""
    POWER_1_IN_HEADROOM = "power-1-in-headroom"
    POWER_2_IN_HEADROOM = "power-2-in-headroom"
    POWER_3_IN_HEADROOM = "power-3-in-headroom"
    POWER_4_IN_HEADROOM = "power-4-in-headroom"
    POWER_5_IN_HEADROOM = "power-5-in-headroom"
    LIMIT_OVER_MEASURED = "limit-over-measured"
    """The line of a limit at the upper edge of what flowed."""
    VIOLATION = "violation"
    VALUE = "value"
    READOUT = "readout"
    DETAIL = "detail"


POWER = (Part.POWER_1, Part.POWER_2, Part.POWER_3, Part.POWER_4, Part.POWER_5)
"""What flowed, by the share of its limit that a cell reaches up to: from calm to warm."""

IN_HEADROOM = {part: Part(f"{part}-in-headroom") for part in POWER}
"""The same where the rest of the cell was allowed as well."""

Line = tuple[tuple[str, Part], ...]
"""Text and its part, from left to right."""

Cell = tuple[str, Part]

Grid = list[list[Cell]]
"""Rows from the top, each with a cell for every column."""
