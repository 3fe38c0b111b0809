"""What is read along: frames with their other halves, findings, no secret; and what cannot be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidStatus
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Severity
from cp_tui.tap import observer
from cp_tui.traces.reading import open_trace
from tests.tap.place import WAIT_S, TapPlace, tapping
from tests.tiers import tier

OCPP = Subprotocol("ocpp1.6")
SECRET = "correct-horse-battery"
BOOT = {"chargePointVendor": "a", "chargePointModel": "b"}


async def answer_all(websocket: ServerConnection) -> None:
    """A CSMS that is content with everything."""
    async for text in websocket:
        frame = json.loads(text)
        if frame[0] == 2:
            now = "2026-11-03T08:00:00Z"
            boot = {"status": "Accepted", "currentTime": now, "interval": 300}
            known = {"BootNotification": boot, "Heartbeat": {"currentTime": now}}
            await websocket.send(json.dumps([3, frame[1], known.get(frame[2], {})]))


@asynccontextmanager
async def between(
    handler: Any = answer_all, file: Path | None = None, **how: Any
) -> AsyncIterator[tuple[TapPlace, ClientConnection]]:
    """A charge point that is connected through a tap."""
    async with (
        serve(handler, "127.0.0.1", 0, subprotocols=[OCPP]) as server,
        asyncio.timeout(tier(WAIT_S, deep=600)),
    ):
        port = server.sockets[0].getsockname()[1]
        async with tapping(f"ws://127.0.0.1:{port}/ocpp", file, Severity.NOTE) as tap:
            headers = {"Authorization": f"Basic {SECRET}"}
            url = f"{tap.url}/CP1"
            async with connect(
                url, subprotocols=[OCPP], additional_headers=headers, **how
            ) as websocket:
                yield tap, websocket


async def ask(websocket: ClientConnection, action: str, payload: Any, id: str = "1") -> Any:
    await websocket.send(json.dumps([2, id, action, payload]))
    return json.loads(await websocket.recv())


@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_frames_are_written_down_without_secrets(
    tmp_path: Path, compression: str | None
) -> None:
    file = tmp_path / "trace.jsonl"
    async with between(file=file, compression=compression) as (tap, websocket):
        await ask(websocket, "BootNotification", BOOT)
        large = {"vendorId": "v", "data": "x" * 300_000}
        await ask(websocket, "DataTransfer", large, "2")
        composed = [2, "3", "ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET}]
        await websocket.send(json.dumps(composed))
        await websocket.recv()
        await websocket.ping()
        await tap.until(lambda: tap.observer.frames == 6)
    assert SECRET not in file.read_text()
    told = [json.loads(line)["meta"]["cp-tui"] for line in file.read_text().splitlines()]
    assert [each.get("latency_ms", -1) >= 0 for each in told] == [False, True] * 3
    trace = open_trace(file)
    records = [each for each in trace.records if each.number]
    assert (trace.format, trace.chargers, len(records)) == ("open-ocpp-trace", ("CP1",), 6)
    assert [each.pair for each in records] == [2, 1, 4, 3, 6, 5]
    assert {each.connection for each in records} == {"1"}
    assert records[2].frame
    assert records[2].frame.payload == large
    assert "connected, ocpp1.6" in tap.texts
    # The same is found in what was written, for both are the same rules.
    assert "direction.wrong_side" in {each.id for each in explain(trace).findings}
    assert "direction.wrong_side" in {each.finding.id for each in tap.told if each.finding}


async def test_a_fault_is_told_at_once_with_who_and_why(tmp_path: Path) -> None:
    async with between() as (tap, websocket):
        await ask(websocket, "BootNotification", BOOT)
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        await ask(websocket, "StatusNotification", status, "2")
        await ask(websocket, "StatusNotification", status | {"status": "Finishing"}, "3")
        wanted = "status.illegal_transition"
        found = [each for each in tap.told if each.finding and each.finding.id == wanted]
        while not found:
            await asyncio.sleep(0.002)
            found = [each for each in tap.told if each.finding and each.finding.id == wanted]
    assert found[0].charger == "CP1"
    assert found[0].finding
    assert found[0].finding.at_fault == "charger"


async def test_close_codes_and_refusals_go_through_and_are_told() -> None:
    async def closing(websocket: ServerConnection) -> None:
        await websocket.close(CloseCode.SERVICE_RESTART, "back soon")

    async with between(closing) as (tap, websocket):
        await websocket.wait_closed()
        assert (websocket.close_code, websocket.close_reason) == (1012, "back soon")
        await tap.until(lambda: any("disconnected" in text for text in tap.texts))


async def test_what_cannot_be_read_along_goes_on_all_the_same() -> None:
    async with between() as (tap, websocket):
        await ask(websocket, "BootNotification", BOOT)
        # A frame that no WebSocket has: reserved bits, no mask.
        websocket.transport.write(b"\xf1\x05hello")
        await websocket.wait_closed()
        assert websocket.close_code == CloseCode.PROTOCOL_ERROR
        await tap.until(lambda: any("no longer be read along" in text for text in tap.texts))


async def test_frames_of_all_sizes_come_out_as_they_went_in(tmp_path: Path) -> None:
    async def echo(websocket: ServerConnection) -> None:
        async for message in websocket:
            await websocket.send(message)

    frames = tier(300, deep=10_000)
    random = Random(7)
    async with between(echo, tmp_path / "t.jsonl") as (tap, websocket):
        for number in range(frames):
            size = random.choice((0, 1, 100, 101, 102, random.randrange(2_000)))
            if number % 50 == 0:
                size = random.choice((65_480, 65_500, random.randrange(300_000)))
            text = {"data": "é" * size}
            sent = json.dumps([2, f"{number}", "DataTransfer", text], ensure_ascii=False)
            await websocket.send(sent)
            assert await websocket.recv() == sent
        await tap.until(lambda: tap.observer.frames == 2 * frames)
    assert not any("read along" in text for text in tap.texts)


async def test_the_same_matter_is_told_less_and_less() -> None:
    async with between() as (tap, websocket):
        await ask(websocket, "BootNotification", BOOT)
        for number in range(20):
            await ask(websocket, "Heartbeet", {}, f"h{number}")
            if number == 10:
                await ask(websocket, "Hartbeat", {}, "another matter")
        await tap.until(lambda: tap.observer.frames == 44)
        told = [each for each in tap.told if each.finding and each.finding.severity == "error"]
    assert len([each for each in told if "Heartbeet" in each.text]) == len(told) - 1 == 5
    assert told[-1].text.endswith("So it was 16 times by now.")


async def test_a_file_has_one_tap_and_who_was_never_connected_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "trace.jsonl"
    monkeypatch.setattr(observer, "CHARGERS_MAX", 2)
    async with between(file=file) as (tap, _):
        with pytest.raises(BlockingIOError):
            observer.Observer(lambda tapped: None, file=file)
        for name in ("X1", "X2", "X3"):
            with pytest.raises(InvalidStatus):
                await connect(f"{tap.url}/{name}", subprotocols=[Subprotocol("none")])
        await tap.until(lambda: sum("did not get" in text for text in tap.texts) == 3)
        async with connect(f"{tap.url}/CP2", subprotocols=[OCPP]) as websocket:
            await ask(websocket, "Heartbeet", {})
            await tap.until(
                lambda: any(each.finding and each.charger == "CP2" for each in tap.told)
            )
    observer.Observer(lambda tapped: None, file=file).close()
