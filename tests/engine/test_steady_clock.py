"""A clock of the machine that is set back or ahead, and a charge point that lives by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cp_tui.engine.steady_clock import SteadyClock

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine:
    """What the wall says and how long it runs."""

    def __init__(self) -> None:
        self.wall = NOON
        self.elapsed_s = 100.0
        self.clock = SteadyClock(lambda: self.wall, lambda: self.elapsed_s)

    def later(self, seconds: float) -> datetime:
        self.wall += timedelta(seconds=seconds)
        self.elapsed_s += seconds
        return self.clock()


def test_it_follows_the_wall() -> None:
    engine_loop = Machine()
    assert engine_loop.later(10) == NOON + timedelta(seconds=10)
    engine_loop.wall += HOUR
    assert engine_loop.later(1) == NOON + HOUR + timedelta(seconds=11)
    assert engine_loop.clock.ahead == timedelta(0)


@pytest.mark.parametrize("back", [timedelta(seconds=2), HOUR, timedelta(days=20_000)])
def test_set_back_it_goes_on_until_the_wall_has_come_as_far(back: timedelta) -> None:
    engine_loop = Machine()
    engine_loop.later(10)
    engine_loop.wall -= back
    for second in range(11, 20):
        assert engine_loop.later(1) == NOON + timedelta(seconds=second)
    assert engine_loop.clock.ahead == back
    engine_loop.wall += back + timedelta(seconds=5)
    assert engine_loop.later(0) == engine_loop.wall
    assert engine_loop.clock.ahead == timedelta(0)


def test_a_small_correction_makes_it_stand_still() -> None:
    engine_loop = Machine()
    at = engine_loop.later(10)
    engine_loop.wall -= timedelta(milliseconds=400)
    assert engine_loop.later(0.1) == at
    assert engine_loop.later(1) == engine_loop.wall


def test_small_corrections_one_after_the_other_never_take_it_back() -> None:
    engine_loop = Machine()
    last = engine_loop.later(1)
    for _ in range(100):
        engine_loop.wall -= timedelta(milliseconds=900)
        now = engine_loop.later(0.01)
        assert now >= last
        last = now
