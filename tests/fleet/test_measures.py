"""Histograms and counts of a fleet: how exact, how they add up, and that they stay small."""

from __future__ import annotations

import json
from random import Random

from cp_tui.fleet.measures import (
    DISTINCT_MAX,
    LONGEST_S,
    OTHERS,
    CountGroup,
    Histogram,
    Measures,
    TimeGroup,
)
from cp_tui.fleet.watcher import Outcome


def filled(seed: int, number: int = 500) -> Measures:
    """Measures of some made-up traffic."""
    random, found = Random(seed), Measures()
    for _ in range(number):
        action = random.choice(("Heartbeat", "MeterValues", "StopTransaction"))
        outcome = random.choice((*[Outcome.ANSWERED] * 8, *Outcome))
        code = "InternalError" if outcome is Outcome.CALL_ERROR else ""
        found.answered(action, random.lognormvariate(-4, 2), outcome, code)
        found.aged("MeterValues", random.expovariate(1))
        found.asked("Reset", random.choice(("Accepted", "Rejected")), 0.0)
        found.connected(random.random())
        found.lost(random.choice(("closed by the CSMS with code 1001", "the connection broke")))
    return found


def test_a_quantile_is_off_by_a_fortieth_at_most() -> None:
    random, times = Random(1), Histogram()
    values = sorted(random.lognormvariate(-3, 2) for _ in range(5_000))
    for value in values:
        times.add(value)
    for part in (0.01, 0.5, 0.9, 0.99, 0.999):
        exact = values[int(part * len(values)) - 1]
        assert abs(times.quantile(part) / exact - 1) < 0.026, part
    assert times.quantile(1.0) == times.max_s == values[-1]
    assert Histogram().quantile(0.99) == 0.0


def test_times_beyond_the_ends_count_and_take_no_room() -> None:
    times = Histogram()
    for value in (0.0, 1e-9, LONGEST_S * 1e6, LONGEST_S * 2e6):
        times.add(value)
    assert len(times.buckets) == 2
    assert times.quantile(0.1) <= 1e-4
    assert times.quantile(1.0) == LONGEST_S * 2e6


def test_what_processes_measure_adds_up_and_can_be_taken_apart_again() -> None:
    one, two, both = filled(1), filled(2), Measures()
    both.merge(one)
    before = both.copy()
    both.merge(two)
    sent = Measures.from_builtins(json.loads(json.dumps(two.to_builtins())))
    for found in (sent, both.difference(before)):
        assert found.counts == two.counts
        assert found.times.keys() == two.times.keys()
        for key, times in two.times.items():
            assert found.times[key].buckets == times.buckets, key
            assert found.times[key].count == times.count
    assert sent.times == two.times
    assert both.difference(both.copy()).times == {}
    answers = both.histogram(TimeGroup.ANSWER, "Heartbeat")
    outcomes = both.count(CountGroup.OUTCOME, "Heartbeat")
    late = both.count(CountGroup.OUTCOME, "Heartbeat", Outcome.TIMEOUT)
    gone = both.count(CountGroup.OUTCOME, "Heartbeat", Outcome.LOST)
    assert answers.count == outcomes - late - gone
    errors = both.count(CountGroup.OUTCOME, words=Outcome.CALL_ERROR)
    assert errors > 0
    assert both.names(TimeGroup.ANSWER) == ["Heartbeat", "MeterValues", "StopTransaction"]


def test_a_csms_that_makes_up_words_takes_no_room() -> None:
    made = Measures()
    for number in range(5 * DISTINCT_MAX):
        made.asked(f"Action{number}", "NotImplemented", 0.0)
        made.lost(f"closed with code 1000: {number}")
    assert len(made.times) <= DISTINCT_MAX + 1
    assert all(len(each) <= DISTINCT_MAX + 1 for each in made.counts.values())
    assert made.count(CountGroup.LOST) == made.count(CountGroup.STATUS) == 5 * DISTINCT_MAX
    assert made.count(CountGroup.LOST, words=OTHERS) > 0
