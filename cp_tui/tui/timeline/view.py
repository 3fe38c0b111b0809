"""What part of the schedule is looked at: zoom, window, cursor and lane. Pure; `now` comes in.

A view that was never moved follows the clock: its window and its cursor stay at now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil, floor

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.ocpp.calendar import EPOCH


class Zoom(Struct, frozen=True):
    """A length of time that fits the width of the chart."""

    label: str
    span: timedelta
    quantum: timedelta
    """A window that follows the clock moves on by this much at once, not with every minute."""
    is_about_now: bool = False
    """A window that follows the clock is there to see what just was, and moves by columns."""


def _zoom(label: str, span_minutes: int, quantum_minutes: int, is_about_now: bool = False) -> Zoom:
    span, quantum = timedelta(minutes=span_minutes), timedelta(minutes=quantum_minutes)
    return Zoom(label, span, quantum, is_about_now)


ZOOMS = (
    _zoom("3 min", 3, 1, is_about_now=True),
    _zoom("15 min", 15, 1, is_about_now=True),
    _zoom("30 min", 30, 2),
    _zoom("1 h", 60, 5),
    _zoom("2 h", 2 * 60, 10),
    _zoom("6 h", 6 * 60, 30),
    _zoom("12 h", 12 * 60, 60),
    _zoom("24 h", 24 * 60, 120),
    _zoom("3 d", 3 * 24 * 60, 360),
    _zoom("7 d", 7 * 24 * 60, 720),
    _zoom("14 d", 14 * 24 * 60, 1440),
)

BEGUN_ZOOM, NOW_ZOOM = 0, 1
"""While something charges: minutes, so that a limit and what follows it are to be seen.

