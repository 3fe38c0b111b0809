"""`kill -9` in the middle of charging, again and again, and what the CSMS sees of it."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any

from cp_tui.rpc.client import Client, ConnectionLost, RpcError
from tests.end_to_end.processes import Serve, serving
from tests.peer import PeerCsms
from tests.tiers import tier

KILLS, KILLS_MAX = tier((5, 20), deep=(24, 60))
STARTS_MIN = tier(3, deep=12)
"""On a slow machine people get less done in a life; then there are more lives."""
LIFE_S = (0.05, 0.9)
"""How long a life lasts after the door is open."""
PAUSE_S = (0.0, 0.15)
"""Between two things that somebody does."""
DELIVERY_TIMEOUT_S = 30.0
KEYS = (
    "--set=MeterValueSampleInterval=1",
    "--set=AllowOfflineTxForUnknownId=true",
    "--set=StopTxnSampledData=Energy.Active.Import.Register",
)

Message = tuple[str, dict[str, Any]]


async def people(client: Client, random: Random) -> None:
    """Come, charge and go, on both connectors, as long as the engine lives."""
    with suppress(ConnectionLost):
        while True:
            connector_id = random.choice((1, 2))
            acts: tuple[tuple[str, dict[str, Any]], ...] = (
                ("plug_in", {"connector_id": connector_id}),
                ("swipe", {"connector_id": connector_id, "id_tag": f"TAG{connector_id}"}),
                ("plug_out", {"connector_id": connector_id}),
            )
            method, parameters = random.choices(acts, (3, 4, 1))[0]
            # What is impossible at the moment is refused; the next thing may be possible.
            with suppress(RpcError):
                await client.call(method, **parameters)
            await asyncio.sleep(random.uniform(*PAUSE_S))


async def live_until_killed(serve: Serve, random: Random) -> None:
    """Let people act, and kill the engine at a random moment of it."""
    client = await Client.connect(serve.socket)
    acting = asyncio.create_task(people(client, random))
    await asyncio.sleep(random.uniform(*LIFE_S))
    await serve.end(SIGKILL)
    acting.cancel()
    await asyncio.wait({acting})
    await client.close()
    serve.socket.unlink(missing_ok=True)


async def settle(serve: Serve) -> list[dict[str, Any]]:
    """Let everybody go, wait until the CSMS has everything, and give all transactions."""
    client = await Client.connect(serve.socket)
    for connector_id in (1, 2):
        with suppress(RpcError):
            await client.call("plug_out", connector_id=connector_id)
    async with asyncio.timeout(DELIVERY_TIMEOUT_S):
        while True:
            answer = await client.call("get", variable="transactions")
            transactions: Any = answer.result
            if all(entry["delivery"] == "delivered" for entry in transactions):
                break
            await asyncio.sleep(0.05)
    await client.close()
    return list(transactions)


def once_each(csms: PeerCsms) -> list[Message]:
    """Leave out what was sent again, under its message id, because its answer was lost."""
    messages: dict[str, Message] = {}
    for message_id, message in zip(csms.message_ids, csms.received, strict=True):
        if message[0] in ("StartTransaction", "MeterValues", "StopTransaction"):
            known = messages.setdefault(message_id, message)
            assert known == message, f"{message_id} was used again: {message}"
    return [*messages.values()]


def energy_of(action: str, payload: dict[str, Any]) -> int:
    """Give the register that a message tells."""
    match action:
        case "StartTransaction":
            return int(payload["meterStart"])
        case "StopTransaction":
            return int(payload["meterStop"])
        case _:
            return int(payload["meterValue"][0]["sampledValue"][0]["value"])


def check(messages: list[Message]) -> int:
    """Check order and registers of all transaction messages; give how many transactions.

    The CSMS numbers the starts that it receives from 1 on.
    """
    connector_of: dict[int, int] = {}
    running: dict[int, int] = {}
    registers: dict[int, int] = {}
    seen: set[str] = set()
    for action, payload in messages:
        text = json.dumps([action, payload])
        assert text not in seen, f"came twice: {text}"
        seen.add(text)
        if action == "StartTransaction":
            connector_id = payload["connectorId"]
            assert connector_id not in running, f"two transactions at once: {text}"
            running[connector_id] = len(connector_of) + 1
            connector_of[running[connector_id]] = connector_id
        else:
            number = payload["transactionId"]
            assert number in connector_of, f"before its start: {text}"
            connector_id = connector_of[number]
            assert running.get(connector_id) == number, f"after its stop: {text}"
            if action == "StopTransaction":
                del running[connector_id]
        register = energy_of(action, payload)
        assert register >= registers.get(connector_id, 0), f"the register went back: {text}"
        registers[connector_id] = register
    assert running == {}, "a transaction was never stopped"
    return len(connector_of)


async def test_an_engine_that_is_killed_again_and_again_loses_and_doubles_nothing(
    csms: PeerCsms, folder: Path
) -> None:
    random = Random(12)
    for kills in range(KILLS_MAX):
        starts = sum(action == "StartTransaction" for action, _ in csms.received)
        if kills >= KILLS and starts >= STARTS_MIN:
            break
        async with serving(folder, csms.url, *KEYS) as serve:
            await live_until_killed(serve, random)
    async with serving(folder, csms.url, *KEYS) as serve:
        transactions = await settle(serve)

    assert all(entry["stopped_at"] for entry in transactions)
    assert len(transactions) >= STARTS_MIN
    assert check(once_each(csms)) == len(transactions)
