"""Counts of seconds in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cp_tui.ocpp.calendar import FIRST, LAST
from cp_tui.ocpp.length import exact, length, moment


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


def test_an_instant_in_a_sentence_has_seconds_and_no_fraction() -> None:
    at = datetime(2026, 1, 5, 8, 30, 1, 929_000, tzinfo=UTC)
    assert (
        moment(at)
        == moment(at.astimezone(timezone(timedelta(hours=2))))
        == ("2026-01-05 08:30:01Z")
    )
    assert moment(FIRST) == "0001-01-01 00:00:00Z"
    assert moment(LAST) == "9999-12-31 23:59:59Z"
