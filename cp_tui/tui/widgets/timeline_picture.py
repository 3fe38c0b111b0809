"""The timeline as lines of text with the name of a style for each piece. Pure: no widget.

From top to bottom: the time axis with now and the cursor, a lane for each connector, the readout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.tui.widgets.glyphs import GlyphSet, bar
from cp_tui.tui.widgets.steps import Column, shown_limits, steps
from cp_tui.tui.widgets.time_axis import ticks
from cp_tui.tui.widgets.timeline_readout import Place, fitted, limit_text, period_at, readout
from cp_tui.tui.widgets.timeline_view import View

AXIS_ROWS = 1
READOUT_ROWS = 2
"""Kept for the readout as soon as every lane has a row."""

READOUT_ROWS_MAX = 8
READOUT_ROWS_GOOD = 4
LANE_ROWS_MAX = 6
LABELLED_ROWS_MIN = 3
"""A lane of so many rows has room for the limits above its bars."""

CHART_COLUMNS_MIN = 12
"""With fewer columns the value at the right of a lane is left out."""

RUNNING_MARK = "tx"


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
    VALUE = "value"
    READOUT = "readout"
    DETAIL = "detail"


Line = tuple[tuple[str, Part], ...]
"""Text and its part, from left to right."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All that shows."""

    schedules: tuple[CompositeSchedule, ...]
    full_scale: Mapping[int, Decimal]
    now: datetime
    view: View
    width: int
    height: int
    glyphs: GlyphSet
    time_zone: tzinfo
    has_texture: bool
    """Armed bars are hatched as well as pale: colour alone would not tell."""

    @property
    def label_width(self) -> int:
        """Marker, connector id, space."""
        ids = [len(str(schedule.connector_id)) for schedule in self.schedules]
        return 1 + max(ids, default=1) + 1

    @property
    def value_width(self) -> int:
        """Space, the highest limit of all, space, mark; 0 where it does not fit."""
        widths = [
            len(limit_text(max(period.limit for period in schedule.periods), schedule.unit))
            for schedule in self.schedules
        ]
        width = 1 + max(widths, default=0) + 1 + len(RUNNING_MARK)
        return width if self.width - self.label_width - width >= CHART_COLUMNS_MIN else 0

    @property
    def columns(self) -> int:
        """Columns of the chart."""
        return max(1, self.width - self.label_width - self.value_width)


@dataclass(frozen=True, slots=True)
class Rows:
    """How the height is shared out."""

    lane_rows: int
    first_lane: int
    lanes: int
    readout_rows: int


