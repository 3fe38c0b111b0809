"""The timeline as lines of text with the name of a style for each piece. Pure: no widget.

From top to bottom: the time axis with now and the cursor, a lane for each connector, the readout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import dropwhile, groupby, takewhile

from msgspec import Struct, field
from msgspec.structs import replace

from cp_tui.charge_point.smart_charging.conversion import limit_text
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.tui.state.past import Flow, Interval, flow_at
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import GlyphSet, bar, level_of
from cp_tui.tui.timeline.bends import bends, write_bends, write_under
from cp_tui.tui.timeline.curve import CurveColumn, curve, marked_row
from cp_tui.tui.timeline.heat import heat
from cp_tui.tui.timeline.parts import IN_HEADROOM, Cell, Grid, Line, Part
from cp_tui.tui.timeline.readout import Place, Use, fitted, period_at, readout
from cp_tui.tui.timeline.rows import (
    ALONE_READOUT_ROWS_MAX,
    ALONE_ROWS_MAX,
    CURVE_ROWS_MIN,
    Rows,
    share_rows,
    share_with_curves,
)
from cp_tui.tui.timeline.steps import LimitColumn, LimitPeriod, means, shown_limits, steps
from cp_tui.tui.timeline.time_axis import ticks
from cp_tui.tui.timeline.view import View

LABELLED_ROWS_MIN = 3
"""A lane of so many rows has room for the limits above its bars."""

CHART_COLUMNS_MIN = 12
"""With fewer columns the value at the right of a lane is left out."""

RUNNING_MARK = "tx"


class Picture(Struct, frozen=True):
    """Everything that is drawn."""

    schedules: tuple[CompositeSchedule, ...]
    now: datetime
    view: View
    width: int
    height: int
    glyphs: GlyphSet
    time_zone: tzinfo
    has_texture: bool
    """Armed bars are hatched as well as pale: colour alone would not tell."""
    measured: Mapping[int, Sequence[Flow]] = field(default_factory=dict)
    """What flowed, in the unit of the schedules."""
    violations: Mapping[int, Sequence[Interval]] = field(default_factory=dict)
    """When more flowed than was allowed."""
    restraints: Mapping[int, str] = field(default_factory=dict)
    """Of a connector: what keeps the power below the limit now, as a sentence."""
    short_restraints: Mapping[int, str] = field(default_factory=dict)
    """The same in few words."""
    is_lost: bool = False
    """Nothing is known since `now`."""

    @property
    def rows(self) -> Rows:
        """How the height is shared out."""
        lanes, selected = len(self.schedules), self.view.lane
        if self.view.is_alone and lanes:
            limits = (ALONE_ROWS_MAX, ALONE_READOUT_ROWS_MAX)
            return replace(share_rows(self.height, 1, 0, limits), first_lane=selected)
        with_curves = share_with_curves(self.height, lanes, self.curves)
        return with_curves or share_rows(self.height, lanes, selected)

    @property
    def charging(self) -> tuple[int, ...]:
        """The lanes of the connectors with a running transaction."""
        return tuple(lane for lane, each in enumerate(self.schedules) if self.is_running(each))

    @property
    def curves(self) -> tuple[int, ...]:
        """The lanes that show what flows: where it does, or did in a window about now."""
        charging, start = self.charging, self.view.window_start(self.now)
        if not self.view.is_about_now or not charging:
            return ()
        flowed = (
            lane
            for lane, each in enumerate(self.schedules)
            if each.connector_id != 0
            and _in_sight(self.measured.get(each.connector_id, ()), start, self.now) > 0
        )
        return tuple(sorted({*charging, *flowed}))

    def is_running(self, schedule: CompositeSchedule) -> bool:
        """Whether a transaction runs at the connector of this schedule."""
        period = period_at(schedule, self.now)
        is_real = period is not None and not period.source.is_hypothetical
        return is_real and schedule.connector_id != 0

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
            if schedule.periods
        ]
        width = 1 + max(widths, default=0) + 1 + len(RUNNING_MARK)
        return width if self.width - self.label_width - width >= CHART_COLUMNS_MIN else 0

    @property
    def columns(self) -> int:
        """Columns of the chart."""
        return max(1, self.width - self.label_width - self.value_width)


def draw(picture: Picture) -> list[Line]:
    """The lines of the picture, `height` of them at most."""
    if not picture.schedules:
        return []
    rows = picture.rows
    lines = [_axis(picture, rows.lanes)]
    curves = picture.curves
    scale = curve_scale(picture, curves)
    for lane, height in zip(rows.lanes, rows.heights, strict=True):
        lines += _lane(picture, lane, height, scale if lane in curves else None)
    lines += _readout(picture, rows.readout_rows)
    return lines


def _axis(picture: Picture, visible: range) -> Line:
    """The marks of time, now and the cursor."""
    view, columns, now = picture.view, picture.columns, picture.now
    cells: list[Cell] = [(" ", Part.AXIS)] * columns
    now_column = view.column_of(now, columns, now)
    for tick in ticks(view.window_start(now), view.span, columns, picture.time_zone):
        part = Part.DAY if tick.is_day else Part.AXIS
        # Under the mark of now, 14:00 would be read as 4:00.
        is_hidden = tick.column < now_column <= tick.column + len(tick.label)
        for offset, sign in enumerate(picture.glyphs.tick + tick.label * (not is_hidden)):
            cells[tick.column + offset] = (sign, part)
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


def _lane(picture: Picture, lane: int, rows: int, curve_to: Decimal | None) -> list[Line]:
    """One connector: label, bars or a curve of this scale, and the limit in force now."""
    schedule = picture.schedules[lane]
    view, now = picture.view, picture.now
    found = steps(schedule.periods, view.window_start(now), view.span, picture.columns)
    shown = shown_limits(found)
    has_labels = rows >= LABELLED_ROWS_MIN
    if curve_to is not None:
        grid = _curve(picture, schedule, found, shown, rows, curve_to)
    elif not has_labels:
        grid = _bars(picture, schedule, found, shown, rows)
    else:
        grid = _bars(picture, schedule, found, shown, rows - 1)
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
    mark = RUNNING_MARK if picture.is_running(schedule) else " " * len(RUNNING_MARK)
    return f"{limit_text(period.limit, schedule.unit)} {mark}".rjust(picture.value_width)


def _bars(
    picture: Picture,
    schedule: CompositeSchedule,
    found: Sequence[LimitColumn | None],
    shown: Sequence[Decimal | None],
    rows: int,
) -> Grid:
    """The cells of the bars, row by row from the top."""
    used = _used(picture, schedule, is_whole=rows > 1)
    columns = [
        _past(picture, schedule, shown[index], flow, rows)
        if (flow := used[index]) is not None and (flow.amount or shown[index] is not None)
        else _to_come(picture, schedule, found, shown, index, rows)
        for index in range(picture.columns)
    ]
    return [[cells[row] for cells in columns] for row in range(rows)]


def _curve(
    picture: Picture,
    schedule: CompositeSchedule,
    found: Sequence[LimitColumn | None],
    shown: Sequence[Decimal | None],
    rows: int,
    scale: Decimal,
) -> Grid:
    """The cells of a connector that charges, with words where its limit changed."""
    columns = [
        CurveColumn(
            limit,
            column is not None and schedule.periods[column.period].source.is_hypothetical,
            index == 0 or shown[index - 1] != limit,
            use,
        )
        for index, (column, limit, use) in enumerate(
            zip(found, shown, _used(picture, schedule, is_whole=True), strict=True)
        )
    ]
    has_labels = rows >= LABELLED_ROWS_MIN
    grid = curve(columns, rows - has_labels, scale, picture.glyphs, picture.has_texture)
    if has_labels:
        grid = [[(" ", Part.VALUE)] * picture.columns, *grid]
    if rows < CURVE_ROWS_MIN:
        return grid
    view, now = picture.view, picture.now

    def column_of(instant: datetime) -> int:
        return view.column_of(instant, picture.columns, now)

    changes = bends(schedule, column_of, picture.columns, now)
    write_bends(grid, changes, picture.glyphs)
    restraint = picture.short_restraints.get(schedule.connector_id, "")
    write_under(grid, restraint, column_of(now), Part.DETAIL)
    return grid


def curve_scale(picture: Picture, lanes: Sequence[int]) -> Decimal:
    """What fills a lane: the highest limit in sight of any of these, so that they compare.

    Where none is known, or nothing is allowed, it is what flowed.
    """
    start = picture.view.window_start(picture.now)
    end = start + picture.view.span
    schedules = [picture.schedules[lane] for lane in lanes]
    limits = [_in_sight(each.periods, start, end) for each in schedules]
    flowed = [
        _in_sight(picture.measured.get(each.connector_id, ()), start, end) for each in schedules
    ]
    return max(limits, default=Decimal(0)) or max(flowed, default=Decimal(0))


def _in_sight(periods: Sequence[LimitPeriod], start: datetime, end: datetime) -> Decimal:
    """The highest value within [start, end), from the newest back; 0 where there is none."""
    before_end = dropwhile(lambda each: each.start >= end, reversed(periods))
    seen = takewhile(lambda each: each.end > start, before_end)
    return max((each.limit for each in seen), default=Decimal(0))


def _used(picture: Picture, schedule: CompositeSchedule, *, is_whole: bool) -> list[Use | None]:
    """What flowed in each column, as a mean; without `is_whole` only where it was too much.

    So it is in a bar of one row. The highest value of a column would hide every pause in it, and
    contradict the energy beside the picture; where it was too much is told by a mark as high as it
    was.
    """
    view, columns = picture.view, picture.columns
    start = view.window_start(picture.now)
    measured = picture.measured.get(schedule.connector_id, ())
    wrong = picture.violations.get(schedule.connector_id, ())
    used: list[Use | None] = []
    found = steps(measured, start, view.span, columns)
    for index, amount in enumerate(means(measured, start, view.span, columns)):
        left = start + view.span * index / columns
        right = start + view.span * (index + 1) / columns
        column, too_much = found[index], None
        if column is not None and _overlaps(wrong, left, right):
            too_much = column.max
        is_shown = is_whole or too_much is not None
        used.append(Use(amount, too_much) if amount is not None and is_shown else None)
    return used


def _past(
    picture: Picture, schedule: CompositeSchedule, limit: Decimal | None, use: Use, rows: int
) -> list[Cell]:
    """A column with what flowed in the bar of what was allowed, from the top."""
    glyphs, scale = picture.glyphs, full_scale(picture, schedule)
    per_cell = len(glyphs.levels)
    allowed = level_of(limit or Decimal(0), scale, rows, glyphs)
    flowed = level_of(use.amount, scale, rows, glyphs)
    marked = marked_row(use, scale, rows, glyphs)
    warm = heat(use.amount, limit, scale, rows, glyphs)
    cells: list[Cell] = []
    for row in reversed(range(rows)):
        allowed_here = min(max(allowed - row * per_cell, 0), per_cell)
        flowed_here = min(max(flowed - row * per_cell, 0), per_cell)
        if row == marked:
            cells.append((glyphs.violation, Part.VIOLATION))
        elif flowed_here:
            is_inside = allowed_here == per_cell > flowed_here and not picture.has_texture
            part = IN_HEADROOM[warm[row]] if is_inside else warm[row]
            cells.append((glyphs.levels[flowed_here - 1], part))
        elif allowed_here:
            sign = glyphs.headroom if picture.has_texture else glyphs.levels[allowed_here - 1]
            cells.append((sign, Part.HEADROOM))
        else:
            cells.append((" ", Part.HEADROOM))
    return cells


def _to_come(
    picture: Picture,
    schedule: CompositeSchedule,
    found: Sequence[LimitColumn | None],
    shown: Sequence[Decimal | None],
    index: int,
    rows: int,
) -> list[Cell]:
    """A column of which only the limit is known, from the top."""
    glyphs = picture.glyphs
    column, limit = found[index], shown[index]
    if column is None or limit is None:
        return _cells(glyphs.unknown.rjust(rows), Part.UNKNOWN)
    is_new = index == 0 or shown[index - 1] != limit
    is_armed = schedule.periods[column.period].source.is_hypothetical
    part = Part.ARMED if is_armed else Part.REAL
    if limit <= 0:
        # A gap could be anything; a limit of nothing says so where it begins.
        return _cells(("0" if is_new else " ").rjust(rows), Part.ZERO)
    if is_armed and picture.has_texture and not is_new and index % 2:
        return _cells(" " * rows, part)
    level = level_of(limit, full_scale(picture, schedule), rows, glyphs)
    return _cells(bar(level, rows, glyphs), part)


def _cells(signs: str, part: Part) -> list[Cell]:
    return [(sign, part) for sign in signs]


def _labelled(
    grid: Grid,
    shown: Sequence[Decimal | None],
    schedule: CompositeSchedule,
) -> Grid:
    """The bars with the limit written on top of each step that is long enough."""
    begin = 0
    for limit, run in groupby(shown):
        end = begin + len(list(run))
        text = "" if not limit or limit < 0 else limit_text(limit, schedule.unit)
        if text and len(text) < end - begin:
            top = next(row for row, cells in enumerate(grid) if cells[begin][0] != " ")
            grid[top - 1][begin : begin + len(text)] = [(sign, Part.VALUE) for sign in text]
        begin = end
    return grid


def full_scale(picture: Picture, schedule: CompositeSchedule) -> Decimal:
    """The limit that fills a lane: the highest of its kind.

    Connectors share one scale so that they can be compared; the station has its own.
    """
    is_station = schedule.connector_id == 0
    limits = (
        period.limit
        for other in picture.schedules
        if (other.connector_id == 0) is is_station
        for period in other.periods
    )
    return max(limits, default=Decimal(0)) or curve_scale(picture, [*range(len(picture.schedules))])


def _readout(picture: Picture, rows: int) -> list[Line]:
    """The words under the chart."""
    view, width = picture.view, picture.width - 1
    place = Place(
        view.cursor(picture.now),
        Clock(picture.now, picture.time_zone),
        picture.glyphs.separator,
        width,
        picture.is_lost,
    )
    lines = explained(picture, place, view.lane)
    return [
        ((f" {text}", Part.DETAIL if index else Part.READOUT),)
        for index, text in enumerate(fitted(lines, width, rows, picture.glyphs.ellipsis))
    ]


def explained(picture: Picture, place: Place, lane: int) -> tuple[str, ...]:
    """What is to be said about a lane, at a place."""
    schedule = picture.schedules[lane]
    is_now = place.at == place.clock.now
    restraint = picture.restraints.get(schedule.connector_id, "") if is_now else ""
    return readout(schedule, place, use_at(picture, place.at, lane), restraint)


def use_at(picture: Picture, at: datetime, lane: int) -> Use | None:
    """What flowed on a lane, in the column that begins at an instant."""
    schedule = picture.schedules[lane]
    flow = flow_at(picture.measured.get(schedule.connector_id, ()), at)
    if flow is None:
        return None
    until = at + picture.view.span / picture.columns
    if (period := period_at(schedule, at)) is not None:
        until = min(until, period.end)
    wrong = picture.violations.get(schedule.connector_id, ())
    return Use(flow.limit, flow.limit if _overlaps(wrong, at, until) else None)


def _overlaps(intervals: Sequence[Interval], start: datetime, end: datetime) -> bool:
    return any(begin < end and until > start for begin, until in intervals)


def _merged(pieces: Sequence[tuple[str, Part]]) -> Line:
    """Neighbours of the same part as one piece."""
    merged: list[Cell] = []
    for text, part in pieces:
        if merged and merged[-1][1] is part:
            merged[-1] = (merged[-1][0] + text, part)
        elif text:
            merged.append((text, part))
    return tuple(merged)
