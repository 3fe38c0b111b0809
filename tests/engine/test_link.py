"""An open link: traffic, pings, orders, and every way in which it can end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from websockets.asyncio.server import ServerConnection

from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.events import FrameReceived, LinkClosed, LinkOpened
from cp_tui.charge_point.variables import LinkPhase, LinkStep
from cp_tui.engine import link
from cp_tui.engine.backoff import BackoffSettings
from cp_tui.engine.connection import OUTGOING_BYTES_MAX, OUTGOING_FRAMES_MAX
from cp_tui.engine.link_history import LinkHistory
from tests.demo.fast_time import FastClock, in_fast_time
from tests.engine.links import (
    ENDLESS,
    FAST,
    PATIENT,
    LinkUnderTest,
    link_to,
    listen_quietly,
    tcp_server,
    url_of,
    websocket_server,
)

MORE_THAN_A_SOCKET_TAKES = "x" * 12_000_000
"""It waits, and so does what comes after it."""


def outcomes(under_test: LinkUnderTest) -> list[tuple[LinkPhase, str]]:
    """What the link history tells of each end that was no failure of the network."""
    told: list[Any] = []
    history = LinkHistory(lambda *_: None, lambda _, attempt: told.append(attempt))
    for state in under_test.states:
        history.publish("link", state)
    return [(each.phase, each.text) for each in told if each.phase is not LinkPhase.OPEN]


@in_fast_time
async def test_frames_go_both_ways_in_order_and_binary_stays_binary() -> None:

    async def talk(connection: ServerConnection) -> None:
        for _ in range(2):
            await connection.send(await connection.recv())
        await connection.send(b"\xff\x00")
        await connection.wait_closed()

    async with websocket_server(talk) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        assert under_test.send("one")
        assert under_test.send("two")
        await under_test.until(lambda: len(under_test.events) == 4)
    assert under_test.events[1:4] == [
        FrameReceived("one"),
        FrameReceived("two"),
        FrameReceived(b"\xff\x00"),
    ]


@in_fast_time
async def test_a_frame_for_an_earlier_connection_is_not_sent() -> None:
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        assert under_test.link.sender(0) is None


@in_fast_time
async def test_frames_that_leave_together_arrive_each_for_itself_and_in_order() -> None:
    taken: list[str | bytes] = []

    async def take(connection: ServerConnection) -> None:
        taken.extend([message async for message in connection])

    async with websocket_server(take) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        send = under_test.link.sender(1)
        assert send is not None
        assert send("one", "two")
        assert send(MORE_THAN_A_SOCKET_TAKES[:1_000_000], "three")
        assert send("four", "five")
    assert [len(each) for each in taken] == [3, 3, 1_000_000, 5, 4, 4]


@in_fast_time
async def test_a_frame_for_a_connection_that_has_ended_is_not_sent_over_the_next() -> None:
    taken: list[str | bytes] = []

    async def take(connection: ServerConnection) -> None:
        taken.extend([message async for message in connection])

    async with websocket_server(take) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        send = under_test.link.sender(1)
        assert send is not None
        under_test.link.reconnect("a new key")
        await under_test.until(lambda: LinkOpened(2) in under_test.events)
        send("late")
        second = under_test.link.sender(2)
        assert second is not None
        second("in time")
    assert taken == ["in time"]


@in_fast_time
async def test_a_close_by_the_csms_is_told_with_code_and_reason_and_the_link_comes_back() -> None:
    calls = 0

    async def close_once(connection: ServerConnection) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            await connection.close(1011, "maintenance")
        else:
            await connection.wait_closed()

    async with websocket_server(close_once) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until(lambda: len(under_test.events) == 3)
        assert under_test.events == [LinkOpened(1), LinkClosed(), LinkOpened(2)]
        error = under_test.state.last_error
        assert error is not None
        assert (error.step, error.close_code) == (LinkStep.OPEN, 1011)
        assert error.text == "closed by the CSMS with code 1011: maintenance"
        assert under_test.connected == [False, True, False, True]


@in_fast_time
async def test_close_ends_with_code_1000_after_what_is_queued_and_stays_closed() -> None:
    taken: list[str | bytes] = []
    codes: list[int | None] = []

    async def note(connection: ServerConnection) -> None:
        taken.extend([message async for message in connection])
        codes.append(connection.close_code)

    async with websocket_server(note) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        under_test.send("last words")
        under_test.link.close()
        await under_test.until(lambda: under_test.state.phase is LinkPhase.STOPPED)
        assert under_test.events[-1] == LinkClosed()
        assert under_test.state.last_error is None
    assert taken == ["last words"]
    assert codes == [1000]


@in_fast_time
async def test_reconnect_uses_the_credentials_that_are_in_force_then() -> None:
    """Whitepaper A01: the connection is dropped and made anew with the new password."""
    headers: list[str | None] = []

    async def note(connection: ServerConnection) -> None:
        assert connection.request is not None
        headers.append(connection.request.headers.get("Authorization"))
        await listen_quietly(connection)

    async with (
        websocket_server(note) as server,
        link_to(url_of(server), settings=PATIENT) as under_test,
    ):
        under_test.link.open()
        await under_test.until_open()
        under_test.link.set_credentials(SetCredentials(b"0123456789abcdef", "16 characters (text)"))
        under_test.link.reconnect("a new key")
        await under_test.until(lambda: len(under_test.events) == 3)
        assert under_test.state.last_error is None
    assert headers == [None, "Basic Q1AwMDE6MDEyMzQ1Njc4OWFiY2RlZg=="]


@in_fast_time
async def test_an_end_by_an_order_names_its_cause_in_the_link_history() -> None:
    why = "AuthorizationKey was changed"
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        under_test.link.reconnect(why)
        await under_test.until(lambda: under_test.events[-1] == LinkOpened(2))
        assert under_test.state.own_cause == "", "it is over"
        under_test.link.close()
        await under_test.until(lambda: under_test.state.phase is LinkPhase.STOPPED)
        for number, end in enumerate((under_test.link.cut, under_test.link.end), 3):
            under_test.link.open()
            await under_test.until(partial(under_test.events.__contains__, LinkOpened(number)))
            await end()
    assert outcomes(under_test) == [
        (LinkPhase.WAITING, why),
        (LinkPhase.STOPPED, "OCPP was stopped by the operator"),
        (LinkPhase.STOPPED, "the charge point lost power"),
        (LinkPhase.STOPPED, "the charge point boots anew or was ended"),
    ]


@in_fast_time
async def test_the_round_trip_of_a_ping_is_published() -> None:
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.set_ping(3600)
        under_test.link.open()
        await under_test.until_open()
        under_test.link.set_ping(1)
        await under_test.until(lambda: under_test.state.ping_round_trip_ms is not None)


@in_fast_time
async def test_a_ping_without_answer_breaks_the_connection() -> None:
    """A half-open connection must not look alive."""

    async def stop_reading(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await connection.wait_closed()

    async with websocket_server(stop_reading) as server, link_to(url_of(server)) as under_test:
        under_test.link.set_ping(1)
        under_test.link.open()
        await under_test.until_error()
        assert "did not answer a ping within 10 s" in under_test.error_text


@in_fast_time
async def test_a_message_that_is_too_large_breaks_the_connection_with_a_reason() -> None:
    async def flood(connection: ServerConnection) -> None:
        await connection.send("x" * ((1 << 20) + 1))
        await connection.wait_closed()

    async with websocket_server(flood) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        state = await under_test.until_error()
        assert under_test.error_text.startswith("the CSMS sent a message larger than 1024 KiB")
        assert state.last_error is not None
        assert state.last_error.close_code == 1009


@in_fast_time
async def test_a_csms_that_stops_reading_is_still_heard_and_given_up_in_the_end() -> None:
    async def talk_only(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        for number in range(5):
            await connection.send(str(number))
        await connection.wait_closed()

    async with websocket_server(talk_only) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        chunk = "x" * (OUTGOING_BYTES_MAX // OUTGOING_FRAMES_MAX)
        for _ in range(OUTGOING_FRAMES_MAX):
            assert under_test.send(chunk)
        await under_test.until(lambda: len(under_test.events) >= 6)
        assert under_test.events[5] == FrameReceived("4")
        await under_test.until_error()
        assert "took no data for 20 s" in under_test.error_text


@in_fast_time
async def test_a_csms_that_does_not_take_one_long_frame_is_given_up() -> None:
    async def take_nothing(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await connection.wait_closed()

    async with websocket_server(take_nothing) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        assert under_test.send(MORE_THAN_A_SOCKET_TAKES)
        await under_test.until_error()
        assert "took no data for 20 s" in under_test.error_text


@in_fast_time
async def test_more_waiting_frames_than_the_bound_break_the_connection() -> None:
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        assert under_test.send(MORE_THAN_A_SOCKET_TAKES)
        sent = [under_test.send("x") for _ in range(OUTGOING_FRAMES_MAX)]
        assert sent == [True] * (OUTGOING_FRAMES_MAX - 1) + [False]
        await under_test.until_error()
        assert "does not read" in under_test.error_text


@in_fast_time
async def test_few_waiting_frames_that_are_long_break_the_connection_as_well() -> None:
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        long = "x" * (OUTGOING_BYTES_MAX // 10)
        sent = [under_test.send(long) for _ in range(11)]
        assert sent == [True] * 10 + [False]
        await under_test.until_error()
        assert "does not read: more than 16,000,000 bytes" in under_test.error_text


@in_fast_time
async def test_what_is_said_at_one_moment_is_bounded_as_well() -> None:
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        long = "x" * (OUTGOING_BYTES_MAX // 10)
        send = under_test.link.sender(1)
        assert send is not None
        assert not send(*[long] * 11)
        await under_test.until_error()
        assert "does not read: more than 16,000,000 bytes" in under_test.error_text


@in_fast_time
async def test_stop_during_an_attempt_is_no_error() -> None:
    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with (
        tcp_server(say_nothing) as port,
        link_to(f"ws://127.0.0.1:{port}/", settings=ENDLESS) as under_test,
    ):
        under_test.link.open()
        await under_test.until(lambda: under_test.state.phase is LinkPhase.UPGRADING)
        under_test.link.close()
        await under_test.until(lambda: under_test.state.phase is LinkPhase.STOPPED)
        assert under_test.state.last_error is None
        assert outcomes(under_test) == [(LinkPhase.STOPPED, "OCPP was stopped by the operator")]
        under_test.link.open()
        await under_test.until(lambda: under_test.state.phase is LinkPhase.UPGRADING)


@in_fast_time
async def test_the_wait_grows_until_a_connection_lasted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A CSMS that accepts and closes at once is not called without end."""
    monkeypatch.setattr(link, "_now", FastClock())

    async def turn_away(connection: ServerConnection) -> None:
        await connection.close()

    growing = BackoffSettings(wait_minimum_s=0.05, random_range_s=0.0, doublings=3)
    settings = replace(FAST, backoff=growing, lasting_s=3600.0)
    async with websocket_server(turn_away) as server:
        async with link_to(url_of(server), settings=settings) as under_test:
            under_test.link.open()
            await under_test.until(lambda: len(under_test.connected) >= 11)
            waits = [
                round((state.next_attempt_at - state.last_error.at).total_seconds(), 2)
                for state in under_test.states
                if state.next_attempt_at is not None and state.last_error is not None
            ]
        assert waits[:4] == [0.05, 0.1, 0.2, 0.4]
        settings = replace(settings, lasting_s=0.0)
        async with link_to(url_of(server), settings=settings) as under_test:
            under_test.link.open()
            await under_test.until(lambda: len(under_test.connected) >= 7)
            waits = [
                round((state.next_attempt_at - state.last_error.at).total_seconds(), 2)
                for state in under_test.states
                if state.next_attempt_at is not None and state.last_error is not None
            ]
        assert waits[:2] == [0.05, 0.05]


