"""A link under test, the servers that it meets, and what it published."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from msgspec.structs import replace
from websockets.asyncio.server import Server, ServerConnection, serve

from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.variables import LinkPhase, LinkView, NetworkView
from cp_tui.engine.backoff import BackoffSettings
from cp_tui.engine.config import NetworkConfig
from cp_tui.engine.endpoint import endpoint
from cp_tui.engine.link import Link, LinkEvent, LinkSettings
from cp_tui.engine.network import Network
from cp_tui.engine.timeouts import ConnectionTimeouts
from cp_tui.engine.tls import LinkTls
from cp_tui.network.weather import Weather
from cp_tui.network.weathers import WEATHERS

MakeTls = Callable[[SetCredentials], LinkTls]

WAIT_S = 30.0
"""Far more than anything here takes; only a failing test waits that long."""

FAST = LinkSettings(
    session=ConnectionTimeouts(send_s=20.0),
    backoff=BackoffSettings(wait_minimum_s=0.02, random_range_s=0.0, doublings=0),
)
"""Comes back at once. What has to run out of time does so in fast time (tests/demo/fast_time.py):
short limits are too short on a busy machine."""
PATIENT = LinkSettings(backoff=BackoffSettings(wait_minimum_s=3600.0, random_range_s=0.0))
"""Makes one attempt, then waits for an order."""
ENDLESS = replace(PATIENT, connect=replace(FAST.connect, upgrade_s=3600.0))
"""The same where only an order ends the attempt, however slow the machine is."""


class LinkUnderTest:
    """A link with everything that it said."""

    def __init__(
        self,
        url: str,
        *,
        tls: ssl.SSLContext | None,
        make_tls: MakeTls | None,
        settings: LinkSettings,
        identity: str,
        weathers: Mapping[str, Weather],
    ) -> None:
        self.weathers: list[NetworkView] = []
        """The values of the variable `network`."""
        self.states: list[LinkView] = []
        self.connected: list[bool] = []
        self.events: list[LinkEvent] = []
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        made = None if tls is None else LinkTls(tls)
        self.network = Network(self._publish, NetworkConfig(weathers=weathers))
        self.link = Link(
            endpoint(url, identity),
            make_tls or (lambda sent: made),  # type: ignore[arg-type, return-value]
            deliver=self._deliver,
            publish=self._publish,
            random=Random(1),
            log=logging.Logger("test", logging.CRITICAL),
            settings=settings,
            network=self.network,
        )

    @property
    def state(self) -> LinkView:
        """The newest value of the variable `link`."""
        return self.states[-1]

    @property
    def error_text(self) -> str:
        """The words of the newest failure."""
        assert self.state.last_error is not None
        return self.state.last_error.text

    def send(self, text: str) -> bool:
        """Send a frame over the first connection."""
        send = self.link.sender(1)
        assert send is not None
        return send(text)

    def phases(self) -> list[LinkPhase]:
        """The phases that the link went through."""
        found: list[LinkPhase] = []
        for state in self.states:
            if not found or found[-1] is not state.phase:
                found.append(state.phase)
        return found

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something has happened; it may be over again by now."""
        if is_so():
            return
        happened = asyncio.get_running_loop().create_future()
        self._waiting.append((is_so, happened))
        async with asyncio.timeout(WAIT_S):
            await happened

    async def until_error(self) -> LinkView:
        """Wait for the first failure and give the state with it."""
        await self.until(lambda: self.state.last_error is not None)
        return self.state

    async def until_open(self) -> None:
        """Wait until the mind would know that the link is open."""
        await self.until(lambda: bool(self.events) and self.state.phase is LinkPhase.OPEN)

    async def _deliver(self, event: LinkEvent) -> None:
        self.events.append(event)
        self._notify()

    def _publish(self, name: str, value: Any) -> None:
        if isinstance(value, LinkView):
            self.states.append(value)
        if isinstance(value, NetworkView):
            self.weathers.append(value)
        if isinstance(value, bool):
            self.connected.append(value)
        self._notify()

    def _notify(self) -> None:
        # The link exists only once the constructor has run: the first values are nobody's news.
        if not hasattr(self, "link"):
            return
        # Looked at with each word, not when a task comes to it: on a machine that stands still for
        # a moment a phase may be over by then.
        for is_so, happened in self._waiting:
            if not happened.done() and is_so():
                happened.set_result(None)


@asynccontextmanager
async def link_to(
    url: str,
    *,
    tls: ssl.SSLContext | None = None,
    make_tls: MakeTls | None = None,
    settings: LinkSettings = FAST,
    identity: str = "CP001",
    weathers: Mapping[str, Weather] = WEATHERS,
) -> AsyncIterator[LinkUnderTest]:
    """Have a link for the time of a test."""
    under_test = LinkUnderTest(
        url,
        tls=tls,
        make_tls=make_tls,
        settings=settings,
        identity=identity,
        weathers=weathers,
    )
    try:
        yield under_test
    finally:
        await under_test.link.end()
        under_test.network.end()


async def listen_quietly(connection: ServerConnection) -> None:
    """Take frames and say nothing."""
    async for _ in connection:
        pass


@asynccontextmanager
async def websocket_server(
    handler: Callable[[ServerConnection], Awaitable[None]] = listen_quietly, **options: object
) -> AsyncIterator[Server]:
    """Have a WebSocket server that speaks OCPP 1.6, if not told otherwise."""
    logger = logging.Logger("server", logging.CRITICAL)
    options = {"subprotocols": ["ocpp1.6"], "logger": logger, "close_timeout": 0.1, **options}
    async with serve(handler, "127.0.0.1", 0, **options) as server:  # type: ignore[arg-type]
        yield server


@asynccontextmanager
async def tcp_server(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Have a plain TCP server, and its port."""

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def port_of(server: Server) -> int:
    """Give the port that the system chose."""
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port


def url_of(server: Server, path: str = "/ocpp") -> str:
    """Give the URL to put into `csms.url`."""
    return f"ws://127.0.0.1:{port_of(server)}{path}"
