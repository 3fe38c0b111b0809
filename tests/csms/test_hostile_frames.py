"""Whatever a charge point sends, the CSMS answers as OCPP-J says and serves the next message."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import Malformed
from cp_tui.csms.serve import describe
from tests.csms.raw_charge_point import RawChargePoint

AT = "2026-01-05T08:00:00Z"


@pytest.mark.parametrize(
    "data",
    [
        "",
        "not JSON",
        "{}",
        "null",
        b"\xff\xfe",
        "[" * 100_000,
        '[2,"x","Heartbeat",{"a":' + "9" * 10_000 + "}",
        "NaN",
    ],
)
async def test_what_is_no_frame_gets_a_generic_error(
    charge_point: RawChargePoint, data: str | bytes
) -> None:
    await charge_point.websocket.send(data)
    answer = await charge_point.receive()
    assert answer[:3] == [4, "-1", "GenericError"]
    await charge_point.payload_of("Heartbeat", {})


@pytest.mark.parametrize(
    ("frame", "message_id", "code"),
    [
        ([2, "x"], "x", "FormationViolation"),
        ([2, "x", ["a"], {}], "x", "FormationViolation"),
        ([2, "x", "Heartbeat", []], "x", "FormationViolation"),
        ([2, "x" * 37, "Heartbeat", {}], "x" * 37, "FormationViolation"),
        ([2, 5, "Heartbeat", {}], "-1", "FormationViolation"),
        ([2, "x", "Heartbeat", {"extra": 1}], "x", "FormationViolation"),
        ([2, "x", "Authorize", {}], "x", "FormationViolation"),
        ([2, "x", "Authorize", {"idTag": 7}], "x", "TypeConstraintViolation"),
        ([2, "x", "Authorize", {"idTag": "x" * 21}], "x", "TypeConstraintViolation"),
        (
            [2, "x", "FirmwareStatusNotification", {"status": "Fine"}],
            "x",
            "PropertyConstraintViolation",
        ),
        (
            [2, "x", "MeterValues", {"connectorId": 1, "meterValue": []}],
            "x",
            "OccurenceConstraintViolation",
        ),
        ([2, "x", "NoSuchAction", {}], "x", "NotImplemented"),
        ([2, "x", "heartbeat", {}], "x", "NotImplemented"),
        ([2, "x", "Reset", {"type": "Soft"}], "x", "NotSupported"),
    ],
)
async def test_a_wrong_call_gets_the_callerror_that_says_why(
    charge_point: RawChargePoint, frame: JsonValue, message_id: str, code: str
) -> None:
    """wire.md, Frames and Bad input."""
    await charge_point.send(frame)
    answer = await charge_point.receive()
    assert answer[:3] == [4, message_id, code]
    assert len(answer) == 5
    await charge_point.payload_of("Heartbeat", {})


@pytest.mark.parametrize(
    "frame",
    [
        [3, "unknown", {}],
        [4, "unknown", "GenericError", "", {}],
        [3, "unknown"],
        [4, "unknown"],
        [3],
        [5, "x", "Heartbeat", {}],
        [99],
    ],
)
async def test_an_answer_to_nothing_and_unknown_types_are_not_answered(
    charge_point: RawChargePoint, frame: JsonValue
) -> None:
    await charge_point.send(frame)
    await charge_point.payload_of("Heartbeat", {})


async def test_a_null_payload_is_an_empty_one(charge_point: RawChargePoint) -> None:
    """J 4.2.1."""
    await charge_point.payload_of("Heartbeat", None)


async def test_a_message_of_a_hundred_kilobytes_is_taken(charge_point: RawChargePoint) -> None:
    data = "x" * 100_000
    echo: JsonValue = {"vendorId": "cp-tui", "messageId": "echo", "data": data}
    assert (await charge_point.payload_of("DataTransfer", echo))["data"] == data


async def test_nothing_hostile_reaches_the_printed_line(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    await charge_point.payload_of(
        "DataTransfer", {"vendorId": "x", "data": "\x1b]0;owned\x07\r\n\u202e[/red]"}
    )
    await charge_point.websocket.send("\x1b[31mnot JSON")
    await charge_point.receive()
    assert isinstance(csms.record.events[-1], Malformed)
    for event in csms.record.events:
        assert describe(event).isprintable()
