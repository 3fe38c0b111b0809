"""Charging sessions against the package `ocpp` as CSMS, driven from the shell."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from ocpp.v16 import call
from pydantic import JsonValue

from cp_tui.charge_point.variables import (
    ChargingSchedules,
    Connectors,
    KeyChange,
)
from cp_tui.engine.hub import EventHappened, VariableChanged
from cp_tui.rpc.client import Client, RpcError
from tests.end_to_end.processes import Serve, cp_tui, serving, start
from tests.peer import PeerCsms

WAIT_TIMEOUT_S = 30.0


async def seen(screen: Client, is_it: Callable[[Any], bool]) -> Any:
    """Take updates until one is it."""
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while True:
            for update in await screen.next_updates():
                match update:
                    case VariableChanged(value=content) | EventHappened(event=content):
                        if is_it(content):
                            return content


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def screen(shared_serve: Serve) -> AsyncIterator[Client]:
    """What a screen holds: a connection to the engine."""
    client = await Client.connect(shared_serve.socket)
    yield client
    await client.close()


@pytest.fixture
def serve(shared_serve: Serve) -> Serve:
    return shared_serve


@pytest_asyncio.fixture(loop_scope="module")
async def csms(shared_csms: PeerCsms, screen: Client) -> AsyncIterator[PeerCsms]:
    """One that has forgotten what it heard in other tests; none of them leaves a cable behind."""
    shared_csms.forget()
    yield shared_csms
    for connector_id in (1, 2):
        with suppress(RpcError):
            await screen.call("plug_out", connector_id=connector_id)


async def test_a_plug_first_session(csms: PeerCsms, serve: Serve) -> None:
    assert (await serve.ctl("plug_in", "connector_id=1")).result is True
    await csms.receive("StatusNotification", connectorId=1, status="Preparing")
    came = (await serve.ctl("swipe", "id_tag=TAG1")).result
    assert (came["outcome"], came["by"], came["connector_id"]) == ("Accepted", "CSMS", 1)
    started = await csms.receive("StartTransaction", connectorId=1, idTag="TAG1")
    await csms.receive("StatusNotification", connectorId=1, status="Charging")
    number = csms.newest_transaction_id
    await csms.receive("MeterValues", count=2, connectorId=1, transactionId=number)

    await serve.ctl("swipe", "id_tag=TAG1", "connector_id=1")
    stopped = await csms.receive("StopTransaction", transactionId=number)
    assert stopped["meterStop"] >= started["meterStart"]
    await csms.receive("StatusNotification", connectorId=1, status="Finishing")
    await serve.ctl("plug_out", "connector_id=1")
    await csms.receive("StatusNotification", connectorId=1, status="Available")


async def test_a_tag_first_session(csms: PeerCsms, screen: Client) -> None:
    await screen.call("swipe", id_tag="TAG2", connector_id=2)
    await csms.receive("Authorize", idTag="TAG2")
    await csms.receive("StatusNotification", connectorId=2, status="Preparing")
    await screen.call("plug_in", connector_id=2)
    await csms.receive("StartTransaction", connectorId=2, idTag="TAG2")
    await csms.receive("StatusNotification", connectorId=2, status="Charging")
    await screen.call("plug_out", connector_id=2)
    stopped = await csms.receive("StopTransaction", transactionId=csms.newest_transaction_id)
    assert stopped["reason"] == "EVDisconnected"


async def test_a_remote_session(csms: PeerCsms, screen: Client) -> None:
    await screen.call("plug_in", connector_id=1)
    await csms.receive("StatusNotification", connectorId=1, status="Preparing")
    answer = await csms.call(call.RemoteStartTransaction(id_tag="TAG3", connector_id=1))
    assert answer.status == "Accepted"
    await csms.receive("StartTransaction", connectorId=1, idTag="TAG3")
    await csms.receive("StatusNotification", connectorId=1, status="Charging")
    number = csms.newest_transaction_id
    await csms.receive("MeterValues", transactionId=number)
    answer = await csms.call(call.RemoteStopTransaction(transaction_id=number))
    assert answer.status == "Accepted"
    stopped = await csms.receive("StopTransaction", transactionId=number)
    assert stopped["reason"] == "Remote"


async def test_a_blocked_tag_starts_nothing_and_the_reason_is_shown(
    csms: PeerCsms, screen: Client
) -> None:
    csms.blocked.add("THIEF")
    await screen.subscribe(["connectors"])
    await screen.call("plug_in", connector_id=1)
    await screen.call("swipe", id_tag="THIEF")
    await csms.receive("Authorize", idTag="THIEF")
    connectors: Connectors = await seen(screen, lambda content: content[1].last_refusal is not None)
    refusal = connectors[1].last_refusal
    assert refusal is not None
    assert "Blocked" in refusal.text
    assert "StartTransaction" not in csms.actions()


async def test_a_monitored_key_that_the_csms_changes_is_an_event(
    csms: PeerCsms, serve: Serve, screen: Client
) -> None:
    await screen.subscribe(["configuration_key"])
    done = await serve.ctl("monitor_configuration_keys", 'keys=["HeartbeatInterval"]')
    assert done.result is None
    for key, value in (("ConnectionTimeOut", "90"), ("HeartbeatInterval", "120")):
        answer = await csms.call(call.ChangeConfiguration(key=key, value=value))
        assert answer.status == "Accepted"
    change = await seen(screen, lambda content: isinstance(content, KeyChange))
    assert isinstance(change, KeyChange)
    assert (change.key, change.old_value, change.value) == ("HeartbeatInterval", "300", "120")
    assert (change.read_only, change.answer, change.source) == (False, "Accepted", "CSMS")


async def test_it_boots_reports_every_connector_and_has_the_keys_of_the_operator(
    folder: Path,
) -> None:
    file = folder / "cp-tui.toml"
    file.write_text('[custom_keys]\nLevel = { type = "integer", value = 1, max = 3 }\n')
    async with PeerCsms() as csms, serving(folder, csms.url, f"--config={file}") as serve:
        await csms.receive("StatusNotification", connectorId=2)
        assert csms.charge_point_ids == ["CP 1"]
        assert csms.actions()[:4] == ["BootNotification"] + ["StatusNotification"] * 3
        assert (await serve.ctl("get", "variable=is_connected")).result is True
        registration = (await serve.ctl("get", "variable=registration")).result
        assert (registration["status"], registration["interval_s"]) == ("Accepted", 300)
        for parameters, result in (
            (("key=Level", "value=2"), "Accepted"),
            (("key=level", "value=9"), "Rejected"),
            (("key=HeartbeatInterval", "value=9"), "Rejected"),
            (("key=Nonsense", "value=9"), "NotSupported"),
        ):
            done = await serve.ctl("set_custom_configuration_key", *parameters)
            assert done.result == result
            assert done.err, "every answer has its reason"
        keys = (await serve.ctl("get_configuration_key", 'keys=["LEVEL","Nonsense"]')).result
        assert keys == {
            "configuration_key": [{"key": "Level", "read_only": False, "value": "2"}],
            "unknown_key": ["Nonsense"],
        }
        answer = await csms.call(call.GetConfiguration(key=["Level"]))
        assert answer.configuration_key == [{"key": "Level", "readonly": False, "value": "2"}]


async def test_data_goes_both_ways(csms: PeerCsms, serve: Serve) -> None:
    done = await serve.ctl("data_transfer", "vendor_id=test", "message_id=m", "data=[1, 2]")
    assert done.status == 2, "data is text, and [1, 2] is JSON"
    done = await serve.ctl("data_transfer", "vendor_id=test", "message_id=m", 'data="[1, 2]"')
    assert done.result == {"status": "Accepted", "data": "received"}
    sent = await csms.receive("DataTransfer")
    assert sent == {"vendorId": "test", "messageId": "m", "data": "[1, 2]"}
    done = await serve.ctl("data_transfer", "vendor_id=nobody")
    assert done.result["status"] == "UnknownVendorId"
    answer = await csms.call(call.DataTransfer(vendor_id="nobody", data="x"))
    assert answer.status == "UnknownVendorId"


async def test_a_charging_profile_is_seen_in_the_schedules(
    csms: PeerCsms, serve: Serve, screen: Client
) -> None:
    await screen.subscribe(["charging_schedules"])

    def limit(content: ChargingSchedules, connector_id: int) -> float:
        return float(content[connector_id].periods[0].limit)

    await seen(screen, lambda content: limit(content, 1) == 32)
    profile = {
        "charging_profile_id": 1,
        "stack_level": 0,
        "charging_profile_purpose": "TxDefaultProfile",
        "charging_profile_kind": "Absolute",
        "charging_schedule": {
            "charging_rate_unit": "A",
            "start_schedule": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
            "charging_schedule_period": [{"start_period": 0, "limit": 10}],
        },
    }
    answer = await csms.call(call.SetChargingProfile(connector_id=1, cs_charging_profiles=profile))
    assert answer.status == "Accepted"
    await seen(screen, lambda content: limit(content, 1) == 10 and limit(content, 2) == 32)
    schedule = await csms.call(call.GetCompositeSchedule(connector_id=1, duration=600))
    assert schedule.status == "Accepted"
    assert schedule.charging_schedule["charging_schedule_period"][0]["limit"] == 10


async def test_nothing_from_the_stopped_time_is_ever_sent(csms: PeerCsms, screen: Client) -> None:
    async def ask(method: str, **params: JsonValue) -> Any:
        return (await screen.call(method, **params)).result

    assert await ask("stop") is True
    assert await ask("stop") is False
    await screen.subscribe(["link"])
    await seen(screen, lambda link: str(link.phase) == "stopped")
    received = len(csms.received)
    await ask("plug_in", connector_id=1)
    await ask("swipe", id_tag="GHOST")
    await ask("raise_error", connector_id=2, error_code="GroundFailure")
    assert (await ask("data_transfer", vendor_id="test", data="GHOST"))["status"] == "Offline"
    await ask("clear_error", connector_id=2)
    await ask("plug_out", connector_id=1)
    assert len(csms.received) == received

    assert await ask("restart") is True
    assert await ask("restart") is False
    await csms.receive("BootNotification")
    await csms.receive("StatusNotification", connectorId=2)
    await ask("data_transfer", vendor_id="test", data="after")
    later = csms.received[received:]
    assert "GHOST" not in str(later)
    assert "GroundFailure" not in str(later)
    assert "StartTransaction" not in [action for action, _ in later]


async def test_an_engine_that_is_terminated_killed_or_shut_down_comes_back_whole(
    folder: Path,
) -> None:
    async with PeerCsms() as csms:
        async with serving(folder, csms.url) as first:
            await csms.receive("StatusNotification", connectorId=2)
            request = call.ChangeConfiguration(key="HeartbeatInterval", value="77")
            assert (await csms.call(request)).status == "Accepted"
            received = len(csms.received)
            assert await first.end(signal.SIGTERM) == 0
            assert len(csms.received) == received, "it says nothing when it is terminated"
            assert not first.socket.exists()
        async with serving(folder, csms.url) as second:
            await csms.receive("BootNotification", count=2)
            keys = (await second.ctl("get_configuration_key", 'keys=["HeartbeatInterval"]')).result
            assert keys["configuration_key"][0]["read_only"] is False
            configuration = (await second.ctl("get", "variable=configuration")).result
            (entry,) = [entry for entry in configuration if entry["key"] == "HeartbeatInterval"]
            assert entry["source"] == "CSMS"
            second.process.kill()
            await second.process.wait()
            assert second.socket.exists(), "it was killed and has left its socket"
        async with serving(folder, csms.url) as third:
            await csms.receive("BootNotification", count=3)
            async with asyncio.timeout(WAIT_TIMEOUT_S):
                while (await third.ctl("get", "variable=identity")).status != 0:
                    await asyncio.sleep(0.05)
                assert (await third.ctl("shutdown")).result is True
                assert await third.process.wait() == 0


async def test_ctl_prints_a_line_per_update_until_it_is_interrupted(
    csms: PeerCsms, serve: Serve
) -> None:
    process = await start(
        "ctl", f"--socket={serve.socket}", "subscribe", 'variables=["status_changes"]'
    )
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        assert b"status_changes" in await process.stdout.readline()
        await serve.ctl("plug_in", "connector_id=1")
        assert b"Preparing" in await process.stdout.readline()
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 0


async def test_ctl_says_what_went_wrong_and_whose_fault_it_is(serve: Serve) -> None:
    refused = await serve.ctl("plug_in", "connector_id=9")
    assert refused.status == 1
    assert "connector 9" in refused.err
    for parameters, named in (
        (("plug_in", "connector_id=one"), "connector_id"),
        (("plug_in",), "connector_id"),
        (("nonsense",), "nonsense"),
        (("plug_in", "one"), "connector_id"),
        (("plug_in", "1", "2"), "2: a parameter is NAME=VALUE; plug_in takes connector_id"),
        (("plug_in", "connector_id=1", "connector_id=2"), "connector_id is given twice"),
    ):
        done = await serve.ctl(*parameters)
        assert done.status == 2
        assert done.out == ""
        assert named in done.err
    nobody = await cp_tui("ctl", "--id=NOBODY", "stop")
    assert nobody.status == 2
    assert "NOBODY" in nobody.err


async def test_a_tag_that_is_shown_from_a_shell_says_what_came_of_it(
    csms: PeerCsms, serve: Serve
) -> None:
    """Whatever it is, it is an answer: exit status 0, the outcome as JSON, the reason apart."""
    csms.blocked.add("THIEF")
    done = await serve.ctl("swipe", "id_tag=THIEF", "connector_id=1")
    assert (done.result["outcome"], done.result["by"]) == ("Refused", "CSMS")
    assert done.result["text"].startswith("THIEF may not charge: the CSMS answered Blocked")
    assert "the CSMS answered Blocked for THIEF [S 4.1]" in done.err

    came = (await serve.ctl("swipe", "id_tag=TAG1", "connector_id=1")).result
    assert (came["outcome"], came["connector_id"]) == ("Accepted", 1)
    assert "plug in at connector 1 by 20" in came["text"]
    connector = (await serve.ctl("get", "variable=connectors")).result[1]
    assert (connector["authorized_id_tag"], connector["authorized_by"]) == ("TAG1", "CSMS")
    assert connector["authorized_until"] == came["plug_in_by"]
    came = (await serve.ctl("swipe", "id_tag=TAG1", "connector_id=1")).result
    assert came["outcome"] == "Cancelled"

    came = (await serve.ctl("swipe", "id_tag=TAG2", "connector_id=2", "wait=false")).result
    assert (came["outcome"], came["by"]) == ("Asked", None)
    await csms.receive("StatusNotification", connectorId=2, status="Preparing")
    await serve.ctl("swipe", "id_tag=TAG2", "connector_id=2")
    done = await serve.ctl("swipe", "id_tag=TAG3", "connector_id=3")
    assert (done.status, done.out) == (1, "")
    assert "connector 3 does not exist; there are 1 to 2" in done.err
