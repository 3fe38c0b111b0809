"""Words for how long it is until something happens, and when they are no longer true."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from cp_tui.tui.dashboard.countdown import instant, stale_after_s, until
from cp_tui.tui.text.words import Clock
from tests.tui import worlds

CLOCK = Clock(worlds.NOW, UTC)


@pytest.mark.parametrize(
    ("left_s", "words", "stale_s"),
    [
        (-3, "now", None),
        (0.4, "now", None),
        (12, "in 15 s", 2),
        (10, "in 10 s", 5),
        (59, "in 60 s", 4),
        (60, "in 1 min", 5),
        (80, "in 1 min", 20),
        (314, "in 5 min", 44),
        (599, "in 10 min", 29),
        (600, "in 10 min", 30),
        (700, "at 14:15:07", 100),
    ],
)
def test_words_and_how_long_they_hold(left_s: float, words: str, stale_s: float | None) -> None:
    at = worlds.NOW + timedelta(seconds=left_s)
    assert until(at, CLOCK) == words
    assert stale_after_s(at, worlds.NOW) == stale_s


def test_where_there_is_room_both_are_told() -> None:
    assert instant(worlds.NOW + timedelta(seconds=12), CLOCK) == "at 14:03:39, in 15 s"
    assert instant(worlds.NOW + timedelta(hours=1), CLOCK) == "at 15:03:27"


def test_a_count_ends_after_a_bounded_number_of_words() -> None:
    """Ten minutes: nine by the minute, the last one by five seconds; none is shown twice."""
    at, now = worlds.NOW + timedelta(seconds=600), worlds.NOW
    shown = [until(at, CLOCK)]
    while (stale_s := stale_after_s(at, now)) is not None:
        now += timedelta(seconds=stale_s + 0.001)
        shown.append(until(at, Clock(now, UTC)))
        assert len(shown) <= 10 + 13
    assert shown[-1] == "now"
    assert len(set(shown)) == len(shown)
