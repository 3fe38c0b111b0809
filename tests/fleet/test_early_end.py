"""Runs that were cut short: they have shown less than they were to."""

from __future__ import annotations

from cp_tui.fleet.early_end import early_end


def test_a_run_that_did_not_last_as_long_as_it_was_to_is_told() -> None:
    for ran_s, due_s, was_asked, words in (
        (0.6, 8.0, False, "Locust ended the run after 600ms of 8s"),
        (6.9, 8.0, False, "Locust ended the run after 6.9s of 8s"),
        (4.0, 60.0, True, "the run was ended from outside after 4s of 1m"),
        (1.0, 2.0, False, "Locust ended the run after 1s of 2s"),
        (7.1, 8.0, False, ""),
        (1.6, 2.0, False, ""),
        (9.0, 8.0, True, ""),
        (1.0, None, True, ""),
    ):
        assert early_end(ran_s, due_s, was_asked=was_asked) == words
