"""The network cable of a link: pulled and put in again, whatever the link does at that moment."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from cp_tui.charge_point.variables import LinkPhase, LinkStep
from tests.demo.fast_time import in_fast_time
from tests.engine.links import (
    ENDLESS,
    PATIENT,
    link_to,
    tcp_server,
    url_of,
    websocket_server,
)


@in_fast_time
async def test_a_pulled_cable_leaves_no_close_frame_and_attempts_go_on_failing() -> None:
    codes: list[int | None] = []

    async def note(connection: ServerConnection) -> None:
        try:
            await connection.recv()
        except ConnectionClosed as closed:
            codes.append(closed.rcvd.code if closed.rcvd else None)

    async with websocket_server(note) as server, link_to(url_of(server)) as under_test:
        under_test.link.open()
        await under_test.until_open()
        assert under_test.link.set_network(False)
        assert not under_test.link.set_network(False)
        await under_test.until(lambda: under_test.state.attempt >= 1)
        offline_since = under_test.state.since
        await under_test.until(lambda: under_test.state.attempt >= 3)
        assert under_test.state.since == offline_since
        error = under_test.state.last_error
        assert error is not None
        assert (error.step, error.text) == (LinkStep.TCP, "the network cable is pulled")
        assert codes == [None]
        assert under_test.link.set_network(True)
        await under_test.until(lambda: under_test.state.phase is LinkPhase.OPEN)
        assert under_test.state.network_up


@in_fast_time
async def test_once_the_cable_is_in_again_it_is_no_cause_any_more_and_offline_since_as_before() -> (
    None
):
    async with link_to("ws://127.0.0.1:1/", settings=PATIENT) as under_test:
        under_test.link.open()
        await under_test.until(lambda: under_test.state.next_attempt_at is not None)
        offline_since = under_test.state.since
        under_test.link.set_network(False)
        assert offline_since is not None
        assert (under_test.state.since or offline_since) > offline_since, "that of the cable"
        under_test.link.try_now()
        await under_test.until(lambda: "is pulled" in under_test.error_text)
        pulled = under_test.state.last_error
        assert pulled is not None
        await under_test.until(lambda: under_test.state.next_attempt_at is not None)
        under_test.link.set_network(True)
        state = under_test.state
        assert state.since == offline_since
        assert state.next_attempt_at is None, "it waits no longer"
        assert state.last_error == replace(pulled, text="the network cable was pulled", hint="")
        await under_test.until(lambda: "refused" in under_test.error_text)


@in_fast_time
async def test_the_cable_of_a_stopped_link_does_not_change_since_when_it_is_stopped() -> None:
    async with link_to("ws://127.0.0.1:1/", settings=PATIENT) as under_test:
        stopped_since = under_test.state.since
        under_test.link.set_network(False)
        assert under_test.state.since == stopped_since
        under_test.link.set_network(True)
        assert under_test.state.since == stopped_since


@in_fast_time
async def test_restoring_the_network_and_try_now_do_not_wait_for_the_back_off() -> None:
    async with websocket_server() as server:
        async with link_to(url_of(server), settings=PATIENT) as under_test:
            under_test.link.set_network(False)
            under_test.link.open()
            await under_test.until(lambda: under_test.state.next_attempt_at is not None)
            under_test.link.set_network(True)
            await under_test.until_open()
            assert not under_test.link.try_now()
        async with link_to("ws://127.0.0.1:1/", settings=PATIENT) as under_test:
            under_test.link.open()
            await under_test.until(lambda: under_test.state.next_attempt_at is not None)
            assert under_test.link.try_now()
            await under_test.until(lambda: under_test.state.attempt == 2)


@in_fast_time
async def test_pulling_the_cable_during_an_attempt_ends_the_attempt() -> None:
    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with (
        tcp_server(say_nothing) as port,
        link_to(f"ws://127.0.0.1:{port}/", settings=ENDLESS) as under_test,
    ):
        under_test.link.open()
        await under_test.until(lambda: under_test.state.phase is LinkPhase.UPGRADING)
        under_test.link.set_network(False)
        await under_test.until_error()
        assert "cable is pulled" in under_test.error_text
