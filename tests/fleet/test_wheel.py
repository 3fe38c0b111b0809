"""The wheel of deadlines, held against a list that is searched each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from cp_tui.fleet.wheel import STALE_MAX, Wheel

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Clock:
    """What is due when it is told to be."""

    def __init__(self, name: int) -> None:
        self.name = name
        self.due: datetime | None = None

    def next_deadline(self) -> datetime | None:
        return self.due


def test_who_is_due_comes_in_order_however_often_deadlines_change() -> None:
    random, wheel = Random(1), Wheel[Clock]()
    clocks = [Clock(number) for number in range(50)]
    now = NOW
    for _ in range(5_000):
        clock = random.choice(clocks)
        seconds = random.choice((None, random.uniform(0, 20)))
        clock.due = None if seconds is None else now + timedelta(seconds=seconds)
        if random.random() < 0.05:
            clock.due = None
            wheel.forget(clock)
        else:
            wheel.schedule(clock)
        if random.random() < 0.3:
            now += timedelta(seconds=random.uniform(0, 2))
        dues = [each.due for each in clocks if each.due is not None]
        assert wheel.next_due == min(dues, default=None)
        assert len(wheel) == len(dues)
        wanted = sorted((each.due, each.name) for each in clocks if each.due and each.due <= now)
        taken = wheel.take_due(now, at_most=3)
        assert [(each.due, each.name) for each in taken] == wanted[:3]
        for each in taken:
            each.due = None


def test_a_station_that_is_rescheduled_for_ever_takes_no_room() -> None:
    wheel, clock = Wheel[Clock](), Clock(1)
    for number in range(10_000):
        clock.due = NOW + timedelta(seconds=number)
        wheel.schedule(clock)
    assert len(wheel._heap) <= STALE_MAX * 16 + 1
    assert wheel.take_due(NOW + timedelta(seconds=9_998)) == []
    assert wheel.take_due(NOW + timedelta(seconds=9_999)) == [clock]


def test_of_two_that_are_due_at_one_instant_the_first_to_say_so_goes_first() -> None:
    wheel, one, two = Wheel[Clock](), Clock(1), Clock(2)
    for clock in (two, one):
        clock.due = NOW
        wheel.schedule(clock)
    wheel.schedule(two)
    assert wheel.take_due(NOW) == [two, one]
