"""A tag that waits for its answer, with the real mind over a real socket: nobody hangs for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue
from websockets.asyncio.server import ServerConnection

from cp_tui.charge_point.codec import converted
from cp_tui.charge_point.variables import Connectors, SwipeOutcome, SwipeResult
from cp_tui.engine.engine import Engine
from cp_tui.engine.errors import CommandError
from tests.engine.links import WAIT_S, url_of, websocket_server
from tests.engine.test_engine import SmallCsms, answer_to, running


class LateCsms(SmallCsms):
    """Answers Authorize only when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[tuple[ServerConnection, str, str]] = []
        self.tags: list[str] = []

    async def serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        async for text in connection:
            frame: list[Any] = json.loads(text)
            if frame[0] != 2:
                continue
            self.actions.append(frame[2])
            if frame[2] == "Authorize":
                self.held.append((connection, frame[1], frame[3]["idTag"]))
            else:
                if frame[2] == "StartTransaction":
                    self.tags.append(frame[3]["idTag"])
                await connection.send(json.dumps([3, frame[1], answer_to(frame[2])]))

    async def decide(self, status: str = "Accepted") -> None:
        """Answer the oldest Authorize."""
        await self.until(lambda: bool(self.held))
        connection, message_id, _ = self.held.pop(0)
        await connection.send(json.dumps([3, message_id, {"idTagInfo": {"status": status}}]))


@asynccontextmanager
async def charger(folder: Path) -> AsyncIterator[tuple[LateCsms, Engine]]:
    csms = LateCsms()
    async with (
        websocket_server(csms.serve) as server,
        running(url_of(server), folder) as engine,
    ):
        await csms.until(lambda: csms.actions.count("StatusNotification") >= 3)
        yield csms, engine


async def swipe(engine: Engine, tag: str = "TAG", connector_id: int | None = 1) -> SwipeResult:
    params: dict[str, JsonValue] = {"id_tag": tag, "wait": True}
    if connector_id is not None:
        params["connector_id"] = connector_id
    answer = await engine.call("swipe", params)
    assert answer.reason is not None
    return converted(SwipeResult, answer.result)


async def asked(csms: LateCsms, engine: Engine, **more: Any) -> asyncio.Task[SwipeResult]:
    """Show a tag, and wait until the CSMS is asked."""
    task = asyncio.create_task(swipe(engine, **more))
    await csms.until(lambda: bool(csms.held))
    return task


def nobody_waits(engine: Engine) -> bool:
    operations = engine._operations
    return operations is not None and not operations.loop._pending_requests._waiting


async def test_it_is_told_when_the_csms_has_answered(tmp_path: Path) -> None:
    async with charger(tmp_path) as (csms, engine), asyncio.timeout(WAIT_S):
        task = await asked(csms, engine)
        connectors: Connectors = engine.get("connectors")
        assert connectors[1].asked_id_tag == "TAG"
        await csms.decide()
        came = await task
        assert came.outcome is SwipeOutcome.ACCEPTED
        assert came.plug_in_by is not None
        assert nobody_waits(engine)


async def test_two_tags_at_once_are_told_each_its_own(tmp_path: Path) -> None:
    async with charger(tmp_path) as (csms, engine), asyncio.timeout(WAIT_S):
        tasks = [asyncio.create_task(swipe(engine, f"T{n}", n)) for n in (1, 2)]
        await csms.decide("Accepted")
        await csms.decide("Blocked")
        first, second = await asyncio.gather(*tasks)
        assert (first.outcome, first.id_tag) == (SwipeOutcome.ACCEPTED, "T1")
        assert (second.outcome, second.id_tag) == (SwipeOutcome.REFUSED, "T2")


async def test_a_cable_that_is_pulled_meanwhile_ends_it(tmp_path: Path) -> None:
    async with charger(tmp_path) as (csms, engine), asyncio.timeout(WAIT_S):
        await engine.call("plug_in", {"connector_id": 1})
        task = await asked(csms, engine)
        await engine.call("plug_out", {"connector_id": 1})
        assert (await task).outcome is SwipeOutcome.OVERTAKEN
        await csms.decide()
        await engine.call("plug_in", {"connector_id": 1})
        await engine.call("data_transfer", {"vendor_id": "v"})
        assert csms.tags == []


async def test_a_power_cut_ends_it(tmp_path: Path) -> None:
    async with charger(tmp_path) as (csms, engine), asyncio.timeout(WAIT_S):
        task = await asked(csms, engine)
        await engine.call("power_cycle", {})
        came = await task
        assert (came.outcome, came.connector_id) == (SwipeOutcome.OVERTAKEN, 1)
        assert "lost power" in came.text
        assert nobody_waits(engine)


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
async def test_a_reset_ends_it(tmp_path: Path, kind: str) -> None:
    async with charger(tmp_path) as (csms, engine), asyncio.timeout(WAIT_S):
        task = await asked(csms, engine)
        reset = json.dumps([2, "r", "Reset", {"type": kind}])
        await csms.connections[-1].send(reset)
        came = await task
        assert came.outcome is SwipeOutcome.OVERTAKEN
        assert f"{kind.lower()} reset" in came.text


async def test_a_link_that_is_lost_lets_the_offline_rules_decide(tmp_path: Path) -> None:
    async with charger(tmp_path) as (csms, engine), asyncio.timeout(WAIT_S):
        task = await asked(csms, engine)
        await engine.call("set_network", {"up": False})
        came = await task
        assert came.outcome is SwipeOutcome.REFUSED
        assert "AllowOfflineTxForUnknownId is false" in came.text


async def test_one_who_goes_away_leaves_nothing_behind(tmp_path: Path) -> None:
    async with charger(tmp_path) as (csms, engine), asyncio.timeout(WAIT_S):
        task = await asked(csms, engine)
        task.cancel()
        await asyncio.wait({task})
        assert nobody_waits(engine)
        await csms.decide()
        await engine.call("plug_in", {"connector_id": 1})
        await csms.until(lambda: csms.tags == ["TAG"])


async def test_the_end_of_the_engine_is_told(tmp_path: Path) -> None:
    async with charger(tmp_path) as (csms, engine), asyncio.timeout(WAIT_S):
        task = await asked(csms, engine)
        await engine.close()
        with pytest.raises(CommandError, match="the charge point is being stopped"):
            await task