def share_rows(height: int, lanes: int, selected: int) -> Rows:
    """Give every lane a row, then the readout its two, then both more; what is left stays empty."""
    space = max(0, height - AXIS_ROWS)
    if lanes == 0 or space < lanes:
        visible = min(lanes, space)
        first = min(max(0, selected - visible + 1), lanes - visible)
        return Rows(1, first, visible, 0)
    lane_rows, readout_rows = 1, min(READOUT_ROWS, space - lanes)
    if space >= lanes + READOUT_ROWS_GOOD:
        lane_rows = min((space - READOUT_ROWS_GOOD) // lanes, LANE_ROWS_MAX)
        readout_rows = min(space - lanes * lane_rows, READOUT_ROWS_MAX)
    return Rows(lane_rows, 0, lanes, readout_rows)


def draw(picture: Picture) -> list[Line]:
    """The lines of the picture, `height` of them at most."""
    if not picture.schedules:
        return []
    rows = share_rows(picture.height, len(picture.schedules), picture.view.lane)
    visible = range(rows.first_lane, rows.first_lane + rows.lanes)
    lines = [_axis(picture, visible)]
    for lane in visible:
        lines += _lane(picture, lane, rows.lane_rows)
    lines += _readout(picture, rows.readout_rows)
    return lines


def _axis(picture: Picture, visible: range) -> Line:
    """The marks of time, now and the cursor."""
    view, columns, now = picture.view, picture.columns, picture.now
    cells: list[tuple[str, Part]] = [(" ", Part.AXIS)] * columns
    for tick in ticks(view.window_start(now), view.span, columns, picture.time_zone):
        part = Part.DAY if tick.is_day else Part.AXIS
        for offset, sign in enumerate(picture.glyphs.tick + tick.label):
            cells[tick.column + offset] = (sign, part)
    now_column = view.column_of(now, columns, now)
    if 0 <= now_column < columns:
        cells[now_column] = (picture.glyphs.now, Part.NOW)
    column = view.column_of(view.cursor(now), columns, now)
    if 0 <= column < columns:
        # Drawn in reverse, so that a label under it stays readable.
        label = cells[column][0]
        is_label = label.isalnum() or label == ":"
        cells[column] = (label if is_label else picture.glyphs.cursor, Part.CURSOR)
    hidden = len(picture.schedules) - len(visible)
    note = f" {visible.start}-{visible.stop - 1}/{len(picture.schedules)}" if hidden else ""
    return _merged(
        [
            (" " * picture.label_width, Part.AXIS),
            *cells,
            (note[: picture.value_width].ljust(picture.value_width), Part.AXIS),
        ]
    )


def _lane(picture: Picture, lane: int, rows: int) -> list[Line]:
    """One connector: label, bars, and the limit in force now."""
    schedule = picture.schedules[lane]
    view, now = picture.view, picture.now
    found = steps(schedule.periods, view.window_start(now), view.span, picture.columns)
    shown = shown_limits(found)
    has_labels = rows >= LABELLED_ROWS_MIN
    grid = _bars(picture, schedule, found, shown, rows - has_labels)
    if has_labels:
        grid = _labelled([[(" ", Part.VALUE)] * picture.columns, *grid], shown, schedule)
    is_selected = lane == view.lane
    label_part = Part.SELECTED if is_selected else Part.LABEL
    marker = picture.glyphs.selected if is_selected else " "
    label = f"{marker}{schedule.connector_id}".ljust(picture.label_width)
    value = _value(picture, schedule)
    empty = (" " * picture.label_width, Part.LABEL)
    lines = [_merged([empty, *cells]) for cells in grid[:-1]]
    value_part = Part.SELECTED if is_selected else Part.VALUE
    return [*lines, _merged([(label, label_part), *grid[-1], (value, value_part)])]


def _value(picture: Picture, schedule: CompositeSchedule) -> str:
    """The limit now and whether a transaction runs under it."""
    period = period_at(schedule, picture.now)
    if period is None or not picture.value_width:
        return " " * picture.value_width
    is_running = schedule.connector_id != 0 and not period.source.is_hypothetical
    mark = RUNNING_MARK if is_running else " " * len(RUNNING_MARK)
    return f"{limit_text(period.limit, schedule.unit)} {mark}".rjust(picture.value_width)


def _bars(
    picture: Picture,
    schedule: CompositeSchedule,
    found: Sequence[Column | None],
    shown: Sequence[Decimal | None],
    rows: int,
) -> list[list[tuple[str, Part]]]:
    """The cells of the bars, row by row from the top."""
    glyphs = picture.glyphs
    scale = full_scale(picture, schedule)
    bars: list[tuple[str, Part]] = []
    for index, (column, limit) in enumerate(zip(found, shown, strict=True)):
        if column is None or limit is None:
            bars.append((glyphs.unknown.rjust(rows), Part.UNKNOWN))
            continue
        is_new = index == 0 or shown[index - 1] != limit
        is_armed = schedule.periods[column.period].source.is_hypothetical
        part = Part.ARMED if is_armed else Part.REAL
        if limit <= 0:
            # A gap could be anything; a limit of nothing says so where it begins.
            bars.append((("0" if is_new else " ").rjust(rows), Part.ZERO))
        elif is_armed and picture.has_texture and not is_new and index % 2:
            bars.append((" " * rows, part))
        else:
            bars.append((bar(level_of(limit, scale, rows, glyphs), rows, glyphs), part))
    return [[(cells[row], part) for cells, part in bars] for row in range(rows)]


def _labelled(
    grid: list[list[tuple[str, Part]]],
    shown: Sequence[Decimal | None],
    schedule: CompositeSchedule,
) -> list[list[tuple[str, Part]]]:
    """The bars with the limit written on top of each step that is long enough."""
    begin = 0
    for limit, run in groupby(shown):
        end = begin + len(list(run))
        text = "" if not limit else limit_text(limit, schedule.unit)
        if text and len(text) < end - begin:
            top = next(row for row, cells in enumerate(grid) if cells[begin][0] != " ")
            grid[top - 1][begin : begin + len(text)] = [(sign, Part.VALUE) for sign in text]
        begin = end
    return grid


def full_scale(picture: Picture, schedule: CompositeSchedule) -> Decimal:
    """The limit that fills a lane: what was given, else the highest of its kind.

    Connectors share one scale so that they can be compared; the station has its own.
    """
    given = picture.full_scale.get(schedule.connector_id)
    if given is not None:
        return given
    is_station = schedule.connector_id == 0
    return max(
        period.limit
        for other in picture.schedules
        if (other.connector_id == 0) is is_station
        for period in other.periods
    )


def level_of(limit: Decimal, scale: Decimal, rows: int, glyphs: GlyphSet) -> int:
    """How far a bar is filled; all above zero shows, and full leaves a gap to the lane above."""
    per_cell = len(glyphs.levels)
    top = rows * per_cell - (1 if per_cell > 4 else 0)
    if scale <= 0:
        return 0
    return min(max(1, int((limit / scale * top).to_integral_value())), top)


def _readout(picture: Picture, rows: int) -> list[Line]:
    """The words under the chart."""
    view, width = picture.view, picture.width - 1
    place = Place(
        view.cursor(picture.now), picture.now, picture.time_zone, picture.glyphs.separator, width
    )
    lines = readout(picture.schedules[view.lane], place)
    return [
        ((f" {text}", Part.DETAIL if index else Part.READOUT),)
        for index, text in enumerate(fitted(lines, width, rows, picture.glyphs.ellipsis))
    ]


def _merged(pieces: Sequence[tuple[str, Part]]) -> Line:
    """Neighbours of the same part as one piece."""
    merged: list[tuple[str, Part]] = []
    for text, part in pieces:
        if merged and merged[-1][1] is part:
            merged[-1] = (merged[-1][0] + text, part)
        elif text:
            merged.append((text, part))
    return tuple(merged)
