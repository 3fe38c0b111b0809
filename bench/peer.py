"""The CSMS's end of a connection, which takes as little of a processor as it can."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

REQUEST = "[2,"
"""What a request begins with, as all that we ask writes it."""


class Peer:
    """Asks, and answers; it looks at a frame no closer than it must."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection

    async def settle(self, seconds: float | None = None) -> None:
        """Answer for a time, or to the end, what a charge point has to say after its boot."""
        with suppress(TimeoutError, ConnectionClosed):
            async with asyncio.timeout(seconds):
                while True:
                    await self._answer(str(await self._connection.recv()))

    async def ask(self, request: str, until: str | None = None) -> str:
        """Send a request and give the answer; with `until` that Action has come as well then."""
        await self._connection.send(request)
        answer = None
        while answer is None or until is not None:
            frame = str(await self._connection.recv())
            if not frame.startswith(REQUEST):
                answer = frame
                continue
            await self._answer(frame)
            if until is not None and until in frame:
                until = None
        return answer

    async def _answer(self, request: str) -> None:
        """Accept a boot, tell the time, and take note of everything else."""
        _, message_id, _, action, _ = request.split('"', 4)
        now = datetime.now(UTC).isoformat()
        payload = "{}"
        if action == "Heartbeat":
            payload = f'{{"currentTime":"{now}"}}'
        elif action == "BootNotification":
            payload = f'{{"status":"Accepted","currentTime":"{now}","interval":86400}}'
        await self._connection.send(f'[3,"{message_id}",{payload}]')
