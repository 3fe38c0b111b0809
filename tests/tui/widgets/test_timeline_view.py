"""Looking around in time: the cursor stays in sight and on round times, and the way back works."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import example, given, strategies as st
from msgspec.structs import replace

from cp_tui.tui.timeline.time_axis import ticks
from cp_tui.tui.timeline.view import (
    BEGUN_ZOOM,
    DEFAULT_ZOOM,
    NOW_ZOOM,
    PAST_OF_NOW,
    ZOOMS,
    View,
    ceil_time,
    floor_time,
)
from tests.tui.widgets.schedules import NOW

COLUMNS = 25
STANDS_STILL = timedelta(seconds=25)
"""A window about now, for so long at least, however few columns it has."""
MOVES = st.lists(
    st.sampled_from(["left", "right", "in", "out", "earlier", "later", "now", "far"]), max_size=30
)


def moved(view: View, move: str, columns: int) -> View:
    match move:
        case "left" | "right":
            return view.step(-1 if move == "left" else 1, columns, NOW)
        case "in" | "out":
            return view.zoomed(1 if move == "in" else -1, NOW)
        case "earlier" | "later":
            return view.pan(-1 if move == "earlier" else 1, NOW)
        case "far":
            return view.reveal(NOW + timedelta(days=40), NOW)
        case _:
            return view.follow()


@given(MOVES, st.integers(12, 300))
@example(["in"] * 5 + ["far"], 12)
@example(["in"] * 4 + ["far", "in"], 12)
def test_the_cursor_is_always_in_sight(moves: list[str], columns: int) -> None:
    view = View()
    for move in moves:
        view = moved(view, move, columns)
        assert 0 <= view.column_of(view.cursor(NOW), columns, NOW) < columns


@given(st.integers(0, len(ZOOMS) - 1), st.integers(12, 300))
def test_a_step_moves_by_exactly_one_column(zoom: int, columns: int) -> None:
    view = View(zoom=zoom, at=NOW)
    column = view.column_of(NOW, columns, NOW)
    for _ in range(columns - column - 1):
        view = view.step(1, columns, NOW)
        column += 1
        assert view.column_of(view.cursor(NOW), columns, NOW) == column


def test_the_cursor_stands_on_whole_minutes() -> None:
    view = View().step(1, COLUMNS, NOW)
    assert view.cursor(NOW) == datetime(2026, 1, 5, 14, 15, tzinfo=UTC)
    assert view.step(1, COLUMNS, NOW).cursor(NOW).second == 0


def test_an_untouched_view_follows_the_clock_in_quanta() -> None:
    view = View()
    later = NOW + timedelta(minutes=20)
    assert view.window_start(NOW) == view.window_start(later) == NOW.replace(minute=0)
    assert view.window_start(NOW + timedelta(minutes=30)) == NOW.replace(minute=30)
    assert view.cursor(later) == later


def test_zooming_keeps_the_cursor_where_it_is_on_the_screen() -> None:
    view = View(at=NOW + timedelta(hours=3))
    before = view.column_of(view.cursor(NOW), COLUMNS, NOW)
    zoomed = view.zoomed(1, NOW)
    assert zoomed.span == timedelta(hours=2)
    assert zoomed.cursor(NOW) == view.cursor(NOW)
    assert abs(zoomed.column_of(zoomed.cursor(NOW), COLUMNS, NOW) - before) <= 1


def test_zooming_ends_at_three_minutes_and_at_two_weeks() -> None:
    view = View()
    for _ in range(20):
        view = view.zoomed(1, NOW)
    assert view.span == timedelta(minutes=3)
    for _ in range(20):
        view = view.zoomed(-1, NOW)
    assert view.span == timedelta(days=14)


def test_a_step_over_the_edge_moves_the_window_by_a_quarter() -> None:
    view = View(start=NOW, at=NOW + timedelta(hours=6) - timedelta(minutes=1))
    over = view.step(1, COLUMNS, NOW)
    assert over.column_of(over.cursor(NOW), COLUMNS, NOW) in (18, 19, 20)


def test_back_to_now_forgets_where_the_view_was() -> None:
    view = View(lane=2).pan(3, NOW).zoomed(1, NOW).follow()
    assert (view.start, view.at, view.lane, view.zoom) == (None, None, 2, 4)


@given(st.datetimes(datetime(1999, 1, 1), datetime(2100, 1, 1)), st.integers(1, 10_000))
def test_rounding_up_and_down_meet_on_multiples(naive: datetime, seconds: int) -> None:
    instant, quantum = naive.replace(tzinfo=UTC), timedelta(seconds=seconds)
    low, high = floor_time(instant, quantum), ceil_time(instant, quantum)
    assert low <= instant <= high
    assert high - low in (timedelta(0), quantum)


@given(
    st.datetimes(datetime(1999, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from([BEGUN_ZOOM, NOW_ZOOM]),
    st.integers(12, 200),
    st.integers(1, 4000),
)
def test_a_window_about_now_moves_by_whole_columns_and_says_when(
    naive: datetime, zoom: int, columns: int, seconds: int
) -> None:
    """So a curve is cut where it was cut before, and a fresh screen cuts it there as well."""
    view, now = View(zoom=zoom, columns=columns), naive.replace(tzinfo=UTC)
    later = now + timedelta(seconds=seconds)
    shift = (view.window_start(later) - view.window_start(now)) * columns / view.span
    assert abs(shift - round(shift)) < 1e-3
    assert columns * 0.6 <= view.column_of(now, columns, now) <= columns * 0.85
    move = view.next_move(now)
    assert move is not None
    assert now < move
    just_before = move - timedelta(microseconds=1)
    assert view.window_start(just_before) == view.window_start(now) < view.window_start(move)
    assert view.next_move(move) - move >= STANDS_STILL  # type: ignore[operator]


def test_a_cursor_that_the_window_leaves_behind_goes_back_to_now() -> None:
    at = NOW - timedelta(minutes=3)
    for view in (View(zoom=NOW_ZOOM, columns=60), View(columns=60)):
        looked = replace(view, at=at)
        assert looked.gone_on(NOW).cursor(NOW) == at
        later = at + view.span
        assert looked.gone_on(later).cursor(later) == later
        ahead = replace(view, at=later)
        assert ahead.gone_on(NOW) is ahead, "it will come into sight"
        stays = looked.pan(-1, NOW)
        assert stays.gone_on(later) is stays, "the window was moved, and stands still"


def test_zoom_and_lane_go_with_what_charges_until_somebody_chooses() -> None:
    view = View(follows_charging=True)
    long, brief = NOW - timedelta(hours=1), NOW - timedelta(seconds=119)
    charging = view.with_charging([2, 3], long, NOW)
    assert (charging.zoom, charging.lane) == (NOW_ZOOM, 2)
    assert charging.with_charging([], None, NOW) == view
    assert view.with_charging([1], brief, NOW).zoom == BEGUN_ZOOM
    assert view.with_charging([1], None, NOW).zoom == NOW_ZOOM
    zoomed = charging.zoomed(-1, NOW)
    assert zoomed.with_charging([], None, NOW).zoom == NOW_ZOOM + 1
    assert charging.pan(1, NOW).with_charging([], None, NOW).zoom == NOW_ZOOM
    assert View().with_charging([1], long, NOW).zoom == DEFAULT_ZOOM


def test_the_longer_window_comes_when_the_shorter_one_would_move_on() -> None:
    view, since = View(follows_charging=True, columns=28), NOW + timedelta(seconds=7)
    seconds = (NOW + timedelta(seconds=each) for each in range(8, 400))
    shown = [(now, view.with_charging([1], since, now)) for now in seconds]
    begun, later = ([each for each in shown if each[1].zoom == z] for z in (BEGUN_ZOOM, NOW_ZOOM))
    assert shown == begun + later, "once, and not back again"
    assert begun[-1][0] - since > begun[0][1].span * PAST_OF_NOW - timedelta(seconds=1)
    move = begun[-1][1].next_move(begun[-1][0])
    assert move is not None
    assert begun[-1][0] < move <= later[0][0], "one picture, and not two"


def test_panning_ends_before_the_calendar_does() -> None:
    for first in ("earlier", "later"):
        view = View(zoom=len(ZOOMS) - 1)
        far = datetime(1 if first == "earlier" else 9999, 12, 31, 23, 59, tzinfo=UTC)
        view = view.reveal(far, NOW)
        for move in [first] * 200 + ["out", "left", "right", "in"]:
            view = moved(view, move, COLUMNS)
        start = view.window_start(NOW)
        assert start.year in (1, 2, 9998, 9999)
        assert ticks(start, 2 * view.span, COLUMNS, timezone(timedelta(hours=14)))
