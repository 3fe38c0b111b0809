"""The client of the screen, against the real door."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cp_tui import __version__
from cp_tui.charge_point.variables import KeyChange, OutboxView
from cp_tui.engine.hub import EventHappened, Update, VariableChanged
from cp_tui.engine.tag_mask import TagMask
from cp_tui.rpc.client import (
    EVENTS_BYTES_MAX,
    EVENTS_MAX,
    Client,
    ConnectionLost,
    EngineConnection,
    EngineEnded,
    OtherVersion,
    RpcError,
)
from tests.rpc.conftest import Door
from tests.rpc.fake_engine import key_change, outbox


@pytest.fixture
async def client(door: Door) -> AsyncIterator[Client]:
    client = await Client.connect(door.path)
    yield client
    await client.close()


async def updates_until(client: Client, wanted: Any) -> list[Update]:
    """Take updates until one brings the wanted value or event."""
    taken: list[Update] = []
    async with asyncio.timeout(30):
        while True:
            for update in await client.next_updates():
                taken.append(update)
                content = update.value if isinstance(update, VariableChanged) else update.event
                if content == wanted:
                    return taken


async def test_a_call_gives_its_result_and_its_reason(client: EngineConnection) -> None:
    answer = await client.call("echo", a=1)
    assert (answer.result, answer.reason) == ({"a": 1}, None)
    answer = await client.call("explain")
    assert answer.reason is not None
    assert answer.reason.values == {"state": "off"}


async def test_what_arrives_goes_through_what_it_was_given(door: Door) -> None:
    """So the screens of a bundle know no tag that is to be in no bundle."""
    client = await Client.connect(door.path, through=TagMask(b"k" * 16).masked)
    answer = (await client.call("echo", authorized_id_tag="TAG1", b="TAG")).result
    assert (answer["authorized_id_tag"][:4], answer["b"]) == ("tag-", "TAG")
    reason = (await client.call("explain")).reason
    assert reason is not None
    assert (reason.text, reason.values) == ("***", {})
    await client.close()


async def test_a_refusal_is_an_error_with_its_code(client: Client) -> None:
    with pytest.raises(RpcError, match="not now") as refused:
        await client.call("refuse")
    assert refused.value.code == -32000


async def test_calls_overtake_each_other(door: Door, client: Client) -> None:
    waiting = asyncio.create_task(client.call("wait"))
    assert (await client.call("echo")).result == {}
    assert not waiting.done()
    door.engine.released.set()
    assert (await waiting).result is True


async def test_present_values_and_history_arrive_as_updates(door: Door, client: Client) -> None:
    door.engine.hub.publish("outbox", outbox(3))
    door.engine.hub.emit("configuration_key", key_change(1))
    await client.subscribe(["outbox", "configuration_key", "link"])
    assert await client.next_updates() == [
        VariableChanged("outbox", outbox(3)),
        EventHappened("configuration_key", key_change(1)),
    ]


async def test_updates_are_decoded_models(door: Door, client: Client) -> None:
    await client.subscribe(["outbox", "configuration_key"])
    door.engine.hub.publish("outbox", outbox(1))
    (update,) = await client.next_updates()
    assert isinstance(update, VariableChanged)
    assert isinstance(update.value, OutboxView)
    door.engine.hub.emit("configuration_key", key_change(1))
    (event,) = await client.next_updates()
    assert isinstance(event, EventHappened)
    assert isinstance(event.event, KeyChange)


async def test_a_screen_that_looks_rarely_gets_the_newest_value_only(
    door: Door, client: Client
) -> None:
    await client.subscribe(["outbox"])
    for number in range(1, 500):
        door.engine.hub.publish("outbox", outbox(number))
        await asyncio.sleep(0)
    await client.call("echo")
    taken = await updates_until(client, outbox(499))
    assert len(taken) < 10


async def test_events_beyond_the_bound_are_counted(door: Door, client: Client) -> None:
    await client.subscribe(["configuration_key"])
    events = 3 * EVENTS_MAX
    for number in range(1, events + 1):
        door.engine.hub.emit("configuration_key", key_change(number))
        if number % 10 == 0:
            await asyncio.sleep(0)
    count = 0
    async with asyncio.timeout(30):
        while count < events:
            updates = await client.next_updates()
            assert len(updates) <= EVENTS_MAX
            for update in updates:
                assert isinstance(update, EventHappened)
                count += 1 + update.dropped
    assert update == EventHappened("configuration_key", key_change(events))


async def test_long_events_make_room_for_one_another_and_are_counted(
    door: Door, client: Client
) -> None:
    await client.subscribe(["configuration_key"])
    text = "x" * (EVENTS_BYTES_MAX // 5)
    for number in range(20):
        door.engine.hub.emit("configuration_key", key_change(number, text))
        await client.call("echo")
    count = 0
    async with asyncio.timeout(30):
        while count < 20:
            updates = await client.next_updates()
            assert len(updates) <= 5
            for update in updates:
                assert isinstance(update, EventHappened)
                count += 1 + update.dropped
    assert update == EventHappened("configuration_key", key_change(19, text))


async def test_the_end_of_the_engine_is_told_to_all_who_wait(door: Door, client: Client) -> None:
    await client.subscribe(["outbox"])
    waiting = [
        asyncio.create_task(client.call("wait")),
        asyncio.create_task(client.next_updates()),
    ]
    await client.call("echo")
    await door.server.close()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [EngineEnded, EngineEnded]
    assert f"{results[0]}" == "the charge point has ended"
    with pytest.raises(ConnectionLost):
        await client.call("echo")
    with pytest.raises(ConnectionLost):
        await client.next_updates()


async def test_what_came_before_the_end_is_still_delivered(door: Door, client: Client) -> None:
    await client.subscribe(["outbox"])
    door.engine.hub.publish("outbox", outbox(9))
    await client.call("echo")
    await door.server.close()
    with pytest.raises(ConnectionLost):
        await client.call("echo")
    assert await client.next_updates() == [VariableChanged("outbox", outbox(9))]
    with pytest.raises(ConnectionLost):
        await client.next_updates()


async def test_who_hangs_up_without_a_word_has_not_ended_in_order(
    door: Door, client: Client
) -> None:
    await client.ping()
    for session in door.server._sessions.values():
        session.drop()
    with pytest.raises(ConnectionLost) as lost:
        await client.call("echo")
    assert not isinstance(lost.value, EngineEnded)


async def test_the_screens_are_counted_and_nobody_else(door: Door) -> None:
    script, first, second = [
        await Client.connect(door.path, is_screen=is_screen) for is_screen in (False, True, True)
    ]
    for client in (first, second, script):
        await client.ping()
    others = [(await each.call("screens")).result for each in (script, first, second)]
    assert others == [2, 1, 1]
    await second.close()
    async with asyncio.timeout(30):
        while (await first.call("screens")).result:
            await asyncio.sleep(0.01)
    for client in (first, script):
        await client.close()


async def test_an_observer_knows_that_it_is_one(door: Door) -> None:
    client = await Client.connect(door.path, read_only=True)
    assert client.is_read_only
    with pytest.raises(RpcError) as refused:
        await client.call("echo")
    assert refused.value.code == -32001
    await client.close()


async def test_no_engine_is_a_lost_connection(folder: Path) -> None:
    with pytest.raises(ConnectionLost, match="no charge point answers at"):
        await Client.connect(folder / "nothing")


async def test_half_a_surrogate_pair_is_refused_here_and_the_connection_stays(
    client: Client,
) -> None:
    with pytest.raises(RpcError, match="swipe: text must be Unicode"):
        await client.call("swipe", id_tag="\ud800")
    await client.subscribe(["link"])


@pytest.mark.parametrize(
    "line",
    [b"nonsense\n", b"[]\n", b'{"method":"variable"}\n', b'{"method":"variable","params":3}\n'],
)
async def test_an_engine_that_talks_nonsense_is_a_lost_connection(
    folder: Path, line: bytes
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(line)
        await reader.read()
        writer.close()

    async with await asyncio.start_unix_server(talk, str(folder / "door")):
        client = await Client.connect(folder / "door")
        with pytest.raises(ConnectionLost):
            await client.next_updates()
        await client.close()


@pytest.mark.parametrize(
    ("version", "words"),
    [("9.9.9", "runs cp-tui 9.9.9, and this is"), (__version__, "runs another build of")],
)
async def test_a_value_of_another_version_is_told_with_both_versions(
    folder: Path, version: str, words: str
) -> None:
    identity = {"cp_tui_version": version}
    first = {"method": "variable", "params": {"name": "identity", "value": identity}}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{json.dumps(first)}\n".encode())
        writer.write(b'{"method":"variable","params":{"name":"outbox","value":{"new":1}}}\n')
        await reader.read()
        writer.close()

    async with await asyncio.start_unix_server(talk, str(folder / "door")):
        client = await Client.connect(folder / "door")
        with pytest.raises(OtherVersion, match=words):
            await client.next_updates()
        await client.close()


async def test_hundreds_of_updates_cost_little(door: Door, client: Client) -> None:
    await client.subscribe(["configuration_key"])
    events = 900
    before = time.process_time()
    for number in range(1, events + 1):
        door.engine.hub.emit("configuration_key", key_change(number))
        await asyncio.sleep(0)
    taken = await updates_until(client, key_change(events))
    spent_ms = (time.process_time() - before) * 1000
    # Engine and screen together, in one process; a generous bound for a loaded machine.
    assert len(taken) == events
    assert spent_ms / events < 2.0
