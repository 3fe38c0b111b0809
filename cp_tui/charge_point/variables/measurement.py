"""What was measured over time: the answer of `get_measurements`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.smart_charging.schedule import SetBy

CHANGE_MIN = 0.01
"""A smaller part of the power is no change, but noise."""
POINTS_MAX = 2_000
"""Kept of one connector: some hours of a vehicle whose power changes all the time, else days."""

LIMITS_MAX = 500
"""Kept of one connector: days, where they change every few minutes."""


class MeasuredPoint(Value, frozen=True, kw_only=True):
    """Power at one moment; it holds until the next point."""

    at: datetime
    """In the clock of the charge point, as in its schedules."""
    power_w: int | None
    """None: of a charge point that is only watched, it was not told."""
    current_a: float | None
    """Per phase, the largest of the phases; None: as above."""

    def is_like(self, other: MeasuredPoint) -> bool:
        """Whether the same flows, but for noise."""
        pairs = (self.power_w, other.power_w), (self.current_a, other.current_a)
        return all(
            one == two
            if one is None or two is None
            else abs(one - two) <= CHANGE_MIN * max(one, two)
            for one, two in pairs
        )


class FollowedLimit(Value, frozen=True, kw_only=True):
    """A limit that a connector, or all of them, had to follow from one moment on until the next."""

    at: datetime
    """In the clock of the charge point."""
    limit_a: Decimal
    """Per phase."""
    set_by: SetBy


class Measurements(Value, frozen=True, kw_only=True):
    """The power of a connector, 0 being the charge point as a whole, in order of time."""

    connector_id: int
    points: tuple[MeasuredPoint, ...]
    limits: tuple[FollowedLimit, ...] = ()
    """What it had to follow meanwhile; of connector 0, what all together might take."""
