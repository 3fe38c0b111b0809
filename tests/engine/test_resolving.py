"""Names and addresses: a hanging name server holds nothing up, nor does a dead address."""

from __future__ import annotations

import asyncio
import socket
from threading import Event

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.variables import LinkStep
from cp_tui.engine.connect import LOOKUPS_MAX, Address, resolve
from tests.engine.links import FAST, PATIENT, link_to, port_of, websocket_server


async def test_a_name_server_that_never_answers_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = Event()

    def hang(*_: object, **__: object) -> list[object]:
        released.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    settings = replace(PATIENT, connect=replace(FAST.connect, dns_s=0.05))
    try:
        async with link_to("ws://csms.example/", settings=settings) as under_test:
            under_test.link.open()
            state = await under_test.until_error()
    finally:
        released.set()
    assert state.last_error is not None
    assert state.last_error.step is LinkStep.DNS
    assert "no name server answered for csms.example within 0.05 s" in state.last_error.text


async def test_the_next_address_is_tried_when_one_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    async with websocket_server() as server:
        port = port_of(server)

        async def two_addresses(host: str, _: int) -> list[Address]:
            return [
                (socket.AF_INET, ("127.0.0.1", 1)),
                (socket.AF_INET, ("127.0.0.1", port)),
            ]

        monkeypatch.setattr("cp_tui.engine.connect.resolve", two_addresses)
        async with link_to(f"ws://csms.example:{port}/") as under_test:
            under_test.link.open()
            await under_test.until_open()


async def test_an_address_needs_no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(30):
        assert await resolve("127.0.0.1", 80) == [(socket.AF_INET, ("127.0.0.1", 80))]
        (found,) = await resolve("::1", 80)
    assert found[0] is socket.AF_INET6


async def test_threads_do_not_pile_up_at_a_name_server_that_never_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released, asked = Event(), []

    def hang(*_: object, **__: object) -> list[object]:
        asked.append(1)
        released.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    given_up = 0
    try:
        for _ in range(3 * LOOKUPS_MAX):
            try:
                async with asyncio.timeout(0.01):
                    await resolve("csms.example", 80)
            except TimeoutError:
                pass
            except socket.gaierror:
                given_up += 1
        async with asyncio.timeout(30):
            while len(asked) < LOOKUPS_MAX:
                await asyncio.sleep(0.01)
    finally:
        released.set()
    assert (len(asked), given_up) == (LOOKUPS_MAX, 2 * LOOKUPS_MAX)
    monkeypatch.undo()
    for _ in range(200):
        # Once it answers, there is room again.
        try:
            assert await resolve("localhost", 80)
            break
        except socket.gaierror:
            await asyncio.sleep(0.01)
    else:
        pytest.fail("the name server answers, and nobody asks it")
