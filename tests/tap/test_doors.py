"""The doors of a tap: the panes of real charge points, whatever they and their clients do."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pydantic import JsonValue
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidStatus

from cp_tui.charge_point.variables import LinkStep
from cp_tui.cli.bundle import messages_of
from cp_tui.engine.hub import VariableChanged
from cp_tui.engine.log import LogFile
from cp_tui.ocpp.datatypes import ChargePointStatus, RegistrationStatus
from cp_tui.rpc.client import Client, EngineEnded, RpcError
from cp_tui.rpc.paths import default_socket, running_engines
from cp_tui.rpc.protocol import Request, encode_request
from cp_tui.tap import doors
from cp_tui.tap.observer import BROKEN
from cp_tui.traces.reading import open_traces
from tests.explain.talk import status
from tests.tap.place import WAIT_S, TapPlace, tapping
from tests.tap.test_observer import BOOT, OCPP, ask


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The sockets of this test, in a folder with a short path."""
    with TemporaryDirectory(prefix="tap") as name:
        monkeypatch.setenv("XDG_RUNTIME_DIR", name)
        yield Path(name)


async def answer_all(websocket: ServerConnection) -> None:
    """A CSMS that is content with everything, and heeds nothing that is no CALL."""
    now = "2026-11-03T08:00:00Z"
    boot = {"status": "Accepted", "currentTime": now, "interval": 300}
    async for text in websocket:
        with suppress(ValueError, IndexError, RecursionError):
            frame = json.loads(text)
            if frame[0] == 2 and len(frame) == 4:
                payload = boot if frame[2] == "BootNotification" else {}
                await websocket.send(json.dumps([3, frame[1], payload]))


@asynccontextmanager
async def tapped(file: Path | None = None) -> AsyncIterator[TapPlace]:
    async with (
        asyncio.timeout(WAIT_S),
        serve(answer_all, "127.0.0.1", 0, subprotocols=[OCPP]) as server,
        tapping(
            f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", file, has_doors=True
        ) as tap,
    ):
        yield tap


