"""Marks of the axis: labels never touch, days are seen, and the wall clock is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from cp_tui.tui.timeline.time_axis import AxisMark, ticks
from cp_tui.tui.timeline.view import ZOOMS
from tests.tui.widgets.schedules import NOW

ZONES = st.sampled_from(["UTC", "Europe/Amsterdam", "Asia/Kathmandu", "America/St_Johns"])
SPANS = [zoom.span for zoom in ZOOMS]


def drawn(found: list[AxisMark], columns: int) -> str:
    cells = [" "] * columns
    for tick in found:
        for offset, sign in enumerate("|" + tick.label):
            assert cells[tick.column + offset] == " "
            cells[tick.column + offset] = sign
    return "".join(cells).rstrip()


@pytest.mark.parametrize(
    ("hours", "columns", "expected"),
    [
        (0.25, 30, "    |14:05    |14:10    |14:15"),
        (1, 25, "           |14:30      |"),
        (6, 25, "   |15  |16 |17 |18 |19 |"),
        (6, 60, "         |15:00    |16:00    |17:00    |18:00    |19:00    |"),
        (24, 25, "    |18   |Tue  |06   |12"),
        (72, 60, "   |18  |Tue |06  |12  |18  |Wed |06  |12  |18  |Thu |06  |"),
        (168, 60, "   |6 Jan   |7 Jan  |8 Jan   |9 Jan  |10 Jan  |11 Jan |"),
        (336, 25, "           |Mon 12 Jan |"),
    ],
)
def test_marks_are_as_close_as_their_labels_fit(hours: float, columns: int, expected: str) -> None:
    assert drawn(ticks(NOW, timedelta(hours=hours), columns, UTC), columns) == expected


def test_the_time_zone_is_the_one_asked_for() -> None:
    found = ticks(NOW, timedelta(hours=6), 25, ZoneInfo("Asia/Kathmandu"))
    assert drawn(found, 25) == "|20:00   |22:00  |"


def test_an_hour_that_the_clock_repeats_is_marked_twice() -> None:
    start = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    found = ticks(start, timedelta(hours=6), 60, ZoneInfo("Europe/Amsterdam"))
    assert [tick.label for tick in found] == ["01:00", "02:00", "02:00", "03:00", "04:00", "05:00"]


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),
    st.sampled_from(SPANS),
    st.integers(8, 300),
    ZONES,
)
def test_labels_never_overlap_nor_leave_the_axis(
    start: datetime, span: timedelta, columns: int, zone: str
) -> None:
    found = ticks(start.replace(tzinfo=UTC), span, columns, ZoneInfo(zone))
    for left, right in pairwise(found):
        assert left.column + 1 + len(left.label) < right.column
    for tick in found:
        assert tick.column >= 0
        assert tick.column + 1 + len(tick.label) <= columns or not tick.label


def test_a_window_of_days_shows_where_they_begin() -> None:
    zones = ("UTC", "Europe/Amsterdam", "Asia/Kathmandu")
    for window in product(zones, (12, 24, 72, 168, 336), (24, 60, 120)):
        zone, hours, columns = window
        found = ticks(NOW, timedelta(hours=hours), columns, ZoneInfo(zone))
        assert any(tick.is_day for tick in found), window
        assert any(tick.label for tick in found), window
