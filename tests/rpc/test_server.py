"""The door as raw bytes on its socket: answers, limits, rights."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cp_tui.charge_point.codec import builtins_of
from cp_tui.engine.hub import HISTORY_BYTES_MAX
from cp_tui.rpc.client_session import REQUESTS_IN_FLIGHT_MAX
from cp_tui.rpc.paths import SOCKET_PATH_BYTES_MAX, SocketPathError
from cp_tui.rpc.protocol import LINE_BYTES_MAX
from cp_tui.rpc.server import CLIENTS_MAX, RpcServer, check_socket
from tests.rpc.conftest import Door, Line
from tests.rpc.fake_engine import FakeEngine, key_change, outbox

Call = Callable[..., Line]


def server_at(path: Path) -> RpcServer:
    return RpcServer(FakeEngine(), path, on_shutdown=lambda: None)


async def test_a_method_is_answered_with_its_result(door: Door, call: Call) -> None:
    answers = await door.ask(call("echo", id="x", a=1))
    assert answers == [{"jsonrpc": "2.0", "result": {"a": 1}, "id": "x"}]


async def test_the_reason_comes_with_the_answer(door: Door, call: Call) -> None:
    (answer,) = await door.ask(call("explain"))
    assert answer["result"] is False
    assert answer["reason"]["text"] == "it was off"
    assert answer["reason"]["rule"] == "cp-tui"


async def test_refusals_of_the_engine_keep_their_code_and_text(door: Door, call: Call) -> None:
    refused, unknown = await door.ask(call("refuse"), call("nonsense", id=2))
    assert refused["error"] == {"code": -32000, "message": "not now"}
    assert unknown["error"]["code"] == -32601
    assert unknown["id"] == 2


async def test_a_bug_in_the_engine_costs_one_answer_and_is_logged(
    door: Door, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    broken, echoed = await door.ask(call("break"), call("echo", id=2))
    assert broken["error"]["code"] == -32603
    assert echoed["result"] == {}
    assert "a bug" in caplog.text


async def test_a_notification_is_carried_out_and_never_answered(door: Door) -> None:
    answers = await door.ask(
        {"jsonrpc": "2.0", "method": "echo", "params": {"a": 1}},
        {"jsonrpc": "2.0", "method": "refuse"},
        {"jsonrpc": "2.0", "method": "break"},
    )
    assert answers == []
    assert [method for method, _ in door.engine.calls] == ["echo", "refuse", "break"]


async def test_a_batch_is_answered_as_one_in_its_order(door: Door, call: Call) -> None:
    notification = {"jsonrpc": "2.0", "method": "echo"}
    ((first, second, third),) = await door.ask(
        [call("echo", id=1), notification, call("refuse", id=2), 7]
    )
    assert (first["id"], second["id"], third["id"]) == (1, 2, None)
    assert third["error"]["code"] == -32600


async def test_a_batch_of_notifications_is_not_answered(door: Door) -> None:
    assert await door.ask([{"jsonrpc": "2.0", "method": "echo"}] * 2) == []


async def test_hostile_lines_are_answered_and_the_connection_stays(door: Door, call: Call) -> None:
    answers = await door.ask(b"{", b"[" * 50_000, b"\xff", b"", b"   ", call("echo"))
    assert [answer.get("error", {}).get("code") for answer in answers] == [
        -32700,
        -32700,
        -32700,
        None,
    ]


async def test_a_last_line_without_its_newline_is_answered(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(b'{"jsonrpc":"2.0","method":"echo","id":1}')
    writer.write_eof()
    assert json.loads(await reader.read())["id"] == 1


async def test_a_line_of_more_than_1_mib_is_an_error_and_ends_the_connection(door: Door) -> None:
    reader, writer = await door.connect()
    writer.write(b"x" * (LINE_BYTES_MAX + 10))
    answer = json.loads(await reader.readline())
    assert answer["error"]["code"] == -32600
    assert await reader.read() == b""


async def test_a_slow_command_does_not_hold_up_the_next_one(door: Door, call: Call) -> None:
    reader, writer = await door.connect()
    for request in (call("wait", id=1), call("echo", id=2)):
        writer.write(json.dumps(request).encode() + b"\n")
    assert json.loads(await reader.readline())["id"] == 2
    door.engine.released.set()
    assert json.loads(await reader.readline())["id"] == 1


async def test_a_client_has_a_bounded_number_of_requests_at_work(door: Door, call: Call) -> None:
    reader, writer = await door.connect()
    for number in range(REQUESTS_IN_FLIGHT_MAX + 10):
        writer.write(json.dumps(call("wait", id=number)).encode() + b"\n")
    await writer.drain()
    await door.ask(call("echo"))
    assert door.engine.waiting == REQUESTS_IN_FLIGHT_MAX
    door.engine.released.set()
    for _ in range(REQUESTS_IN_FLIGHT_MAX + 10):
        assert await reader.readline()


async def test_commands_of_one_client_reach_the_engine_in_order(door: Door, call: Call) -> None:
    await door.ask(*(call("echo", id=number, n=number) for number in range(50)))
    assert [params["n"] for _, params in door.engine.calls] == list(range(50))


async def test_shutdown_is_answered_and_asks_for_the_end(door: Door, call: Call) -> None:
    (answer,) = await door.ask(call("shutdown"))
    assert answer["result"] is True
    assert door.shutdown.is_set()


@pytest.mark.parametrize(
    ("method", "params", "named"),
    [
        ("subscribe", {}, "variables"),
        ("subscribe", {"variables": "link"}, "variables"),
        ("subscribe", {"variables": ["nonsense"]}, "nonsense"),
        ("subscribe", {"variables": ["link"] * 101}, "variables"),
        ("subscribe", {"variables": ["link"], "x": 1}, "x"),
        ("get", {"variable": 1}, "variable"),
        ("get", {"variable": "nonsense"}, "nonsense"),
        ("observe", {"read_only": "yes"}, "read_only"),
        ("shutdown", {"now": True}, "now"),
    ],
)
async def test_wrong_parameters_are_named(
    door: Door, call: Call, method: str, params: dict[str, object], named: str
) -> None:
    (answer,) = await door.ask(call(method, **params))
    assert answer["error"]["code"] == -32602
    assert named in answer["error"]["message"]


async def test_subscribe_gives_present_values_and_then_every_change(door: Door, call: Call) -> None:
    door.engine.hub.publish("outbox", outbox(1))
    door.engine.hub.emit("configuration_key", key_change(1))
    reader, writer = await door.connect()
    request = call("subscribe", variables=["outbox", "configuration_key"])
    writer.write(json.dumps(request).encode() + b"\n")
    result = json.loads(await reader.readline())["result"]
    assert result["outbox"] == builtins_of(outbox(1))
    assert [event["value"] for event in result["configuration_key"]] == ["1"]

    door.engine.hub.publish("outbox", outbox(2))
    assert json.loads(await reader.readline()) == {
        "jsonrpc": "2.0",
        "method": "variable",
        "params": {"name": "outbox", "value": builtins_of(outbox(2))},
    }
    door.engine.hub.emit("configuration_key", key_change(2))
    event = json.loads(await reader.readline())
    assert event["method"] == "event"
    assert (event["params"]["name"], event["params"]["dropped"]) == ("configuration_key", 0)
    assert event["params"]["event"]["value"] == "2"


async def test_a_name_subscribed_twice_is_told_once(door: Door, call: Call) -> None:
    reader, writer = await door.connect()
    for names in (["outbox"], ["outbox", "configuration_key"], ["outbox"]):
        writer.write(json.dumps(call("subscribe", variables=names)).encode() + b"\n")
        await reader.readline()
    door.engine.hub.publish("outbox", outbox(1))
    door.engine.hub.emit("configuration_key", key_change(1))
    names = [json.loads(await reader.readline())["params"]["name"] for _ in range(2)]
    assert sorted(names) == ["configuration_key", "outbox"]
    writer.write(json.dumps(call("echo")).encode() + b"\n")
    assert "result" in json.loads(await reader.readline())


async def test_what_a_command_changes_is_told_before_its_answer(door: Door, call: Call) -> None:
    reader, writer = await door.connect()
    writer.write(json.dumps(call("subscribe", variables=["outbox"])).encode() + b"\n")
    await reader.readline()
    known: object = None
    for count in (1, 2):
        # The second comes amid the pause after the first.
        door.engine.hub.publish("outbox", outbox(count))
        writer.write(json.dumps(call("change")).encode() + b"\n")
        while "result" not in (told := json.loads(await reader.readline())):
            known = told["params"]["value"]
        assert known == builtins_of(outbox(7))


async def test_get_gives_one_value(door: Door, call: Call) -> None:
    door.engine.hub.publish("outbox", outbox(7))
    (answer,) = await door.ask(call("get", variable="outbox"))
    assert answer["result"]["count"] == 7


async def test_a_client_that_does_not_read_gets_the_newest_value_and_holds_nothing_up(
    door: Door, call: Call
) -> None:
    reader, writer = await door.connect()
    request = call("subscribe", variables=["outbox", "configuration_key"])
    writer.write(json.dumps(request).encode() + b"\n")
    await reader.readline()
    # StreamReader reads ahead; without this the client would not be slow.
    transport = writer.transport
    assert isinstance(transport, asyncio.ReadTransport)
    transport.pause_reading()
    events = 5_000
    for number in range(1, events + 1):
        door.engine.hub.publish("outbox", outbox(number))
        door.engine.hub.emit("configuration_key", key_change(number, "x" * 1000))
        if number % 100 == 0:
            await asyncio.sleep(0)
    assert (await door.ask(call("echo")))[0]["result"] == {}
    transport.resume_reading()
    values: list[int] = []
    numbers: list[int] = []
    dropped = 0
    async with asyncio.timeout(30):
        while not numbers or numbers[-1] != events:
            params = json.loads(await reader.readline())["params"]
            if params["name"] == "outbox":
                values.append(params["value"]["count"])
            else:
                numbers.append(int(params["event"]["value"].rstrip("x")))
                dropped += params["dropped"]
    assert values[-1] == events
    assert len(values) < events
    assert len(numbers) + dropped == events
    assert dropped > 0


async def test_an_observer_looks_but_changes_nothing(door: Door, call: Call) -> None:
    door.engine.hub.publish("outbox", outbox(7))
    answers = await door.ask(
        call("observe", id=1, read_only=True),
        call("get", id=2, variable="outbox"),
        call("echo", id=3),
        call("shutdown", id=4),
        call("observe", id=5, read_only=False),
    )
    results = {answer["id"]: answer for answer in answers}
    assert results[1]["result"] is True
    assert results[2]["result"]["count"] == 7
    assert [results[number]["error"]["code"] for number in (3, 4, 5)] == [-32001] * 3
    assert not door.shutdown.is_set()


async def test_only_this_user_gets_in(door: Door) -> None:
    assert stat.S_IMODE(door.path.stat().st_mode) == 0o600


async def test_a_folder_made_for_the_socket_is_for_this_user_alone(folder: Path) -> None:
    server = server_at(folder / "new" / "door")
    await server.start()
    assert stat.S_IMODE((folder / "new").stat().st_mode) == 0o700
    await server.close()


async def test_the_default_folder_is_closed_to_others_even_if_it_was_open(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    runtime = folder / "cp-tui"
    runtime.mkdir()
    runtime.chmod(0o777)
    server = server_at(runtime / "CP.sock")
    await server.start()
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    await server.close()


async def test_the_socket_is_gone_when_the_door_is_closed(folder: Path) -> None:
    server = server_at(folder / "door")
    await server.start()
    await server.close()
    assert list(folder.iterdir()) == []


async def test_the_socket_of_a_dead_engine_is_replaced(folder: Path) -> None:
    path = folder / "door"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    check_socket(path)
    server = server_at(path)
    await server.start()
    await server.close()


async def test_the_socket_of_a_live_engine_is_refused_and_left_alone(door: Door) -> None:
    with pytest.raises(SocketPathError, match="answers there already"):
        check_socket(door.path)
    with pytest.raises(SocketPathError, match="answers there already"):
        await server_at(door.path).start()
    assert await door.ask({"jsonrpc": "2.0", "method": "echo", "id": 1})


async def test_a_file_that_is_no_socket_is_refused_and_left_alone(folder: Path) -> None:
    path = folder / "door"
    path.write_text("precious")
    with pytest.raises(SocketPathError, match="no socket"):
        check_socket(path)
    assert path.read_text() == "precious"


def test_a_path_too_long_for_the_system_is_refused(folder: Path) -> None:
    path = folder / ("x" * SOCKET_PATH_BYTES_MAX)
    with pytest.raises(SocketPathError, match="too long"):
        check_socket(path)


async def test_a_path_of_the_greatest_length_works(folder: Path) -> None:
    path = folder / ("x" * (SOCKET_PATH_BYTES_MAX - len(bytes(folder)) - 1))
    server = server_at(path)
    await server.start()
    assert path.is_socket()
    await server.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_without_rights_is_refused(folder: Path) -> None:
    folder.chmod(0o500)
    with pytest.raises(SocketPathError, match="denied"):
        await server_at(folder / "door").start()


async def test_one_client_too_many_is_told_so(door: Door, call: Call) -> None:
    for number in range(CLIENTS_MAX):
        reader, writer = await door.connect()
        writer.write(json.dumps(call("echo", id=number)).encode() + b"\n")
        await reader.readline()
    reader, _ = await door.connect()
    answer = json.loads(await reader.readline())
    assert "too many clients" in answer["error"]["message"]
    assert door.refused == [CLIENTS_MAX]
    assert await reader.read() == b""


async def test_a_client_that_hangs_up_amid_updates_harms_nobody(door: Door, call: Call) -> None:
    reader, writer = await door.connect()
    writer.write(json.dumps(call("subscribe", variables=["outbox"])).encode() + b"\n")
    await reader.readline()
    writer.transport.abort()
    for number in range(10):
        door.engine.hub.publish("outbox", outbox(number))
        await asyncio.sleep(0)
    assert (await door.ask(call("echo")))[0]["result"] == {}
    assert not door.engine.hub.is_watched("outbox")


LONG = 60_000
"""Characters of an event, as of a long DataTransfer."""


def fill(door: Door, count: int = 500) -> int:
    """Let long events happen; gives how many of them the history holds."""
    for number in range(count):
        door.engine.hub.emit("configuration_key", key_change(number, "x" * LONG))
    return len(tuple(door.engine.hub.history("configuration_key")))


async def test_a_history_in_pages_follows_the_answer_in_order_before_what_is_new(
    door: Door, call: Call
) -> None:
    kept = fill(door)
    reader, writer = await door.connect()
    request = call("subscribe", variables=["configuration_key"], pages=True)
    writer.write(json.dumps(request).encode() + b"\n")
    assert json.loads(await reader.readline())["result"] == {"configuration_key": []}
    door.engine.hub.emit("configuration_key", key_change(500))
    async with asyncio.timeout(30):
        lines = [json.loads(await reader.readline()) for _ in range(kept)]
        newest = json.loads(await reader.readline())
    # The new event made room for itself, at most.
    values = [line["params"]["event"]["value"][:3] for line in (*lines, newest)][-10:]
    assert values[-1] == "500"
    assert values == sorted(values)


async def test_a_history_in_the_answer_is_bounded_too(door: Door, call: Call) -> None:
    """As `ctl subscribe` asks for it: beyond 64 MiB it could not be read."""
    kept = fill(door)
    (answer,) = await door.ask(call("subscribe", variables=["configuration_key"]))
    assert len(answer["result"]["configuration_key"]) == kept
    assert len(json.dumps(answer)) < 2 * HISTORY_BYTES_MAX


async def test_clients_that_never_read_hold_nobody_up(door: Door, call: Call) -> None:
    """As many as there may be, each with a long history, some asking for it again and again."""
    fill(door)
    request = json.dumps(call("subscribe", variables=["configuration_key"], pages=True)).encode()
    for number in range(CLIENTS_MAX - 1):
        reader, writer = await door.connect()
        # StreamReader reads ahead; without this the client would not be slow.
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write((request + b"\n") * (1 if number % 2 else 50))
    await asyncio.sleep(0.2)
    longest_s = 0.0
    for number in range(100):
        since = time.thread_time()
        await asyncio.sleep(0)
        door.engine.hub.emit("configuration_key", key_change(number, "x" * LONG))
        longest_s = max(longest_s, time.thread_time() - since)
    assert longest_s < 0.5
    assert (await door.ask(call("echo", n=1)))[0]["result"] == {"n": 1}
