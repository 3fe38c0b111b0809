"""How a battery fills when its power depends on its charge: exact, and cheap over any time.

Every limit on the power is a straight line over the charge: a constant, a voltage that rises,
a taper. The power is the lowest of the lines, so the charge follows one exponential after another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from msgspec import Struct

SECONDS_PER_HOUR = 3600.0
GRAIN_S = 0.001
"""A stretch of a line that takes less time than this counts as passed."""


class PowerLine(Struct, frozen=True):
    """A limit on the power, in W, as a straight line over the charge of the battery, in Wh."""

    at_empty_w: float
    per_wh: float = 0.0

    def power_w(self, charge_wh: float) -> float:
        """Give the limit at a charge."""
        return self.at_empty_w + self.per_wh * charge_wh

    def seconds(self, charge_wh: float, until_wh: float) -> float:
        """Give the time that filling takes from one charge to another; infinite without power."""
        if until_wh <= charge_wh:
            return 0.0
        power_w, end_w = self.power_w(charge_wh), self.power_w(until_wh)
        if power_w <= 0.0 or end_w <= 0.0:
            return math.inf
        growth = self.per_wh * (until_wh - charge_wh) / power_w
        if abs(growth) < 1e-9:
            return SECONDS_PER_HOUR * (until_wh - charge_wh) / power_w
        return SECONDS_PER_HOUR * math.log1p(growth) / self.per_wh

    def charge_after(self, charge_wh: float, seconds: float) -> float:
        """Give the charge after some time on this line."""
        power_w = max(0.0, self.power_w(charge_wh))
        hours = seconds / SECONDS_PER_HOUR
        if abs(self.per_wh * hours) < 1e-9:
            return charge_wh + power_w * hours
        return charge_wh + power_w * math.expm1(self.per_wh * hours) / self.per_wh


def power_w(lines: Sequence[PowerLine], charge_wh: float) -> float:
    """Give the power at a charge: the lowest of the lines, never negative."""
    return max(0.0, min(line.power_w(charge_wh) for line in lines))


def charge_after(
    lines: Sequence[PowerLine], charge_wh: float, full_wh: float, seconds: float
) -> float:
    """Give the charge after some time; it ends at full."""
    for line, until_wh in _pieces(lines, charge_wh, full_wh):
        needed_s = line.seconds(charge_wh, until_wh)
        if seconds < needed_s:
            return min(until_wh, line.charge_after(charge_wh, seconds))
        seconds -= needed_s
        charge_wh = until_wh
    return charge_wh


def seconds_to_full(lines: Sequence[PowerLine], charge_wh: float, full_wh: float) -> float:
    """Give the time until the battery is full; infinite without power."""
    seconds = 0.0
    for line, until_wh in _pieces(lines, charge_wh, full_wh):
        seconds += line.seconds(charge_wh, until_wh)
        charge_wh = until_wh
    return seconds


def seconds_to_turn(lines: Sequence[PowerLine], charge_wh: float, full_wh: float) -> float:
    """Give the seconds until another line is the lowest, or the battery full; else infinite."""
    seconds = 0.0
    for line, until_wh in _pieces(lines, charge_wh, full_wh):
        seconds += line.seconds(charge_wh, until_wh)
        charge_wh = until_wh
        # Rounding may leave a grain of the line before.
        if seconds >= GRAIN_S:
            break
    return seconds


def seconds_to_bend(lines: Sequence[PowerLine], charge_wh: float, part: float) -> float:
    """Give the seconds until the power has changed by a part of itself; infinite where it stays.

    Only along the line that is the lowest now; where another one takes over is found by
    `seconds_to_turn`.
    """
    line = _lowest(lines, charge_wh)
    moved_w = part * line.power_w(charge_wh)
    if moved_w <= 0.0 or line.per_wh == 0.0:
        return math.inf
    return line.seconds(charge_wh, charge_wh + moved_w / abs(line.per_wh))


def _lowest(lines: Sequence[PowerLine], charge_wh: float) -> PowerLine:
    """Give the line that binds from a charge on."""
    return min(lines, key=lambda each: (each.power_w(charge_wh), each.per_wh))


def _pieces(
    lines: Sequence[PowerLine], charge_wh: float, full_wh: float
) -> Iterator[tuple[PowerLine, float]]:
    """Walk along the lowest line from a charge to full: each line with the charge where it ends.

    The lowest of straight lines only ever bends down, so each next line is less steep than the one
    before; to follow the slopes and not the values makes the walk end whatever rounding does.
    """
    line = _lowest(lines, charge_wh)
    while charge_wh < full_wh:
        until_wh, following = full_wh, None
        for other in lines:
            if other.per_wh < line.per_wh:
                crossing_wh = (other.at_empty_w - line.at_empty_w) / (line.per_wh - other.per_wh)
                if crossing_wh < until_wh:
                    until_wh, following = max(charge_wh, crossing_wh), other
        yield line, until_wh
        if following is None:
            return
        line, charge_wh = following, until_wh
