"""Listening for charge points, each of whose connections gets a way through."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from cp_tui.tap.http_head import HEAD_MAX
from cp_tui.tap.relay import Upstream, Watcher, relay

CONNECTIONS_MAX = 1_000
"""At a time; each holds four buffers."""


class TapServer:
    """One address that stands for a CSMS."""

    def __init__(
        self,
        upstream: Upstream,
        watch: Callable[[], Watcher],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`tls` is shown to charge points; None: they come without."""
        self._upstream = upstream
        self._watch = watch
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port. Raises `OSError`."""
        self._server = await asyncio.start_server(
            self._serve, host, port, limit=HEAD_MAX, ssl=self._tls
        )
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        """Stop listening, and close both sides of every connection."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._tasks) >= CONNECTIONS_MAX:
            writer.transport.abort()
            return
        self._tasks.add(task)
        try:
            await relay(reader, writer, self._upstream, self._watch)
        except asyncio.CancelledError:
            # The tap ends; `asyncio` would tell of it as a failure.
            pass
        finally:
            self._tasks.discard(task)
