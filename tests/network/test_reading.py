"""A weather as people write it: what is wrong is said with field, value and what is allowed."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from pydantic import ValidationError

from cp_tui.network.fault_words import words_of
from cp_tui.network.reading import WeatherTable
from cp_tui.network.weather import SLOW_KINDS, FaultKind, NetworkFault, Way, Weather
from cp_tui.network.weathers import FAIR, WEATHERS, find_weather
from tests.network.made import weather

CELLAR = """
about = "One frame in five gets lost, and every five minutes all of them for 40 s."
[[faults]]
kind = "loss"
probability = 0.2
direction = "to_csms"
actions = ["MeterValues"]
[[faults]]
kind = "silence"
every_s = 300
lasts_s = 40
"""
ANYTHING = {"latency_s": 1.5, "jitter_s": 2, "bytes_per_s": 64, "every_s": 60, "lasts_s": 9}


def test_a_weather_is_read_from_a_table() -> None:
    read = WeatherTable.model_validate(tomllib.loads(CELLAR)).weather("cellar")
    assert read == Weather(
        name="cellar",
        about="One frame in five gets lost, and every five minutes all of them for 40 s.",
        faults=(
            NetworkFault(
                kind=FaultKind.LOSS,
                probability=0.2,
                direction=Way.TO_CSMS,
                actions=("MeterValues",),
            ),
            NetworkFault(kind=FaultKind.SILENCE, every_s=300, lasts_s=40),
        ),
    )


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "loss", "probability": 2}, "must be 0 or from 0.001 to 1, not 2"),
        ({"kind": "loss", "probability": float("nan")}, "must be 0 or from 0.001 to 1, not nan"),
        ({"kind": "loss", "shortest_s": -1}, "must be from 0.1 to 86400 s, not -1"),
        ({"kind": "fog"}, "'delay', 'bandwidth', 'loss'"),
        ({"kind": "loss", "actions": ["StartTransacton"]}, 'did you mean "StartTransaction"?'),
        ({"kind": "loss", "direction": "up"}, "'to_csms' or 'to_charge_point'"),
        ({"kind": "close", "every_s": 9, "code": 1006}, "3000 to 4999), not 1006"),
        ({"kind": "close", "every_s": 9, "reason": "é" * 62}, "at most 123 bytes, not 124"),
        ({"kind": "loss", "every_s": 9, "lasts_s": 10}, "lasts_s 10 must not be more than every_s"),
        ({"kind": "bandwidth"}, "bandwidth: bytes_per_s must be at least 1, not 0"),
        ({"kind": "delay"}, "delay: latency_s or jitter_s must be more than 0"),
        ({"kind": "hold", "probability": 0.5}, "hold: with a probability it needs shortest_s"),
        (
            {"kind": "reset", "probability": 0.5},
            "reset: with a probability it needs shortest_s, or",
        ),
        ({"kind": "reset"}, "reset: say when: every_s, begins_s"),
        ({"kind": "silence", "actions": ["Heartbeat"]}, "silence: it is not of frames"),
        ({"kind": "hold", "every_s": 60}, "hold: with every_s it needs lasts_s as well"),
    ],
)
def test_what_is_wrong_is_said(fault: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        weather(fault)
    (error,) = refused.value.errors()
    assert said in error["msg"]
    assert error["loc"][:2] == ("faults", 0)


def test_a_name_finds_a_weather_ones_own_first() -> None:
    own = {"lossy": Weather(name="lossy", about="mine")}
    assert find_weather("fair") is FAIR
    assert find_weather("lossy", own) is own["lossy"]
    with pytest.raises(ValueError, match='no weather "trian_tunnel"; did you mean "train_tunnel"'):
        find_weather("trian_tunnel")
    with pytest.raises(ValueError, match='no weather "x"; there are: captive_portal, '):
        find_weather("x")


@pytest.mark.parametrize("name", WEATHERS)
def test_a_named_weather_is_one_that_people_could_have_written(name: str) -> None:
    found = WEATHERS[name]
    given = [
        {field: value for field in each.__struct_fields__ if (value := getattr(each, field))}
        for each in found.faults
    ]
    assert weather(*given).faults == found.faults
    assert found.about.endswith(".")


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_of_fault_has_words(kind: FaultKind) -> None:
    said = {
        words_of(fault)
        for jitter_s in (0, 2)
        for fault in weather({"kind": kind, **ANYTHING, "jitter_s": jitter_s}).faults
    }
    assert len(said) == (2 if kind in SLOW_KINDS else 1)
    assert all(said)
