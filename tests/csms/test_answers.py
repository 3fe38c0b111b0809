"""What the CSMS answers a charge point, message by message."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from cp_tui.csms.behaviour import AnswerCallError, Behaviour, Delay, Silence
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import Received
from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.datatypes import MessageTrigger, RegistrationStatus
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.ocpp.remote_trigger import TriggerMessageRequest
from tests.csms.raw_charge_point import RawChargePoint, raw_charge_point

AT = "2026-01-05T08:00:00Z"
SAMPLE: JsonValue = [{"timestamp": AT, "sampledValue": [{"value": "1"}]}]
START: dict[str, JsonValue] = {
    "connectorId": 1,
    "idTag": "DRIVER",
    "meterStart": 10,
    "timestamp": AT,
}

EMPTY_ANSWERS: dict[str, JsonValue] = {
    "StatusNotification": {"connectorId": 0, "errorCode": "NoError", "status": "Available"},
    "MeterValues": {"connectorId": 1, "meterValue": SAMPLE},
    "DiagnosticsStatusNotification": {"status": "Idle"},
    "FirmwareStatusNotification": {"status": "Idle"},
    "LogStatusNotification": {"status": "Idle"},
    "SecurityEventNotification": {"type": "StartupOfTheDevice", "timestamp": AT},
    "SignedFirmwareStatusNotification": {"status": "Idle"},
}
OTHER_ANSWERS = {
    "Authorize",
    "BootNotification",
    "DataTransfer",
    "Heartbeat",
    "SignCertificate",
    "StartTransaction",
    "StopTransaction",
}


def test_every_message_of_a_charge_point_is_answered_in_this_module() -> None:
    from_charge_point = {
        str(action)
        for action, spec in SPEC.items()
        if spec.direction is not RequestDirection.TO_CHARGE_POINT
    }
    assert from_charge_point == OTHER_ANSWERS | EMPTY_ANSWERS.keys()


async def test_boot_is_accepted_with_time_and_interval(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    answer = await charge_point.boot()
    told = datetime.fromisoformat(str(answer.pop("currentTime")))
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)
    assert answer == {"status": "Accepted", "interval": 300}
    record = csms.boot_of("CP001")
    assert record is not None
    boot = record.boot
    assert (boot.charge_point_vendor, boot.charge_point_model) == ("Raw", "Frames")
    assert csms.boot_of("CP002") is None


async def test_the_clock_of_the_csms_can_be_off(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    csms.behaviour = Behaviour(clock_offset_s=90.0)
    answer = await charge_point.payload_of("Heartbeat", {})
    ahead = datetime.fromisoformat(str(answer["currentTime"])) - datetime.now(UTC)
    assert timedelta(seconds=85) < ahead <= timedelta(seconds=90)


@pytest.mark.parametrize("action", EMPTY_ANSWERS)
async def test_a_notification_gets_an_empty_answer(
    charge_point: RawChargePoint, action: str
) -> None:
    assert await charge_point.payload_of(action, EMPTY_ANSWERS[action]) == {}


@pytest.mark.parametrize(
    ("id_tag", "verdict"),
    [
        ("ANY-OTHER", {"status": "Accepted"}),
        ("BLOCKED", {"status": "Blocked"}),
        ("blocked", {"status": "Blocked"}),
        ("INVALID", {"status": "Invalid"}),
        ("EXPIRED", {"status": "Expired", "expiryDate": "2020-01-01T00:00:00Z"}),
        ("FAMILY-2", {"status": "Accepted", "parentIdTag": "FAMILY"}),
    ],
)
async def test_tags_are_authorized_by_the_list(
    charge_point: RawChargePoint, id_tag: str, verdict: JsonValue
) -> None:
    answer = await charge_point.payload_of("Authorize", {"idTag": id_tag})
    assert answer == {"idTagInfo": verdict}


async def test_transactions_get_increasing_ids_and_are_remembered(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    first = await charge_point.payload_of("StartTransaction", START)
    second = await charge_point.payload_of("StartTransaction", {**START, "connectorId": 2})
    assert first == {"idTagInfo": {"status": "Accepted"}, "transactionId": 1}
    assert second["transactionId"] == 2
    stop: JsonValue = {"transactionId": 1, "meterStop": 20, "timestamp": AT, "reason": "Remote"}
    assert await charge_point.payload_of("StopTransaction", stop) == {}
    stopped = csms.transactions[1].stop
    assert stopped is not None
    assert stopped.meter_stop == 20
    assert csms.transactions[2].stop is None


async def test_a_repeated_start_is_the_same_transaction(charge_point: RawChargePoint) -> None:
    """S 3.7.1: a charge point that got no answer sends it again."""
    first = await charge_point.payload_of("StartTransaction", START)
    assert await charge_point.payload_of("StartTransaction", START) == first


async def test_a_refused_tag_still_gets_a_transaction_id(charge_point: RawChargePoint) -> None:
    answer = await charge_point.payload_of("StartTransaction", {**START, "idTag": "BLOCKED"})
    assert answer == {"idTagInfo": {"status": "Blocked"}, "transactionId": 1}


async def test_a_stop_with_a_tag_is_answered_with_its_verdict(
    charge_point: RawChargePoint,
) -> None:
    stop: JsonValue = {"transactionId": -1, "meterStop": 20, "timestamp": AT, "idTag": "FAMILY-1"}
    assert await charge_point.payload_of("StopTransaction", stop) == {
        "idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}
    }


@pytest.mark.parametrize(
    ("request_payload", "answer"),
    [
        (
            {"vendorId": "cp-tui", "messageId": "echo", "data": "x"},
            {"status": "Accepted", "data": "x"},
        ),
        ({"vendorId": "cp-tui", "messageId": "echo"}, {"status": "Accepted"}),
        ({"vendorId": "cp-tui", "messageId": "nope"}, {"status": "UnknownMessageId"}),
        ({"vendorId": "com.example", "data": "x"}, {"status": "UnknownVendorId"}),
    ],
)
async def test_data_transfer_knows_one_vendor_and_its_echo(
    charge_point: RawChargePoint, request_payload: JsonValue, answer: JsonValue
) -> None:
    assert await charge_point.payload_of("DataTransfer", request_payload) == answer


async def test_a_certificate_is_not_signed_here(charge_point: RawChargePoint) -> None:
    assert await charge_point.payload_of("SignCertificate", {"csr": "x"}) == {"status": "Rejected"}


async def test_who_merely_reconnects_need_not_boot(charge_point: RawChargePoint) -> None:
    """J 5.4."""
    assert await charge_point.payload_of("StartTransaction", START)


@pytest.mark.parametrize("status", [RegistrationStatus.PENDING, RegistrationStatus.REJECTED])
async def test_nothing_but_a_boot_is_taken_before_acceptance(
    csms: CentralSystem, charge_point: RawChargePoint, status: RegistrationStatus
) -> None:
    """JE 3.10."""
    csms.behaviour = Behaviour(registration_status=status, interval_s=7)
    answer = await charge_point.boot()
    assert (answer["status"], answer["interval"]) == (status, 7)
    refusal = await charge_point.call("Heartbeat", {})
    assert (refusal[0], refusal[2]) == (4, "SecurityError")
    csms.behaviour = Behaviour()
    await charge_point.boot()
    await charge_point.payload_of("Heartbeat", {})


async def test_a_triggered_message_is_taken_while_pending(csms: CentralSystem) -> None:
    """S 4.2: Pending lets a charge point send what TriggerMessage asks for."""
    csms.behaviour = Behaviour(registration_status=RegistrationStatus.PENDING)
    async with raw_charge_point(csms.url) as charge_point:
        await charge_point.boot()
        trigger = csms.call(
            "CP001", TriggerMessageRequest(requested_message=MessageTrigger.STATUS_NOTIFICATION)
        )
        asked = asyncio.create_task(trigger)
        call = await charge_point.receive()
        await charge_point.send([3, call[1], {"status": "Accepted"}])
        status = EMPTY_ANSWERS["StatusNotification"]
        assert await charge_point.payload_of("StatusNotification", status) == {}
        await asked
        assert (await charge_point.call("Heartbeat", {}))[2] == "SecurityError"


async def test_an_action_can_be_refused(csms: CentralSystem, charge_point: RawChargePoint) -> None:
    csms.behaviour = Behaviour(
        faults={Action.START_TRANSACTION: AnswerCallError(ErrorCode.INTERNAL_ERROR, "out of paper")}
    )
    answer = await charge_point.call("StartTransaction", START)
    assert answer == [4, "cp-1", "InternalError", "out of paper", {}]
    assert not csms.transactions
    await charge_point.payload_of("Heartbeat", {})


async def test_an_action_can_be_met_with_silence(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    csms.behaviour = Behaviour(faults={Action.AUTHORIZE: Silence()})
    await charge_point.send([2, "silent", "Authorize", {"idTag": "DRIVER"}])
    await charge_point.payload_of("Heartbeat", {})
    received = [event for event in csms.record.events if isinstance(event, Received)]
    assert received[0].answer is None


async def test_a_slow_answer_holds_nothing_else_up(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    csms.behaviour = Behaviour(faults={Action.AUTHORIZE: Delay(0.05)})
    await charge_point.send([2, "slow", "Authorize", {"idTag": "DRIVER"}])
    await charge_point.payload_of("Heartbeat", {})
    assert await charge_point.receive() == [3, "slow", {"idTagInfo": {"status": "Accepted"}}]


async def test_an_id_that_is_still_being_handled_is_refused(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    """J 4.2.3."""
    csms.behaviour = Behaviour(faults={Action.AUTHORIZE: Delay(0.05)})
    for _ in range(2):
        await charge_point.send([2, "twice", "Authorize", {"idTag": "DRIVER"}])
    refusal, answer = await charge_point.receive(), await charge_point.receive()
    assert refusal[:3] == [4, "twice", "GenericError"]
    assert answer[0] == 3


async def test_unanswered_calls_are_bounded(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    csms.behaviour = Behaviour(faults={Action.AUTHORIZE: Delay(60)})
    for number in range(33):
        await charge_point.send([2, str(number), "Authorize", {"idTag": "DRIVER"}])
    assert (await charge_point.receive())[:3] == [4, "32", "GenericError"]
