"""How the height of a timeline is shared out among its lanes and the words below them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct

AXIS_ROWS = 1
READOUT_ROWS = 2
"""Kept for the readout as soon as every lane has a row."""

READOUT_ROWS_MAX = 8
READOUT_ROWS_GOOD = 4
LANE_ROWS_MAX = 8
CURVE_READOUT_ROWS = 3
"""Kept for the readout beside curves: what changed a limit stands at its bend."""
CURVE_ROWS_MIN, CURVE_ROWS_MAX = 2, 16
"""Of a connector that charges, in a window about now."""
ALONE_ROWS_MAX, ALONE_READOUT_ROWS_MAX = 14, 16
"""A lane that is shown alone may be higher, and there is more room for words."""


class Rows(Struct, frozen=True):
    """How the height is shared out."""

    heights: tuple[int, ...]
    """Of the lanes that are seen."""
    first_lane: int
    readout_rows: int

    @property
    def lanes(self) -> range:
        """The lanes that are seen."""
        return range(self.first_lane, self.first_lane + len(self.heights))

    def lane_at(self, y: int) -> int | None:
        """The lane in a line of the picture, if there is one."""
        for lane, end in zip(self.lanes, accumulate(self.heights, initial=AXIS_ROWS), strict=False):
            if end <= y < end + self.heights[lane - self.first_lane]:
                return lane
        return None


def share_with_curves(height: int, lanes: int, charging: Sequence[int]) -> Rows | None:
    """Give a row to every lane, and what is left to those that charge; None: it is too little."""
    space = height - AXIS_ROWS - lanes - CURVE_READOUT_ROWS
    if not charging or space < len(charging) * (CURVE_ROWS_MIN - 1):
        return None
    curve_rows = min(1 + space // len(charging), CURVE_ROWS_MAX)
    heights = tuple(curve_rows if lane in charging else 1 for lane in range(lanes))
    rest = height - AXIS_ROWS - sum(heights)
    return Rows(heights, 0, min(rest, READOUT_ROWS_MAX))


def share_rows(
    height: int,
    lanes: int,
    selected: int,
    most: tuple[int, int] = (LANE_ROWS_MAX, READOUT_ROWS_MAX),
) -> Rows:
    """Give every lane a row, then the readout its two, then both more; what is left stays empty."""
    space = max(0, height - AXIS_ROWS)
    if lanes == 0 or space < lanes:
        visible = min(lanes, space)
        first = min(max(0, selected - visible + 1), lanes - visible)
        return Rows((1,) * visible, first, 0)
    lane_rows, readout_rows = 1, min(READOUT_ROWS, space - lanes)
    if space >= lanes + READOUT_ROWS_GOOD:
        lane_rows = min((space - READOUT_ROWS_GOOD) // lanes, most[0])
        readout_rows = min(space - lanes * lane_rows, most[1])
    return Rows((lane_rows,) * lanes, 0, readout_rows)
