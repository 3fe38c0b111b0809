"""Clients of the door that nobody wishes for: they harm nobody but themselves, and get words."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import Callable

import pytest

from cp_tui.rpc import client_session as session_module
from cp_tui.rpc.protocol import BATCH_MAX, LINE_BYTES_MAX
from cp_tui.rpc.server import CLIENTS_MAX
from tests.rpc.conftest import Door, Line
from tests.rpc.fake_engine import key_change

Call = Callable[..., Line]
STREAM = "configuration_key"


def line(request: object) -> bytes:
    return json.dumps(request).encode() + b"\n"


async def until_empty(door: Door) -> None:
    """Wait until the door has forgotten all its clients."""
    async with asyncio.timeout(30):
        while door.server._sessions:
            await asyncio.sleep(0.01)


async def works(door: Door, call: Call) -> None:
    assert (await door.ask(call("echo", a=1)))[0]["result"] == {"a": 1}


async def test_a_client_that_sends_byte_by_byte_holds_up_itself_alone(
    door: Door, call: Call
) -> None:
    reader, writer = await door.connect()
    for number, byte in enumerate(line(call("echo", a=2))):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
        if number % 20 == 0:
            await works(door, call)
    assert json.loads(await reader.readline())["result"] == {"a": 2}


async def test_64_mib_without_a_newline_are_refused_and_not_kept(door: Door, call: Call) -> None:
    reader, writer = await door.connect()
    answer = asyncio.create_task(reader.readline())

    async def flood() -> None:
        for _ in range(64):
            writer.write(b"x" * LINE_BYTES_MAX)
            await writer.drain()

    with pytest.raises(ConnectionError):
        await flood()
    assert "at most 1048576 bytes" in json.loads(await answer)["error"]["message"]
    await until_empty(door)
    await works(door, call)


async def test_of_50_clients_those_that_find_no_room_are_told_so(door: Door, call: Call) -> None:
    pairs = [await door.connect() for _ in range(50)]
    for _, writer in pairs:
        writer.write(line(call("echo")))
    async with asyncio.timeout(30):
        answers = [json.loads(await reader.readline()) for reader, _ in pairs]
    refused = [answer["error"]["message"] for answer in answers if "error" in answer]
    assert len(refused) == 50 - CLIENTS_MAX
    assert set(refused) == {f"too many clients: {CLIENTS_MAX} are connected already"}
    for _, writer in pairs:
        writer.close()
    await until_empty(door)
    await works(door, call)


async def test_1000_connections_that_open_and_close_leave_nothing_behind(
    door: Door, call: Call
) -> None:
    begin = [b"", b"{", line(call("wait")), line(call("subscribe", variables=[STREAM]))]
    for number in range(1_000):
        _, writer = await asyncio.open_unix_connection(str(door.path))
        writer.write(begin[number % len(begin)])
        if number % 2:
            writer.transport.abort()
        else:
            writer.close()
        if number % 50 == 0:
            await asyncio.sleep(0.01)
    door.engine.released.set()
    await until_empty(door)
    await works(door, call)
    assert door.engine.hub._subscriptions == []


async def test_subscribing_again_and_again_keeps_one_subscription(door: Door, call: Call) -> None:
    reader, writer = await door.connect()
    for number in range(300):
        writer.write(line(call("subscribe", id=number, variables=[STREAM, "outbox"])))
        assert json.loads(await reader.readline())["id"] == number
    assert len(door.engine.hub._subscriptions) == 1


async def test_a_client_that_asks_for_histories_and_never_reads_costs_little(
    door: Door, call: Call
) -> None:
    for number in range(1_000):
        door.engine.hub.emit(STREAM, key_change(number, "x" * 3_000))
    transport = (await door.connect())[1].transport
    assert isinstance(transport, asyncio.ReadTransport)
    assert isinstance(transport, asyncio.WriteTransport)
    transport.pause_reading()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(10):
            # One by one and in batches; as JSON it were 3 MB each.
            request = call("subscribe", id=number, variables=[STREAM])
            transport.write(line(request) + line([request] * BATCH_MAX))
        for _ in range(10):
            await works(door, call)
            await asyncio.sleep(0.02)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 20_000_000


async def test_long_requests_of_one_client_wait_for_one_another(door: Door, call: Call) -> None:
    _, writer = await door.connect()
    for number in range(10):
        writer.write(line(call("wait", id=number, text="x" * (LINE_BYTES_MAX // 3))))
    for _ in range(20):
        await works(door, call)
        await asyncio.sleep(0.02)
    assert door.engine.waiting == 2
    door.engine.released.set()
    async with asyncio.timeout(30):
        while door.engine.waiting < 10:
            await asyncio.sleep(0.01)


async def test_a_client_that_hangs_up_in_the_midst_of_an_answer_harms_nobody(
    door: Door, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(1_000):
        door.engine.hub.emit(STREAM, key_change(number, "x" * 1_000))
    for _ in range(20):
        reader, writer = await door.connect()
        for number in range(3):
            writer.write(line(call("subscribe", id=number, variables=[STREAM])))
        await reader.read(100)
        writer.transport.abort()
    await until_empty(door)
    await works(door, call)
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[" * 10_000 + b"]" * 10_000, "nested too deeply"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deeply"),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":'
            + b"[" * 10_000 + b"]" * 10_000 + b"}}",
            "nested too deeply",
        ),
        (b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', "not valid UTF-8"),
        (b'{"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":"\\ud800"}}', "not valid UTF-8"),
        (b"\x00\x01\x02", "parse error"),
        (b"[]", "an empty batch"),
        (b"[[]]", "a request must be a JSON object"),
        (b"[" + b",".join([b"1"] * (BATCH_MAX + 1)) + b"]", "at most 100 are allowed"),
        (b"1e999", "a request must be a JSON object"),
        (b"NaN", "no JSON"),
        (b"1" * 5_000, "integer"),
    ],
)  # fmt: skip
async def test_what_is_no_request_gets_words_and_the_connection_stays(
    door: Door, call: Call, data: bytes, words: str
) -> None:
    first, second = await door.ask(data, call("echo", id=2))
    if isinstance(first, list):
        (first,) = first
    assert words in first["error"]["message"]
    assert second["id"] == 2


async def test_two_requests_of_one_id_are_both_answered(door: Door, call: Call) -> None:
    answers = await door.ask(call("echo", id=7, a=1), call("echo", id=7, a=2))
    assert sorted(answer["result"]["a"] for answer in answers) == [1, 2]
    ((one, other),) = await door.ask([call("echo", id=7, a=1), call("echo", id=7, a=2)])
    assert (one["id"], other["id"]) == (7, 7)


async def test_lines_for_a_client_that_has_gone_are_none_in_the_log(
    door: Door, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        _, writer = await door.connect()
        writer.write(b"nonsense\n" * 1_000 + line(call("echo")) * 100)
        writer.transport.abort()
    await until_empty(door)
    assert caplog.text == ""


@pytest.mark.parametrize("kind", ["never reads", "says nothing"])
async def test_a_client_of_no_use_makes_room_for_another(
    door: Door, call: Call, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for number in range(1_000):
        door.engine.hub.emit(STREAM, key_change(number, "x" * 3_000))
    transports: list[asyncio.Transport] = []
    for _ in range(CLIENTS_MAX):
        _, writer = await door.connect()
        transport = writer.transport
        assert isinstance(transport, asyncio.Transport)
        transports.append(transport)
        if kind == "never reads":
            transport.pause_reading()
            writer.write(line(call("subscribe", variables=[STREAM])))
    async with asyncio.timeout(30):
        while len(door.server._sessions) < CLIENTS_MAX:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    (refused,) = await door.ask(call("echo"))
    assert "too many clients" in refused["error"]["message"]
    monkeypatch.setattr(session_module, "STUCK_S", 0.1)
    monkeypatch.setattr(session_module, "IDLE_S", 0.1)
    # Once they have been so for a while, the first of them goes, and one only.
    async with asyncio.timeout(30):
        while "result" not in (await door.ask(call("echo")))[0]:
            await asyncio.sleep(0.05)
        while len(door.server._sessions) != CLIENTS_MAX - 1:
            await asyncio.sleep(0.01)


async def test_a_client_that_follows_quietly_stays(
    door: Door, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "STUCK_S", 0.0)
    monkeypatch.setattr(session_module, "IDLE_S", 0.0)
    pairs = [await door.connect() for _ in range(CLIENTS_MAX)]
    for reader, writer in pairs:
        writer.write(line(call("subscribe", variables=["outbox"])))
        assert "result" in json.loads(await reader.readline())
    (refused,) = await door.ask(call("echo"))
    assert "too many clients" in refused["error"]["message"]
    assert len(door.server._sessions) == CLIENTS_MAX
