"""The CALLs of the CSMS: one at a time, with a deadline, and every failure told."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import JsonValue

from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.csms.event_log import Called
from cp_tui.csms.serve import describe
from cp_tui.ocpp.core import (
    ChangeConfigurationRequest,
    ClearCacheRequest,
    ClearCacheResponse,
    GetConfigurationRequest,
    UnlockConnectorRequest,
)
from cp_tui.ocpp.datatypes import ClearCacheStatus
from tests.csms.raw_charge_point import RawChargePoint

SECRET = "0123456789abcdef0123"


async def test_a_call_returns_the_response_model(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    asked = asyncio.create_task(csms.call("CP001", ClearCacheRequest()))
    call = await charge_point.receive()
    assert (call[0], call[2], call[3]) == (2, "ClearCache", {})
    assert len(str(call[1])) == 36
    await charge_point.send([3, call[1], {"status": "Accepted"}])
    assert await asked == ClearCacheResponse(status=ClearCacheStatus.ACCEPTED)


async def test_the_second_call_waits_for_the_answer_to_the_first(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    """J 4.1.1."""
    first = asyncio.create_task(csms.call("CP001", ClearCacheRequest()))
    second = asyncio.create_task(csms.call("CP001", UnlockConnectorRequest(connector_id=1)))
    call = await charge_point.receive()
    # The charge point may well ask something in between.
    await charge_point.payload_of("Heartbeat", {})
    await charge_point.send([3, call[1], {"status": "Accepted"}])
    await first
    call = await charge_point.receive()
    assert call[2] == "UnlockConnector"
    await charge_point.send([3, call[1], {"status": "Unlocked"}])
    await second


async def test_a_callerror_is_a_failure_with_its_code(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    asked = asyncio.create_task(csms.call("CP001", ClearCacheRequest()))
    call = await charge_point.receive()
    await charge_point.send([4, call[1], "FormatViolation", "why not", {}])
    with pytest.raises(CallFailed) as failed:
        await asked
    assert (failed.value.code, failed.value.description) == ("FormationViolation", "why not")


@pytest.mark.parametrize("payload", [{}, {"status": "Maybe"}, {"status": "Accepted", "x": 1}, []])
async def test_a_response_that_breaks_its_schema_is_a_failure(
    csms: CentralSystem, charge_point: RawChargePoint, payload: dict[str, str] | list[str]
) -> None:
    asked = asyncio.create_task(csms.call("CP001", ClearCacheRequest()))
    call = await charge_point.receive()
    await charge_point.websocket.send(f'[3,"{call[1]}",{str(payload).replace(chr(39), chr(34))}]')
    with pytest.raises(CallFailed) as failed:
        await asked
    assert failed.value.code == "InvalidResponse"
    await charge_point.payload_of("Heartbeat", {})


async def test_no_answer_in_time_is_a_failure_and_a_late_one_is_ignored(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    with pytest.raises(CallFailed) as failed:
        await csms.call("CP001", ClearCacheRequest(), timeout_s=0.05)
    assert failed.value.code == "Timeout"
    late = await charge_point.receive()
    await charge_point.send([3, late[1], {"status": "Accepted"}])
    asked = asyncio.create_task(csms.call("CP001", ClearCacheRequest()))
    call = await charge_point.receive()
    await charge_point.send([3, call[1], {"status": "Rejected"}])
    assert await asked == ClearCacheResponse(status=ClearCacheStatus.REJECTED)


async def test_who_is_not_connected_cannot_be_called(csms: CentralSystem) -> None:
    with pytest.raises(CallFailed) as failed:
        await csms.call("CP001", ClearCacheRequest())
    assert failed.value.code == "Offline"


@pytest.mark.parametrize("is_aborted", [True, False])
async def test_a_connection_that_ends_fails_its_calls(
    csms: CentralSystem, charge_point: RawChargePoint, is_aborted: bool
) -> None:
    asked = [asyncio.create_task(csms.call("CP001", ClearCacheRequest())) for _ in range(2)]
    await charge_point.receive()
    if is_aborted:
        charge_point.websocket.transport.abort()
    else:
        await charge_point.websocket.close()
    for task in asked:
        with pytest.raises(CallFailed) as failed:
            await task
        assert failed.value.code == "Offline"


async def test_an_authorization_key_is_sent_and_never_recorded(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    request = ChangeConfigurationRequest(key="authorizationkey", value=SECRET)
    asked = asyncio.create_task(csms.call("CP001", request))
    call = await charge_point.receive()
    assert call[3] == {"key": "authorizationkey", "value": SECRET}
    await charge_point.send([3, call[1], {"status": "Accepted"}])
    await asked
    reading = asyncio.create_task(csms.call("CP001", GetConfigurationRequest()))
    call = await charge_point.receive()
    leak: JsonValue = {"key": "AuthorizationKey", "readonly": False, "value": SECRET}
    await charge_point.send([3, call[1], {"configurationKey": [leak]}])
    await reading
    for event in csms.record.events:
        assert SECRET not in describe(event)
        if isinstance(event, Called):
            assert SECRET not in str(event.request.to_payload())
            assert event.response is not None
            assert SECRET not in str(event.response.to_payload())
