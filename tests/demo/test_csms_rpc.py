"""The door of the CSMS, over a real socket: methods, variables, and nothing half-applied."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from cp_tui.charge_point.codec import converted, encode
from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.demo.csms_variables import (
    CSMS,
    ChargePoints,
    CsmsBehaviour,
    DemoView,
    Exchange,
    ExchangeKind,
    Scenarios,
)
from cp_tui.demo.player import Player
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import EventHappened, VariableChanged
from cp_tui.rpc.client import Client, RpcError
from cp_tui.rpc.server import RpcServer
from tests.csms.raw_charge_point import RawChargePoint, raw_charge_point
from tests.demo.fake_engine import FakeEngine

BOOT: JsonValue = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.2"}


class Screen:
    """A client of the door, with everything that it heard."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.values: dict[str, Any] = {}
        self.exchanges: list[Exchange] = []

    async def until_exchange(self, action: str, kind: ExchangeKind) -> Exchange:
        async with asyncio.timeout(30):
            while True:
                for exchange in self.exchanges:
                    if exchange.action == action and exchange.kind is kind:
                        return exchange
                await self.listen()

    async def until_value(self, name: str, value: Any) -> None:
        async with asyncio.timeout(30):
            while self.values.get(name) != value:
                await self.listen()

    async def listen(self) -> None:
        for update in await self.client.next_updates():
            match update:
                case VariableChanged(name, value):
                    self.values[name] = value
                case EventHappened(event=Exchange() as exchange):
                    self.exchanges.append(exchange)


