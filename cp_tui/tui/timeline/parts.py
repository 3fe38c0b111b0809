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
    HEADROOM = "headroom"
    """Allowed, and not used."""
    MEASURED_IN_HEADROOM = "measured-in-headroom"
    LIMIT_OVER_MEASURED = "limit-over-measured"
    """The line of a limit at the upper edge of what flowed."""
    VIOLATION = "violation"
    VALUE = "value"
    READOUT = "readout"
    DETAIL = "detail"


Line = tuple[tuple[str, Part], ...]
"""Text and its part, from left to right."""

Cell = tuple[str, Part]

Grid = list[list[Cell]]
"""Rows from the top, each with a cell for every column."""
