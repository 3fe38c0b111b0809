"""Waiting between attempts: doubled three times, then constant, with jitter on top."""

from __future__ import annotations

from random import Random

from cp_tui.engine.backoff import Backoff, BackoffSettings


def test_the_wait_doubles_three_times_and_starts_over_after_a_reset() -> None:
    backoff = Backoff(Random(1), BackoffSettings(random_range_s=0.0))
    assert [backoff.next_delay_s() for _ in range(6)] == [3, 6, 12, 24, 24, 24]
    backoff.reset()
    assert backoff.next_delay_s() == 3


def test_up_to_ten_seconds_are_added_at_random() -> None:
    waits = [Backoff(Random(seed), BackoffSettings()).next_delay_s() for seed in range(200)]
    assert 3 <= min(waits) < 4
    assert 12 < max(waits) <= 13