@in_fast_time
async def test_cut_is_silent_and_the_link_can_be_opened_again() -> None:
    async with websocket_server() as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        await under_test.link.cut()
        assert under_test.events == [LinkOpened(1)]
        assert under_test.connected[-1] is False
        under_test.link.open()
        await under_test.until(lambda: len(under_test.events) == 2)
        assert under_test.events[-1] == LinkOpened(2)


@in_fast_time
async def test_a_peer_that_never_closes_does_not_hold_up_the_end() -> None:
    async def ignore(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await connection.wait_closed()

    async with websocket_server(ignore) as server:
        async with link_to(url_of(server)) as under_test:
            under_test.link.open()
            await under_test.until_open()
            async with asyncio.timeout(30):
                await under_test.link.end()
        for connection in server.connections:
            connection.transport.abort()


@in_fast_time
async def test_a_clock_that_is_set_while_it_waits_moves_the_next_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A machine that boots without a clock learns the time years later."""
    real, step = FastClock(), timedelta(0)
    monkeypatch.setattr(link, "CLOCK_LOOK_S", 0.02)
    monkeypatch.setattr(link, "_now", lambda: real() + step)
    async with link_to("ws://127.0.0.1:1/", settings=PATIENT) as under_test:
        under_test.link.open()
        await under_test.until(lambda: under_test.state.next_attempt_at is not None)
        first, step = under_test.state.next_attempt_at, timedelta(days=2000)
        assert first is not None
        await under_test.until(lambda: under_test.state.next_attempt_at != first)
        told = under_test.state.next_attempt_at
        assert told is not None
        assert abs(told - first - step) < timedelta(seconds=2)
        count = len(under_test.states)
        await asyncio.sleep(0.1)
        assert len(under_test.states) == count