@pytest.fixture(autouse=True)
def _no_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a text has no answer to come, nothing but the wait would take a test its time."""
    monkeypatch.setattr("cp_tui.csms.charge_point_session.NO_ANSWER_S", 0.1)


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "s" / "csms"


@pytest.fixture
async def screen(csms: CentralSystem, socket: Path) -> AsyncIterator[Screen]:
    door = RpcServer(CsmsRpc(csms, Player(FakeEngine(), csms, "CP001")), socket)
    await door.start()
    client = await Client.connect(socket, vocabulary=CSMS)
    await client.subscribe([*CSMS.variables, *CSMS.streams])
    screen = Screen(client)
    await screen.listen()
    yield screen
    await client.close()
    await door.close()


async def refusal(screen: Screen, method: str, **params: JsonValue) -> RpcError:
    with pytest.raises(RpcError) as found:
        await screen.client.call(method, **params)
    return found.value


async def test_only_this_user_gets_in(screen: Screen, socket: Path) -> None:
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600


async def test_everything_has_a_value_from_the_start(screen: Screen) -> None:
    assert screen.values["charge_points"] == ChargePoints(())
    scenarios = screen.values["scenario"]
    assert isinstance(scenarios, Scenarios)
    assert "offline" in [each.id for each in scenarios.available]
    behaviour = screen.values["behaviour"]
    assert isinstance(behaviour, CsmsBehaviour)
    assert behaviour.is_normal


async def test_a_charge_point_is_shown_with_its_boot_and_after_its_end(
    csms: CentralSystem, screen: Screen
) -> None:
    async with raw_charge_point(csms.url) as charge_point:
        await charge_point.payload_of("BootNotification", BOOT)
        await screen.until_exchange("BootNotification", ExchangeKind.RECEIVED)
        result = (await screen.client.call("get", variable="charge_points")).result
        (shown,) = converted(ChargePoints, result)
        assert (shown.is_connected, shown.registration_status) == (True, "Accepted")
        assert (shown.vendor, shown.firmware_version) == ("V", "1.2")
    async with asyncio.timeout(30):
        while True:
            found: ChargePoints = screen.values["charge_points"]
            if not found[0].is_connected:
                break
            await screen.listen()
    assert found[0].model == "M"


async def test_an_exchange_bears_the_verdict_of_the_csms(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    await charge_point.payload_of("Authorize", {"idTag": "BLOCKED"})
    exchange = await screen.until_exchange("Authorize", ExchangeKind.RECEIVED)
    assert (exchange.is_good, exchange.verdict) == (False, "valid, answered Blocked")
    await charge_point.call("Heartbeat", {"a": 1})
    exchange = await screen.until_exchange("", ExchangeKind.MALFORMED)
    assert exchange.verdict.startswith("answered with FormationViolation")


async def answered(screen: Screen, charge_point: RawChargePoint, answer: JsonValue) -> JsonValue:
    """Send a Reset, and let the charge point answer with what follows the message id."""
    sending = asyncio.create_task(
        screen.client.call("send", action="Reset", payload={"type": "Tepid"})
    )
    call = await charge_point.receive()
    assert (call[0], call[2], call[3]) == (2, "Reset", {"type": "Tepid"})
    assert isinstance(answer, list)
    await charge_point.send([answer[0], call[1], *answer[1:]])
    result: JsonValue = (await sending).result
    return result


async def test_a_call_goes_out_as_it_stands_and_its_answer_comes_back(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    result = await answered(screen, charge_point, [3, {"status": "Rejected"}])
    assert isinstance(result, dict)
    assert (result["kind"], result["payload"]) == ("CALLRESULT", {"status": "Rejected"})
    assert isinstance(result["latency_ms"], float)
    exchange = await screen.until_exchange("Reset", ExchangeKind.COMPOSED)
    assert (exchange.is_good, exchange.verdict) == (False, "Rejected")


async def test_a_callerror_comes_back_with_code_and_description(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    answer: JsonValue = [4, "PropertyConstraintViolation", "no", {"why": 1}]
    result = await answered(screen, charge_point, answer)
    assert isinstance(result, dict)
    assert result["kind"] == "CALLERROR"
    assert (result["code"], result["description"]) == ("PropertyConstraintViolation", "no")
    assert result["details"] == {"why": 1}


async def test_an_answer_that_does_not_fit_its_action_is_noticed(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    await answered(screen, charge_point, [3, {"status": "Maybe"}])
    exchange = await screen.until_exchange("Reset", ExchangeKind.COMPOSED)
    assert not exchange.is_good
    assert "does not fit Reset: PropertyConstraintViolation" in exchange.verdict


async def test_an_answer_that_is_no_frame_is_told(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    result = await answered(screen, charge_point, [3, "text"])
    assert isinstance(result, dict)
    assert result["kind"] == "invalid"


async def test_a_broken_text_goes_out_as_it_stands_and_the_complaint_is_shown(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    sending = asyncio.create_task(screen.client.call("send_raw", text="[2,"))
    assert await charge_point.websocket.recv() == "[2,"
    await charge_point.send([4, "-1", "GenericError", "no JSON", {}])
    result = (await sending).result
    assert isinstance(result, dict)
    assert (result["kind"], result["message_id"]) == ("CALLERROR", "-1")


async def test_a_text_without_an_answer_is_merely_sent(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    answer = await screen.client.call("send_raw", text='[3,"1",{}]')
    assert answer.result == {"message_id": "-1", "kind": "sent"}
    assert answer.reason is not None


async def test_a_connection_that_goes_before_the_answer_is_told(
    csms: CentralSystem, screen: Screen
) -> None:
    async with raw_charge_point(csms.url) as charge_point:
        sending = asyncio.create_task(screen.client.call("send", action="ClearCache"))
        await charge_point.receive()
    result = (await sending).result
    assert isinstance(result, dict)
    assert result["kind"] == "lost"


async def test_a_secret_is_masked_wherever_it_is_shown(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    secret = "0123456789abcdef0123"
    texts = (
        '[2,"a","ChangeConfiguration",{"key":"AuthorizationKey","value":"' + secret + '"}]',
        '[2,"b","ChangeConfiguration",{"key":"AuthorizationKey","value":"' + secret,
    )
    for text in texts:
        sending = asyncio.create_task(screen.client.call("send_raw", text=text))
        assert await charge_point.websocket.recv() == text
        await charge_point.send([3, "a", {"status": "Accepted"}])
        await sending
    async with asyncio.timeout(30):
        while sum(e.kind is ExchangeKind.COMPOSED for e in screen.exchanges) < len(texts):
            await screen.listen()
    assert secret not in "".join(encode(exchange).decode() for exchange in screen.exchanges)


async def test_nothing_is_sent_where_nobody_is_meant(screen: Screen) -> None:
    error = await refusal(screen, "send", action="Reset")
    assert (error.code, error.message) == (
        ErrorNumber.REFUSED,
        "name the charge point; connected: none",
    )
    error = await refusal(screen, "send", action="Reset", charge_point_id="CP9")
    assert error.message == "CP9 is not connected"


async def test_the_behaviour_changes_and_becomes_normal_again(
    csms: CentralSystem, screen: Screen, charge_point: RawChargePoint
) -> None:
    await screen.client.call(
        "set_behaviour",
        registration_status="Pending",
        interval_s=7,
        clock_offset_s=3600,
        id_tags={"friend": "ConcurrentTx"},
        unknown_id_tag="Invalid",
        start_status="Expired",
        faults={"*": "delay 0.5", "Heartbeat": "GenericError", "MeterValues": "silent"},
    )
    payload = await charge_point.payload_of("BootNotification", BOOT)
    assert (payload["status"], payload["interval"]) == ("Pending", 7)
    csms.behaviour = Behaviour()
    await screen.client.call("set_behaviour", faults={"Heartbeat": "GenericError"})
    assert (await charge_point.call("Heartbeat", {}))[2] == "GenericError"
    assert (await screen.client.call("reset_behaviour")).result is True
    assert (await screen.client.call("reset_behaviour")).result is False


async def test_a_start_is_answered_as_told_whatever_the_tag(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    await screen.client.call("set_behaviour", start_status="Invalid")
    start: JsonValue = {
        "connectorId": 1,
        "idTag": "FRIEND",
        "meterStart": 0,
        "timestamp": "2026-01-05T08:00:00Z",
    }
    payload = await charge_point.payload_of("StartTransaction", start)
    assert payload["idTagInfo"] == {"status": "Invalid"}
    assert (await charge_point.payload_of("Authorize", {"idTag": "FRIEND"}))["idTagInfo"] == {
        "status": "Accepted"
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"faults": {"Reset": "silent"}}, "'Reset' is no action that the CSMS answers"),
        ({"faults": {"Heartbeat": "sometimes"}}, "silent, delay with seconds, or an error code"),
        ({"faults": {"Heartbeat": "delay -1"}}, "up to 600 seconds are needed"),
        ({"registration_status": "Maybe"}, "registration_status = 'Maybe'"),
        ({"interval_s": -1}, "interval_s = -1"),
        ({"id_tags": {"A": "Nice"}}, "id_tags.A = 'Nice'"),
    ],
)
async def test_a_wrong_behaviour_is_refused_and_nothing_of_it_applied(
    csms: CentralSystem, screen: Screen, change: dict[str, JsonValue], words: str
) -> None:
    error = await refusal(screen, "set_behaviour", **{"unknown_id_tag": "Blocked", **change})
    assert error.code == ErrorNumber.INVALID_PARAMS
    assert words in error.message
    assert csms.behaviour == Behaviour()


async def test_the_connection_is_dropped_on_request(
    screen: Screen, charge_point: RawChargePoint
) -> None:
    for code in (999, 1004, 1005, 1006, 1015, 2999, 5000):
        error = await refusal(screen, "disconnect", code=code)
        assert error.code == ErrorNumber.INVALID_PARAMS
        assert f"1007 to 1014, 3000 to 4999), not {code}" in error.message
    await screen.client.call("disconnect", code=1012)
    await charge_point.websocket.wait_closed()
    assert charge_point.websocket.close_code == 1012


@pytest.mark.parametrize("profile", [1, 2, 3])
async def test_a_csms_without_security_refuses_to_raise_a_profile(
    screen: Screen, charge_point: RawChargePoint, profile: int
) -> None:
    error = await refusal(screen, "raise_security_profile", profile=profile)
    assert error.code == ErrorNumber.REFUSED
    assert f"no door of security profile {profile}; `cp-tui csms --profile" in error.message


async def test_a_folder_that_cannot_be_used_is_told_where_something_needs_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    async with CentralSystem(folder=tmp_path / "file") as csms:
        with pytest.raises(CommandError, match="file") as found:
            await CsmsRpc(csms).call("revoke_certificates", {"charge_point_id": "A"})
    assert found.value.code == ErrorNumber.REFUSED


async def test_a_method_that_is_not_there_names_those_that_are(screen: Screen) -> None:
    for method in ("nonsense", "shutdown"):
        error = await refusal(screen, method)
        assert error.code == ErrorNumber.METHOD_NOT_FOUND
        assert "run_scenario" in error.message


async def test_an_observer_may_only_look(screen: Screen, socket: Path) -> None:
    observer = await Client.connect(socket, read_only=True, vocabulary=CSMS)
    with pytest.raises(RpcError) as found:
        await observer.call("reset_behaviour")
    assert found.value.code == ErrorNumber.READ_ONLY
    assert (await observer.call("get", variable="behaviour")).result
    await observer.close()


async def test_an_unknown_scenario_is_refused_with_those_that_are(screen: Screen) -> None:
    error = await refusal(screen, "run_scenario", scenario="nonsense")
    assert "there are: boot, first_car" in error.message


async def test_a_second_screen_learns_how_to_come_and_that_the_demo_ends(
    csms: CentralSystem, tmp_path: Path
) -> None:
    rpc = CsmsRpc(csms, Player(FakeEngine(), csms, "CP001"), "cp-tui attach --id=DEMO-1")
    door = RpcServer(rpc, tmp_path / "s" / "csms")
    await door.start()
    client = await Client.connect(tmp_path / "s" / "csms", vocabulary=CSMS)
    await client.subscribe(["demo"])
    second = Screen(client)
    await second.until_value("demo", DemoView(attach="cp-tui attach --id=DEMO-1"))
    rpc.end()
    await second.until_value("demo", DemoView(attach="cp-tui attach --id=DEMO-1", has_ended=True))
    await client.close()
    await door.close()


async def test_the_pace_of_what_is_played_is_changed_at_the_door(screen: Screen) -> None:
    for method in ("pause", "resume", "step"):
        assert (await screen.client.call(method)).result is False
    await screen.client.call("play_story")
    assert (await screen.client.call("set_speed", speed=0.5)).result is True
    assert (await screen.client.call("set_speed", speed=0.5)).result is False
    assert "speed" in (await refusal(screen, "set_speed", speed=0)).message
    assert (await screen.client.call("pause")).result is True
    assert (await screen.client.call("pause")).result is False
    shown = (await screen.client.call("get", variable="scenario")).result
    assert isinstance(shown, dict)
    assert (shown["is_paused"], shown["speed"]) == (True, 0.5)
    assert (await screen.client.call("step")).result is True
    assert (await screen.client.call("resume")).result is True
    await screen.client.call("pause")
    await screen.client.call("stop_scenario")
    await screen.client.call("play_story")
    assert (await screen.client.call("resume")).result is False, "what begins is not held"


async def test_the_story_can_be_stopped(screen: Screen) -> None:
    assert (await screen.client.call("play_story")).result is True
    assert (await screen.client.call("play_story")).result is False
    assert (await screen.client.call("stop_scenario")).result is True
    assert (await screen.client.call("stop_scenario")).result is False
