"""The CSMS that fleets are tried against: what it writes down, knows again, and does wrong."""

from __future__ import annotations

import asyncio
import csv
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.fleet.csms_process import CsmsProcess, book_csms

AT = datetime.now(UTC).isoformat()
START = {"connectorId": 1, "idTag": "A", "meterStart": 10, "timestamp": AT}
VALUES = {
    "connectorId": 1,
    "transactionId": 1,
    "meterValue": [{"timestamp": AT, "sampledValue": [{"value": "11"}]}],
}
STOP = {"transactionId": 1, "meterStop": 30, "timestamp": AT, "reason": "Local"}


@asynccontextmanager
async def line(csms: CsmsProcess, id: str, password: str = "") -> AsyncIterator[ClientConnection]:
    """Connect as a charge point does."""
    token = b64encode(f"{id}:{password}".encode()).decode()
    async with connect(
        f"{csms.url}/{id}",
        subprotocols=[Subprotocol("ocpp1.6")],
        compression=None,
        additional_headers={"Authorization": f"Basic {token}"} if password else None,
    ) as connection:
        yield connection


async def ask(connection: ClientConnection, id: str, action: str, payload: object) -> Any:
    """Send a CALL and give the answer."""
    await connection.send(json.dumps([2, id, action, payload]))
    async with asyncio.timeout(30):
        return json.loads(await connection.recv())


async def test_the_book_outlives_a_kill_and_knows_its_messages_again(tmp_path: Path) -> None:
    async with book_csms(tmp_path / "book", dies_after=4) as csms:
        async with line(csms, "CP1") as wire:
            assert (await ask(wire, "b", "BootNotification", {}))[2]["status"] == "Accepted"
            assert (await ask(wire, "s", "StartTransaction", START))[2]["transactionId"] == 1
            assert await ask(wire, "v", "MeterValues", VALUES) == [3, "v", {}]
            with pytest.raises(ConnectionClosed):
                await ask(wire, "e", "StopTransaction", STOP)
        await csms.died()
        await csms.start(dies_after=0)
        async with line(csms, "CP1") as wire:
            for id, action, payload in (
                ("s", "StartTransaction", START),
                ("new id, old content", "StartTransaction", START),
                ("v", "MeterValues", VALUES),
                ("e", "StopTransaction", STOP),
            ):
                answer = (await ask(wire, id, action, payload))[2]
                assert answer.get("transactionId", 1) == 1
            other = {**START, "connectorId": 2}
            assert (await ask(wire, "t", "StartTransaction", other))[2]["transactionId"] == 2
            assert (await ask(wire, "x", "MakeCoffee", {}))[2] == "NotImplemented"
            await wire.send("[2,")
            assert (await ask(wire, "h", "Heartbeat", {}))[2]["currentTime"]
        counts = await csms.ask("counts")
        assert (counts["transactions"], counts["billed"], counts["values"]) == (2, 1, 1)
        assert (counts["repeated"], counts["renewed"]) == (4, 1)
        notes = await csms.ask("station", id="CP1")
        assert (notes["repeated"], notes["unreadable"]) == (4, 1)
    (row,) = csv.DictReader((tmp_path / "book.csv").read_text().splitlines())
    assert row == {
        "transactionId": "1",
        "chargePointId": "CP1",
        "connectorId": "1",
        "idTag": "A",
        "meterStart": "10",
        "meterStop": "30",
        "reason": "Local",
    }


async def test_every_fault_is_made_as_it_was_asked_for(tmp_path: Path) -> None:
    async with book_csms(tmp_path / "book", "--password=secret") as csms:
        with pytest.raises(InvalidStatus, match="401"):
            async with line(csms, "CP1", "wrong"):
                pass
        async with line(csms, "CP1", "secret") as wire, line(csms, "CP1", "secret"):
            await ask(wire, "s1", "StartTransaction", START)
            await csms.ask("faults", drop_stop_every=1)
            assert (await ask(wire, "e1", "StopTransaction", STOP))[0] == 3
            assert (await csms.ask("counts"))["billed"] == 0
            await csms.ask("faults", double_id_at=2)
            second = {**START, "connectorId": 2}
            assert (await ask(wire, "s2", "StartTransaction", second))[2]["transactionId"] == 2
            async with line(csms, "CP2", "secret") as other:
                assert (await ask(other, "s", "StartTransaction", START))[2]["transactionId"] == 2
            await csms.ask("faults", error_every=5)
            assert (await ask(wire, "v1", "MeterValues", VALUES))[2] == "InternalError"
            await csms.ask("faults", is_twice=True, late_s=0.05)
            assert await ask(wire, "v2", "MeterValues", VALUES) == [3, "v2", {}]
            assert json.loads(await wire.recv()) == [3, "v2", {}]
            await csms.ask("faults", silent_from="boot")
            assert (await ask(wire, "b", "BootNotification", {}))[2]["status"] == "Accepted"
            asked = asyncio.create_task(
                csms.ask("call", id="CP1", action="Reset", payload={}, timeout_s=0.1)
            )
            await wire.send('[2,"h","Heartbeat",{}]')
            assert await asked is None
            await csms.ask("faults", lose_answer_every=1)
            days_off = (datetime.now(UTC) - timedelta(days=3)).isoformat()
            with pytest.raises(ConnectionClosed):
                await ask(wire, "e2", "StopTransaction", {**STOP, "timestamp": days_off})
        counts = await csms.ask("counts")
        assert (counts["billed"], counts["values"]) == (1, 1)
        notes = await csms.ask("station", id="CP1")
        assert (notes["refused"], notes["open_at_once"], notes["asked"]) == (1, 2, 1)
        assert 250_000 < notes["most_off_s"] < 260_000
