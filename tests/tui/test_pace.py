"""How much may be under way to the terminal: what a second carries, if the terminal tells."""

from __future__ import annotations

from cp_tui.tui.terminal.pace import (
    LEAST_BYTES,
    MOST_BYTES,
    PATIENCE_S,
    SLOWEST_BYTES_S,
    TELLING_BYTES,
    Pace,
)


def slow(bytes_s: int) -> Pace:
    """A line that has just carried a picture at this rate."""
    pace = Pace()
    pace.answered(0.0)
    assert pace.sent(4_800, 0.0)
    pace.answered(4_800 / bytes_s)
    return pace


def test_a_terminal_that_never_answered_gets_everything_and_is_not_asked() -> None:
    pace = Pace()
    assert not pace.sent(30_000, 0.0)
    assert pace.room(0.0) == MOST_BYTES


def test_a_fast_line_is_not_held_up() -> None:
    pace = slow(1_000_000)
    assert pace.room(1.0) == MOST_BYTES
    assert pace.sent(5_000, 1.0)
    assert pace.room(1.0) == MOST_BYTES - 5_000


def test_on_a_slow_line_no_more_is_under_way_than_a_second_carries() -> None:
    pace = slow(960)
    assert pace.room(5.0) == 960
    assert pace.sent(700, 5.0)
    assert pace.room(5.0) == 260
    assert not pace.sent(300, 5.1), "one question at a time"
    assert pace.room(5.1) == 0
    pace.answered(5.8)
    assert pace.room(5.8) == 960, "what was sent behind the question counts with the next"
    assert pace.sent(300, 5.8)


def test_on_the_slowest_line_a_little_is_under_way_all_the_same() -> None:
    assert slow(30).room(200.0) == LEAST_BYTES


def test_a_few_bytes_tell_nothing_of_the_line() -> None:
    """A long way is not a slow line: over a satellite a small answer takes as long as a large."""
    pace = slow(1_000_000)
    assert pace.sent(TELLING_BYTES - 1, 1.0)
    pace.answered(1.6)
    assert pace.room(1.6) == MOST_BYTES


def test_a_line_that_has_become_fast_is_found_out() -> None:
    pace = slow(2_400)
    assert pace.sent(2_400, 5.0)
    pace.answered(5.01)
    assert pace.room(5.01) == MOST_BYTES


def test_a_terminal_that_answers_no_more_is_not_waited_for_for_good() -> None:
    pace = slow(960)
    assert pace.sent(960, 10.0)
    late = 10.0 + PATIENCE_S + 960 / SLOWEST_BYTES_S
    assert pace.room(late - 0.1) == 0
    assert pace.room(late) == MOST_BYTES
    assert not pace.sent(960, late)
    pace.answered(late + 1)
    assert pace.sent(960, late + 1), "it is back"


def test_who_leaves_asks_no_more() -> None:
    pace = slow(960)
    assert pace.sent(600, 5.0)
    assert pace.is_asked
    pace.ask_no_more()
    pace.answered(6.0)
    assert not pace.is_asked
    assert not pace.sent(5_000, 6.0)
