"""What a message with a flaw says beside it, and that none vanishes without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cp_tui.explain.as_meant import as_meant
from cp_tui.explain.exchange import KnownExchange, read_half
from cp_tui.explain.families.schema import SchemaRules
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    AuthorizeRequest,
    BootNotificationRequest,
    GetConfigurationResponse,
    MeterValuesRequest,
    RemoteStartTransactionRequest,
    StartTransactionResponse,
    StatusNotificationRequest,
    StopTransactionRequest,
)
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.smart_charging import SetChargingProfileRequest
from tests.explain.talk import BOOT, Talk, status
from tests.ocpp.test_examples import FRAMES

TIME = "2026-11-03T08:00:00Z"
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": "8.14"}],
    },
}
STOP = {"transactionId": 7, "meterStop": 5, "timestamp": TIME}


def values(*sampled: dict[str, Any]) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": [{"timestamp": TIME, "sampledValue": [*sampled]}]}


@pytest.mark.parametrize(
    ("model", "payload", "path", "meant"),
    [
        (StatusNotificationRequest, status(1, "Charging", info="a\x07b"), "info", "a\x07b"),
        (StatusNotificationRequest, status(1, "Charging", info="é" * 900), "info", "é" * 500),
        (StatusNotificationRequest, status(1, "charging"), "status", "Charging"),
        (StatusNotificationRequest, status(1, "Charging", "Melted"), "error_code", "OtherError"),
        (StatusNotificationRequest, {"connectorId": 1, "status": "Faulted"}, "error_code",
         "OtherError"),
        (StatusNotificationRequest, {"connectorId": 1, "status": "Charging"}, "error_code",
         "NoError"),
        (StatusNotificationRequest, status(1, "Charging", timestamp="gestern"), "timestamp", None),
        (StatusNotificationRequest, status(1, "Charging", connectorId="1"), "connector_id", 1),
        (StatusNotificationRequest, status(1, "***"), "", None),
        (BootNotificationRequest, BOOT | {"chargePointModel": "M" * 30}, "charge_point_model",
         "M" * 30),
        (BootNotificationRequest, {"chargePointModel": "M"}, "charge_point_vendor", ""),
        (AuthorizeRequest, {"idTag": "\ud800"}, "id_tag", "?"),
        (StopTransactionRequest, STOP | {"reason": "Why"}, "reason", None),
        (StopTransactionRequest, STOP | {"meterStop": 4.7}, "meter_stop", 5),
        (StopTransactionRequest, STOP | {"transactionData": 1}, "transaction_data", None),
        (StopTransactionRequest, STOP | {"transactionId": None}, "", None),
        (MeterValuesRequest, values({"value": "1", "unit": "Ah"}, {"value": "2"}),
         "meter_value.0.sampled_value.0.value", "2"),
        (MeterValuesRequest, values({"unit": "Wh"}), "", None),
        (MeterValuesRequest, values(*({"value": n, "unit": "wh"} for n in range(99))),
         "meter_value.0.sampled_value.98.value", "98"),
        (RemoteStartTransactionRequest, {"idTag": "T", "chargingProfile": {"stackLevel": 1}},
         "charging_profile", None),
        (SetChargingProfileRequest, {"connectorId": 1, "csChargingProfiles": PROFILE},
         "cs_charging_profiles.charging_schedule.charging_schedule_period.0.limit", 8.1),
        (SetChargingProfileRequest,
         {"connectorId": 1, "csChargingProfiles": PROFILE | {"validTo": "?"}}, "", None),
        (StartTransactionResponse, {"transactionId": 7}, "transaction_id", 7),
        (GetConfigurationResponse, {"configurationKey": [
            {"key": "A", "readonly": "true", "value": "x" * 501}, {"key": 1}]},
         "configuration_key.0.readonly", True),
    ],
)  # fmt: skip
def test_a_flaw_hides_nothing_of_what_stands_beside_it(
    model: type[WireModel], payload: dict[str, Any], path: str, meant: Any
) -> None:
    found: Any = as_meant(model, payload)
    assert (found is None) == (not path)
    for step in path.split(".") if path else ():
        found = found[int(step)] if step.isdecimal() else getattr(found, step)
    assert found == meant if not isinstance(meant, float) else float(found) == meant


def spoilt(payload: Any) -> Iterator[Any]:
    """The payload with one thing wrong in it, anywhere."""
    if isinstance(payload, dict):
        for name, value in payload.items():
            yield {each: payload[each] for each in payload if each != name}
            yield from ({**payload, name: each} for each in spoilt(value))
    elif isinstance(payload, list):
        for place, value in enumerate(payload):
            yield from ([*payload[:place], each, *payload[place + 1 :]] for each in spoilt(value))
    yield from (None, True, 3.5, "\x07", "x" * 20_000, [], {})


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_message_that_cannot_be_read_is_always_told(is_exact: bool) -> None:
    """Of every action, with every field spoilt in every way."""
    action, unread = Action.AUTHORIZE, 0
    for line in FRAMES:
        elements = json.loads(line)
        is_call = elements[0] == 2
        action = Action(elements[2]) if is_call else action
        for payload in spoilt(elements[-1]):
            if not isinstance(payload, dict):
                continue
            talk = Talk()
            record = talk.charge_point(action, elements[-1] if not is_call else payload,
                                       is_raw_exact=is_exact)  # fmt: skip
            call = read_half(record, action)
            known = Known("CP-1")
            half, known.exchange = call, KnownExchange(action, call)
            if not is_call:
                record = talk.answer(payload, is_raw_exact=is_exact)
                half = read_half(record, action)
                known.exchange = KnownExchange(action, call, half, is_call=False)
            found = [*SchemaRules().take(record, known)]
            if half.message is None:
                unread += 1
                assert found, payload
            elif half.defects and is_exact:
                assert found, payload
    assert unread > 500
