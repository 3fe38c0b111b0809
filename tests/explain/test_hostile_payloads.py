"""No payload, however strange, keeps the rules from judging what is around it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.explain.talk import Talk, status
from tests.tiers import tier

STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**300,
    1e300,
    "",
    "9" * 300,
    "\ud800",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:60Z",
    [],
    {},
    [[{}]],
)
KEYS = {
    "MeterValueSampleInterval": "60",
    "ClockAlignedDataInterval": "900",
    "TransactionMessageAttempts": "2",
    "TransactionMessageRetryInterval": "10",
    "MeterValuesSampledData": "Voltage",
    "StopTxnSampledData": "Voltage",
    "StopTxnAlignedData": "",
    "LocalPreAuthorize": "false",
    "GetConfigurationMaxKeys": "9",
}


def day() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """A session with most of what has rules: actions, requests and answers, in their order."""
    time, accepted = "2026-11-03T08:00:00Z", {"idTagInfo": {"status": "Accepted"}}
    told = [{"key": key, "value": value, "readonly": False} for key, value in KEYS.items()]
    sampled = {"value": "1000", "context": "Sample.Clock", "unit": "Wh"}
    values = {"timestamp": time, "sampledValue": [sampled, {"value": "230.1"}]}
    yield "GetConfiguration", {"key": [*KEYS]}, {"configurationKey": told}
    yield "ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "5"}, {"status": "Accepted"}
    yield "Authorize", {"idTag": "T"}, {"idTagInfo": {"status": "Accepted", "expiryDate": time}}
    start = {"connectorId": 1, "idTag": "T", "meterStart": 1000, "timestamp": time}
    yield "StartTransaction", start, {**accepted, "transactionId": 7}
    yield "StatusNotification", {**status(1, "Charging"), "timestamp": time}, {}
    for _ in range(3):
        yield "MeterValues", {"connectorId": 1, "transactionId": 7, "meterValue": [values]}, {}
    yield "RemoteStopTransaction", {"transactionId": 7}, {"status": "Accepted"}
    stop = {"transactionId": 7, "meterStop": 1200, "timestamp": time, "reason": "Remote"}
    for _ in range(2):
        yield "StopTransaction", {**stop, "transactionData": [values]}, accepted
    yield "StatusNotification", {**status(1, "Available"), "timestamp": time}, {}


def within(payload: dict[str, Any], random: Random) -> dict[str, Any]:
    """Spoil what an object holds."""
    return {name: spoilt(each, random) for name, each in payload.items()}


def spoilt(value: Any, random: Random) -> Any:
    """Put something strange in a few places."""
    if random.random() < 0.05:
        return random.choice(STRANGE)
    if isinstance(value, dict):
        return within(value, random)
    return [spoilt(each, random) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("first", range(0, tier(40, deep=4_000), 20))
def test_nothing_that_a_payload_holds_stops_the_rules(first: int) -> None:
    for seed in range(first, first + 20):
        random, talk = Random(seed), Talk(has_times=seed % 4 > 0)
        talk.booted()
        for action, request, answer in day():
            is_asked = action in (
                "GetConfiguration",
                "ChangeConfiguration",
                "RemoteStopTransaction",
            )
            exchange = talk.ask if is_asked else talk.tell
            exchange(action, within(request, random), within(answer, random))
            talk.wait(random.choice((0, 100)))
        said = json.dumps([each.text for each in talk.report().findings])
        assert "9" * 100 not in said
