"""The whole engine with the real mind, against a small CSMS over a real socket."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace
from pydantic import JsonValue
from websockets.asyncio.server import Server, ServerConnection

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.variables import Connectors, LinkPhase, LinkStep, LinkView, MessageRecord
from cp_tui.engine.config import EngineConfig, TraceConfig
from cp_tui.engine.engine import Engine
from cp_tui.engine.errors import CommandError, EngineStartError
from cp_tui.engine.hub import EventHappened, History, SubscriptionClosed
from cp_tui.engine.log import LOG_FILE
from cp_tui.engine.tag_mask import mask_of
from tests.engine.links import FAST, PATIENT, WAIT_S, url_of, websocket_server

KEY = "0123456789abcdef"


class SmallCsms:
    """Accepts everything, and notes what it was told."""

    def __init__(self) -> None:
        self.actions: list[str] = []
        self.connections: list[ServerConnection] = []

    async def serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        async for text in connection:
            frame = json.loads(text)
            if frame[0] == 2:
                self.actions.append(frame[2])
                await connection.send(json.dumps([3, frame[1], answer_to(frame[2])]))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not is_so():
                await asyncio.sleep(0.005)


def answer_to(action: str) -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    match action:
        case "BootNotification":
            return {"currentTime": now, "interval": 3600, "status": "Accepted"}
        case "Heartbeat":
            return {"currentTime": now}
        case "Authorize":
            return {"idTagInfo": {"status": "Accepted"}}
        case "StartTransaction":
            return {"idTagInfo": {"status": "Accepted"}, "transactionId": 7}
        case "DataTransfer":
            return {"status": "Accepted"}
        case _:
            return {}


@asynccontextmanager
async def small_csms() -> AsyncIterator[tuple[SmallCsms, Server]]:
    csms = SmallCsms()
    async with websocket_server(csms.serve) as server:
        yield csms, server


def config(url: str, identity: str = "CP001") -> EngineConfig:
    return EngineConfig(ChargePointConfig(charge_point_id=identity, url=""), url=url)


@asynccontextmanager
async def running(url: str, folder: Path) -> AsyncIterator[Engine]:
    engine = Engine(config(url), data_dir=folder, link_settings=FAST)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


async def test_it_boots_charges_and_tells_its_subscribers(tmp_path: Path) -> None:
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        watching = engine.subscribe(["messages"])
        await csms.until(lambda: csms.actions.count("StatusNotification") >= 3)
        assert csms.actions[0] == "BootNotification"
        await engine.call("plug_in", {"connector_id": 1})
        await engine.call("swipe", {"id_tag": "TAG", "connector_id": 1})
        await csms.until(lambda: "StartTransaction" in csms.actions)
        answer = await engine.call("data_transfer", {"vendor_id": "v"})
        assert isinstance(answer.result, dict)
        assert answer.result["status"] == "Accepted"
        seen = await watching.next()
        events = [each.event for each in seen if isinstance(each, EventHappened)]
        actions = {event.action for event in events if isinstance(event, MessageRecord)}
        assert "StartTransaction" in actions
        link = engine.get("link")
        assert isinstance(link, LinkView)
        assert link.phase is LinkPhase.OPEN
        assert link.last_out is not None


@pytest.mark.parametrize(
    ("url", "trust"), [("wss://127.0.0.1:1", "the roots of the system"), ("ws://127.0.0.1:1", "")]
)
async def test_the_link_says_what_the_server_certificate_is_held_against(
    tmp_path: Path, url: str, trust: str
) -> None:
    async with running(url, tmp_path) as engine:
        link = engine.get("link")
        assert isinstance(link, LinkView)
        assert link.trust == trust


async def test_stop_is_silence_and_restart_boots_again(tmp_path: Path) -> None:
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        await csms.until(lambda: csms.actions.count("StatusNotification") >= 3)
        assert (await engine.call("stop", {})).result is True
        assert (await engine.call("stop", {})).result is False
        await csms.until(lambda: csms.connections[0].close_code is not None)
        assert csms.connections[0].close_code == 1000
        said = len(csms.actions)
        await engine.call("plug_in", {"connector_id": 1})
        assert len(csms.actions) == said
        assert (await engine.call("restart", {})).result is True
        await csms.until(lambda: csms.actions.count("BootNotification") == 2)
        assert (await engine.call("restart", {})).result is False


async def test_a_pulled_cable_is_noticed_and_charging_goes_on(tmp_path: Path) -> None:
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        await csms.until(lambda: csms.actions.count("StatusNotification") >= 3)
        await engine.call("plug_in", {"connector_id": 1})
        await engine.call("swipe", {"id_tag": "TAG", "connector_id": 1})
        await csms.until(lambda: "StartTransaction" in csms.actions)
        assert (await engine.call("set_network", {"up": False})).result is True
        link = engine.get("link")
        assert isinstance(link, LinkView)
        assert not link.network_up
        connectors: Connectors = engine.get("connectors")
        assert connectors[1].transaction is not None
        await engine.call("set_network", {"up": True})
        await csms.until(lambda: len(csms.connections) == 2)


async def test_after_a_power_cycle_it_boots_again(tmp_path: Path) -> None:
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        await csms.until(lambda: csms.actions.count("StatusNotification") >= 3)
        assert (await engine.call("power_cycle", {})).result is True
        await csms.until(lambda: csms.actions.count("BootNotification") == 2)
        assert csms.connections[0].close_code == 1006


async def test_the_log_says_what_was_asked_at_the_door_and_what_came_of_it(tmp_path: Path) -> None:
    async with small_csms() as (_csms, server), running(url_of(server), tmp_path) as engine:
        await engine.call("plug_in", {"connector_id": 1})
        with pytest.raises(CommandError):
            await engine.call("plug_in", {"connector_id": 1})
        await engine.call("get_configuration_key", {})
        await engine.call("restart", {})
    lines = [line for line in (tmp_path / LOG_FILE).read_text().splitlines() if "operator" in line]
    assert [line.partition("INFO    ")[2] for line in lines] == [
        "operator: The cable is plugged in at connector 1",
        "operator: Plug in at connector 1: refused, connector 1: a cable is plugged in already",
        "operator: Restart OCPP: OCPP was not stopped",
    ]


async def test_where_tags_are_masked_none_is_in_the_log_either(tmp_path: Path) -> None:
    trace = TraceConfig(keep_bytes=0, masks_id_tags=True)
    config = EngineConfig(
        ChargePointConfig(charge_point_id="CP001", url=""), "ws://127.0.0.1:9", trace=trace
    )
    engine = Engine(config, data_dir=tmp_path)
    await engine.start()
    for connector in (1, 2, 7):
        swipe: dict[str, JsonValue] = {"id_tag": f"ZEBRA{connector}", "connector_id": connector}
        with suppress(CommandError):
            await engine.call("swipe", swipe)
    await engine.call("plug_in", {"connector_id": 1})
    await engine.close()
    log = (tmp_path / LOG_FILE).read_text()
    assert "ZEBRA" not in log
    assert "The cable is plugged in at connector 1" in log
    assert log.count("operator: Show tag ***") == 3
    assert mask_of(tmp_path) is not None, "a bundle is to be without them, too"


async def test_close_leaves_a_store_that_the_next_start_reads(tmp_path: Path) -> None:
    async with small_csms() as (csms, server):
        async with running(url_of(server), tmp_path) as engine:
            await csms.until(lambda: "BootNotification" in csms.actions)
            await engine.call("plug_in", {"connector_id": 2})
            watching = engine.subscribe(["link"])
        with pytest.raises(SubscriptionClosed):
            await watching.next()
        with pytest.raises(CommandError, match="does not run"):
            await engine.call("stop", {})
        assert csms.connections[0].close_code == 1000
        async with running(url_of(server), tmp_path) as engine:
            connectors: Connectors = engine.get("connectors")
            assert connectors[2].is_plugged


def history_of(engine: Engine, stream: str) -> list[Struct]:
    history = engine.subscribe([stream]).snapshot[stream]
    assert isinstance(history, History)
    return list(history)


async def test_what_was_seen_before_a_restart_is_seen_again(tmp_path: Path) -> None:
    streams = ("messages", "status_changes", "link_attempts")
    async with small_csms() as (csms, server), running(url_of(server), tmp_path) as engine:
        await engine.call("plug_in", {"connector_id": 1})
        await csms.until(lambda: csms.actions.count("StatusNotification") >= 3)
        seen = {name: history_of(engine, name) for name in streams}
    async with running("ws://127.0.0.1:1", tmp_path) as engine:
        again = {name: history_of(engine, name) for name in streams}
        watching = engine.subscribe(["status_changes"], history_as_events=True)
        first = next(iter(await watching.next()))
    assert all(seen.values())
    for name in streams:
        assert again[name][: len(seen[name])] == seen[name], name
    # Each with its reason and its number, which says that it was before the start.
    assert isinstance(first, EventHappened)
    assert first.number < 0


async def test_an_unreachable_csms_is_not_an_error_of_the_start(tmp_path: Path) -> None:
    engine = Engine(config("ws://127.0.0.1:1/"), data_dir=tmp_path, link_settings=PATIENT)
    await engine.start()
    try:
        async with asyncio.timeout(WAIT_S):
            watching = engine.subscribe(["link"])
            while True:
                link = engine.get("link")
                assert isinstance(link, LinkView)
                if link.next_attempt_at is not None:
                    break
                await watching.next()
        assert link.last_error is not None
        assert link.last_error.step is LinkStep.TCP
    finally:
        await engine.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://h/", "csms.url: the URL must start with"), ("ws://u:p@h/", "AuthorizationKey")],
)
async def test_a_wrong_url_starts_nothing(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(EngineStartError, match=words):
        await Engine(config(url), data_dir=tmp_path / "data").start()
    assert not (tmp_path / "data").exists()


async def test_a_second_engine_on_the_same_folder_does_not_start(tmp_path: Path) -> None:
    async with small_csms() as (_, server), running(url_of(server), tmp_path):
        with pytest.raises(EngineStartError, match=rf"process {os.getpid()}.*{tmp_path}"):
            await Engine(config(url_of(server)), data_dir=tmp_path).start()


async def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite3").write_bytes(b"garbage" * 1000)
    for _ in range(2):
        with pytest.raises(EngineStartError, match="damaged"):
            await Engine(config("ws://127.0.0.1:1/"), data_dir=tmp_path).start()


async def test_the_key_reaches_no_file_but_the_database(tmp_path: Path) -> None:
    async with small_csms() as (csms, server):
        keys = {"AuthorizationKey": KEY, "SecurityProfile": "1"}
        charge_point = replace(config(url_of(server)).charge_point, keys=keys)
        engine = Engine(
            replace(config(url_of(server)), charge_point=charge_point),
            data_dir=tmp_path,
            log_level=10,
            link_settings=FAST,
        )
        await engine.start()
        try:
            await csms.until(lambda: csms.actions.count("StatusNotification") >= 3)
            request = csms.connections[0].request
            assert request is not None
            assert request.headers["Authorization"].startswith("Basic ")
            text = json.dumps(
                [2, "1", "ChangeConfiguration", {"key": "AuthorizationKey", "value": "f" * 40}]
            )
            await csms.connections[0].send(text)
            await csms.until(lambda: len(csms.connections) == 2)
        finally:
            await engine.close()
    log = (tmp_path / LOG_FILE).read_text()
    assert "ChangeConfiguration" in log
    assert KEY not in log
    assert "f" * 40 not in log
    assert "Basic" not in log
    assert stat.S_IMODE((tmp_path / LOG_FILE).stat().st_mode) == 0o600


SERVING = """
import asyncio, sys
from pathlib import Path
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.engine import Engine

