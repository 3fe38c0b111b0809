"""When a fault is there: schedules, stretches that are drawn, and both."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, strategies as st

from cp_tui.network.weather import FaultKind, NetworkFault
from cp_tui.network.windows import Window, joined_window, next_window, window_at


def fault(
    *,
    probability: float = 1.0,
    shortest_s: float = 0.0,
    begins_s: float = 0.0,
    every_s: float | None = None,
    lasts_s: float | None = None,
) -> NetworkFault:
    """Give a fault with these times."""
    return NetworkFault(
        kind=FaultKind.HOLD,
        probability=probability,
        shortest_s=shortest_s,
        begins_s=begins_s,
        every_s=every_s,
        lasts_s=lasts_s,
    )


def test_a_schedule_says_when_it_comes_and_how_long_it_stays() -> None:
    once = fault(begins_s=60, lasts_s=30)
    assert [window_at(once, 1, at) for at in (0, 59.9, 90)] == [None] * 3
    assert window_at(once, 1, 60) == window_at(once, 1, 89.9) == Window(60, 90)
    assert next_window(once, 1, 59) == Window(60, 90)
    assert next_window(once, 1, 60) is None
    turns = fault(begins_s=10, every_s=300, lasts_s=40)
    assert window_at(turns, 1, 649) == Window(610, 650)
    assert window_at(turns, 1, 650) is None
    assert next_window(turns, 1, 310) == Window(610, 650)
    assert window_at(fault(), 1, 5) == Window(0, inf)


def test_a_stretch_lasts_as_long_as_is_said_and_comes_as_often() -> None:
    made = fault(probability=0.2, shortest_s=5)
    found = [window_at(made, 3, at) for at in range(0, 50_000, 5)]
    there = [each for each in found if each is not None]
    assert len(there) == pytest.approx(2_000, rel=0.1)
    assert {each.until - each.since for each in there} == {5}
    assert next_window(fault(probability=0.0, shortest_s=5), 3, 0) is None
    # For people many in a row are one, but nobody looks further than they would.
    joined = joined_window(fault(probability=0.9999, shortest_s=5), 3, 5_000)
    assert joined == Window(5_000 - 64 * 5, 5_000 + 65 * 5)


def test_stretches_lie_within_the_turns_of_a_schedule() -> None:
    made = fault(probability=0.5, shortest_s=4, begins_s=10, every_s=100, lasts_s=10)
    found = {window_at(made, 1, at / 2) for at in range(20_000)} - {None}
    ends = {((each.since - 10) % 100, (each.until - 10) % 100) for each in found if each}
    assert ends == {(0, 4), (4, 8), (8, 10)}


def test_faults_with_the_same_times_come_together() -> None:
    hold = fault(probability=0.3, shortest_s=7)
    loss = NetworkFault(kind=FaultKind.LOSS, probability=0.3, shortest_s=7)
    other = fault(probability=0.31, shortest_s=7)
    instants = range(0, 7_000, 7)
    assert [window_at(hold, 1, at) for at in instants] == [
        window_at(loss, 1, at) for at in instants
    ]
    assert [window_at(hold, 1, at) for at in instants] != [
        window_at(other, 1, at) for at in instants
    ]


@given(
    begins_s=st.sampled_from([0.0, 0.1, 60.0]),
    every_s=st.sampled_from([None, 0.3, 7.7, 300.0]),
    shortest_s=st.sampled_from([0.0, 0.1, 3.3]),
    share=st.sampled_from([0.2, 1 / 3, 1.0]),
    probability=st.sampled_from([0.05, 0.5, 1.0]),
    after=st.floats(0, 1e5),
)
def test_the_next_window_is_there_at_its_beginning_and_none_before(
    begins_s: float,
    every_s: float | None,
    shortest_s: float,
    share: float,
    probability: float,
    after: float,
) -> None:
    lasts_s = None if every_s is None else every_s * share
    made = fault(
        begins_s=begins_s,
        every_s=every_s,
        lasts_s=lasts_s,
        shortest_s=shortest_s,
        probability=probability,
    )
    found = next_window(made, 5, after)
    if found is None:
        assert every_s is None
        assert shortest_s == 0 or probability == 1
        return
    assert found.since > after
    assert window_at(made, 5, found.since) == found
    joined = joined_window(made, 5, found.since)
    assert joined is not None
    assert joined.since <= found.since < found.until <= joined.until
    here = window_at(made, 5, after)
    for part in range(1, 20):
        at = after + (found.since - after) * part / 20
        assert window_at(made, 5, at) in ({here} if here and at < here.until else {None, found})
