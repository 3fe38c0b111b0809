"""The closed form against small steps."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from cp_tui.station.energy_flow import (
    PowerLine,
    charge_after,
    power_w,
    seconds_to_bend,
    seconds_to_full,
    seconds_to_turn,
)

FULL_WH = 60_000.0

lines = st.lists(
    st.builds(
        PowerLine,
        at_empty_w=st.floats(1_000, 200_000),
        per_wh=st.floats(-0.9, 2.0).map(lambda slope: slope if abs(slope) > 0.01 else 0.0),
    ),
    min_size=1,
    max_size=5,
).filter(lambda some: min(line.power_w(FULL_WH) for line in some) > 100)


def stepped(some: list[PowerLine], charge_wh: float, seconds: float, steps: int) -> float:
    """Fill in many small steps (midpoint rule)."""
    step_h = seconds / steps / 3600
    for _ in range(steps):
        middle_wh = charge_wh + power_w(some, charge_wh) * step_h / 2
        charge_wh = min(FULL_WH, charge_wh + power_w(some, middle_wh) * step_h)
    return charge_wh


@given(lines, st.floats(0, FULL_WH), st.floats(0, 7_200))
def test_the_closed_form_agrees_with_many_small_steps(
    some: list[PowerLine], charge_wh: float, seconds: float
) -> None:
    exact_wh = charge_after(some, charge_wh, FULL_WH, seconds)
    assert exact_wh == pytest.approx(stepped(some, charge_wh, seconds, 2_000), rel=1e-4, abs=0.5)


@given(lines, st.floats(0, FULL_WH), st.floats(0, 7_200), st.floats(0, 7_200))
def test_two_stretches_of_time_are_one(
    some: list[PowerLine], charge_wh: float, first_s: float, second_s: float
) -> None:
    between_wh = charge_after(some, charge_wh, FULL_WH, first_s)
    assert charge_after(some, between_wh, FULL_WH, second_s) == pytest.approx(
        charge_after(some, charge_wh, FULL_WH, first_s + second_s), abs=1e-3
    )


@given(lines, st.floats(0, FULL_WH - 1))
def test_it_is_full_just_when_it_says(some: list[PowerLine], charge_wh: float) -> None:
    seconds = seconds_to_full(some, charge_wh, FULL_WH)
    assert charge_after(some, charge_wh, FULL_WH, seconds) == pytest.approx(FULL_WH, abs=1e-3)
    assert charge_after(some, charge_wh, FULL_WH, seconds * 0.99) < FULL_WH


@given(lines, st.floats(0, FULL_WH - 1))
def test_the_power_has_moved_by_a_part_just_when_it_says(
    some: list[PowerLine], charge_wh: float
) -> None:
    seconds = seconds_to_bend(some, charge_wh, 0.01)
    if seconds < seconds_to_turn(some, charge_wh, FULL_WH):
        before_w = power_w(some, charge_wh)
        after_w = power_w(some, charge_after(some, charge_wh, FULL_WH, seconds))
        assert abs(after_w - before_w) == pytest.approx(0.01 * before_w, rel=1e-3)


def test_a_power_that_stays_never_bends() -> None:
    assert seconds_to_bend([PowerLine(100.0), PowerLine(500.0, -0.1)], 40.0, 0.01) == math.inf
    assert seconds_to_bend([PowerLine(0.0, 1.0)], 0.0, 0.01) == math.inf


def test_without_power_nothing_flows_and_it_is_never_full() -> None:
    nothing = [PowerLine(0.0), PowerLine(5_000.0)]
    assert charge_after(nothing, 10.0, FULL_WH, 1e9) == 10.0
    assert seconds_to_full(nothing, 10.0, FULL_WH) == math.inf


def test_the_power_is_the_lowest_line() -> None:
    assert power_w([PowerLine(100.0), PowerLine(0.0, 1.0)], 40.0) == 40.0
    assert power_w([PowerLine(100.0), PowerLine(0.0, 1.0)], 400.0) == 100.0
    assert power_w([PowerLine(-5.0)], 0.0) == 0.0
