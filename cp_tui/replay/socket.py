"""The socket of a replay: towards a CSMS as its charge point, or as a CSMS for a charge point."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from cp_tui.engine.endpoint import basic_authorization, endpoint
from cp_tui.ocpp.frame import SUBPROTOCOL
from cp_tui.replay.player import LogPlayer, PeerGone, ReplayReport
from cp_tui.replay.script import ReplayStep

OPEN_S = 30.0
MESSAGE_MAX = 16 * 1024 * 1024
_OCPP = Subprotocol(SUBPROTOCOL)


class NoPeer(Exception):
    """There is nobody to play to; the text says why."""


async def play_charge_point(
    steps: Iterable[ReplayStep],
    url: str,
    charge_point_id: str,
    *,
    password: bytes | None = None,
    tls: ssl.SSLContext | None = None,
    **how: Any,
) -> ReplayReport:
    """Play the charge point of a log to a CSMS. Raises `NoPeer`."""
    place = endpoint(url, charge_point_id)
    headers = {}
    if password is not None:
        headers["Authorization"] = basic_authorization(charge_point_id, password)

    async def opened() -> ClientConnection:
        try:
            return await connect(
                place.uri,
                subprotocols=[_OCPP],
                additional_headers=headers,
                ssl=tls if place.is_secure else None,
                open_timeout=OPEN_S,
                max_size=MESSAGE_MAX,
                proxy=None,
            )
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise NoPeer(f"{place.host}:{place.port}: {_words(error)}") from None

    way = _Way(await opened())

    async def reconnect() -> None:
        await way.close()
        player.back()
        way.use(await opened(), player)

    player = LogPlayer(steps, way.send, reconnect, clock=time.time, **how)
    way.follow(player)
    try:
        return await _played(player)
    finally:
        await way.close()


async def play_csms(
    steps: Iterable[ReplayStep],
    port: int,
    *,
    listening: Callable[[int], None] = lambda port: None,
    **how: Any,
) -> ReplayReport:
    """Play the CSMS of a log to the first charge point that connects. Raises `OSError`."""
    arrived: asyncio.Queue[ServerConnection] = asyncio.Queue()

    async def handle(connection: ServerConnection) -> None:
        arrived.put_nowait(connection)
        await connection.wait_closed()

    async with serve(
        handle, "127.0.0.1", port, subprotocols=[_OCPP], max_size=MESSAGE_MAX
    ) as server:
        listening(server.sockets[0].getsockname()[1])
        way = _Way(await arrived.get())

        async def reconnect() -> None:
            await way.close()
            player.back()
            way.use(await arrived.get(), player)

        player = LogPlayer(steps, way.send, reconnect, clock=time.time, **how)
        way.follow(player)
        try:
            return await _played(player)
        finally:
            await way.close()


async def _played(player: LogPlayer) -> ReplayReport:
    try:
        return await player.play()
    except (PeerGone, ConnectionClosed):
        player.ended_early()
        return player.report


class _Way:
    """The connection of now."""

    def __init__(self, connection: ClientConnection | ServerConnection) -> None:
        self._connection = connection
        self._reading: asyncio.Task[None] | None = None

    async def send(self, text: str) -> None:
        await self._connection.send(text)

    def use(self, connection: ClientConnection | ServerConnection, player: LogPlayer) -> None:
        self._connection = connection
        self.follow(player)

    def follow(self, player: LogPlayer) -> None:
        self._reading = asyncio.create_task(self._read(player))

    async def _read(self, player: LogPlayer) -> None:
        with suppress(ConnectionClosed):
            async for message in self._connection:
                player.take(message)
        player.gone()

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self._connection.close()


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__
