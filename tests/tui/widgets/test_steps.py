"""Columns tell all that a stepwise limit does in their stretch of time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from cp_tui.tui.timeline.steps import LimitColumn, means, shown_limits, steps
from tests.tui.widgets.schedules import NOW

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    start: datetime
    end: datetime
    limit: Decimal


def periods(*parts: tuple[int, str], start: datetime = NOW) -> list[Step]:
    """Periods of so many minutes with a limit each."""
    found: list[Step] = []
    for minutes, limit in parts:
        end = start + timedelta(minutes=minutes)
        found.append(Step(start, end, Decimal(limit)))
        start = end
    return found


PARTS = st.lists(
    st.tuples(st.integers(1, 600), st.integers(0, 40).map(str)), min_size=1, max_size=20
)
OFFSETS = st.integers(-600, 600).map(lambda minutes: timedelta(minutes=minutes))


def test_each_column_has_the_lowest_highest_and_last_limit_in_it() -> None:
    found = steps(periods((30, "16"), (10, "6"), (20, "32"), (60, "10")), NOW, 2 * HOUR, 2)
    assert found == [
        LimitColumn(Decimal(6), Decimal(32), Decimal(32), 2),
        LimitColumn(Decimal(10), Decimal(10), Decimal(10), 3),
    ]


def test_before_and_after_the_periods_nothing_is_known() -> None:
    found = steps(periods((60, "16")), NOW - HOUR, 3 * HOUR, 3)
    assert [column is None for column in found] == [True, False, True]


def test_a_period_that_ends_where_a_column_begins_is_not_in_it() -> None:
    found = steps(periods((60, "16"), (60, "6")), NOW, 2 * HOUR, 2)
    assert [column.min for column in found if column] == [Decimal(16), Decimal(6)]


@given(PARTS, OFFSETS, st.integers(1, 5000), st.integers(1, 200))
def test_a_column_is_what_sampling_its_stretch_finds(
    parts: list[tuple[int, str]], offset: timedelta, minutes: int, columns: int
) -> None:
    known = periods(*parts)
    start, span = NOW + offset, timedelta(minutes=minutes)
    found = steps(known, start, span, columns)
    assert len(found) == columns
    for index, column in enumerate(found):
        left = start + span * index / columns
        right = start + span * (index + 1) / columns
        inside = [step.limit for step in known if step.start < right and step.end > left]
        if column is None:
            assert not inside
            continue
        assert (column.min, column.max, column.last) == (min(inside), max(inside), inside[-1])
        assert known[column.period].limit == column.last


@given(PARTS, OFFSETS, st.integers(1, 100))
def test_what_is_drawn_held_at_some_time_in_the_column(
    parts: list[tuple[int, str]], offset: timedelta, columns: int
) -> None:
    known = periods(*parts)
    found = steps(known, NOW + offset, known[-1].end - NOW, columns)
    for column, limit in zip(found, shown_limits(found), strict=True):
        assert (column is None) == (limit is None)
        assert column is None or limit in (column.min, column.max, column.last)


def test_a_dip_shorter_than_a_column_is_drawn() -> None:
    found = steps(periods((70, "32"), (5, "0"), (45, "32")), NOW, 2 * HOUR, 2)
    assert shown_limits(found) == [Decimal(32), Decimal(0)]


def test_a_peak_shorter_than_a_column_is_drawn() -> None:
    found = steps(periods((70, "6"), (5, "32"), (45, "6")), NOW, 2 * HOUR, 2)
    assert shown_limits(found) == [Decimal(6), Decimal(32)]


def test_a_change_within_a_column_draws_where_it_leads() -> None:
    found = steps(periods((70, "32"), (50, "6")), NOW, 2 * HOUR, 2)
    assert shown_limits(found) == [Decimal(32), Decimal(6)]


@given(PARTS, OFFSETS, st.integers(1, 80))
def test_the_area_under_the_means_is_what_the_values_add_up_to(
    parts: list[tuple[int, str]], offset: timedelta, columns: int
) -> None:
    known = periods(*parts)
    start, span = NOW + offset, known[-1].end - NOW
    width = span / columns
    area = 0.0
    for index, mean in enumerate(means(known, start, span, columns)):
        left, right = start + index * width, start + (index + 1) * width
        seconds = (min(right, known[-1].end) - max(left, NOW)).total_seconds()
        assert (mean is None) == (seconds <= 0)
        area += float(mean or 0) * seconds
    inside = sum(
        float(each.limit)
        * max(0.0, (min(each.end, start + span) - max(each.start, start)).total_seconds())
        for each in known
    )
    assert math.isclose(area, inside, rel_tol=1e-3, abs_tol=1.0)


def test_an_edge_that_is_rounded_changes_no_mean() -> None:
    known = periods((30, "16"), (30, "0"))
    for shift in range(-5, 6):
        assert means(known, NOW + shift * timedelta.resolution, HOUR, 1) == [Decimal(8)]
