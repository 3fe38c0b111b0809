"""Schedules as JSON and CSV."""

from __future__ import annotations

import csv
import json

from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.export import CSV_COLUMNS, to_csv, to_json
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    T0,
    TX_DEFAULT,
    W,
    context,
    on,
    profile,
)


def schedules() -> list[CompositeSchedule]:
    """A connector that charges and one that does not."""
    given = context(
        on(0, profile(CP_MAX, (0, 20), id=1)),
        on(1, profile(TX_DEFAULT, (0, 5520, 3), (60, 11_040, 1), id=2, unit=W, duration=120)),
        connectors=2,
        transactions={1: T0},
    )
    return [composite(given, each, T0, 180) for each in (1, 2)]


def test_json_holds_every_period_with_its_source() -> None:
    first, second = json.loads(to_json(schedules()))
    assert {key: value for key, value in first.items() if key != "periods"} == {
        "connector_id": 1,
        "start": "2026-01-05T08:00:00Z",
        "duration_s": 180,
        "unit": "A",
        "is_truncated": False,
    }
    assert first["periods"][0] == {
        "start": "2026-01-05T08:00:00Z",
        "end": "2026-01-05T08:01:00Z",
        "limit": 8.0,
        "number_phases": 3,
        "is_hypothetical": False,
        "source": "TxDefaultProfile #2 level 0 allows 8.0 A",
        "profile_id": 2,
        "conversion": "5.52 kW / (230 V x 3) = 8.0 A",
        "losers": ["ChargePointMaxProfile #1 level 0 allows more: 20.0 A"],
    }
    assert [(period["limit"], period["number_phases"]) for period in first["periods"]] == [
        (8.0, 3),
        (20.0, 1),
        (20.0, None),
    ]
    assert [period["is_hypothetical"] for period in second["periods"]] == [True]


def test_csv_holds_the_same_line_by_line() -> None:
    lines = list(csv.DictReader(to_csv(schedules()).splitlines()))
    assert tuple(lines[0]) == CSV_COLUMNS
    assert [
        (line["connector_id"], line["start"], line["end"], line["limit"], line["unit"])
        for line in lines
    ] == [
        ("1", "2026-01-05T08:00:00Z", "2026-01-05T08:01:00Z", "8.0", "A"),
        ("1", "2026-01-05T08:01:00Z", "2026-01-05T08:02:00Z", "20.0", "A"),
        ("1", "2026-01-05T08:02:00Z", "2026-01-05T08:03:00Z", "20.0", "A"),
        ("2", "2026-01-05T08:00:00Z", "2026-01-05T08:03:00Z", "20.0", "A"),
    ]
    assert lines[0]["number_phases"] == "3"
    assert lines[0]["source"] == "TxDefaultProfile #2 level 0 allows 8.0 A"
    assert lines[2]["number_phases"] == ""
    assert lines[3]["is_hypothetical"] == "true"


def test_nothing_to_export_is_an_empty_list_or_a_header() -> None:
    assert to_json([]) == "[]\n"
    assert to_csv([]) == ",".join(CSV_COLUMNS) + "\n"
