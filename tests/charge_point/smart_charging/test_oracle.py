"""The oracle of the differential tests, held against examples that were worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.charge_point.smart_charging.oracle import (
    CP_MAX,
    TX,
    TX_DEFAULT,
    Period,
    Profile,
    composite,
    convert,
    seconds,
)

DAY = 86_400
T0 = seconds("2026-01-05T08:00:00Z")
"""A Monday."""


def absolute(
    purpose: str, *periods: Period, start: int = T0, level: int = 0, **more: Any
) -> Profile:
    return Profile(purpose, "Absolute", level, list(periods), start=start, **more)


def daily(*periods: Period, start: str, level: int = 0, **more: Any) -> Profile:
    more = {"recurrency": "Daily", **more}
    return Profile(TX_DEFAULT, "Recurring", level, list(periods), start=seconds(start), **more)


PURPOSES = [
    absolute(CP_MAX, (0, 10), duration=DAY),
    absolute(
        TX_DEFAULT,
        *((0, 6), (60, 10), (120, 8), (180, 15), (260, 8)),
        duration=300,
        valid_from=T0,
        valid_to=T0 + 401,
        connector=1,
    ),
    absolute(
        TX,
        *((0, 8), (50, 11), (140, 16), (200, 6), (240, 12)),
        duration=260,
        valid_from=T0,
        valid_to=T0 + 401,
        connector=1,
    ),
]
LEVELS = [
    absolute(TX_DEFAULT, (0, 6), (100, 8), (200, 10), duration=400, connector=1),
    absolute(TX_DEFAULT, (0, 7), (100, 9), level=1, duration=150, connector=1),
]
CLEARED = [
    absolute(TX_DEFAULT, (0, 6), (60, 8), (200, 10), level=1, duration=400, connector=1),
    absolute(TX_DEFAULT, (0, 7), (100, 9), duration=400, valid_to=T0 + 401, connector=1),
    absolute(CP_MAX, (0, 11), (200, 12), duration=DAY),
]
OFFICE_HOURS = [
    daily(
        *((0, 11000, 3), (28800, 6000, 3), (72000, 11000, 3)),
        start="2013-01-01T00:00:00Z",
        unit="W",
        duration=DAY,
    )
]
BY_DAY = daily((0, 32), start="2026-01-01T08:00:00Z", level=1, duration=36000)
ALWAYS = daily((0, 6), start="2026-01-01T00:00:00Z")
NIGHTS = daily((0, 6), (79200, 16), start="2026-01-05T00:00:00Z", duration=DAY)
WEEKENDS = daily(
    (0, 32), start="2026-01-03T00:00:00Z", level=1, duration=2 * DAY, recurrency="Weekly"
)
RELATIVE = [Profile(TX_DEFAULT, "Relative", 0, [(0, 16), (900, 8)])]
SUMMED = [
    absolute(CP_MAX, (0, 40), (120, 20)),
    absolute(TX_DEFAULT, (0, 16), (60, 25), connector=1),
    absolute(TX_DEFAULT, (0, 10), duration=180, connector=2),
]
LOCAL_TIME = [daily((0, 6), (21600, 32), start="2026-03-01T00:00:00+01:00")]
LONG = [daily((0, 6), (43200, 10), (90000, 20), start="2026-01-05T00:00:00Z", duration=100_000)]
ON_1 = absolute(TX_DEFAULT, (0, 8), connector=1)
ON_ALL = absolute(TX_DEFAULT, (0, 20))
ABOVE_ALL = absolute(TX_DEFAULT, (0, 20), level=5)
ENDING = [
    absolute(TX, (0, 12), level=2, duration=60, connector=1),
    absolute(TX, (0, 9), duration=120, connector=1),
    absolute(TX_DEFAULT, (0, 6)),
]
MIXED = [
    absolute(CP_MAX, (0, 10, 3), (80, 20, 1), (100, 20, 3), duration=200),
    absolute(
        TX_DEFAULT,
        *((0, 11000), (60, 6900, 1), (120, 5520), (180, 17250), (260, 5520)),
        unit="W",
        duration=300,
        connector=1,
    ),
]
GAP = [absolute(TX_DEFAULT, (0, 6), (60, 10), (180, 8), duration=300)]
CAPPED = [
    absolute(CP_MAX, (0, 10), (200, 20), start=T0 - 50),
    absolute(TX_DEFAULT, (0, 16), (100, 8), (160, 25)),
]
NOT_YET = [absolute(TX_DEFAULT, (0, 8), valid_from=T0 + 120)]
BEYOND = [absolute(TX_DEFAULT, (0, 10), (100, 12), (500, 14), duration=300)]

EXAMPLES: list[tuple[list[Profile], dict[str, Any], str]] = [
    (GAP, {"duration": 400}, "0:6, 60:10, 180:8, 300:32"),
    (CAPPED, {"duration": 300}, "0:10, 100:8, 160:20"),
    (PURPOSES, {"duration": 400, "tx": {1: T0 - 99}}, "0:8, 50:10, 200:6, 240:10"),
    # Five seconds later the end lies beyond validTo, and the cap still holds there.
    (PURPOSES, {"now": T0 + 5, "duration": 400, "tx": {1: T0 - 99}}, "0:8, 45:10, 195:6, 235:10"),
    (
        PURPOSES,
        {"duration": 400, "tx": {1: T0 - 99}, "reading": "F"},
        "0:8, 50:10, 200:6, 240:10, 260:8, 300:10",
    ),
    (LEVELS, {"now": T0 + 10, "duration": 350}, "0:7, 90:9, 140:8, 190:10"),
    (CLEARED, {"duration": 350}, "0:6, 60:8, 200:10"),
    (CLEARED[1:], {"duration": 350}, "0:7, 100:9"),
    (CLEARED[2:], {"duration": 350}, "0:11, 200:12"),
    ([], {"duration": 350}, "0:32"),
    (
        OFFICE_HOURS,
        {"now": seconds("2026-01-05T07:30:00Z"), "duration": 7200, "unit": "W", "local": 22000},
        "0:11000, 1800:6000",
    ),
    (
        OFFICE_HOURS,
        {"now": seconds("2026-01-05T19:00:00Z"), "duration": 7200, "unit": "W", "local": 22000},
        "0:6000, 3600:11000",
    ),
    ([BY_DAY, ALWAYS], {"now": seconds("2026-01-05T07:59:00Z"), "duration": 120}, "0:6, 60:32"),
    ([BY_DAY, ALWAYS], {"now": seconds("2026-01-05T17:59:00Z"), "duration": 120}, "0:32, 60:6"),
    (
        [BY_DAY],
        {"now": seconds("2026-01-05T17:59:00Z"), "duration": 120, "local": 40},
        "0:32, 60:40",
    ),
    (
        [NIGHTS, WEEKENDS],
        {"now": seconds("2026-01-09T21:00:00Z"), "duration": 14400},
        "0:6, 3600:16, 10800:32",
    ),
    (
        [NIGHTS, WEEKENDS],
        {"now": seconds("2026-01-11T23:00:00Z"), "duration": 7200},
        "0:32, 3600:6",
    ),
    (RELATIVE, {"duration": 600, "tx": {1: T0 - 600}}, "0:16, 300:8"),
    (RELATIVE, {"duration": 1200}, "0:16, 900:8"),
    (SUMMED, {"connector": 0, "duration": 240, "connectors": 2}, "0:26, 60:35, 120:20"),
    (SUMMED, {"duration": 240}, "0:16, 60:25, 120:20"),
    (SUMMED, {"connector": 2, "duration": 240}, "0:10, 180:20"),
    (NOT_YET, {"duration": 300}, "0:32, 120:8"),
    (BEYOND, {"duration": 400}, "0:10, 100:12, 300:32"),
    (LOCAL_TIME, {"now": seconds("2026-03-29T06:30:00+02:00"), "duration": 7200}, "0:6, 1800:32"),
    (LONG, {"now": seconds("2026-01-06T00:30:00Z"), "duration": 3600}, "0:6"),
    (LONG, {"now": seconds("2026-01-05T23:59:00Z"), "duration": 120}, "0:10, 60:6"),
    ([ABOVE_ALL, ON_1], {"duration": 10}, "0:20"),
    ([ON_ALL, ON_1], {"duration": 10}, "0:8"),
    ([ON_ALL, ON_1], {"connector": 2, "duration": 10}, "0:20"),
    (ENDING, {"duration": 180, "tx": {1: T0}}, "0:12, 60:9, 120:32"),
    (ENDING, {"duration": 180, "tx": {1: T0}, "reading": "F"}, "0:12, 60:9, 120:6"),
    (
        MIXED,
        {"duration": 400, "unit": "W", "local": 33120},
        "0:6900, 80:4600, 100:6900, 120:5520, 180:13800, 200:17250, 260:5520, 300:33120",
    ),
    (
        MIXED,
        {"duration": 400, "local": 48},
        "0:10, 80:20, 120:8, 180:20, 200:25, 260:8, 300:48",
    ),
]
"""Profiles, what is asked, and the limits: each from a second on."""


@pytest.mark.parametrize(("profiles", "asked", "limits"), EXAMPLES)
def test_the_oracle_agrees_with_what_was_worked_out_by_hand(
    profiles: list[Profile], asked: dict[str, Any], limits: str
) -> None:
    found = composite(profiles, **{"connector": 1, "now": T0, **asked})
    wanted = [each.split(":") for each in limits.split(", ")]
    assert found == [(int(start), Decimal(limit)) for start, limit in wanted]


@pytest.mark.parametrize(
    ("limit", "unit", "to", "phases", "wanted"),
    [
        (11000, "W", "A", 3, "15.9"),
        (11000, "W", "A", None, "15.9"),
        (3700, "W", "A", 1, "16.0"),
        (7400, "W", "A", 2, "16.0"),
        (16, "A", "W", 3, "11040"),
        (16, "A", "W", 1, "3680"),
        ("13.3", "A", "W", 2, "6118"),
    ],
)
def test_the_oracle_converts_as_was_worked_out_by_hand(
    limit: int | str, unit: str, to: str, phases: int | None, wanted: str
) -> None:
    assert convert(limit, unit, to, phases) == Decimal(wanted)
