"""Charging sessions against the package `ocpp` as CSMS, driven from the shell."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ocpp.v16 import call

from cp_tui.charge_point.variables import (
    ChargingSchedules,
    Connectors,
    KeyChange,
)
from cp_tui.engine.hub import EventHappened, VariableChanged
from cp_tui.rpc.client import Client
from tests.end_to_end.processes import Serve, cp_tui, serving, start
from tests.peer import PeerCsms

WAIT_TIMEOUT_S = 15.0


async def seen(screen: Client, is_it: Callable[[Any], bool]) -> Any:
    """Take updates until one is it."""
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        while True:
            for update in await screen.next_updates():
                match update:
                    case VariableChanged(value=content) | EventHappened(event=content):
                        if is_it(content):
                            return content


async def status(serve: Serve, connector_id: int) -> str:
    connectors = (await serve.ctl("get", "variable=connectors")).result
    return str(connectors[connector_id]["status"])


async def test_it_boots_and_reports_every_connector(csms: PeerCsms, serve: Serve) -> None:
    assert csms.charge_point_ids == ["CP 1"]
    assert csms.actions()[:4] == ["BootNotification"] + ["StatusNotification"] * 3
    assert (await serve.ctl("get", "variable=is_connected")).result is True
    registration = (await serve.ctl("get", "variable=registration")).result
    assert (registration["status"], registration["interval_s"]) == ("Accepted", 300)


async def test_a_plug_first_session(csms: PeerCsms, serve: Serve) -> None:
    assert (await serve.ctl("plug_in", "connector_id=1")).result is True
    await csms.receive("StatusNotification", connectorId=1, status="Preparing")
    came = (await serve.ctl("swipe", "id_tag=TAG1")).result
    assert (came["outcome"], came["by"], came["connector_id"]) == ("Accepted", "CSMS", 1)
    started = await csms.receive("StartTransaction", connectorId=1, idTag="TAG1")
    await csms.receive("StatusNotification", connectorId=1, status="Charging")
    await csms.receive("MeterValues", count=2, connectorId=1, transactionId=1)

    await serve.ctl("swipe", "id_tag=TAG1", "connector_id=1")
    stopped = await csms.receive("StopTransaction", transactionId=1)
    assert stopped["meterStop"] >= started["meterStart"]
    await csms.receive("StatusNotification", connectorId=1, status="Finishing")
    await serve.ctl("plug_out", "connector_id=1")
    await csms.receive("StatusNotification", count=2, connectorId=1, status="Available")


async def test_a_tag_first_session(csms: PeerCsms, serve: Serve) -> None:
    await serve.ctl("swipe", "id_tag=TAG2", "connector_id=2")
    await csms.receive("Authorize", idTag="TAG2")
    await csms.receive("StatusNotification", connectorId=2, status="Preparing")
    await serve.ctl("plug_in", "connector_id=2")
    await csms.receive("StartTransaction", connectorId=2, idTag="TAG2")
    await csms.receive("StatusNotification", connectorId=2, status="Charging")
    await serve.ctl("plug_out", "connector_id=2")
    stopped = await csms.receive("StopTransaction", transactionId=1)
    assert stopped["reason"] == "EVDisconnected"


async def test_a_remote_session(csms: PeerCsms, serve: Serve) -> None:
    await serve.ctl("plug_in", "connector_id=1")
    await csms.receive("StatusNotification", connectorId=1, status="Preparing")
    answer = await csms.call(call.RemoteStartTransaction(id_tag="TAG3", connector_id=1))
    assert answer.status == "Accepted"
    await csms.receive("StartTransaction", connectorId=1, idTag="TAG3")
    await csms.receive("MeterValues", transactionId=1)
    answer = await csms.call(call.RemoteStopTransaction(transaction_id=1))
    assert answer.status == "Accepted"
    stopped = await csms.receive("StopTransaction", transactionId=1)
    assert stopped["reason"] == "Remote"


async def test_a_blocked_tag_starts_nothing_and_the_reason_is_shown(
    csms: PeerCsms, serve: Serve
) -> None:
    csms.blocked.add("THIEF")
    await serve.ctl("plug_in", "connector_id=1")
    await serve.ctl("swipe", "id_tag=THIEF")
    await csms.receive("Authorize", idTag="THIEF")
    refusal: Any = None
    while refusal is None:
        connectors = (await serve.ctl("get", "variable=connectors")).result
        refusal = connectors[1]["last_refusal"]
    assert "Blocked" in refusal["text"]
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


async def test_the_keys_of_the_operator(csms: PeerCsms, folder: Any) -> None:
    file = folder / "cp-tui.toml"
    file.write_text('[custom_keys]\nLevel = { type = "integer", value = 1, max = 3 }\n')
    async with serving(folder, csms.url, f"--config={file}") as serve:
        await csms.receive("StatusNotification", connectorId=2)
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


async def test_nothing_from_the_stopped_time_is_ever_sent(csms: PeerCsms, serve: Serve) -> None:
    assert (await serve.ctl("stop")).result is True
    assert (await serve.ctl("stop")).result is False
    assert (await serve.ctl("get", "variable=link")).result["phase"] == "stopped"
    received = len(csms.received)
    await serve.ctl("plug_in", "connector_id=1")
    await serve.ctl("swipe", "id_tag=GHOST")
    await serve.ctl("raise_error", "connector_id=2", "error_code=GroundFailure")
    done = await serve.ctl("data_transfer", "vendor_id=test", "data=GHOST")
    assert done.result["status"] == "Offline"
    await serve.ctl("clear_error", "connector_id=2")
    await serve.ctl("plug_out", "connector_id=1")
    assert len(csms.received) == received

    assert (await serve.ctl("restart")).result is True
    assert (await serve.ctl("restart")).result is False
    await csms.receive("BootNotification", count=2)
    await csms.receive("StatusNotification", count=2, connectorId=2)
    await serve.ctl("data_transfer", "vendor_id=test", "data=after")
    later = csms.received[received:]
    assert "GHOST" not in str(later)
    assert "GroundFailure" not in str(later)
    assert "StartTransaction" not in [action for action, _ in later]


async def test_a_killed_screen_leaves_the_engine_charging_and_the_next_one_sees_it(
    csms: PeerCsms, serve: Serve
) -> None:
    await serve.ctl("plug_in", "connector_id=1")
    await serve.ctl("swipe", "id_tag=TAG")
    await csms.receive("StatusNotification", connectorId=1, status="Charging")
    code = (
        "import asyncio, sys; from pathlib import Path; from cp_tui.rpc.client import Client\n"
        "async def main():\n"
        "    client = await Client.connect(Path(sys.argv[1]))\n"
        "    await client.subscribe(['connectors', 'link', 'messages'])\n"
        "    while await client.next_updates():\n"
        "        print('seen', flush=True)\n"
        "asyncio.run(main())\n"
    )
    attached = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, str(serve.socket)), stdout=asyncio.subprocess.PIPE
    )
    assert attached.stdout is not None
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        await attached.stdout.readline()
    attached.kill()
    await attached.wait()

    before = len([action for action in csms.actions() if action == "MeterValues"])
    await csms.receive("MeterValues", count=before + 1)
    assert await status(serve, 1) == "Charging"
    views = []
    for _ in range(2):
        client = await Client.connect(serve.socket)
        await client.subscribe(["connectors"])
        connectors: Connectors = await seen(client, lambda content: isinstance(content, tuple))
        views.append([(each.status, each.transaction) for each in connectors[2:]])
        await client.close()
    assert views[0] == views[1]


async def test_a_terminated_engine_says_nothing_and_comes_back_whole(
    csms: PeerCsms, serve: Serve
) -> None:
    answer = await csms.call(call.ChangeConfiguration(key="HeartbeatInterval", value="77"))
    assert answer.status == "Accepted"
    received = len(csms.received)
    assert await serve.end(signal.SIGTERM) == 0
    assert len(csms.received) == received
    assert not serve.socket.exists()
    async with serving(serve.socket.parent, csms.url) as again:
        await csms.receive("BootNotification", count=2)
        keys = (await again.ctl("get_configuration_key", 'keys=["HeartbeatInterval"]')).result
        assert keys["configuration_key"][0]["read_only"] is False
        configuration = (await again.ctl("get", "variable=configuration")).result
        (entry,) = [entry for entry in configuration if entry["key"] == "HeartbeatInterval"]
        assert entry["source"] == "CSMS"


async def test_an_engine_that_was_killed_starts_again_on_the_same_socket(
    csms: PeerCsms, serve: Serve
) -> None:
    serve.process.kill()
    await serve.process.wait()
    assert serve.socket.exists()
    process = await start(
        *("serve", f"--url={csms.url}", "--id=CP 1", f"--socket={serve.socket}"),
        f"--data-dir={serve.data_dir}",
    )
    try:
        await csms.receive("BootNotification", count=2)
        async with asyncio.timeout(WAIT_TIMEOUT_S):
            while (await serve.ctl("get", "variable=identity")).status != 0:
                await asyncio.sleep(0.05)
    finally:
        process.kill()
        await process.communicate()


async def test_the_shell_can_end_the_engine(serve: Serve) -> None:
    assert (await serve.ctl("shutdown")).result is True
    async with asyncio.timeout(WAIT_TIMEOUT_S):
        assert await serve.process.wait() == 0


async def test_ctl_prints_a_line_per_update_until_it_is_interrupted(serve: Serve) -> None:
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
        (("plug_in", "one"), "NAME=VALUE"),
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
    done = await serve.ctl("swipe", "id_tag=TAG3", "connector_id=3")
    assert (done.status, done.out) == (1, "")
    assert "connector 3 does not exist; there are 1 to 2" in done.err
