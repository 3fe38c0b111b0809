"""What a message says, held against what is wanted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from cp_tui.scenarios.matching import differences, filled, is_met, settled

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "want", "met"),
    [
        ("Accepted", "Accepted", True),
        ("Blocked", ["Blocked", "Invalid"], True),
        ("Accepted", ["Blocked", "Invalid"], False),
        (0, "*", True),
        (None, "*", False),
        (True, 1, False),
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ([{"a": 1, "b": 2}], [{"a": 1}], True),
        ([1, 2], [1], False),
    ],
)
def test_what_is_wanted_is_found(value: JsonValue, want: JsonValue, met: bool) -> None:
    assert is_met(value, want) is met


def test_a_difference_says_what_was_there_instead() -> None:
    payload: JsonValue = {"idTagInfo": {"status": "Accepted"}}
    assert differences(payload, {"idTagInfo.status": "Blocked", "transactionId": "*"}) == [
        "idTagInfo.status is Accepted, not Blocked",
        "transactionId is null, not anything",
    ]


def test_names_in_braces_are_filled_and_keep_their_type() -> None:
    known: dict[str, JsonValue] = {"transaction": 7, "tag": "TAG1"}
    assert filled({"id": "{transaction}", "all": ["{tag} and {tag}"]}, known, NOW) == {
        "id": 7,
        "all": ["TAG1 and TAG1"],
    }
    assert filled("{later}", known, NOW) == "2026-01-05T09:00:00Z"
    assert filled("{firmware url}", known, NOW) == "{firmware url}"


def test_what_only_the_csms_knows_is_not_compared() -> None:
    assert settled({"location": "{firmware url}", "log": {"to": "{log url}"}, "retries": 0}) == {
        "retries": 0
    }