async def main() -> None:
    config = EngineConfig(ChargePointConfig(charge_point_id="CP001", url=""), url=sys.argv[1])
    engine = Engine(config, data_dir=Path(sys.argv[2]))
    await engine.start()
    watching = engine.subscribe(["registration"])
    while engine.get("registration").status != "Accepted":
        await watching.next()
    await engine.call("plug_in", {"connector_id": 1})
    await engine.call("swipe", {"id_tag": "TAG", "connector_id": 1})
    await asyncio.sleep(3600)

asyncio.run(main())
"""


async def test_a_killed_engine_delivers_its_transaction_after_the_next_start(
    tmp_path: Path,
) -> None:
    """Section 3.7.1: transaction messages survive a power cut."""
    async with small_csms() as (csms, server):
        process = subprocess.Popen([sys.executable, "-c", SERVING, url_of(server), str(tmp_path)])
        try:
            await csms.until(lambda: "StartTransaction" in csms.actions)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=30)
        async with running(url_of(server), tmp_path):
            await csms.until(lambda: "StopTransaction" in csms.actions)


async def test_a_flood_is_answered_while_a_subscriber_sleeps(tmp_path: Path) -> None:
    answers: list[str] = []
    flood = 500

    async def send_flood(connection: ServerConnection) -> None:
        boot = json.loads(await connection.recv())
        await connection.send(json.dumps([3, boot[1], answer_to("BootNotification")]))
        for number in range(flood):
            await connection.send(json.dumps([2, f"f{number}", "GetConfiguration", {"key": ["x"]}]))
        async for text in connection:
            frame = json.loads(text)
            if frame[0] == 2:
                await connection.send(json.dumps([3, frame[1], answer_to(frame[2])]))
            else:
                answers.append(frame[1])

    async with websocket_server(send_flood) as server, running(url_of(server), tmp_path) as engine:
        engine.subscribe(["messages", "link", "connectors"])
        async with asyncio.timeout(WAIT_S):
            while len(answers) < flood:
                await asyncio.sleep(0.01)
    assert answers == [f"f{number}" for number in range(flood)]
