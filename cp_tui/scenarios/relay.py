"""A TCP relay between a charge point and its CSMS that can hold back what the CSMS sends.

So an answer comes late, or is lost with the link, at the moment that a scenario wants, whatever the
CSMS is. It passes bytes on and reads none. It is only for `ws://`: with TLS the name of the CSMS is
part of the connection.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

CHUNK_BYTES = 64 * 1024


class Relay:
    """Listens on loopback, and connects to the CSMS for each that comes."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._hears = asyncio.Event()
        self._hears.set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Break every connection and stop listening."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hold(self) -> None:
        """Hold back what the CSMS sends."""
        self._hears.clear()

    def release(self) -> None:
        """Let what was held back go on, in order."""
        self._hears.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there: asyncio.StreamWriter | None = None
        try:
            from_csms, there = await asyncio.open_connection(self._host, self._port)
            ways = [
                asyncio.create_task(self._pass(reader, there, is_from_csms=False)),
                asyncio.create_task(self._pass(from_csms, writer, is_from_csms=True)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            for each in (writer, there):
                if each is not None:
                    each.close()
                    with suppress(OSError):
                        await each.wait_closed()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_from_csms: bool
    ) -> None:
        while content := await reader.read(CHUNK_BYTES):
            if is_from_csms:
                await self._hears.wait()
            writer.write(content)
            await writer.drain()
