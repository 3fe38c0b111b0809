"""Ids of now, times that moved, and differences that matter."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.replay.mapping import Renaming


def test_times_move_and_transactions_are_called_as_they_are_now() -> None:
    names = Renaming()
    names.met(7, 4711)
    logged = {
        "transactionId": 7,
        "timestamp": "2026-11-03T08:00:00Z",
        "meterValue": [{"timestamp": "2026-11-03T09:00:00+02:00", "sampledValue": []}],
        "idTag": "2026-11-03T08:00:00Z",
    }
    assert names.moved(logged, 3600.5) == {
        "transactionId": 4711,
        "timestamp": "2026-11-03T09:00:00.500Z",
        "meterValue": [{"timestamp": "2026-11-03T08:00:00.500Z", "sampledValue": []}],
        "idTag": "2026-11-03T08:00:00Z",
    }
    local = {"timestamp": "2026-11-03T08:00:00", "transactionId": 8}
    assert names.moved(local, 60) == {
        "timestamp": "2026-11-03T08:01:00.000",
        "transactionId": 8,
    }
    assert names.moved({"timestamp": "never"}, 60) == {"timestamp": "never"}


@pytest.mark.parametrize(
    ("logged", "now", "found"),
    [
        (
            {"status": "Accepted"},
            {"status": "Rejected"},
            ["status is 'Rejected', and was 'Accepted'"],
        ),
        ({"a": 1}, {}, ["a is missing, and was 1"]),
        ({}, {"a": {"b": 1}}, ["a is {'b': 1}, and was not there"]),
        ({"currentTime": "2026-11-03T08:00:00Z"}, {"currentTime": "2027-01-01T00:00:00Z"}, []),
        ({"transactionId": 7}, {"transactionId": 4711}, []),
        (
            {"transactionId": 7},
            {"transactionId": 5},
            ["transactionId is 5, and 4711 is what 7 was"],
        ),
        ({"transactionId": 9}, {"transactionId": 5}, []),
        ({"l": [{"x": 1}, {"x": 2}]}, {"l": [{"x": 1}, {"x": 3}]}, ["l[1].x is 3, and was 2"]),
        ({"l": [1]}, {"l": [1, 2]}, ["l is [1, 2], and was [1]"]),
    ],
)
def test_differences_are_told_by_their_place(logged: Any, now: Any, found: list[str]) -> None:
    names = Renaming()
    names.met(7, 4711)
    assert list(names.differences(logged, now)) == found
