"""Places in values as JSON, and conditions on what stands there."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from cp_tui.rpc.json_path import SHOWN_MAX, WrongPath, condition, found_at

CONNECTORS: JsonValue = [
    {"connector_id": 0, "status": "Available", "transaction": None, "power_w": 0},
    {
        "connector_id": 1,
        "status": "Charging",
        "cause": "A2 cable plugged in",
        "reason": {"id": "r", "text": "because", "values": {}},
        "transaction": {"id": 7, "tags": ["A", "B"]},
        "power_w": 11040.5,
        "is_plugged": True,
        "since": "2026-01-05T08:00:00Z",
    },
]
KEYS: JsonValue = [{"key": "HeartbeatInterval", "value": "300"}]


@pytest.mark.parametrize(
    ("value", "path", "found"),
    [
        (CONNECTORS, "1.status", "Charging"),
        (CONNECTORS, "1.transaction.id", 7),
        (CONNECTORS, "1.transaction.tags.0", "A"),
        (CONNECTORS, "1.transaction.tags.-1", "B"),
        (CONNECTORS, "1.transaction.tags.2", None),
        (CONNECTORS, "0.transaction.id", None),
        (CONNECTORS, "2.status", None),
        (CONNECTORS, "-1.connector_id", 1),
        (KEYS, "HeartbeatInterval.value", "300"),
        (KEYS, "Nonsense.value", None),
        ({"1": {"a": 1}}, "2", None),
        ({}, "a", None),
        (True, "", True),
    ],
)
def test_a_place_is_found(value: JsonValue, path: str, found: JsonValue) -> None:
    assert found_at(value, path) == found


@pytest.mark.parametrize(
    ("value", "path", "said"),
    [
        (CONNECTORS, "1.statu", "no 1.statu; there are: connector_id, status, cause"),
        (CONNECTORS, "1.status.a", "no 1.status.a: 1.status is Charging"),
        (["A"], "b", "no b: it is a list; count from 0"),
        (3, "a", "no a: it is 3"),
    ],
)
def test_a_place_that_cannot_be_is_told(value: JsonValue, path: str, said: str) -> None:
    with pytest.raises(WrongPath) as wrong:
        found_at(value, path)
    assert str(wrong.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("connectors.1.status=Charging", True),
        ("connectors.1.status=charging", False),
        ("connectors.1.status!=Available", True),
        ('connectors.1.status="Charging"', True),
        ("connectors.1.is_plugged=true", True),
        ("connectors.1.is_plugged=1", False),
        ("connectors.1.power_w>11040", True),
        ("connectors.1.power_w>=11040.5", True),
        ("connectors.1.power_w<11040.5", False),
        ("connectors.1.power_w<=11040.5", True),
        ("connectors.1.since>2026-01-05T07", True),
        ("connectors.0.transaction=null", True),
        ("connectors.0.transaction.id!=null", False),
        ("connectors.0.transaction.id>0", False),
        ("connectors.1.transaction!=null", True),
        ('connectors.1.transaction.tags=["A", "B"]', True),
    ],
)
def test_a_condition_is_met_or_not(text: str, is_met: bool) -> None:
    read = condition(text)
    assert read is not None
    assert read.variable == "connectors"
    assert read.is_met(CONNECTORS) is is_met


def test_a_key_that_looks_like_a_number_is_compared_as_it_is_written() -> None:
    for text, is_met in (("k.HeartbeatInterval.value=300", True), ("k.0.value>299.5", True)):
        read = condition(text)
        assert read is not None
        assert read.is_met(KEYS) is is_met


def test_what_is_no_condition_is_told_apart() -> None:
    assert condition("connectors.1.status") is None
    assert condition("=3") is None
    whole = condition("is_connected=true")
    assert whole is not None
    assert (whole.place, whole.path) == ("is_connected", "")


def test_what_is_there_instead_is_told_with_why() -> None:
    read = condition("connectors.1.status=Available")
    assert read is not None
    assert read.told(CONNECTORS) == (
        "connectors.1.status is Charging, not Available; cause: A2 cable plugged in;"
        " reason: because"
    )
    above = condition("connectors.0.power_w>5")
    assert above is not None
    assert above.told(CONNECTORS) == "connectors.0.power_w is 0, not >5"
    for text, said in (
        ("connectors.9.status=Charging", "connectors has no 9; there are: 0, 1"),
        ("connectors.1.transaction.tags.2=A", "connectors.1.transaction.tags has no 2; there are"),
        ("connectors.0.transaction.id=7", "connectors.0.transaction.id is null, not 7"),
    ):
        lacking = condition(text)
        assert lacking is not None
        assert lacking.told(CONNECTORS).startswith(said)
    long = condition("v=1")
    assert long is not None
    assert long.told("x" * 500) == f"v is {'x' * SHOWN_MAX}…, not 1"