The shorter one as long as all that has flowed is within it: so a demo's story, too, fills it.
"""

DEFAULT_ZOOM = 5

PAN_PART = 4
"""Panning moves by this part of the window."""

PAST_PART = 8
"""This part of the window is for what was."""

PAST_COLUMNS_MIN = 56
"""With fewer columns in a chart, what is to come needs them all."""

PAST_OF_NOW = 2 / 3
"""What was, of a window about now: 10 of 15 minutes, 2 of 3."""

SHIFT_S = 35
"""A window about now stands still for so long, as long as now is not too far to the right: each
move costs the line as much as all else in ten seconds."""
NOW_MOST = 0.85
"""Of the columns of a window about now, those to the left of now."""

EARLIEST, LATEST = (datetime(year, 1, 1, tzinfo=UTC) for year in (2, 9999))
"""A window begins between these: a good way within the calendar, whichever way somebody pans."""

ROUND_STEPS_S = (60, 10, 1)
"""The cursor stands on round times: the coarsest of these that is finer than half a column."""


class View(Struct, frozen=True):
    """Where somebody looks."""

    zoom: int = DEFAULT_ZOOM
    start: datetime | None = None
    """Left edge; None: the window follows the clock."""
    at: datetime | None = None
    """The cursor; None: it stands at now."""
    lane: int = 0
    """Index of the lane that keys and readout are about."""
    is_alone: bool = False
    """Only that lane is shown."""
    columns: int = 0
    """Of the chart; 0: not known yet."""
    follows_charging: bool = False
    """Zoom and lane go with what charges, as long as nobody has chosen others."""
    is_zoom_chosen: bool = False
    is_lane_chosen: bool = False

    @property
    def span(self) -> timedelta:
        """Length of the window."""
        return ZOOMS[self.zoom].span

    def window_start(self, now: datetime) -> datetime:
        """The left edge, a whole minute."""
        if self.start is not None:
            return self.start
        if ZOOMS[self.zoom].is_about_now:
            # Whole columns: what was is cut where it was cut before, and only moves to the left.
            return floor_time(now - self.span * PAST_OF_NOW, self._stride)
        has_past = self.columns >= PAST_COLUMNS_MIN
        past = self.span / PAST_PART if has_past else timedelta()
        return floor_time(now - past, ZOOMS[self.zoom].quantum)

    @property
    def is_about_now(self) -> bool:
        """The window is one of minutes, and goes with the clock."""
        return self.start is None and ZOOMS[self.zoom].is_about_now

    @property
    def _stride(self) -> timedelta:
        """What a window about now moves by: whole columns, and not too often."""
        if not self.columns:
            return ZOOMS[self.zoom].quantum
        column = self.span / self.columns
        most = floor(self.columns * NOW_MOST) - ceil(self.columns * PAST_OF_NOW) + 1
        return column * min(ceil(timedelta(seconds=SHIFT_S) / column), max(most, 1))

    def next_move(self, now: datetime) -> datetime | None:
        """When a window about now moves on; None for all others, which wait for news."""
        if not self.is_about_now:
            return None
        return self.window_start(now) + self._stride + self.span * PAST_OF_NOW

    def with_charging(self, lanes: Sequence[int], since: datetime | None, now: datetime) -> View:
        """The zoom and the lane for these that charge, where nobody has chosen others.

        `since` is when the first of them began to; None: nobody knows. The longer zoom comes when
        the shorter one would move on, and leave that behind: one picture and not two.
        """
        if not self.follows_charging or self.start is not None or self.at is not None:
            return self
        zoom = NOW_ZOOM if lanes else DEFAULT_ZOOM
        if lanes and since is not None:
            begun = replace(self, zoom=BEGUN_ZOOM)
            zoom = BEGUN_ZOOM if since >= begun.window_start(now) else zoom
        lane = min(lanes, default=0)
        return replace(
            self,
            zoom=self.zoom if self.is_zoom_chosen else zoom,
            lane=self.lane if self.is_lane_chosen else lane,
        )

    def gone_on(self, now: datetime) -> View:
        """With the cursor back at now where a window that follows the clock has left it behind."""
        if self.start is not None or self.at is None or self.at >= self.window_start(now):
            return self
        return replace(self, at=None)

    def cursor(self, now: datetime) -> datetime:
        """The instant under the cursor."""
        return now if self.at is None else self.at

    def column_of(self, instant: datetime, columns: int, now: datetime) -> int:
        """The column of an instant; outside 0..columns - 1 when it is out of sight."""
        return (instant - self.window_start(now)) * columns // self.span

    def time_of(self, column: int, columns: int, now: datetime) -> datetime:
        """The first round time in a column."""
        left = self.window_start(now) + self.span * column / columns
        column_s = self.span.total_seconds() / columns
        step_s = next((step for step in ROUND_STEPS_S if 2 * step <= column_s), 0)
        # The edge itself is rounded, and may lie in the column before.
        return ceil_time(left, timedelta(seconds=step_s)) if step_s else left + timedelta.resolution

    def step(self, direction: int, columns: int, now: datetime) -> View:
        """The cursor a column on; at the edge the window follows."""
        column = self.column_of(self.cursor(now), columns, now) + direction
        return self.reveal(self.time_of(column, columns, now), now)

    def reveal(self, at: datetime, now: datetime) -> View:
        """The cursor at an instant, the window moved only if that is out of sight."""
        start = self.window_start(now)
        if start <= at < start + self.span:
            return replace(self, at=at)
        # Beyond the right edge a quarter is panned, so three quarters lie before the cursor.
        before = self.span / PAN_PART if at < start else self.span - self.span / PAN_PART
        at = within_reach(at)
        start = _rounded(at - before, at, self.span, ZOOMS[self.zoom].quantum)
        return replace(self, at=at, start=start)

    def pan(self, direction: int, now: datetime) -> View:
        """The window a part on, the cursor at the same place in it."""
        start = self.window_start(now)
        shift = within_reach(start + direction * self.span / PAN_PART) - start
        return replace(self, start=start + shift, at=self.cursor(now) + shift)

    def zoomed(self, direction: int, now: datetime) -> View:
        """A shorter (1) or longer (-1) window about the cursor."""
        zoom = min(max(self.zoom - direction, 0), len(ZOOMS) - 1)
        if self.at is None and self.start is None:
            return replace(self, zoom=zoom, is_zoom_chosen=True)
        at = self.cursor(now)
        share = (at - self.window_start(now)) / self.span
        span = ZOOMS[zoom].span
        start = _rounded(at - share * span, at, span, timedelta(minutes=1))
        return replace(self, zoom=zoom, start=start, at=at, is_zoom_chosen=True)

    def follow(self) -> View:
        """Back to now."""
        return replace(self, start=None, at=None)


def within_reach(instant: datetime) -> datetime:
    """The instant, or the nearest at which a window may begin."""
    return min(max(instant, EARLIEST), LATEST)


def _rounded(start: datetime, at: datetime, span: timedelta, quantum: timedelta) -> datetime:
    """The left edge at a round time, and `at` still in sight: short windows are but few quanta."""
    rounded = floor_time(start, quantum)
    return rounded if at < rounded + span else rounded + quantum


def floor_time(instant: datetime, quantum: timedelta) -> datetime:
    """The multiple of the quantum, counted from the epoch, at or before an instant."""
    return EPOCH + (instant - EPOCH) // quantum * quantum


def ceil_time(instant: datetime, quantum: timedelta) -> datetime:
    """The multiple of the quantum, counted from the epoch, at or after an instant."""
    return EPOCH - (EPOCH - instant) // quantum * quantum
