"""Counts of seconds in words."""

from __future__ import annotations

import pytest

from cp_tui.ocpp.length import exact, length


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (12, "12 s"),
        (89.6, "90 s"),
        (90, "2 min"),
        (3569, "59 min"),
        (3570, "1 h 00 min"),
        (86_400, "24 h 00 min"),
        (2 * 86_400, "2 d 00 h"),
        (2**31 - 1, "68 years"),
        (10**12, "31688 years"),
    ],
)
def test_a_length_of_time_is_told_in_the_unit_that_people_use(seconds: float, words: str) -> None:
    assert length(seconds) == words


def test_a_number_to_compare_keeps_its_digits() -> None:
    assert exact(300) == "300 s"
    assert exact(2**31 - 1) == "2147483647 s (68 years)"
