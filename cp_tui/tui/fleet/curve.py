"""How many are Accepted over the time of a run, as a filled curve under what there should be. Pure.

What has power and is not Accepted stands above it as a texture: in an outage one sees how many are
missing, and how fast they come back, in no colour as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from textual.content import Content

from cp_tui.fleet.report.fleet_report import TimelinePoint
from cp_tui.fleet.report.words import brief
from cp_tui.tui.theme.glyphs import GlyphSet, level_of

STEPS_S = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60, 90, 120, 180, 240, 300, 400, 600),
    *(900, 1_200, 1_800, 2_400, 3_600, 5_400, 7_200, 14_400, 21_600, 43_200, 86_400),
)
"""Seconds in a column: the least with which all of the run fits."""
ACCEPTED, MISSING, QUEUE = "$text-success", "$text-error", "$text-warning"


class Stretch(Struct, frozen=True):
    """What is known of one column of time."""

    accepted: int
    """The fewest."""
    on: int
    """The most that had power."""
    queue: int
    """The most messages that waited."""


def step_of(elapsed_s: float, width: int) -> int:
    """How many seconds a column has."""
    return next((each for each in STEPS_S if elapsed_s // each < width), STEPS_S[-1])


def stretches(points: Sequence[TimelinePoint], width: int) -> list[Stretch]:
    """Gather the points of time into columns; one without a point is as the one before."""
    if not points or width < 1:
        return []
    step = step_of(points[-1].at_s, width)
    columns: list[Stretch | None] = [None] * (int(points[-1].at_s // step) + 1)
    for point in points:
        index = int(point.at_s // step)
        known = columns[index]
        if known is None:
            columns[index] = Stretch(point.accepted, point.on, point.queue)
        else:
            columns[index] = Stretch(
                min(known.accepted, point.accepted),
                max(known.on, point.on),
                max(known.queue, point.queue),
            )
    found: list[Stretch] = []
    for each in columns[-width:]:
        found.append(each or (found[-1] if found else Stretch(0, 0, 0)))
    return found


def drawn_wide(columns: Sequence[Stretch], wide: int) -> list[Stretch]:
    """Draw each column so many cells wide."""
    return [each for each in columns for _ in range(wide)]


def curve_lines(
    columns: Sequence[Stretch], rows: int, most: int, glyphs: GlyphSet
) -> list[Content]:
    """The lines of the curve from the top; `most` fills all of them."""
    scale = Decimal(max(most, 1))
    per_cell = len(glyphs.levels)
    accepted = [level_of(Decimal(each.accepted), scale, rows, glyphs) for each in columns]
    on = [level_of(Decimal(each.on), scale, rows, glyphs) for each in columns]
    lines = []
    for row in reversed(range(rows)):
        cells: list[tuple[str, str]] = []
        for is_in, is_on in zip(accepted, on, strict=True):
            filled = min(max(is_in - row * per_cell, 0), per_cell)
            if filled:
                cells.append((glyphs.levels[filled - 1], ACCEPTED))
            elif is_on > row * per_cell:
                cells.append((glyphs.headroom, MISSING))
            else:
                cells.append((" ", ""))
        lines.append(_line(cells))
    return lines


def queue_lines(columns: Sequence[Stretch], rows: int, glyphs: GlyphSet) -> list[Content]:
    """The lines of the messages that waited, the most of which fill them."""
    scale, per_cell = Decimal(max(1, *(each.queue for each in columns))), len(glyphs.levels)
    levels = [level_of(Decimal(each.queue), scale, rows, glyphs) for each in columns]
    lines = []
    for row in reversed(range(rows)):
        parts = [min(max(level - row * per_cell, 0), per_cell) for level in levels]
        lines.append(_line([(glyphs.levels[part - 1] if part else " ", QUEUE) for part in parts]))
    return lines


def axis_line(
    columns: int,
    step: float,
    elapsed_s: float,
    storms_s: Sequence[float],
    width: int,
    mark: str,
) -> Content:
    """The time below: its beginning, a mark at each storm, how long the run is by now."""
    cells = [" "] * width
    first = max(0, int(elapsed_s // step) + 1 - columns)
    for at_s in storms_s:
        place = int(at_s // step) - first
        if 0 <= place < min(columns, width):
            cells[place] = mark
    begin = brief_time(first * step)
    end = brief_time(elapsed_s)
    for start, label in ((0, begin), (max(columns - len(end), len(begin) + 1), end)):
        cells_of_it = slice(start, start + len(label))
        # A storm says more than the time that stands where it began.
        if not "".join(cells[cells_of_it]).strip():
            cells[cells_of_it] = label
    return Content.styled("".join(cells).rstrip(), "$text-muted")


def brief_time(seconds: float) -> str:
    """Write a time of the run: `0`, `45s`, `2m05s`."""
    if seconds < 100:
        return f"{seconds:.0f}s" if seconds >= 1 else "0"
    return brief(seconds)


def _line(cells: Sequence[tuple[str, str]]) -> Content:
    """Cells as a line, those of one style together."""
    pieces: list[tuple[str, str]] = []
    for sign, style in cells:
        if pieces and pieces[-1][1] == style:
            pieces[-1] = (pieces[-1][0] + sign, style)
        else:
            pieces.append((sign, style))
    return Content.assemble(*pieces)
