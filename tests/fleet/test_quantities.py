"""Times, rates, ranges, shares and ids as people write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cp_tui.fleet import quantities
from cp_tui.fleet.id_pattern import check_id_pattern, id_of, last_number


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (quantities.duration_s, "500ms", 0.5),
        (quantities.duration_s, "1h30m", 5_400.0),
        (quantities.duration_s, "2d 1s", 172_801.0),
        (quantities.duration_s, "1.5s", 1.5),
        (quantities.duration_s, "0s", 0.0),
        (quantities.duration_range, "20m..1h", (1_200.0, 3_600.0)),
        (quantities.duration_range, "20m", (1_200.0, 1_200.0)),
        (quantities.energy_range_wh, "5 .. 40.5", (5_000.0, 40_500.0)),
        (quantities.share, "2 %", 0.02),
        (quantities.share, "1", 1.0),
        (quantities.backoff, "3s+10s", (3.0, 10.0)),
        (quantities.backoff, "0s", (0.0, 0.0)),
        (lambda text: quantities.Spread(text).seconds(30), "10/s", 3.0),
        (lambda text: quantities.Spread(text).seconds(30), "1m", 60.0),
        (lambda text: quantities.Spread(text).seconds(30), "storm", 0.0),
        (lambda text: id_of(check_id_pattern(text), 7), "CP{:05d}", "CP00007"),
        (lambda text: id_of(check_id_pattern(text), 7), "a b-{}/x", "a b-7/x"),
        (lambda text: last_number(check_id_pattern(text)), "CP{:03}", 999),
        (lambda text: last_number(check_id_pattern(text)), "CP{}", None),
    ],
)
def test_what_is_allowed_is_read(read: Callable[[str], Any], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (quantities.duration_s, ["", "5", "5 minutes", "-5s", "1m1h", "1s1s", "1e3s", "31d", "٣s"]),
        (quantities.duration_range, ["", "5..6", "9s..8s", "1s..", "1s...2s"]),
        (quantities.energy_range_wh, ["", "0..5", "9..8", "5kWh", "5..1001", "nan"]),
        (quantities.share, ["", "0", "1.01", "101%", "-1", "inf", "1e-3"]),
        (quantities.backoff, ["", "3", "3s+", "+3s", "3s+1"]),
        (quantities.Spread, ["", "10", "0/s", "/s", "x/s", "1/m", "100000/s", "40d"]),
        (check_id_pattern, ["", "CP", "{}{}", "{0}", "{:d", "{:5d}", "{{}}", "\x1b{}", "x" * 250]),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(
    read: Callable[[str], Any], texts: list[str]
) -> None:
    for text in texts:
        with pytest.raises(ValueError, match="must"):
            read(text)


@given(st.integers(0, 30 * 86_400_000))
def test_a_time_reads_as_it_is_written(milliseconds: int) -> None:
    seconds = milliseconds / 1_000
    assert quantities.duration_s(quantities.duration(seconds)) == pytest.approx(seconds, abs=1e-6)


def test_a_time_is_written_briefly() -> None:
    written = [quantities.duration(each) for each in (0, 0.12, 2.5, 60, 5_400, 90_061)]
    assert written == ["0s", "120ms", "2.5s", "1m", "1h30m", "1d1h1m1s"]
