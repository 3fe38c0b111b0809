"""What was measured over time: the answer of `get_measurements`."""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.variables.value import Value


class MeasuredPoint(Value):
    """Power at one moment; it holds until the next point."""

    at: datetime
    """In the clock of the charge point, as in its schedules."""
    power_w: int
    current_a: float
    """Per phase, the largest of the phases."""


class Measurements(Value):
    """The power of a connector, 0 being the charge point as a whole, in order of time."""

    connector_id: int
    points: tuple[MeasuredPoint, ...]
