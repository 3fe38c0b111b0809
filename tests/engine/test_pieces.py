"""JSON in pieces is the JSON of the whole, and no piece is long."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    LimitSource,
    SourceKind,
)
from cp_tui.charge_point.variables import ChargingSchedules, ConfigurationView, Measurements
from cp_tui.engine.pieces import Encoded, line, pieces
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from tests.tui import charging_world, worlds

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WORLDS = {
    "healthy": worlds.healthy(),
    "broken": worlds.broken(),
    "stopped": worlds.stopped(),
    "empty": worlds.empty(),
    "charging": charging_world.charging(),
}


def schedule(connector_id: int, periods: int) -> CompositeSchedule:
    return CompositeSchedule(
        connector_id=connector_id,
        start=NOON,
        duration_s=60 * periods,
        unit=ChargingRateUnitType.A,
        periods=tuple(
            CompositePeriod(
                start=NOON + timedelta(minutes=number),
                end=NOON + timedelta(minutes=number + 1),
                limit=Decimal("16.5"),
                source=LimitSource(
                    kind=SourceKind.HARDWARE, is_hypothetical=True, sentence="é" * 1_000
                ),
            )
            for number in range(periods)
        ),
    )


@pytest.mark.parametrize("world", WORLDS)
def test_every_variable_is_the_same_in_pieces(world: str) -> None:
    for name, value in WORLDS[world].items():
        assert json.loads("".join(pieces(value))) == builtins_of(value), name


@pytest.mark.parametrize(
    "value",
    [
        ChargingSchedules({each: schedule(each, 100) for each in range(3)}),
        schedule(1, 100),
        schedule(1, 0),
        ChargingSchedules({}),
        ConfigurationView(()),
        Measurements(connector_id=1, points=charging_world.measured(*[(NOON, 1.0)] * 100)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_long_value_is_the_same_in_pieces_that_are_short(value: Any) -> None:
    made = list(pieces({"id": 1, "result": value}))
    assert json.loads("".join(made)) == {"id": 1, "result": builtins_of(value)}
    assert max(map(len, made)) < 8_000


def test_what_holds_models_is_written_as_it_is_nested() -> None:
    one, two = schedule(1, 1), schedule(2, 20)
    value = [{"a": {"b": one, "c": (one, two)}, "d": [1, "x"]}, {"e": Encoded(['{"f"', ":1}"])}, {}]
    dumped = builtins_of(one), builtins_of(two)
    assert json.loads("".join(pieces(value))) == [
        {"a": {"b": dumped[0], "c": list(dumped)}, "d": [1, "x"]},
        {"e": {"f": 1}},
        {},
    ]


def test_everything_written_is_one_line_of_ascii() -> None:
    for value in (schedule(1, 20), {"event": "\x1b]52;c;\x07\n\u202e\x9b é"}, None):
        written = "".join(line(value))
        assert written.isascii()
        assert written.count("\n") == 1
        assert "\x1b" not in written