class Attached:
    """A screen at a door: the newest value of each variable, and all events."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.values: dict[str, Any] = {}
        self.events: list[Any] = []

    async def until(self, name: str, is_so: Any) -> Any:
        while name not in self.values or not is_so(self.values[name]):
            for update in await self.client.next_updates():
                if isinstance(update, VariableChanged):
                    self.values[update.name] = update.value
                else:
                    self.events.append(update.event)
        return self.values[name]


@asynccontextmanager
async def attached(tap: TapPlace, charger: str, *names: str) -> AsyncIterator[Attached]:
    path = default_socket(charger)
    await tap.until(path.exists)
    client = await Client.connect(path)
    try:
        await client.subscribe(names)
        yield Attached(client)
    finally:
        await client.close()


async def test_who_attaches_sees_the_charge_point_live_and_how_it_was_when_it_is_lost() -> None:
    async with tapped() as tap:
        names = ("registration", "connectors", "link", "messages")
        async with connect(f"{tap.url}/CP%201", subprotocols=[OCPP]) as websocket:
            await ask(websocket, "BootNotification", BOOT)
            async with attached(tap, "CP 1", *names) as screen:
                await screen.until("registration", lambda r: r.status)
                assert screen.values["registration"].status is RegistrationStatus.ACCEPTED
                for raw in HOSTILE:
                    await websocket.send(raw)
                faulted = status(1, "Faulted", "GroundFailure")
                await websocket.send(json.dumps([2, "f", "StatusNotification", faulted]))
                found = await screen.until("connectors", lambda c: len(c) == 2 and c[1].status)
                assert found[1].status is ChargePointStatus.FAULTED
                await websocket.close()
                link = await screen.until("link", lambda v: v.phase == "waiting")
                assert link.last_error.close_code == 1000
                assert link.last_error.text == "the charge point closed the connection (1000)"
                assert len(screen.events) >= 4 + len(HOSTILE)
                with pytest.raises(RpcError, match=f"only watched, through tap 127.*{tap.port}"):
                    await screen.client.call("swipe", id_tag="TAG-1")
        async with attached(tap, "CP 1", "link", "connectors") as later:
            link = await later.until("link", lambda v: v.phase == "waiting")
            assert later.values["connectors"] == found
        gone = await Client.connect(default_socket("CP 1"))
        await gone.ping()
    with pytest.raises(EngineEnded):
        async with asyncio.timeout(WAIT_S):
            await gone.next_updates()
    await gone.close()
    assert running_engines() == {}
    assert "can be looked at: cp-tui attach --id='CP 1'" in tap.texts
    assert "disconnected: the charge point closed the connection (1000)" in tap.texts
    assert BROKEN not in tap.texts


async def test_a_full_disk_is_told_to_who_attaches(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        tapped(Path("/dev/full")) as tap,
        connect(f"{tap.url}/CP1", subprotocols=[OCPP]) as websocket,
    ):
        await ask(websocket, "BootNotification", BOOT)
        async with attached(tap, "CP1", "troubles") as screen:
            [trouble] = await screen.until("troubles", bool)
            assert trouble.text == "The frames are in no file: No space left on device"
            assert "make room" in trouble.hint
            await tap.until(lambda: tap.observer.unwritten == 2)
            # Another charge point shows that there is room again.
            lines: list[bytes] = []
            monkeypatch.setattr(LogFile, "write", lambda _file, line: lines.append(line))
            async with connect(f"{tap.url}/CP2", subprotocols=[OCPP]) as other:
                await ask(other, "BootNotification", BOOT)
                assert await screen.until("troubles", lambda found: not found) == ()
        await ask(websocket, "Heartbeat", {})
        await tap.until(lambda: len(lines) == 4)
        told = [json.loads(line)["meta"]["cp-tui"].get("missing", 0) for line in lines]
        assert told == [0, 0, 2, 0]
        assert tap.texts.count("the trace is written again: without 2 frames before") == 1


HOSTILE = (
    "[]",
    "[2]",
    "not JSON",
    '[2,"\\ud800","\\udfff",{"connectorId":{}}]',
    f'[2,"deep","Heartbeat",{"[" * 900}{"]" * 900}]',
    json.dumps([2, "x" * 100_000, "StatusNotification", status(-5, "Available")]),
    json.dumps([2, "m", "MeterValues", {"connectorId": 1, "meterValue": [{"sampledValue": 3}]}]),
    '[2,"n","StopTransaction",{"transactionId":1e999,"meterStop":NaN,"timestamp":"9999"}]',
    json.dumps([2, "big", "DataTransfer", {"vendorId": "v", "data": "[" * 300_000}]),
    json.dumps([3, "none", {"status": "\x1b[2J"}]),
    f'[2,{"9" * 400},"Heartbeat",{{}}]',
    f'[2,{"[" * 900}{"]" * 900},"Heartbeat",{{}}]',
)
"""What must neither end the door nor the one who looks."""


async def test_many_at_once_and_no_more_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doors, "DOORS_MAX", 6)
    taken = default_socket("CP0")
    taken.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(taken))
        other.listen()
        async with tapped() as tap, AsyncExitStack() as stack:
            for number in range(8):
                websocket = await stack.enter_async_context(
                    connect(f"{tap.url}/CP{number}", subprotocols=[OCPP])
                )
                answer = await ask(websocket, "BootNotification", BOOT)
                assert answer[2]["status"] == "Accepted"
            await tap.until(lambda: sum("looked at" in text for text in tap.texts) == 5)
            assert [*running_engines()] == [f"CP{number}" for number in range(6)]
    [refused] = [text for text in tap.texts if "cannot be attached to" in text]
    assert "a charge point answers there already" in refused


async def test_a_csms_that_is_gone_is_told_to_who_attaches() -> None:
    async with asyncio.timeout(WAIT_S), serve(answer_all, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with tapping(f"ws://127.0.0.1:{port}", has_doors=True) as tap:
            async with connect(f"{tap.url}/CP1") as websocket:
                await ask(websocket, "BootNotification", BOOT)
                server.close()
                await websocket.wait_closed()
            async with attached(tap, "CP1", "link", "link_attempts") as screen:
                await screen.until("link", lambda v: v.phase == "waiting")
                since = screen.values["link"].since
                for _ in range(2):
                    with pytest.raises(InvalidStatus):
                        await connect(f"{tap.url}/CP1")
                link = await screen.until("link", lambda v: v.attempt == 2)
                assert (link.since, link.last_error.step) == (since, LinkStep.TCP)
                assert f"the CSMS at 127.0.0.1:{port} is not reached" in link.last_error.text
                steps = [each.step for each in screen.events if each.attempt]
                assert steps[-2:] == [LinkStep.TCP, LinkStep.TCP]


async def test_whoever_only_asks_has_no_door_and_no_name_obeyed_by_a_terminal_is_told() -> None:
    async with tapped() as tap:
        for name in ("CPX", "CPY"):
            reader, writer = await asyncio.open_connection("127.0.0.1", tap.port)
            writer.write(f"GET /{name} HTTP/1.1\r\nHost: tap\r\n\r\n".encode())
            assert (await reader.read()).startswith(b"HTTP/1.1 4")
            writer.close()
        await tap.until(lambda: sum("did not get through" in text for text in tap.texts) == 2)
        async with connect(f"{tap.url}/-%1b%5b31mRED", subprotocols=[OCPP]) as websocket:
            await ask(websocket, "BootNotification", BOOT)
            await tap.until(lambda: any("looked at" in text for text in tap.texts))
        assert [*running_engines()] == ["-\x1b[31mRED"]
    [hint] = [text for text in tap.texts if "looked at" in text]
    assert hint.endswith("/cp-tui/-%1B%5B31mRED.sock")
    assert " --socket=/" in hint


async def test_one_who_attaches_and_does_not_read_holds_up_nobody() -> None:
    async with tapped() as tap, connect(f"{tap.url}/CP1", subprotocols=[OCPP]) as websocket:
        await ask(websocket, "BootNotification", BOOT)
        path = default_socket("CP1")
        await tap.until(path.exists)
        _, writer = await asyncio.open_unix_connection(str(path), limit=1)
        names: list[JsonValue] = ["messages", "connectors", "link"]
        everything: dict[str, JsonValue] = {"variables": names, "pages": True}
        writer.write(encode_request(Request("subscribe", everything, 1)))
        for number in range(300):
            large = {"vendorId": "v", "data": "x" * 4_000}
            answer = await ask(websocket, "DataTransfer", large, f"{number}")
            assert answer[0] == 3
        async with attached(tap, "CP1", "link") as screen:
            await screen.until("link", lambda v: v.last_in)
        writer.close()


async def test_a_bundle_of_one_that_is_watched_has_its_messages_as_a_log(tmp_path: Path) -> None:
    async with tapped() as tap, connect(f"{tap.url}/CP-1", subprotocols=[OCPP]) as charger:
        await ask(charger, "BootNotification", BOOT)
        async with attached(tap, "CP-1", "registration") as screen:
            await screen.until("registration", lambda r: r.status)
        text = await messages_of(default_socket("CP-1"))
    file = tmp_path / "messages.jsonl"
    file.write_bytes(text)
    (trace,) = open_traces(file)
    frames = [each.frame.action for each in trace.records if each.frame is not None]
    assert frames[0] == "BootNotification"
    assert len(frames) == 2
